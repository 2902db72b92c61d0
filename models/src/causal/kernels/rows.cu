// The steps between a layer's products: norms with what is added before them, rotations with their
// norms, and the MLP's gate. All are bound by memory, so each reads and writes every number once.
//
// Rows are whole numbers of 16-byte packs. fused/reference.rs says the same in plain loops.

#include "numbers.cuh"

// One block of 256 threads for each row: sum = x + y, normed = its RMS norm times factors.
template <typename T>
__device__ void add_norm(const T *x, const T *y, const T *factors, T *sums, T *normed, int width, float eps) {
    constexpr int N = Pack<T>::N;
    __shared__ float sums_of_warps[8];
    const size_t start = static_cast<size_t>(blockIdx.x) * width;
    float squares = 0.0f;
    for (int i = threadIdx.x * N; i < width; i += blockDim.x * N) {
        const auto left = *reinterpret_cast<const Pack<T> *>(x + start + i);
        const auto right = *reinterpret_cast<const Pack<T> *>(y + start + i);
        Pack<T> sum;
        for (int j = 0; j < N; ++j) {
            sum.values[j] = from_float<T>(to_float(left.values[j]) + to_float(right.values[j]));
            const float value = to_float(sum.values[j]);
            squares += value * value;
        }
        *reinterpret_cast<Pack<T> *>(sums + start + i) = sum;
    }
    squares = sum_of_warp(squares);
    if (threadIdx.x % 32 == 0) {
        sums_of_warps[threadIdx.x / 32] = squares;
    }
    __syncthreads();
    float total = 0.0f;
    for (int warp = 0; warp < 8; ++warp) {
        total += sums_of_warps[warp];
    }
    const float inverse = rsqrtf(total / width + eps);
    // Each thread reads back what it wrote itself, out of the nearest cache.
    for (int i = threadIdx.x * N; i < width; i += blockDim.x * N) {
        const auto sum = *reinterpret_cast<const Pack<T> *>(sums + start + i);
        const auto factor = *reinterpret_cast<const Pack<T> *>(factors + i);
        Pack<T> out;
        for (int j = 0; j < N; ++j) {
            out.values[j] = from_float<T>(to_float(sum.values[j]) * inverse * to_float(factor.values[j]));
        }
        *reinterpret_cast<Pack<T> *>(normed + start + i) = out;
    }
}

// One warp for each head of 128 numbers: its RMS norm, rotated. Blocks of 4 warps; the grid is
// (rows, heads / 4). Angles are 64 cosines and 64 sines for each row.
template <typename T>
__device__ void norm_rotate(const T *heads, const T *factors, const float *angles, T *out, int stride, int n_heads,
                            int n_first, float eps) {
    const int head = blockIdx.y * 4 + threadIdx.x / 32;
    if (head >= n_heads) {
        return;
    }
    const size_t row = blockIdx.x;
    const int i = threadIdx.x % 32 * 2;
    const T *from = heads + row * stride + head * 128 + i;
    const auto left = *reinterpret_cast<const Pair<T> *>(from);
    const auto right = *reinterpret_cast<const Pair<T> *>(from + 64);
    float a0 = to_float(left.first), a1 = to_float(left.second);
    float b0 = to_float(right.first), b1 = to_float(right.second);
    const float squares = sum_of_warp(a0 * a0 + a1 * a1 + b0 * b0 + b1 * b1);
    const float inverse = rsqrtf(squares / 128 + eps);
    const T *factor = factors + (head < n_first ? 0 : 128) + i;
    a0 *= inverse * to_float(factor[0]);
    a1 *= inverse * to_float(factor[1]);
    b0 *= inverse * to_float(factor[64]);
    b1 *= inverse * to_float(factor[65]);
    const auto cosine = *reinterpret_cast<const Pair<float> *>(angles + row * 128 + i);
    const auto sine = *reinterpret_cast<const Pair<float> *>(angles + row * 128 + 64 + i);
    T *to = out + (row * n_heads + head) * 128 + i;
    *reinterpret_cast<Pair<T> *>(to) = {from_float<T>(a0 * cosine.first - b0 * sine.first),
                                        from_float<T>(a1 * cosine.second - b1 * sine.second)};
    *reinterpret_cast<Pair<T> *>(to + 64) = {from_float<T>(b0 * cosine.first + a0 * sine.first),
                                             from_float<T>(b1 * cosine.second + a1 * sine.second)};
}

// One thread for each pack of outputs: SiLU of the left half of a row times its right half.
template <typename T> __device__ void gate(const T *gate_up, T *out, size_t n_packs, int width) {
    constexpr int N = Pack<T>::N;
    const size_t pack = static_cast<size_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (pack >= n_packs) {
        return;
    }
    const size_t row = pack * N / width, column = pack * N % width;
    const T *from = gate_up + row * 2 * width + column;
    const auto left = *reinterpret_cast<const Pack<T> *>(from);
    const auto right = *reinterpret_cast<const Pack<T> *>(from + width);
    Pack<T> gated;
    for (int j = 0; j < N; ++j) {
        const float x = to_float(left.values[j]);
        gated.values[j] = from_float<T>(x / (1.0f + __expf(-x)) * to_float(right.values[j]));
    }
    *reinterpret_cast<Pack<T> *>(out + pack * N) = gated;
}

#define KERNELS(T)                                                                                                     \
    extern "C" __global__ void __launch_bounds__(256) add_norm_##T(                                                    \
        const T *x, const T *y, const T *factors, T *sums, T *normed, int width, float eps) {                          \
        add_norm(x, y, factors, sums, normed, width, eps);                                                             \
    }                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(128) norm_rotate_##T(                                                 \
        const T *heads, const T *factors, const float *angles, T *out, int stride, int n_heads, int n_first,           \
        float eps) {                                                                                                   \
        norm_rotate(heads, factors, angles, out, stride, n_heads, n_first, eps);                                       \
    }                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(256) gate_##T(const T *gate_up, T *out, size_t n_packs, int width) {  \
        gate(gate_up, out, n_packs, width);                                                                            \
    }

using f32 = float;
KERNELS(f32)
KERNELS(f16)
KERNELS(bf16)
