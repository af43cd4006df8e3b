/* SPDX-License-Identifier: MIT */
/* sum_to: the adjoint of broadcast, and so the only place where a gradient is summed back to its
 * shape; that of a bias before a max pool is summed before it is spread over images. */
#include "pools.h"
#include "support.h"

/* The axes of `wide` along which broadcasting `narrow` to it repeats; a count of -1 if it does not
 * broadcast. */
static bb_axes repeated_axes(bb_shape narrow, bb_shape wide)
{
    bb_axes axes = {0};
    if (narrow.ndim < 0 || narrow.ndim > wide.ndim)
        return (bb_axes){.count = -1};
    int lead = wide.ndim - narrow.ndim;
    for (int i = 0; i < wide.ndim; i++) {
        int64_t size = i < lead ? 1 : narrow.dim[i - lead];
        if (size != 1 && size != wide.dim[i])
            return (bb_axes){.count = -1};
        if (i < lead || size != wide.dim[i])
            axes.axis[axes.count++] = i;
    }
    return axes;
}

static bb_node *construct(bb_node *x, bb_shape shape)
{
    bb_axes axes = repeated_axes(shape, bb_node_shape(x));
    char text[BB_SHAPE_TEXT];
    if (axes.count < 0)
        return bb_fail_node(x, NULL, "sum_to", BB_BAD_SHAPE, "%s does not broadcast to the operand",
                            bb_shape_text(shape, text));
    if (!bb_dtype_is_float(bb_node_dtype(x)))
        return bb_fail_node(x, NULL, "sum_to", BB_BAD_TYPE, "needs f32 or f64");
    if (x && axes.count == 0)
        return x;
    bb_node *sum = bb_sum(bb__before_max_spread(x, axes), axes);
    return bb_shape_equal(bb_node_shape(sum), shape) ? sum : bb_reshape(sum, shape);
}

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    (void)g;
    return construct(in.items[0], *(const bb_shape *)attrs);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(2, 3)}, .attrs = &(const bb_shape){0}},
    {.n_in = 1, .in = {BB_DIMS(2, 3, 4)}, .attrs = &(const bb_shape)BB_DIMS(3, 1)},
    {.n_in = 1, .in = {BB_DIMS(2, 3)}, .attrs = &(const bb_shape)BB_DIMS(2, 3)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 3)},
     .attrs = &(const bb_shape)BB_DIMS(3),
     .golden_in = {BB_NUMBERS(1, 2, 3, 10, 20, 30)},
     .golden_out = BB_NUMBERS(11, 22, 33)},
};

const bb_op bb__op_sum_to = {
    .name = "sum_to",
    .doc = "the sum over what broadcasting the shape would repeat",
    .arity = 1,
    .attrs_size = sizeof(bb_shape),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_sum_to(bb_node *x, bb_shape shape)
{
    return construct(x, shape);
}
