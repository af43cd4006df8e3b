/* SPDX-License-Identifier: MIT */
/* Direct convolution wherever it is possible, whether that is fast or not, against plain loops. */
#include "conv_direct.h"
#include "convs.h"

static void direct_weight(const bb__conv_shape *s, const void *x, const void *dy, void *dw,
                          void *scratch, const bb__tail *tail, int threads)
{
    (void)tail;
    bb__direct_weight(s, x, dy, dw, scratch, threads);
}

static const kernel direct[DIRECTIONS] = {
    {bb__direct_forward, bb__direct_forward_scratch},
    {bb__direct_input, bb__direct_input_scratch},
    {direct_weight, bb__direct_weight_scratch},
};

static int check_directly(bb_rng *rng, bb__conv_shape s)
{
    int checked = 0;
    s = finished(s);
    arrays a = arrays_random(rng, &s);
    kernels = direct;
    for (direction d = FORWARD; d < DIRECTIONS; d++)
        if (bb__direct_is_possible(&s, (bb__conv_direction)d)) {
            check_direction(&s, &a, d);
            checked++;
        }
    arrays_free(&a);
    return checked;
}

/* Rows around whole vectors, any number of filters and of their elements, and all options. */
Test(conv_direct, any_sizes)
{
    bb_rng rng = {7, 0};
    int checked = 0;
    for (int round = 0; round < 500; round++) {
        bb__conv_shape s = random_shape(&rng, 6);
        s.dtype = BB_F32;
        s.w += drawn(&rng, 3, 36) * s.stride[1];
        s.o = drawn(&rng, 1, 9) * s.groups;
        checked += check_directly(&rng, s);
    }
    cr_assert(checked > 300, "%d checked", checked);
}

/* Blocks of rows, blocks of images, parts of filters, and more blocks than sums. */
Test(conv_direct, cuts)
{
    bb_rng rng = {8, 0};
    bb__conv_shape shapes[] = {
        plain(BB_F32, 1, 3, 70, 33, 3, 1),  plain(BB_F32, 37, 2, 22, 5, 5, 0),
        plain(BB_F32, 1, 70, 33, 40, 3, 1), plain(BB_F32, 1, 5, 16, 66, 3, 1),
        plain(BB_F32, 50, 1, 17, 3, 3, 3),  plain(BB_F32, 2, 300, 16, 3, 3, 1),
        plain(BB_F32, 3, 4, 67, 6, 4, 0),   plain(BB_F32, 20, 6, 24, 6, 3, 1)};
    shapes[6].stride[0] = 3, shapes[6].stride[1] = 2;
    shapes[7].groups = 6;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        cr_assert(check_directly(&rng, shapes[i]) >= 2);
}

/* An element that a product does not have cannot spoil it, whatever lies beside it. */
Test(conv_direct, beside_infinities)
{
    bb_rng rng = {9, 0};
    for (int64_t w = 16; w < 34; w++) {
        bb__conv_shape s = plain(BB_F32, 2, 1, 17, 2, 2, 0);
        s.w = w + 1;
        s = finished(s);
        arrays a = arrays_random(&rng, &s);
        for (int64_t y = 0; y < s.n * s.h; y++) /* the first column, which is not the second's */
            ((float *)a.x.memory)[y * s.w] = INFINITY;
        for (int64_t y = 0; y < s.n * s.oh; y++) /* and all of the second filter's dy */
            for (int64_t k = 0; k < s.ow; k++)
                ((float *)a.y.memory)[((y / s.oh * 2 + 1) * s.oh + y % s.oh) * s.ow + k] = NAN;
        kernels = direct;
        block dw = computed(&s, &a, WEIGHT, 2), y = computed(&s, &a, FORWARD, 2);
        for (int64_t i = 0; i < 8; i++)
            cr_assert(isfinite(get(&dw.array, i)) == (i < 4 && i % 2 == 1));
        for (int64_t i = 0; i < bb_shape_count(shape_of(&s, FORWARD)); i++)
            cr_assert(isfinite(get(&y.array, i)) == (i % s.ow > 0));
        free(dw.memory);
        free(y.memory);
        arrays_free(&a);
    }
}
