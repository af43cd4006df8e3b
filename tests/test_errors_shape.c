/* SPDX-License-Identifier: MIT */
/* What the ops that move elements refuse beyond those of test_errors_ops.c, to the letter. */
#include <math.h>

#include "refusals.h"

TestSuite(errors_shape, .init = refusals_begin, .fini = refusals_end);

Test(errors_shape, axes)
{
    REFUSED(ARGUMENT, "flip: axis 2 is out of range for rank 2: x [2 3]", bb_flip(w.x, 2));
    REFUSED(ARGUMENT, "roll: axis -3 is out of range for rank 2: x [2 3]", bb_roll(w.x, -3, 1));
    REFUSED(ARGUMENT, "squeeze: axis 2 is out of range for rank 2: x [2 3]",
            bb_squeeze(w.x, BB_AXES(2)));
    REFUSED(SHAPE, "squeeze: axis 1 has size 3: x [2 3]", bb_squeeze(w.x, BB_AXES(-1)));
    bb_node *thin = bb_input(w.g, "thin", BB_F32, BB_SHAPE(1, 2));
    REFUSED(ARGUMENT, "squeeze: axis -2 is named twice: thin [1 2]",
            bb_squeeze(thin, BB_AXES(0, -2)));
    REFUSED(ARGUMENT, "scale_gradient: k nan is not finite: x [2 3]", bb_scale_gradient(w.x, NAN));
    REFUSED(ARGUMENT, "squeeze: the count of axes is 9: x [2 3]",
            bb_squeeze(w.x, (bb_axes){.count = 9}));
    REFUSED(ARGUMENT, "expand_dims: axis 3 is out of range for rank 3: x [2 3]",
            bb_expand_dims(w.x, 3));
    REFUSED(ARGUMENT, "swap_axes: axis 2 is out of range for rank 2: x [2 3]",
            bb_swap_axes(w.x, 0, 2));
    REFUSED(ARGUMENT, "move_axis: axis -3 is out of range for rank 2: x [2 3]",
            bb_move_axis(w.x, -3, 0));
    REFUSED(ARGUMENT, "flatten: axis 2 is out of range for rank 2: x [2 3]", bb_flatten(w.x, 2));
}

Test(errors_shape, parts)
{
    REFUSED(ARGUMENT, "split: axis 1 of size 3 does not split into 2 equal parts: x [2 3]",
            bb_split(w.x, 1, 2, 0));
    REFUSED(ARGUMENT, "split: axis 1 of size 3 does not split into 0 equal parts: x [2 3]",
            bb_split(w.x, 1, 0, 0));
    REFUSED(ARGUMENT, "split: part 3 is not in 0 .. 2: x [2 3]", bb_split(w.x, 1, 3, 3));
    REFUSED(ARGUMENT, "split: axis 2 is out of range for rank 2: x [2 3]", bb_split(w.x, 2, 1, 0));
    REFUSED(ARGUMENT, "unfold: size 4 is not in 1 .. 3, the size of axis 1: x [2 3]",
            bb_unfold(w.x, -1, 4, 1));
    REFUSED(ARGUMENT, "unfold: step 0 is below 1: x [2 3]", bb_unfold(w.x, 1, 2, 0));
    REFUSED(ARGUMENT, "unfold: axis 2 is out of range for rank 2: x [2 3]",
            bb_unfold(w.x, 2, 1, 1));
    REFUSED(SHAPE, "fold: length 5 does not have 2 windows of size 3 by 1: x [2 3]",
            bb_fold(w.x, 0, 5, 1));
    REFUSED(ARGUMENT, "fold: step 0 is below 1: x [2 3]", bb_fold(w.x, 0, 4, 0));
    REFUSED(SHAPE, "fold: needs two dimensions: v [3]", bb_fold(w.v, 0, 3, 1));
    REFUSED(ARGUMENT, "fold: axis 1 is out of range for rank 1: x [2 3]", bb_fold(w.x, 1, 4, 1));
    REFUSED(TYPE, "fold: needs f32 or f64: m u8 [2 3]", bb_fold(w.m, 0, 4, 1));
}

Test(errors_shape, repetitions)
{
    bb_node *deep = bb_input(w.g, "deep", BB_F32, BB_SHAPE(1, 1, 1, 1, 1, 1, 1, 2));
    REFUSED(SHAPE, "repeat: needs a rank below 8: deep [1 1 1 1 1 1 1 2]", bb_repeat(deep, 7, 2));
    REFUSED(ARGUMENT, "repeat: -1 times is negative: x [2 3]", bb_repeat(w.x, 0, -1));
    REFUSED(SHAPE,
            "broadcast: shape [2 9223372036854775807 3] has a bad size or too many elements: "
            "reshape#7 [2 1 3]",
            bb_repeat(w.x, 0, INT64_MAX));
    REFUSED(SHAPE,
            "broadcast: shape [9223372036854775807 2 3] has a bad size or too many elements: "
            "reshape#7 [1 2 3]",
            bb_tile(w.x, 0, INT64_MAX));
    REFUSED(ARGUMENT, "tile: axis 2 is out of range for rank 2: x [2 3]", bb_tile(w.x, 2, 2));
    REFUSED(SHAPE, "stack: operand 2 is of another shape: x [2 3] x y [4 5]",
            bb_stack(BB_NODES(w.x, w.y), 0));
    REFUSED(TYPE,
            "concat: operand 2 is of another type: reshape#7 f32 [1 2 3] x reshape#8 f64 "
            "[1 2 3]",
            bb_stack(BB_NODES(w.x, w.d), 0));
    REFUSED(ARGUMENT, "stack: axis 3 is out of range for rank 3: x [2 3]",
            bb_stack(BB_NODES(w.x, w.x), 3));
    REFUSED(ARGUMENT, "meshgrid: operand 2 is not in 0 .. 1: v [3]",
            bb_meshgrid(BB_NODES(w.v, w.v), 2));
    REFUSED(SHAPE, "meshgrid: operand 1 is no vector: x [2 3]", bb_meshgrid(BB_NODES(w.v, w.x), 0));
}

Test(errors_shape, matrices)
{
    REFUSED(SHAPE, "diagonal: needs two dimensions: v [3]", bb_diagonal(w.v, 0));
    REFUSED(ARGUMENT, "diagonal: diagonal 4 is not in -2 .. 3: x [2 3]", bb_diagonal(w.x, 4));
    REFUSED(SHAPE, "diag: needs a dimension: s []", bb_diag(w.s, 0));
    REFUSED(SHAPE, "diag: a side would be over 16777216: v [3]", bb_diag(w.v, INT64_MAX));
    REFUSED(SHAPE, "trace: needs two dimensions: v [3]", bb_trace(w.v));
    REFUSED(SHAPE, "tril: needs two dimensions: v [3]", bb_tril(w.v, 0));
    REFUSED(SHAPE, "triu: needs two dimensions: s []", bb_triu(w.s, 0));
}

Test(errors_shape, indices)
{
    bb_node *index = bb_input(w.g, "index", BB_I32, BB_SHAPE(3, 3));
    REFUSED(SHAPE,
            "take_along_axis: sizes of the index differ off axis 1: x f32 [2 3] x index i32 [3 3]",
            bb_take_along_axis(w.x, index, 1));
    REFUSED(SHAPE, "take_along_axis: sizes of the index differ off axis 0: x f32 [2 3] x i i32 [2]",
            bb_take_along_axis(w.x, w.i, 0));
    REFUSED(TYPE, "take_along_axis: the index must be i32: x f32 [2 3] x x f32 [2 3]",
            bb_take_along_axis(w.x, w.x, 0));
    index = bb_input(w.g, "index", BB_I32, BB_SHAPE(4, 3));
    REFUSED(SHAPE,
            "scatter_add_along_axis: the updates must be [4 3]: x f32 [2 3] x index i32 [4 3] x x "
            "f32 [2 3]",
            bb_scatter_add_along_axis(w.x, index, w.x, 0));
    index = bb_input(w.g, "index", BB_I32, BB_SHAPE(2, 3));
    REFUSED(TYPE,
            "scatter_add_along_axis: the updates are of another type: x f32 [2 3] x index i32 [2 "
            "3] x d f64 [2 3]",
            bb_scatter_add_along_axis(w.x, index, w.d, 0));
    index = bb_input(w.g, "index", BB_I32, BB_SHAPE(2, 3));
    REFUSED(TYPE,
            "scatter_add_along_axis: needs f32 or f64: m u8 [2 3] x index i32 [2 3] x m u8 [2 3]",
            bb_scatter_add_along_axis(w.m, index, w.m, 0));
    index = bb_input(w.g, "index", BB_I32, BB_SHAPE(2, 3));
    REFUSED(SHAPE, "index_select: the index must be a vector: x f32 [2 3] x index i32 [2 3]",
            bb_index_select(w.x, index, 0));
}

/* A list without items is empty, whatever its count; there is no graph to keep the error. */
Test(errors_shape, lists_without_items)
{
    const bb_nodes none = {3, NULL};
    cr_assert_eq(bb_node_kind_of(bb_stack(none, 0)), BB_NODE_INERT);
    cr_assert_eq(bb_node_kind_of(bb_meshgrid(none, 0)), BB_NODE_INERT);
    cr_assert_eq(bb_node_kind_of(bb_concat(none, 0)), BB_NODE_INERT);
    cr_assert_eq(bb_node_kind_of(bb_einsum(none, "i,i,i")), BB_NODE_INERT);
}

Test(errors_shape, numbers)
{
    REFUSED(ARGUMENT, "arange: the step is 0", bb_arange(w.g, BB_F32, 0, 1, 0));
    REFUSED(ARGUMENT, "arange: 0 to nan by 1 is not finite", bb_arange(w.g, BB_F32, 0, NAN, 1));
    REFUSED(ARGUMENT, "arange: 0 to inf by 2 is not finite",
            bb_arange(w.g, BB_F32, 0, INFINITY, 2));
    REFUSED(ARGUMENT, "arange: 0 to inf by inf is not finite",
            bb_linspace(w.g, BB_F32, 0, INFINITY, 3));
    REFUSED(SHAPE, "arange: shape [-1] has a bad size or too many elements",
            bb_linspace(w.g, BB_F32, 0, 1, -1));
    REFUSED(TYPE, "arange: 17 is no dtype", bb_arange(w.g, (bb_dtype)17, 0, 1, 1));
    REFUSED(SHAPE, "broadcast: shape [-1] has a bad size or too many elements: constant#7 []",
            bb_eye(w.g, BB_F32, -1));
}
