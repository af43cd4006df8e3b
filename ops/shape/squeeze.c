/* SPDX-License-Identifier: MIT */
/* squeeze: a reshape without axes of size 1. */
#include "moves.h"
#include "support.h"

typedef struct squeeze_attrs {
    uint32_t axes; /* bits */
} squeeze_attrs;

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const squeeze_attrs *a = attrs;
    (void)g;
    return bb_squeeze(in.items[0], bb__axes_of_bits(a->axes));
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(1)}, .attrs = &(const squeeze_attrs){1}},
    {.n_in = 1, .in = {BB_DIMS(2, 1, 3)}, .attrs = &(const squeeze_attrs){2}},
    {.n_in = 1, .in = {BB_DIMS(1, 2, 1, 3)}, .attrs = &(const squeeze_attrs){5}},
    {.n_in = 1, .in = {BB_DIMS(1, 0)}, .attrs = &(const squeeze_attrs){1}},
    {.n_in = 1,
     .in = {BB_DIMS(2, 1, 2)},
     .attrs = &(const squeeze_attrs){2},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25)},
     .golden_out = BB_NUMBERS(0.5, -0.75, 2.5, -3.25)},
};

const bb_op bb__op_squeeze = {
    .name = "squeeze",
    .doc = "x without axes of size 1; a view",
    .arity = 1,
    .attrs_size = sizeof(squeeze_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_squeeze(bb_node *x, bb_axes axes)
{
    bb_shape shape = bb_node_shape(x), kept = {0};
    bool all = axes.count == -1;
    uint32_t dropped = 0;
    if (axes.count < -1 || axes.count > BB_MAX_DIMS)
        return bb_fail_node(x, NULL, "squeeze", BB_BAD_ARGUMENT, "the count of axes is %d",
                            axes.count);
    for (int i = 0; i < axes.count; i++) {
        int axis = bb__count_axis(axes.axis[i], shape.ndim);
        if (axis < 0)
            return bb__fail_axis(x, "squeeze", axes.axis[i], shape.ndim);
        if (dropped >> axis & 1U)
            return bb_fail_node(x, NULL, "squeeze", BB_BAD_ARGUMENT, "axis %d is named twice",
                                axes.axis[i]);
        if (shape.dim[axis] != 1)
            return bb_fail_node(x, NULL, "squeeze", BB_BAD_SHAPE, "axis %d has size %lld", axis,
                                (long long)shape.dim[axis]);
        dropped |= 1U << axis;
    }
    for (int i = 0; i < shape.ndim; i++)
        if (all ? shape.dim[i] != 1 : !(dropped >> i & 1U))
            kept.dim[kept.ndim++] = shape.dim[i];
    return bb_reshape(x, kept);
}
