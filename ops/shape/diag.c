/* SPDX-License-Identifier: MIT */
/* diag: each element followed by a row and one more of zeros, which a reshape makes a matrix. */
#include "moves.h"

typedef struct diag_attrs {
    int64_t k;
} diag_attrs;

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const diag_attrs *a = attrs;
    (void)g;
    return bb_diag(in.items[0], a->k);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(1)}, .attrs = &(const diag_attrs){0}},
    {.n_in = 1, .in = {BB_DIMS(3)}, .attrs = &(const diag_attrs){0}},
    {.n_in = 1, .in = {BB_DIMS(2, 2)}, .attrs = &(const diag_attrs){1}},
    {.n_in = 1, .in = {BB_DIMS(3)}, .attrs = &(const diag_attrs){-1}},
    {.n_in = 1, .in = {BB_DIMS(0)}, .attrs = &(const diag_attrs){2}},
    {.n_in = 1, .in = {BB_DIMS(2, 0)}, .attrs = &(const diag_attrs){0}},
    {.n_in = 1,
     .in = {BB_DIMS(3)},
     .attrs = &(const diag_attrs){0},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5)},
     .golden_out = BB_NUMBERS(0.5, 0.0, 0.0, 0.0, -0.75, 0.0, 0.0, 0.0, 2.5)},
    {.n_in = 1,
     .in = {BB_DIMS(2)},
     .attrs = &(const diag_attrs){2},
     .golden_in = {BB_NUMBERS(0.5, -0.75)},
     .golden_out = BB_NUMBERS(0.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, -0.75, 0.0, 0.0, 0.0, 0.0, 0.0,
                              0.0, 0.0, 0.0)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 2)},
     .attrs = &(const diag_attrs){-1},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25)},
     .golden_out = BB_NUMBERS(0.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0, -0.75, 0.0, 0.0, 0.0, 0.0, 2.5,
                              0.0, 0.0, 0.0, -3.25, 0.0)},
};

const bb_op bb__op_diag = {
    .name = "diag",
    .doc = "matrices of zeros with x on diagonal k",
    .arity = 1,
    .attrs_size = sizeof(diag_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_diag(bb_node *x, int64_t k)
{
    static const int64_t largest = (int64_t)1 << 24; /* of a side: its square is what a shape has */
    bb_shape shape = bb_node_shape(x);
    int last = shape.ndim - 1;
    if (last < 0)
        return bb_fail_node(x, NULL, "diag", BB_BAD_SHAPE, "needs a dimension");
    if (k > largest || k < -largest || shape.dim[last] > largest)
        return bb_fail_node(x, NULL, "diag", BB_BAD_SHAPE, "a side would be over %lld",
                            (long long)largest);
    int64_t n = shape.dim[last], side = n + (k < 0 ? -k : k);
    int64_t before = n == 0  ? 0
                     : k < 0 ? -k * side
                             : k,
            span = n > 0 ? (n - 1) * (side + 1) + 1 : 0;
    bb_node *flat = bb__pad_apart(x, last, before, side * side - before - span, side, 0);
    shape.dim[last] = side;
    if (shape.ndim < BB_MAX_DIMS)
        shape.dim[shape.ndim] = side;
    shape.ndim++;
    return bb_reshape(flat, shape);
}
