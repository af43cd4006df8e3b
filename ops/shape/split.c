/* SPDX-License-Identifier: MIT */
/* split: one of the equal parts of an axis, a slice. */
#include "moves.h"

typedef struct split_attrs {
    int64_t axis, parts, i;
} split_attrs;

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const split_attrs *a = attrs;
    (void)g;
    return bb_split(in.items[0], (int)a->axis, a->parts, a->i);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(3)}, .attrs = &(const split_attrs){0, 1, 0}},
    {.n_in = 1, .in = {BB_DIMS(2, 6)}, .attrs = &(const split_attrs){-1, 3, 1}},
    {.n_in = 1, .in = {BB_DIMS(4, 1, 2)}, .attrs = &(const split_attrs){0, 2, 1}},
    {.n_in = 1, .in = {BB_DIMS(0, 2)}, .attrs = &(const split_attrs){0, 3, 2}},
    {.n_in = 1,
     .in = {BB_DIMS(2, 4)},
     .attrs = &(const split_attrs){1, 2, 1},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75, 6.5, -8.25)},
     .golden_out = BB_NUMBERS(2.5, -3.25, 6.5, -8.25)},
};

const bb_op bb__op_split = {
    .name = "split",
    .doc = "part i of the equal parts of an axis; a view",
    .arity = 1,
    .attrs_size = sizeof(split_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_split(bb_node *x, int axis, int64_t parts, int64_t i)
{
    bb_shape shape = bb_node_shape(x);
    int along = bb__count_axis(axis, shape.ndim);
    if (along < 0)
        return bb__fail_axis(x, "split", axis, shape.ndim);
    int64_t size = shape.dim[along];
    if (parts < 1 || size % parts != 0)
        return bb_fail_node(x, NULL, "split", BB_BAD_ARGUMENT,
                            "axis %d of size %lld does not split into %lld equal parts", along,
                            (long long)size, (long long)parts);
    if (i < 0 || i >= parts)
        return bb_fail_node(x, NULL, "split", BB_BAD_ARGUMENT, "part %lld is not in 0 .. %lld",
                            (long long)i, (long long)parts - 1);
    return bb_slice(x, along, size / parts * i, size / parts * (i + 1), 1);
}
