/* SPDX-License-Identifier: MIT */
/* argsort: the places of the elements of lines in order; integers, so without a gradient. */
#include "kernels.h"
#include "moves.h"
#include "reductions.h"

#include <math.h>
#include <stdio.h>

typedef struct argsort_attrs {
    int64_t axis, descending;
} argsort_attrs;

static bool infer(bb_infer *c)
{
    return bb__infer_places(c, &((argsort_attrs *)c->attrs)->axis);
}

static size_t scratch(const void *attrs, int n_in, const bb_array *in, const bb_array *out)
{
    const int axis = (int)((const argsort_attrs *)attrs)->axis;
    (void)n_in;
    return bb__argsort_scratch(&in[0], axis, out->shape.dim[axis]);
}

static void forward(const bb_call *call)
{
    const argsort_attrs *a = call->attrs;
    bb__argsort(&call->in[0], (int)a->axis, a->descending, call->out, call->scratch, call->threads);
}

static void print_attrs(const void *attrs, char *buffer, size_t size)
{
    const argsort_attrs *a = attrs;
    snprintf(buffer, size, "axis %lld%s", (long long)a->axis, a->descending ? ", descending" : "");
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(1)}, .attrs = &(const argsort_attrs){0, 0}},
    {.n_in = 1, .in = {BB_DIMS(3, 20)}, .attrs = &(const argsort_attrs){-1, 1}},
    {.n_in = 1, .in = {BB_DIMS(2, 3, 2)}, .attrs = &(const argsort_attrs){1, 0}},
    {.n_in = 1,
     .in = {BB_DIMS(40)},
     .is_integer = {true},
     .bound = 9,
     .attrs = &(const argsort_attrs){0, 1}},
    {.n_in = 1, .in = {BB_DIMS(7)}, .is_mask = {true}, .attrs = &(const argsort_attrs){0, 0}},
    {.n_in = 1, .in = {BB_DIMS(2, 0)}, .attrs = &(const argsort_attrs){1, 0}},
    {.n_in = 1,
     .in = {BB_DIMS(3, 5)},
     .attrs = &(const argsort_attrs){0, 0},
     .golden_in = {BB_NUMBERS(3.0, 1.0, 3.0, -2.0, 1.0, 0.0, -0.0, -INFINITY, NAN, INFINITY, NAN,
                              2.0, NAN, 5.0, 2.0)},
     .golden_out =
         BB_NUMBERS(1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 2.0, 2.0, 2.0, 2.0, 1.0, 1.0)},
    {.n_in = 1,
     .in = {BB_DIMS(3, 5)},
     .attrs = &(const argsort_attrs){0, 1},
     .golden_in = {BB_NUMBERS(3.0, 1.0, 3.0, -2.0, 1.0, 0.0, -0.0, -INFINITY, NAN, INFINITY, NAN,
                              2.0, NAN, 5.0, 2.0)},
     .golden_out =
         BB_NUMBERS(0.0, 2.0, 0.0, 2.0, 1.0, 1.0, 0.0, 1.0, 0.0, 2.0, 2.0, 1.0, 2.0, 1.0, 0.0)},
    {.n_in = 1,
     .in = {BB_DIMS(3, 5)},
     .attrs = &(const argsort_attrs){1, 0},
     .golden_in = {BB_NUMBERS(3.0, 1.0, 3.0, -2.0, 1.0, 0.0, -0.0, -INFINITY, NAN, INFINITY, NAN,
                              2.0, NAN, 5.0, 2.0)},
     .golden_out =
         BB_NUMBERS(3.0, 1.0, 4.0, 0.0, 2.0, 2.0, 0.0, 1.0, 4.0, 3.0, 1.0, 4.0, 3.0, 0.0, 2.0)},
    {.n_in = 1,
     .in = {BB_DIMS(3, 5)},
     .attrs = &(const argsort_attrs){1, 1},
     .golden_in = {BB_NUMBERS(3.0, 1.0, 3.0, -2.0, 1.0, 0.0, -0.0, -INFINITY, NAN, INFINITY, NAN,
                              2.0, NAN, 5.0, 2.0)},
     .golden_out =
         BB_NUMBERS(0.0, 2.0, 1.0, 4.0, 3.0, 4.0, 0.0, 1.0, 2.0, 3.0, 3.0, 1.0, 4.0, 0.0, 2.0)},
};

const bb_op bb__op_argsort = {
    .name = "argsort",
    .doc = "i32 places along an axis in rising or falling order, equals in theirs, NaN last",
    .arity = 1,
    .attrs_size = sizeof(argsort_attrs),
    .infer = infer,
    .forward = forward,
    .batch = bb__batch_axis,
    .scratch = scratch,
    .print_attrs = print_attrs,
    BB_SAMPLES(samples),
};

bb_node *bb_argsort(bb_node *x, int axis, bool descending)
{
    return bb_apply(&bb__op_argsort, BB_NODES(x), &(argsort_attrs){axis, descending});
}
