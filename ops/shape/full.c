/* SPDX-License-Identifier: MIT */
/* Constants of any shape: one stored number, repeated. */
#include "support.h"

typedef struct full_attrs {
    bb_type type;
    double value;
} full_attrs;

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const full_attrs *a = attrs;
    (void)in;
    bb_node *number = bb_scalar(g, a->type.dtype, a->value);
    return a->type.shape.ndim == 0 ? number : bb_broadcast(number, a->type.shape);
}

static const bb_sample samples[] = {
    {.attrs = &(const full_attrs){{BB_F64, {0}}, 1.5}, .golden_out = BB_NUMBERS(1.5)},
    {.attrs = &(const full_attrs){{BB_F32, BB_DIMS(2, 3)}, -2},
     .golden_out = BB_NUMBERS(-2, -2, -2, -2, -2, -2)},
    {.attrs = &(const full_attrs){{BB_I32, BB_DIMS(3)}, 7}, .golden_out = BB_NUMBERS(7, 7, 7)},
};

const bb_op bb__op_full = {
    .name = "full",
    .doc = "a constant of the given type and shape",
    .arity = 0,
    .attrs_size = sizeof(full_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_full(bb_graph *g, bb_dtype dtype, bb_shape shape, double value)
{
    return build(g, (bb_nodes){0, NULL}, &(const full_attrs){{dtype, shape}, value});
}

bb_node *bb_zeros_like(bb_node *x)
{
    return bb_full(bb_node_graph(x), bb_node_dtype(x), bb_node_shape(x), 0);
}

bb_node *bb_ones_like(bb_node *x)
{
    return bb_full(bb_node_graph(x), bb_node_dtype(x), bb_node_shape(x), 1);
}
