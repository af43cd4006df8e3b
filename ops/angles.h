/* SPDX-License-Identifier: MIT */
/* Tiles of sine and cosine of float: our own functions, which are vectors, and libm's for the
 * elements that are too large for these. Which of them an element gets depends on itself alone. */
#ifndef BIBUN_OPS_ANGLES_H
#define BIBUN_OPS_ANGLES_H

#include <bibun/tile.h>
#include <bibun/vector_f32.h>

/* Whether any element is too large; also for infinities and NaN. */
#define BB__DEFINE_HAS_FAR(name, TARGET, T)                                \
    TARGET static void name(size_t n, const T *x, bool *has_far_out)       \
    {                                                                      \
        const int32_t limit = (int32_t)bb__bits_f32(BB__NEAR_F32);         \
        int32_t is_far = 0;                                                \
        for (size_t i = 0; i < n; i++)                                     \
            is_far |= (int32_t)(bb__bits_f32(x[i]) & 0x7fffffffu) > limit; \
        *has_far_out = is_far;                                             \
    }
BB_TARGETS(BB__DEFINE_HAS_FAR, void, bb__has_far, (size_t n, const float *x, bool *has_far_out),
           (n, x, has_far_out), float)

/* By blocks, for out may be the memory of in. */
static inline void bb__angle_tile(size_t n, const void *const *in, void *out, bb_map_fn near,
                                  float (*far)(float))
{
    enum { BLOCK = 64 };
    const float *x = (const float *)in[0];
    float *y = (float *)out;
    bool has_far;
    bb__has_far(n, x, &has_far);
    if (!has_far) {
        near(n, in, out, NULL);
        return;
    }
    for (size_t i = 0; i < n; i += BLOCK) {
        const size_t length = n - i < BLOCK ? n - i : BLOCK;
        float kept[BLOCK];
        memcpy(kept, x + i, length * sizeof *kept);
        near(length, (const void *[]){kept}, y + i, NULL);
        for (size_t k = 0; k < length; k++)
            if (!(fabsf(kept[k]) <= BB__NEAR_F32))
                y[i + k] = far(kept[k]);
    }
}

#endif
