/* SPDX-License-Identifier: MIT */
/* sinusoidal_positions: a constant table; each pair of columns turns with its own frequency. */
#include "support.h"

#include <math.h>

typedef struct positions_attrs {
    int64_t length, width, dtype;
} positions_attrs;

static double position_at(int64_t position, int64_t column, int64_t width)
{
    double angle = (double)position * pow(10000, -(double)(column - column % 2) / (double)width);
    return column % 2 == 0 ? sin(angle) : cos(angle);
}

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const positions_attrs *a = attrs;
    bb_dtype dtype = (bb_dtype)a->dtype;
    (void)in;
    bb_node *zeros = bb_full(g, dtype, BB_SHAPE(a->length, a->width), 0);
    if (bb_node_kind_of(zeros) == BB_NODE_INERT)
        return zeros;
    if (!bb_dtype_is_float(dtype))
        return bb_fail_node(zeros, NULL, "sinusoidal_positions", BB_BAD_TYPE, "needs f32 or f64");
    bb_tensor *t = bb_tensor_new(dtype, BB_SHAPE(a->length, a->width));
    if (!t)
        return bb_fail_node(zeros, NULL, "sinusoidal_positions", BB_OUT_OF_MEMORY, "out of memory");
    for (int64_t i = 0; i < bb_tensor_count(t); i++)
        bb_tensor_set(t, i, position_at(i / a->width, i % a->width, a->width));
    bb_node *node = bb_constant(g, t);
    bb_tensor_release(t);
    return node;
}

static const bb_sample samples[] = {
    {.attrs = &(const positions_attrs){0, 4, BB_F64}},
    {.attrs = &(const positions_attrs){3, 5, BB_F64},
     .golden_out = BB_NUMBERS(0.0, 1.0, 0.0, 1.0, 0.0, 0.8414709848078965, 0.5403023058681398,
                              0.025116222909773774, 0.9996845379152098, 0.0006309573026154199,
                              0.9092974268256817, -0.4161468365471424, 0.050216599387465206,
                              0.9987383506934931, 0.0012619143540422218)},
};

const bb_op bb__op_sinusoidal_positions = {
    .name = "sinusoidal_positions",
    .doc = "sin and cos of position / 10000^(2i / width) in columns 2i and 2i + 1",
    .arity = 0,
    .attrs_size = sizeof(positions_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_sinusoidal_positions(bb_graph *g, bb_dtype dtype, int64_t length, int64_t width)
{
    return build(g, (bb_nodes){0, NULL}, &(const positions_attrs){length, width, (int64_t)dtype});
}
