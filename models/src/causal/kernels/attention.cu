// Attention over packed passages, each seeing the shared part and, causally, its own: scores stay
// in registers and are never stored (the order of steps is FlashAttention-2's).
//
// One block of 4 warps computes one tile (up to 64 neighbouring queries of one passage) of one query
// head; the grid is (query heads, tiles), so that the heads sharing keys run side by side and find
// them in the cache. Each warp owns 16 queries. Products run on tensor cores, sums in float.
// A tile is 5 numbers: row of its first query, queries, shared keys, row of its passage's first own
// key, and the place of its first query among its passage's own rows.

#include "numbers.cuh"

constexpr int HEAD_DIM = 128;
// Keys of a step, and queries of a tile.
constexpr int KEYS = 64;
// 16 bytes more than a row: then neither fragments nor packs of one warp meet in a bank.
constexpr int PITCH = HEAD_DIM + 8;

struct Strides {
    int q, k, v;
};

template <typename T> struct Rows {
    T values[KEYS][PITCH];
};

template <typename T> __device__ __forceinline__ uint32_t two(const T *at) {
    return *reinterpret_cast<const uint32_t *>(at);
}

// Rows of one head into shared memory; rows that are not there become zeros, since whatever lay
// there could be no number, and would spoil what it is multiplied by zero with.
template <typename T, typename RowOf>
__device__ __forceinline__ void load_rows(Rows<T> &to, const T *head, int stride, int n_rows, RowOf row_of) {
    constexpr int N = Pack<T>::N, PACKS = HEAD_DIM / N;
    for (int i = threadIdx.x; i < KEYS * PACKS; i += blockDim.x) {
        const int row = i / PACKS, column = i % PACKS * N;
        Pack<T> pack;
        for (int j = 0; j < N; ++j) {
            pack.values[j] = from_float<T>(0.0f);
        }
        if (row < n_rows) {
            pack = *reinterpret_cast<const Pack<T> *>(head + static_cast<size_t>(row_of(row)) * stride + column);
        }
        *reinterpret_cast<Pack<T> *>(&to.values[row][column]) = pack;
    }
}

// What a warp keeps of its 16 queries, in the layout of tensor cores' results: of each fragment,
// a thread holds columns 2t and 2t + 1 of rows g and g + 8, where g = lane / 4 and t = lane % 4.
struct Running {
    float out[HEAD_DIM / 8][4];
    float most[2], total[2];
};

// scores = queries · keys transposed, of 64 keys.
template <typename T>
__device__ __forceinline__ void multiply_keys(float (&scores)[KEYS / 8][4], const uint32_t (&queries)[HEAD_DIM / 16][4],
                                              const Rows<T> &keys, int g, int t) {
#pragma unroll
    for (int n = 0; n < KEYS / 8; ++n) {
        scores[n][0] = scores[n][1] = scores[n][2] = scores[n][3] = 0.0f;
#pragma unroll
        for (int step = 0; step < HEAD_DIM / 16; ++step) {
            const T *key = &keys.values[n * 8 + g][step * 16 + t * 2];
            multiply_add(scores[n], queries[step], two(key), two(key + 8), T{});
        }
    }
}

// Scores become weights relative to the largest score so far; what was summed before is scaled to
// that. `sees` is the last key that row g sees, counted from these keys' first.
__device__ __forceinline__ void weigh(float (&scores)[KEYS / 8][4], Running &running, int sees, float scale, int t) {
    float most[2] = {running.most[0], running.most[1]};
#pragma unroll
    for (int n = 0; n < KEYS / 8; ++n) {
#pragma unroll
        for (int e = 0; e < 4; ++e) {
            if (n * 8 + t * 2 + e % 2 > sees + e / 2 * 8) {
                scores[n][e] = -INFINITY;
            }
            most[e / 2] = fmaxf(most[e / 2], scores[n][e]);
        }
    }
#pragma unroll
    for (int half = 0; half < 2; ++half) {
        most[half] = fmaxf(most[half], from_lane_xor(most[half], 1));
        most[half] = fmaxf(most[half], from_lane_xor(most[half], 2));
        // Key 0 is among the first keys and seen by every query, so `most` is a number from there on.
        const float shrunk = exp2f((running.most[half] - most[half]) * scale);
        running.most[half] = most[half];
        running.total[half] *= shrunk;
#pragma unroll
        for (int n = 0; n < HEAD_DIM / 8; ++n) {
            running.out[n][half * 2] *= shrunk;
            running.out[n][half * 2 + 1] *= shrunk;
        }
    }
#pragma unroll
    for (int n = 0; n < KEYS / 8; ++n) {
#pragma unroll
        for (int e = 0; e < 4; ++e) {
            scores[n][e] = exp2f((scores[n][e] - most[e / 2]) * scale);
            running.total[e / 2] += scores[n][e];
        }
    }
}

// out += weights · values. A result's fragment is a left factor's: columns of two neighbouring ones
// side by side.
template <typename T>
__device__ __forceinline__ void multiply_values(Running &running, const float (&weights)[KEYS / 8][4],
                                                const Rows<T> &values, int lane) {
#pragma unroll
    for (int step = 0; step < KEYS / 16; ++step) {
        const float(&left)[4] = weights[step * 2];
        const float(&right)[4] = weights[step * 2 + 1];
        const uint32_t a[4] = {packed<T>(left[0], left[1]), packed<T>(left[2], left[3]), packed<T>(right[0], right[1]),
                               packed<T>(right[2], right[3])};
        const int key = step * 16 + lane / 8 % 2 * 8 + lane % 8;
#pragma unroll
        for (int n = 0; n < HEAD_DIM / 8; n += 2) {
            uint32_t b[4];
            load_transposed(b, &values.values[key][n * 8 + lane / 16 * 8]);
            multiply_add(running.out[n], a, b[0], b[1], T{});
            multiply_add(running.out[n + 1], a, b[2], b[3], T{});
        }
    }
}

template <typename T>
__device__ __forceinline__ void store(const Running &running, T *out, int n_queries, int stride, int g, int t) {
#pragma unroll
    for (int half = 0; half < 2; ++half) {
        float total = running.total[half];
        total += from_lane_xor(total, 1);
        total += from_lane_xor(total, 2);
        const int row = g + half * 8;
        if (row < n_queries) {
#pragma unroll
            for (int n = 0; n < HEAD_DIM / 8; ++n) {
                uint32_t *at = reinterpret_cast<uint32_t *>(out + static_cast<size_t>(row) * stride + n * 8 + t * 2);
                *at = packed<T>(running.out[n][half * 2] / total, running.out[n][half * 2 + 1] / total);
            }
        }
    }
}

template <typename T>
__device__ __forceinline__ void attend(const T *q, const T *k, const T *v, const uint32_t *tiles, T *out,
                                       Strides strides, int n_groups, float scale) {
    __shared__ Rows<T> keys, values;
    const uint32_t *tile = tiles + blockIdx.y * 5;
    const int first_row = tile[0], n_queries = tile[1], n_shared = tile[2], own_start = tile[3], first = tile[4];
    const int head = blockIdx.x, kv_head = head / n_groups;
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;

    // Queries go through the keys' place into registers, where they stay.
    load_rows(keys, q + head * HEAD_DIM, strides.q, n_queries, [=](int row) { return first_row + row; });
    __syncthreads();
    uint32_t queries[HEAD_DIM / 16][4];
#pragma unroll
    for (int step = 0; step < HEAD_DIM / 16; ++step) {
        const T *at = &keys.values[warp * 16 + g][step * 16 + t * 2];
        queries[step][0] = two(at);
        queries[step][1] = two(at + 8 * PITCH);
        queries[step][2] = two(at + 8);
        queries[step][3] = two(at + 8 * PITCH + 8);
    }

    Running running = {};
    running.most[0] = running.most[1] = -INFINITY;
    const int n_keys = n_shared + first + n_queries;
    const int sees = n_shared + first + warp * 16 + g;
    for (int start = 0; start < n_keys; start += KEYS) {
        const auto row_of = [=](int row) {
            const int key = start + row;
            return key < n_shared ? key : own_start + key - n_shared;
        };
        __syncthreads();
        load_rows(keys, k + kv_head * HEAD_DIM, strides.k, n_keys - start, row_of);
        load_rows(values, v + kv_head * HEAD_DIM, strides.v, n_keys - start, row_of);
        __syncthreads();
        float scores[KEYS / 8][4];
        multiply_keys(scores, queries, keys, g, t);
        weigh(scores, running, sees - start, scale, t);
        multiply_values(running, scores, values, lane);
    }
    T *to = out + static_cast<size_t>(first_row + warp * 16) * gridDim.x * HEAD_DIM + head * HEAD_DIM;
    store(running, to, n_queries - warp * 16, gridDim.x * HEAD_DIM, g, t);
}

// `scale` is that of the scores, times log2(e).
#define KERNELS(T)                                                                                                     \
    extern "C" __global__ void __launch_bounds__(128) attend_##T(const T *q, const T *k, const T *v,                   \
                                                                 const uint32_t *tiles, T *out, int q_stride,          \
                                                                 int k_stride, int v_stride, int n_groups,             \
                                                                 float scale) {                                        \
        attend(q, k, v, tiles, out, Strides{q_stride, k_stride, v_stride}, n_groups, scale);                           \
    }

KERNELS(f16)
KERNELS(bf16)
