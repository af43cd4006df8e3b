/* SPDX-License-Identifier: MIT */
/* triangle: a triangle of each matrix, with 0 beside it; its own rule. Numbers that are left out
 * are not read, so that NaN among them does no harm. */
#include "kernels.h"
#include "matrices.h"
#include "moves.h"

#include <stdio.h>
#include <string.h>

typedef struct triangle_attrs {
    int64_t upper, diagonal;
} triangle_attrs;

static bool infer(bb_infer *c)
{
    c->out = c->in[0];
    return bb__infer_matrix(c, 0);
}

static int64_t within(int64_t x, int64_t most)
{
    return x < 0 ? 0 : x > most ? most : x;
}

static void forward(const bb_call *call)
{
    const triangle_attrs *a = call->attrs;
    const bb_array *x = &call->in[0], *y = call->out;
    const int64_t m = y->shape.dim[y->shape.ndim - 2], n = y->shape.dim[y->shape.ndim - 1];
    const int64_t rows = n ? bb_shape_count(y->shape) / n : 0;
    const size_t size = bb_dtype_size(y->dtype);
    if (x->data != y->data)
        bb__copy(x, y, call->threads);
    for (int64_t row = 0; row < rows; row++) {
        int64_t diagonal = row % m + a->diagonal;
        int64_t first = a->upper ? 0 : within(diagonal + 1, n);
        int64_t stop = a->upper ? within(diagonal, n) : n;
        memset((char *)y->data + (size_t)(row * n + first) * size, 0,
               (size_t)(stop - first) * size);
    }
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    const triangle_attrs *a = bb_node_attrs(y);
    (void)i;
    return bb__triangle(dy, a->upper, a->diagonal);
}

static void print_attrs(const void *attrs, char *buffer, size_t size)
{
    const triangle_attrs *a = attrs;
    snprintf(buffer, size, "%s, diagonal %lld", a->upper ? "upper" : "lower",
             (long long)a->diagonal);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(3, 3)}, .attrs = &(const triangle_attrs){0, 0}},
    {.n_in = 1, .in = {BB_DIMS(2, 4, 3)}, .attrs = &(const triangle_attrs){1, 1}},
    {.n_in = 1, .in = {BB_DIMS(2, 3)}, .attrs = &(const triangle_attrs){0, 9}},
    {.n_in = 1, .in = {BB_DIMS(2, 0)}, .attrs = &(const triangle_attrs){0, 0}},
    {.n_in = 1, .in = {BB_DIMS(0, 2)}, .attrs = &(const triangle_attrs){1, 0}},
    {.n_in = 1,
     .in = {BB_DIMS(3, 4)},
     .attrs = &(const triangle_attrs){0, -1},
     .golden_in = {BB_NUMBERS(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)},
     .golden_out = BB_NUMBERS(0, 0, 0, 0, 5, 0, 0, 0, 9, 10, 0, 0)},
    {.n_in = 1,
     .in = {BB_DIMS(3, 2)},
     .attrs = &(const triangle_attrs){1, 0},
     .golden_in = {BB_NUMBERS(1, 2, 3, 4, 5, 6)},
     .golden_out = BB_NUMBERS(1, 2, 0, 4, 0, 0)},
};

const bb_op bb__op_triangle = {
    .name = "triangle",
    .doc = "the elements on and below a diagonal, or on and above, with 0 for the others",
    .arity = 1,
    .attrs_size = sizeof(triangle_attrs),
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .batch = bb_batch_same,
    .inplace = 1U << 0,
    .flops = bb__no_flops,
    .print_attrs = print_attrs,
    BB_SAMPLES(samples),
};

bb_node *bb__triangle(bb_node *x, bool upper, int64_t diagonal)
{
    return bb_apply(&bb__op_triangle, BB_NODES(x), &(triangle_attrs){upper, diagonal});
}
