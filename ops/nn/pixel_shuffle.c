/* SPDX-License-Identifier: MIT */
/* pixel_shuffle: channels as pixels, by moving dimensions. */
#include "support.h"

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    bb_node *x = in.items[0];
    const int64_t r = *(const int64_t *)attrs;
    (void)g;
    if (x && bb_node_kind_of(x) == BB_NODE_INERT)
        return x;
    bb_shape s = bb_node_shape(x);
    if (x && s.ndim != 4)
        return bb_fail_node(x, NULL, "pixel_shuffle", BB_BAD_SHAPE, "images must have rank 4");
    if (r < 1 || r > INT32_MAX)
        return bb_fail_node(x, NULL, "pixel_shuffle", BB_BAD_ARGUMENT,
                            "factor %lld is not in 1 .. 2147483647", (long long)r);
    if (s.dim[1] % (r * r))
        return bb_fail_node(x, NULL, "pixel_shuffle", BB_BAD_SHAPE,
                            "%lld^2 does not divide %lld channels", (long long)r,
                            (long long)s.dim[1]);
    int64_t c = s.dim[1] / (r * r);
    bb_node *apart = bb_reshape(x, BB_SHAPE(s.dim[0], c, r, r, s.dim[2], s.dim[3]));
    if (bb_node_kind_of(apart) == BB_NODE_INERT)
        return apart;
    return bb_reshape(bb_permute(apart, BB_AXES(0, 1, 4, 2, 5, 3)),
                      BB_SHAPE(s.dim[0], c, s.dim[2] * r, s.dim[3] * r));
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(2, 4, 1, 2)}, .attrs = &(const int64_t){2}},
    {.n_in = 1, .in = {BB_DIMS(1, 9, 2, 1)}, .attrs = &(const int64_t){3}},
    {.n_in = 1, .in = {BB_DIMS(1, 2, 2, 3)}, .attrs = &(const int64_t){1}},
    {.n_in = 1, .in = {BB_DIMS(0, 4, 2, 3)}, .attrs = &(const int64_t){2}},
    {.n_in = 1,
     .in = {BB_DIMS(1, 4, 2, 3)},
     .attrs = &(const int64_t){2},
     .golden_in = {BB_NUMBERS(1.5, -0.5625, -1.8125, 1.3125, -0.8125, -0.9375, -2.375, -1.9375,
                              0.1875, 0.0, -1.75, 0.5, 0.0, -1.1875, -0.9375, 2.3125, -1.375, -1.75,
                              1.4375, 0.625, -1.3125, 1.375, 1.5625, 1.5625)},
     .golden_out = BB_NUMBERS(1.5, -2.375, -0.5625, -1.9375, -1.8125, 0.1875, 0.0, 1.4375, -1.1875,
                              0.625, -0.9375, -1.3125, 1.3125, 0.0, -0.8125, -1.75, -0.9375, 0.5,
                              2.3125, 1.375, -1.375, 1.5625, -1.75, 1.5625)},
};

const bb_op bb__op_pixel_shuffle = {
    .name = "pixel_shuffle",
    .doc = "[n c r^2 h w] to [n c h r w r]",
    .arity = 1,
    .attrs_size = sizeof(int64_t),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_pixel_shuffle(bb_node *x, int64_t r)
{
    return build(NULL, BB_NODES(x), &r);
}
