/* SPDX-License-Identifier: MIT */
/* normal: numbers that depend on the program's seed, the number of the run and the node alone. */
#include "kernels.h"
#include "moves.h"

#include <bibun/rng.h>
#include <math.h>
#include <stdio.h>

typedef struct normal_attrs {
    int64_t dtype;
    bb__shape_attrs shape;
    double mean, deviation;
    int64_t key; /* of the node */
} normal_attrs;

static bool infer(bb_infer *c)
{
    const normal_attrs *a = c->attrs;
    if (!bb_dtype_is_float((bb_dtype)a->dtype))
        return bb_infer_fail(c, BB_BAD_TYPE, "needs f32 or f64");
    if (!isfinite(a->mean) || !isfinite(a->deviation))
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "mean %g, deviation %g are not finite", a->mean,
                             a->deviation);
    if (a->deviation < 0)
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "deviation %g is negative", a->deviation);
    c->out = (bb_type){(bb_dtype)a->dtype, bb__shape_from_attrs(&a->shape)};
    return true;
}

static void forward(const bb_call *call)
{
    const normal_attrs *a = call->attrs;
    uint64_t key = bb_rng_key(bb_rng_key(call->seed, call->step), (uint64_t)a->key);
    bb__fill_normal(call->out, a->mean, a->deviation, key, call->threads);
}

static void print_attrs(const void *attrs, char *buffer, size_t size)
{
    const normal_attrs *a = attrs;
    snprintf(buffer, size, "mean %g, deviation %g", a->mean, a->deviation);
}

static const bb_sample samples[] = {
    {.attrs = &(const normal_attrs){BB_F64, {0}, 0, 1, 0}},
    {.attrs = &(const normal_attrs){BB_F64, BB_DIMS(3, 5), -2, 3, 1}},
    {.attrs = &(const normal_attrs){BB_F32, BB_DIMS(7), 1, 0, 2}},
    {.attrs = &(const normal_attrs){BB_F64, BB_DIMS(0, 2), 0, 1, 3}},
};

const bb_op bb__op_normal = {
    .name = "normal",
    .doc = "random numbers with a mean and a standard deviation, new ones each run",
    .arity = 0,
    .attrs_size = sizeof(normal_attrs),
    .infer = infer,
    .forward = forward,
    .is_impure = true,
    .print_attrs = print_attrs,
    BB_SAMPLES(samples),
};

bb_node *bb_normal(bb_graph *g, bb_dtype dtype, bb_shape shape, double mean, double deviation)
{
    normal_attrs attrs = {(int64_t)dtype, bb__shape_to_attrs(shape), mean, deviation,
                          bb_graph_next_random(g)};
    return bb_apply_in(g, &bb__op_normal, (bb_nodes){0, NULL}, &attrs);
}
