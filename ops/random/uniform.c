/* SPDX-License-Identifier: MIT */
/* uniform: numbers that depend on the program's seed, the number of the run and the node alone. */
#include "kernels.h"
#include "moves.h"

#include <bibun/rng.h>
#include <math.h>
#include <stdio.h>

typedef struct uniform_attrs {
    int64_t dtype;
    bb__shape_attrs shape;
    double low, high;
    int64_t key; /* of the node */
} uniform_attrs;

static bool infer(bb_infer *c)
{
    uniform_attrs *a = c->attrs;
    if (!bb_dtype_is_float((bb_dtype)a->dtype))
        return bb_infer_fail(c, BB_BAD_TYPE, "needs f32 or f64");
    const double low = a->low, high = a->high;
    if (a->dtype == BB_F32) { /* the interval that elements of this type can keep to */
        a->low = (double)(float)a->low;
        a->high = (double)(float)a->high;
    }
    if (!isfinite(a->high - a->low))
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "%g to %g is no finite range of %s", low, high,
                             bb_dtype_text((bb_dtype)a->dtype));
    if (a->low > a->high)
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "low %g is above high %g", a->low, a->high);
    c->out = (bb_type){(bb_dtype)a->dtype, bb__shape_from_attrs(&a->shape)};
    return true;
}

static void forward(const bb_call *call)
{
    const uniform_attrs *a = call->attrs;
    uint64_t key = bb_rng_key(bb_rng_key(call->seed, call->step), (uint64_t)a->key);
    bb__fill_uniform(call->out, a->low, a->high, key, call->threads);
}

static void print_attrs(const void *attrs, char *buffer, size_t size)
{
    const uniform_attrs *a = attrs;
    snprintf(buffer, size, "%g to %g", a->low, a->high);
}

static const bb_sample samples[] = {
    {.attrs = &(const uniform_attrs){BB_F64, {0}, 0, 1, 0}},
    {.attrs = &(const uniform_attrs){BB_F64, BB_DIMS(3, 5), -2, 3, 1}},
    {.attrs = &(const uniform_attrs){BB_F32, BB_DIMS(7), 1, 1, 2}},
    {.attrs = &(const uniform_attrs){BB_F64, BB_DIMS(0, 2), 0, 1, 3}},
};

const bb_op bb__op_uniform = {
    .name = "uniform",
    .doc = "random numbers, uniform in [low, high), new ones each run",
    .arity = 0,
    .attrs_size = sizeof(uniform_attrs),
    .infer = infer,
    .forward = forward,
    .is_impure = true,
    .print_attrs = print_attrs,
    BB_SAMPLES(samples),
};

bb_node *bb_uniform(bb_graph *g, bb_dtype dtype, bb_shape shape, double low, double high)
{
    uniform_attrs attrs = {(int64_t)dtype, bb__shape_to_attrs(shape), low, high,
                           bb_graph_next_random(g)};
    return bb_apply_in(g, &bb__op_uniform, (bb_nodes){0, NULL}, &attrs);
}
