// A graphics card for the kernels' tests: blocks run one after the other on the processor.
//
// Every thread of a block is a fiber. It runs until it must wait for others (__syncthreads, and
// whatever a warp does together); who goes on then is drawn by chance, so a missing barrier shows as
// a wrong result. Knows CUDA's words and PTX's fragments as far as the kernels use them, and nothing
// of what they compute. What it cannot show: speed, memory limits, and what a compiler or a card
// makes of the sources.

#pragma once

#include <ucontext.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#define __device__
#define __global__
#define __forceinline__ inline
#define __launch_bounds__(n)
// One block runs at a time, and all of its threads on one thread of the system.
#define __shared__ static

namespace emulation {

struct Place {
    unsigned x = 0, y = 0, z = 0;
};

// What the lanes of a warp show each other.
struct Lane {
    float value;
    uint32_t a[4], b[2];
    const void *address;
};

struct Waiting {
    unsigned arrived = 0;
    unsigned long generation = 0;
};

struct Fiber {
    ucontext_t context;
    std::unique_ptr<char[]> stack;
    Place thread;
    bool is_done = false;
    // What it waits for, and since which generation.
    const Waiting *waits = nullptr;
    unsigned long since = 0;
};

struct Block {
    std::vector<Fiber> fibers;
    std::vector<Waiting> warps;
    std::vector<Lane> lanes;
    Waiting whole;
    ucontext_t scheduler;
    size_t current = 0;
    std::function<void()> kernel;
};

inline Block *block = nullptr;
inline Place grid_size, block_size, block_place;
inline std::mt19937 chance(20261123);

inline void wait(Waiting &at, unsigned n) {
    Fiber &fiber = block->fibers[block->current];
    if (++at.arrived == n) {
        at.arrived = 0;
        ++at.generation;
        return;
    }
    fiber.waits = &at;
    fiber.since = at.generation;
    swapcontext(&fiber.context, &block->scheduler);
}

inline void wait_for_warp() { wait(block->warps[block->current / 32], 32); }

inline Lane &lane(size_t i) { return block->lanes[block->current / 32 * 32 + i]; }

inline Lane &own() { return lane(block->current % 32); }

inline void run_fiber() {
    block->kernel();
    block->fibers[block->current].is_done = true;
    swapcontext(&block->fibers[block->current].context, &block->scheduler);
}

inline bool can_go_on(const Fiber &fiber) {
    return !fiber.is_done && (!fiber.waits || fiber.waits->generation != fiber.since);
}

inline void run_block() {
    const size_t n = block->fibers.size();
    for (size_t i = 0; i < n; ++i) {
        Fiber &fiber = block->fibers[i];
        fiber.is_done = false;
        fiber.waits = nullptr;
        fiber.thread.x = static_cast<unsigned>(i);
        getcontext(&fiber.context);
        fiber.context.uc_stack.ss_sp = fiber.stack.get();
        fiber.context.uc_stack.ss_size = 1 << 16;
        fiber.context.uc_link = nullptr;
        makecontext(&fiber.context, run_fiber, 0);
    }
    for (;;) {
        size_t start = chance() % n, i = 0;
        while (i < n && !can_go_on(block->fibers[(start + i) % n])) {
            ++i;
        }
        if (i == n) {
            break;
        }
        block->current = (start + i) % n;
        block->fibers[block->current].waits = nullptr;
        swapcontext(&block->scheduler, &block->fibers[block->current].context);
    }
    for (const Fiber &fiber : block->fibers) {
        if (!fiber.is_done) {
            std::puts("a thread waits for one that has ended");
            std::exit(1);
        }
    }
}

// Runs `kernel` for every thread of every block.
inline void launch(Place grid, unsigned n_threads, std::function<void()> kernel) {
    Block running;
    running.fibers.resize(n_threads);
    running.warps.resize(n_threads / 32);
    running.lanes.resize(n_threads);
    running.kernel = std::move(kernel);
    for (Fiber &fiber : running.fibers) {
        fiber.stack = std::make_unique<char[]>(1 << 16);
    }
    block = &running;
    grid_size = grid;
    block_size = {n_threads, 1, 1};
    for (block_place.y = 0; block_place.y < grid.y; ++block_place.y) {
        for (block_place.x = 0; block_place.x < grid.x; ++block_place.x) {
            run_block();
        }
    }
    block = nullptr;
}

} // namespace emulation

#define threadIdx (emulation::block->fibers[emulation::block->current].thread)
#define blockIdx (emulation::block_place)
#define blockDim (emulation::block_size)
#define gridDim (emulation::grid_size)

inline void __syncthreads() {
    emulation::wait(emulation::block->whole, static_cast<unsigned>(emulation::block->fibers.size()));
}

inline float rsqrtf(float x) { return 1.0f / std::sqrt(x); }
inline float __expf(float x) { return std::exp(x); }

// The upper half of a float, rounded to the nearest, ties to even.
struct bf16 {
    uint16_t bits;
};

inline float to_float(float x) { return x; }

inline float to_float(bf16 x) {
    const uint32_t bits = static_cast<uint32_t>(x.bits) << 16;
    float value;
    std::memcpy(&value, &bits, 4);
    return value;
}

// IEEE's half precision.
struct f16 {
    uint16_t bits;
};

inline float to_float(f16 x) {
    const int exponent = x.bits >> 10 & 31, fraction = x.bits & 1023;
    const float sign = x.bits >> 15 ? -1.0f : 1.0f;
    if (exponent == 31) {
        return fraction ? NAN : sign * INFINITY;
    }
    return sign * (exponent ? std::ldexp(1024.0f + fraction, exponent - 25) : std::ldexp(static_cast<float>(fraction), -24));
}

template <typename T> T from_float(float x);

template <> inline float from_float<float>(float x) { return x; }

template <> inline bf16 from_float<bf16>(float x) {
    uint32_t bits;
    std::memcpy(&bits, &x, 4);
    if (std::isnan(x)) {
        return {0x7fff};
    }
    return {static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16)};
}

template <> inline f16 from_float<f16>(float x) {
    const uint16_t sign = std::signbit(x) ? 0x8000 : 0;
    const float size = std::fabs(x);
    if (std::isnan(x)) {
        return {0x7fff};
    }
    if (size >= 65520.0f) {
        return {static_cast<uint16_t>(sign | 0x7c00)};
    }
    int exponent = size < std::ldexp(1.0f, -14) ? -14 : std::ilogb(size);
    // A fraction that rounds up to the next power of two carries into the exponent by itself.
    const int steps = static_cast<int>(std::nearbyint(std::ldexp(size, 10 - exponent)));
    return {static_cast<uint16_t>(sign | ((exponent + 14) * 1024 + steps))};
}

inline float from_lane_xor(float value, int mask) {
    emulation::own().value = value;
    emulation::wait_for_warp();
    const float other = emulation::lane(emulation::block->current % 32 ^ mask).value;
    emulation::wait_for_warp();
    return other;
}

template <typename T> float half_of(uint32_t pair, int i) {
    return to_float(T{static_cast<uint16_t>(pair >> 16 * i)});
}

// PTX, "Matrix Fragments for mma.m16n8k16": of a, register r of lane (g, t) holds columns
// 2t and 2t + 1, plus 8 if r > 1, of row g, plus 8 if r is odd; of b, register r holds rows 2t and
// 2t + 1, plus 8 r, of column g; of d, element e is column 2t + e % 2 of row g, plus 8 if e > 1.
template <typename T> void multiply_add(float (&d)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1, T) {
    emulation::Lane &own = emulation::own();
    std::memcpy(own.a, a, sizeof own.a);
    own.b[0] = b0;
    own.b[1] = b1;
    emulation::wait_for_warp();
    const int g = emulation::block->current % 32 / 4, t = emulation::block->current % 4;
    for (int e = 0; e < 4; ++e) {
        const int column = t * 2 + e % 2;
        for (int k = 0; k < 16; ++k) {
            const int holder = k % 8 / 2, half = k % 2, upper = k / 8;
            const float left = half_of<T>(emulation::lane(g * 4 + holder).a[upper * 2 + e / 2], half);
            const float right = half_of<T>(emulation::lane(column * 4 + holder).b[upper], half);
            d[e] += left * right;
        }
    }
    emulation::wait_for_warp();
}

// PTX, ldmatrix.x4.trans: lane i names row i % 8 of matrix i / 8; of each matrix lane (g, t) gets
// column g of rows 2t and 2t + 1.
template <typename T> void load_transposed(uint32_t (&to)[4], const T *row) {
    if (reinterpret_cast<uintptr_t>(row) % 16 != 0) {
        std::puts("ldmatrix reads from an address that is no multiple of 16");
        std::exit(1);
    }
    emulation::own().address = row;
    emulation::wait_for_warp();
    const int g = emulation::block->current % 32 / 4, t = emulation::block->current % 4;
    for (int matrix = 0; matrix < 4; ++matrix) {
        uint32_t both = 0;
        for (int i = 0; i < 2; ++i) {
            const auto *from = static_cast<const T *>(emulation::lane(matrix * 8 + t * 2 + i).address);
            both |= static_cast<uint32_t>(from[g].bits) << 16 * i;
        }
        to[matrix] = both;
    }
    emulation::wait_for_warp();
}
