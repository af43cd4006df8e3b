/* SPDX-License-Identifier: MIT */
/* conv1d: conv2d of images with one row. */
#include "support.h"

/* An inert node is let through: what failed there is reported already. */
static bool is_rank_three(const bb_node *x)
{
    return bb_node_kind_of(x) == BB_NODE_INERT || bb_node_shape(x).ndim == 3;
}

/* [a b l] as [a b 1 l]. */
static bb_node *as_images(bb_node *x)
{
    bb_shape s = bb_node_shape(x);
    return bb_reshape(x, BB_SHAPE(s.dim[0], s.dim[1], 1, s.dim[2]));
}

typedef struct option {
    const char *name;
    int64_t value;
} option;

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const bb_conv *o = attrs;
    bb_node *x = in.items[0], *w = in.items[1];
    (void)g;
    if (!x || !w)
        return bb_fail_node(x, w, "conv1d", BB_BAD_ARGUMENT, "operand %d is NULL", x ? 2 : 1);
    if (!is_rank_three(x) || !is_rank_three(w))
        return bb_fail_node(x, w, "conv1d", BB_BAD_SHAPE, "both operands must have rank 3");
    const option second[] = {{"stride", o->stride[1]},
                             {"padding", o->padding[1]},
                             {"dilation", o->dilation[1]},
                             {"output_padding", o->output_padding[1]}};
    for (size_t i = 0; i < sizeof second / sizeof *second; i++)
        if (second[i].value)
            return bb_fail_node(x, w, "conv1d", BB_BAD_ARGUMENT,
                                "%s[1] is %lld, but there is no second axis", second[i].name,
                                (long long)second[i].value);
    const bb_conv along = {.stride = {1, o->stride[0]},
                           .padding = {0, o->padding[0]},
                           .dilation = {1, o->dilation[0]},
                           .groups = o->groups,
                           .output_padding = {0, o->output_padding[0]}};
    bb_node *y = bb_conv2d(as_images(x), as_images(w), along);
    bb_shape s = bb_node_shape(y);
    return s.ndim == 4 ? bb_reshape(y, BB_SHAPE(s.dim[0], s.dim[1], s.dim[3])) : y;
}

static const bb_sample samples[] = {
    {.n_in = 2, .in = {BB_DIMS(2, 2, 4), BB_DIMS(3, 2, 2)}, .attrs = &(const bb_conv){.groups = 1}},
    {.n_in = 2,
     .in = {BB_DIMS(1, 4, 6), BB_DIMS(2, 2, 2)},
     .attrs = &(const bb_conv){.stride = {3}, .padding = {2}, .dilation = {2}, .groups = 2}},
    {.n_in = 2, .in = {BB_DIMS(0, 2, 4), BB_DIMS(1, 2, 1)}, .attrs = &(const bb_conv){.groups = 1}},
    {.n_in = 2,
     .in = {BB_DIMS(2, 2, 5), BB_DIMS(3, 2, 3)},
     .attrs = &(const bb_conv){.stride = {2}, .padding = {1}},
     .golden_in = {BB_NUMBERS(-1.25, -1.75, -0.25, 1.75, -1.125, 1.6875, 0.0625, 1.625, 0.875,
                              -0.375, -1.0, -0.0625, 2.0625, -1.0625, 0.25, 1.125, 0.5625, -1.5,
                              1.0, 1.25),
                   BB_NUMBERS(-2.25, 0.1875, 0.0, -1.875, -0.4375, -2.25, 1.8125, -1.75, -1.0625,
                              -1.0, 1.75, -1.9375, 0.125, -1.5, -0.6875, 1.75, 1.4375, 0.375)},
     .golden_out =
         BB_NUMBERS(-1.11328125, 1.09375, -5.625, 6.87890625, -3.5078125, 3.609375, 5.52734375,
                    1.7265625, 2.8984375, -1.9453125, -2.12109375, 0.015625, 2.6953125, -7.71875,
                    -1.17578125, 3.37109375, -3.16796875, 3.0390625)},
};

const bb_op bb__op_conv1d = {
    .name = "conv1d",
    .doc = "filters [o c/groups k] on sequences [n c l]",
    .arity = 2,
    .attrs_size = sizeof(bb_conv),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_conv1d(bb_node *x, bb_node *w, bb_conv options)
{
    return build(NULL, BB_NODES(x, w), &options);
}
