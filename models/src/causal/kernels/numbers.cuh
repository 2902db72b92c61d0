// What all kernels share: number formats, loads of 16 bytes, sums over a warp, tensor cores.
//
// Arithmetic is in float; T is only how numbers are stored. With NUTHATCH_EMULATED the same sources
// compile with a plain C++ compiler, and tests/kernels/emulation.h takes the place of the card.

#pragma once

#include <cstdint>

#ifdef NUTHATCH_EMULATED
#include "emulation.h"
#else
#include <cuda_bf16.h>
#include <cuda_fp16.h>

using bf16 = __nv_bfloat16;
using f16 = __half;

__device__ __forceinline__ float to_float(float x) { return x; }
__device__ __forceinline__ float to_float(f16 x) { return __half2float(x); }
__device__ __forceinline__ float to_float(bf16 x) { return __bfloat162float(x); }

template <typename T> __device__ __forceinline__ T from_float(float x);
template <> __device__ __forceinline__ float from_float<float>(float x) { return x; }
template <> __device__ __forceinline__ f16 from_float<f16>(float x) { return __float2half(x); }
template <> __device__ __forceinline__ bf16 from_float<bf16>(float x) { return __float2bfloat16(x); }

// The value of the lane whose number differs in the bits of `mask`.
__device__ __forceinline__ float from_lane_xor(float value, int mask) {
    return __shfl_xor_sync(0xffffffffu, value, mask);
}

// d += a · b: a is 16 × 16, b 16 × 8, in the fragments of PTX's mma.m16n8k16.
__device__ __forceinline__ void multiply_add(float (&d)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1, bf16) {
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

__device__ __forceinline__ void multiply_add(float (&d)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1, f16) {
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// Four 8 × 8 matrices of 16-bit numbers from shared memory, transposed; lane i gives the address of
// row i % 8 of matrix i / 8.
template <typename T> __device__ __forceinline__ void load_transposed(uint32_t (&to)[4], const T *row) {
    const uint32_t address = static_cast<uint32_t>(__cvta_generic_to_shared(row));
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(address)
                 : "memory");
}
#endif

// As many numbers as one load of 16 bytes brings.
template <typename T> struct alignas(16) Pack {
    static constexpr int N = 16 / sizeof(T);
    T values[N];
};

template <typename T> struct alignas(2 * sizeof(T)) Pair {
    T first, second;
};

// Two numbers as the 32 bits that fragments are made of, the first in the low half.
template <typename T> __device__ __forceinline__ uint32_t packed(float first, float second) {
    static_assert(sizeof(T) == 2, "fragments hold numbers of 16 bits");
    union {
        T halves[2];
        uint32_t bits;
    } both;
    both.halves[0] = from_float<T>(first);
    both.halves[1] = from_float<T>(second);
    return both.bits;
}

__device__ __forceinline__ float sum_of_warp(float value) {
    for (int mask = 16; mask > 0; mask /= 2) {
        value += from_lane_xor(value, mask);
    }
    return value;
}
