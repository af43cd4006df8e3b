/* SPDX-License-Identifier: MIT */
/* pixel_unshuffle: pixels as channels, the way back from pixel_shuffle. */
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
        return bb_fail_node(x, NULL, "pixel_unshuffle", BB_BAD_SHAPE, "images must have rank 4");
    if (r < 1 || r > INT32_MAX)
        return bb_fail_node(x, NULL, "pixel_unshuffle", BB_BAD_ARGUMENT,
                            "factor %lld is not in 1 .. 2147483647", (long long)r);
    if (s.dim[2] % r || s.dim[3] % r)
        return bb_fail_node(x, NULL, "pixel_unshuffle", BB_BAD_SHAPE,
                            "%lld does not divide %lld x %lld", (long long)r, (long long)s.dim[2],
                            (long long)s.dim[3]);
    int64_t h = s.dim[2] / r, w = s.dim[3] / r;
    bb_node *apart = bb_reshape(x, BB_SHAPE(s.dim[0], s.dim[1], h, r, w, r));
    if (bb_node_kind_of(apart) == BB_NODE_INERT)
        return apart;
    return bb_reshape(bb_permute(apart, BB_AXES(0, 1, 3, 5, 2, 4)),
                      BB_SHAPE(s.dim[0], s.dim[1] * r * r, h, w));
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(2, 1, 2, 4)}, .attrs = &(const int64_t){2}},
    {.n_in = 1, .in = {BB_DIMS(1, 1, 6, 3)}, .attrs = &(const int64_t){3}},
    {.n_in = 1, .in = {BB_DIMS(1, 2, 2, 3)}, .attrs = &(const int64_t){1}},
    {.n_in = 1, .in = {BB_DIMS(0, 1, 2, 4)}, .attrs = &(const int64_t){2}},
    {.n_in = 1,
     .in = {BB_DIMS(1, 1, 4, 6)},
     .attrs = &(const int64_t){2},
     .golden_in = {BB_NUMBERS(1.625, -2.375, -1.375, 0.125, 0.875, 0.0625, -2.0625, -2.25, 1.25,
                              0.875, 0.0, 0.0, 2.375, -2.0, 0.0625, 2.125, 2.375, 1.125, -2.25,
                              0.5625, 2.125, -0.625, 1.625, 0.1875)},
     .golden_out = BB_NUMBERS(1.625, -1.375, 0.875, 2.375, 0.0625, 2.375, -2.375, 0.125, 0.0625,
                              -2.0, 2.125, 1.125, -2.0625, 1.25, 0.0, -2.25, 2.125, 1.625, -2.25,
                              0.875, 0.0, 0.5625, -0.625, 0.1875)},
};

const bb_op bb__op_pixel_unshuffle = {
    .name = "pixel_unshuffle",
    .doc = "[n c h w] to [n c r^2 h/r w/r]",
    .arity = 1,
    .attrs_size = sizeof(int64_t),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_pixel_unshuffle(bb_node *x, int64_t r)
{
    return build(NULL, BB_NODES(x), &r);
}
