/* SPDX-License-Identifier: MIT */
/* move_axis: a permutation that leaves the other axes in their order. */
#include "moves.h"

typedef struct move_axis_attrs {
    int64_t from, to;
} move_axis_attrs;

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const move_axis_attrs *a = attrs;
    (void)g;
    return bb_move_axis(in.items[0], (int)a->from, (int)a->to);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(3)}, .attrs = &(const move_axis_attrs){0, 0}},
    {.n_in = 1, .in = {BB_DIMS(2, 3)}, .attrs = &(const move_axis_attrs){0, 1}},
    {.n_in = 1, .in = {BB_DIMS(2, 3, 1, 2)}, .attrs = &(const move_axis_attrs){-1, 1}},
    {.n_in = 1, .in = {BB_DIMS(2, 3, 2, 2)}, .attrs = &(const move_axis_attrs){0, 2}},
    {.n_in = 1, .in = {BB_DIMS(0, 3)}, .attrs = &(const move_axis_attrs){0, 1}},
    {.n_in = 1,
     .in = {BB_DIMS(2, 3, 2)},
     .attrs = &(const move_axis_attrs){0, 2},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75, 6.5, -8.25, 8.5, -10.75, 10.5,
                              -13.25)},
     .golden_out =
         BB_NUMBERS(0.5, 6.5, -0.75, -8.25, 2.5, 8.5, -3.25, -10.75, 4.5, 10.5, -5.75, -13.25)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 3, 2)},
     .attrs = &(const move_axis_attrs){2, 0},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75, 6.5, -8.25, 8.5, -10.75, 10.5,
                              -13.25)},
     .golden_out =
         BB_NUMBERS(0.5, 2.5, 4.5, 6.5, 8.5, 10.5, -0.75, -3.25, -5.75, -8.25, -10.75, -13.25)},
};

const bb_op bb__op_move_axis = {
    .name = "move_axis",
    .doc = "x with an axis moved to another place; a view",
    .arity = 1,
    .attrs_size = sizeof(move_axis_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_move_axis(bb_node *x, int from, int to)
{
    int ndim = bb_node_shape(x).ndim;
    int a = bb__count_axis(from, ndim), b = bb__count_axis(to, ndim);
    if (a < 0 || b < 0)
        return bb__fail_axis(x, "move_axis", a < 0 ? from : to, ndim);
    bb_axes order = {.count = ndim};
    for (int i = 0, other = 0; i < ndim; i++) {
        other += other == a;
        order.axis[i] = i == b ? a : other++;
    }
    return bb_permute(x, order);
}
