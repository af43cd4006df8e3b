/* SPDX-License-Identifier: MIT */
/* What each op refuses beyond unfit operands, to the letter. */
#include <math.h>

#include "refusals.h"

TestSuite(errors_ops, .init = refusals_begin, .fini = refusals_end);

static const bb_shape rank_nine = {9, {1, 1, 1, 1, 1, 1, 1, 1}};

Test(errors_ops, maps)
{
    REFUSED(ARGUMENT, "clip: low 2 is above high 1: x [2 3]", bb_clip(w.x, 2, 1));
    REFUSED(ARGUMENT, "clip: low is NaN: x [2 3]", bb_clip(w.x, NAN, 1));
    REFUSED(ARGUMENT, "clip: high is NaN: x [2 3]", bb_clip(w.x, 0, NAN));
    REFUSED(TYPE, "clip: needs f32 or f64: i i32 [2]", bb_clip(w.i, 0, 1));
    REFUSED(TYPE, "cast: 17 is no element type: x f32 [2 3]", bb_cast(w.x, (bb_dtype)17));
    REFUSED(ARGUMENT, "dropout: rate 1 is not in [0, 1): x [2 3]", bb_dropout(w.x, 1));
    REFUSED(ARGUMENT, "dropout: rate -0.5 is not in [0, 1): x [2 3]", bb_dropout(w.x, -0.5));
    REFUSED(TYPE, "dropout: needs f32 or f64: i i32 [2]", bb_dropout(w.i, 0.5));
    REFUSED(TYPE, "mul: needs f32 or f64: i i32 [2] x broadcast#8 i32 [2]", bb_mul_scalar(w.i, 2));
}

Test(errors_ops, axes)
{
    REFUSED(ARGUMENT, "sum: axis 2 is out of range for rank 2: x [2 3]", bb_sum(w.x, BB_AXES(2)));
    REFUSED(ARGUMENT, "max: axis -3 is out of range for rank 2: x [2 3]", bb_max(w.x, BB_AXES(-3)));
    REFUSED(ARGUMENT, "mean: axis -1 is named twice: x [2 3]", bb_mean(w.x, BB_AXES(1, -1)));
    REFUSED(ARGUMENT, "min: the count of axes is 9: x [2 3]", bb_min(w.x, (bb_axes){.count = 9}));
    REFUSED(ARGUMENT, "logsumexp: the count of axes is -2: x [2 3]",
            bb_logsumexp(w.x, (bb_axes){.count = -2}));
    REFUSED(ARGUMENT, "sum: axis 0 is out of range for rank 0: s []", bb_sum(w.s, BB_AXES(0)));
    REFUSED(TYPE, "sum: needs f32 or f64: m u8 [2 3]", bb_sum(w.m, BB_ALL));
    REFUSED(ARGUMENT, "argmax: axis 2 is out of range for rank 2: x [2 3]", bb_argmax(w.x, 2));
    REFUSED(ARGUMENT, "argmax: axis 0 is out of range for rank 0: s []", bb_argmax(w.s, 0));
    REFUSED(TYPE, "argmax: needs f32 or f64: i i32 [2]", bb_argmax(w.i, 0));
    REFUSED(SHAPE, "argmax: axis 1 is empty: slice#7 [2 0]",
            bb_argmax(bb_slice(w.x, 1, 1, 1, 1), -1));
    REFUSED(ARGUMENT, "softmax: axis 2 is out of range for rank 2: x [2 3]", bb_softmax(w.x, 2));
    REFUSED(ARGUMENT, "log_softmax: axis -3 is out of range for rank 2: x [2 3]",
            bb_log_softmax(w.x, -3));
    REFUSED(TYPE, "softmax: needs f32 or f64: i i32 [2]", bb_softmax(w.i, 0));
}

Test(errors_ops, shapes)
{
    REFUSED(SHAPE, "broadcast: does not broadcast to [2 4]: x [2 3]",
            bb_broadcast(w.x, BB_SHAPE(2, 4)));
    REFUSED(SHAPE, "broadcast: does not broadcast to [3]: x [2 3]", bb_broadcast(w.x, BB_SHAPE(3)));
    REFUSED(SHAPE, "broadcast: rank 9 is over 8: x [2 3]", bb_broadcast(w.x, rank_nine));
    REFUSED(SHAPE,
            "broadcast: shape [70368744177664 2 3] has a bad size or too many elements: x [2 3]",
            bb_broadcast(w.x, BB_SHAPE((int64_t)1 << 46, 2, 3)));
    REFUSED(SHAPE, "sum_to: [4] does not broadcast to the operand: x [2 3]",
            bb_sum_to(w.x, BB_SHAPE(4)));
    REFUSED(SHAPE, "sum_to: [] does not broadcast to the operand: x [2 3]",
            bb_sum_to(w.x, bb_shape_make(INT32_MIN, NULL)));
    REFUSED(TYPE, "sum_to: needs f32 or f64: i i32 [2]", bb_sum_to(w.i, BB_SCALAR));
    REFUSED(SHAPE, "reshape: 6 elements do not fit [4 2]: x [2 3]",
            bb_reshape(w.x, BB_SHAPE(4, 2)));
    REFUSED(SHAPE, "reshape: 6 elements do not fit [4 -1]: x [2 3]",
            bb_reshape(w.x, BB_SHAPE(4, -1)));
    REFUSED(SHAPE, "reshape: more than one size of [-1 -1] is -1: x [2 3]",
            bb_reshape(w.x, BB_SHAPE(-1, -1)));
    REFUSED(SHAPE, "reshape: any size fits the -1 of [0 -1]: x [2 3]",
            bb_reshape(w.x, BB_SHAPE(0, -1)));
    REFUSED(SHAPE, "reshape: rank 9 is not in 0 .. 8: x [2 3]", bb_reshape(w.x, rank_nine));
    REFUSED(ARGUMENT, "permute: [0 2] is no permutation of 2 axes: x [2 3]",
            bb_permute(w.x, BB_AXES(0, 2)));
    REFUSED(ARGUMENT, "permute: [0] is no permutation of 2 axes: x [2 3]",
            bb_permute(w.x, BB_AXES(0)));
    REFUSED(ARGUMENT, "permute: [1 -1] is no permutation of 2 axes: x [2 3]",
            bb_permute(w.x, BB_AXES(1, -1)));
    REFUSED(SHAPE, "transpose: needs two dimensions: v [3]", bb_transpose(w.v));
}

Test(errors_ops, parts)
{
    REFUSED(ARGUMENT, "slice: axis 2 is out of range for rank 2: x [2 3]",
            bb_slice(w.x, 2, 0, 1, 1));
    REFUSED(ARGUMENT, "slice: step 0 is below 1: x [2 3]", bb_slice(w.x, 0, 0, 1, 0));
    REFUSED(ARGUMENT, "slice: 1 to 4 is not within 0 to 3 of axis 1: x [2 3]",
            bb_slice(w.x, -1, 1, 4, 1));
    REFUSED(ARGUMENT, "slice: 2 to 1 is not within 0 to 3 of axis 1: x [2 3]",
            bb_slice(w.x, 1, 2, 1, 1));
    REFUSED(ARGUMENT, "slice: -1 to 1 is not within 0 to 2 of axis 0: x [2 3]",
            bb_slice(w.x, 0, -1, 1, 1));
    REFUSED(ARGUMENT, "pad: axis 5 is out of range for rank 2: x [2 3]", bb_pad(w.x, 5, 1, 1, 0));
    REFUSED(ARGUMENT, "pad: padding -1 is negative: x [2 3]", bb_pad(w.x, 0, -1, 1, 0));
    REFUSED(SHAPE, "pad: padding 9223372036854775807 is too large: x [2 3]",
            bb_pad(w.x, 0, 1, INT64_MAX, 0));
    REFUSED(SHAPE, "pad: shape [281474976710658 3] has a bad size or too many elements: x [2 3]",
            bb_pad(w.x, 0, (int64_t)1 << 48, 0, 0));
    REFUSED(ARGUMENT, "concat: axis 2 is out of range for rank 2: x [2 3] x x [2 3]",
            bb_concat(BB_NODES(w.x, w.x), 2));
    REFUSED(SHAPE, "concat: operand 2 does not fit along axis 0: x [2 3] x y [4 5]",
            bb_concat(BB_NODES(w.x, w.y), 0));
    REFUSED(TYPE, "concat: operand 2 is of another type: x f32 [2 3] x d f64 [2 3]",
            bb_concat(BB_NODES(w.x, w.d), 0));
    REFUSED(ARGUMENT, "concat: operand 2 is NULL: x [2 3] x NULL",
            bb_concat(BB_NODES(w.x, NULL), 0));
}

Test(errors_ops, indices)
{
    REFUSED(TYPE, "gather: the index must be i32: x f32 [2 3] x v f32 [3]", bb_gather(w.x, w.v, 0));
    REFUSED(ARGUMENT, "gather: axis 2 is out of range for rank 2: x f32 [2 3] x i i32 [2]",
            bb_gather(w.x, w.i, 2));
    bb_node *deep = bb_input(w.g, "deep", BB_I32, BB_SHAPE(1, 1, 1, 1, 1, 1, 1, 1));
    REFUSED(SHAPE, "gather: rank 9 is over 8: x f32 [2 3] x deep i32 [1 1 1 1 1 1 1 1]",
            bb_gather(w.x, deep, 0));
    REFUSED(SHAPE, "scatter_add: the updates must be [2 3]: x f32 [2 3] x i i32 [2] x y f32 [4 5]",
            bb_scatter_add(w.x, w.i, w.y, 0));
    REFUSED(TYPE,
            "scatter_add: the updates are of another type: x f32 [2 3] x i i32 [2] x d f64 [2 3]",
            bb_scatter_add(w.x, w.i, w.d, 0));
    REFUSED(TYPE, "scatter_add: needs f32 or f64: m u8 [2 3] x i i32 [2] x m u8 [2 3]",
            bb_scatter_add(w.m, w.i, w.m, 0));
    REFUSED(TYPE, "one_hot: the index must be i32: x f32 [2 3]", bb_one_hot(w.x, BB_F32, 3));
    REFUSED(ARGUMENT, "one_hot: depth -1 is negative: i [2]", bb_one_hot(w.i, BB_F32, -1));
    REFUSED(TYPE, "one_hot: 17 is no dtype: i i32 [2]", bb_one_hot(w.i, (bb_dtype)17, 3));
    deep = bb_input(w.g, "deep", BB_I32, BB_SHAPE(1, 1, 1, 1, 1, 1, 1, 1));
    REFUSED(SHAPE, "one_hot: rank 9 is over 8: deep [1 1 1 1 1 1 1 1]",
            bb_one_hot(deep, BB_F32, 3));
}

Test(errors_ops, matmul)
{
    bb_node *a = bb_input(w.g, "a", BB_F32, BB_SHAPE(5, 2, 3));
    bb_node *b = bb_input(w.g, "b", BB_F32, BB_SHAPE(4, 3, 2));
    REFUSED(SHAPE, "matmul: batch sizes do not broadcast: a [5 2 3] x b [4 3 2]", bb_matmul(a, b));
    REFUSED(SHAPE, "matmul: inner sizes differ: x [2 3] x y [4 5]", bb_matmul(w.x, w.y));
    REFUSED(SHAPE, "matmul: inner sizes differ: y [4 5] x v [3]", bb_matmul(w.y, w.v));
    REFUSED(SHAPE, "matmul: an operand is a scalar: x [2 3] x s []", bb_matmul(w.x, w.s));
    REFUSED(TYPE, "matmul: types differ: x f32 [2 3] x d f64 [2 3]", bb_matmul(w.x, w.d));
    REFUSED(TYPE, "matmul: needs f32 or f64: x f32 [2 3] x m u8 [2 3]", bb_matmul(w.x, w.m));
    REFUSED(ARGUMENT, "matmul: operand 1 is NULL: NULL x x [2 3]", bb_matmul(NULL, w.x));
    REFUSED(GRAPH, "matmul: operand 2 belongs to another graph: x [2 3] x z [2 3]",
            bb_matmul(w.x, w.foreign));
}

Test(errors_ops, losses)
{
    bb_node *five = bb_input(w.g, "five", BB_I32, BB_SHAPE(5));
    REFUSED(SHAPE,
            "softmax_cross_entropy: labels [5] do not fit logits [2 3]: x f32 [2 3] x five i32 [5]",
            bb_softmax_cross_entropy(w.x, five));
    REFUSED(SHAPE, "softmax_cross_entropy: logits must be [rows classes]: v f32 [3] x i i32 [2]",
            bb_softmax_cross_entropy(w.v, w.i));
    REFUSED(TYPE, "softmax_cross_entropy: logits must be f32 or f64: i i32 [2] x i i32 [2]",
            bb_softmax_cross_entropy(w.i, w.i));
    REFUSED(TYPE,
            "softmax_cross_entropy: the target must be i32 labels, or probabilities like the "
            "logits: x f32 [2 3] x m u8 [2 3]",
            bb_softmax_cross_entropy(w.x, w.m));
    REFUSED(SHAPE,
            "softmax_cross_entropy: probabilities [3] do not fit logits [2 3] (labels are i32): "
            "x [2 3] x v [3]",
            bb_softmax_cross_entropy(w.x, w.v));
    REFUSED(SHAPE,
            "softmax_cross_entropy: probabilities [4 5] do not fit logits [2 3]: x [2 3] x y [4 5]",
            bb_softmax_cross_entropy(w.x, w.y));
    REFUSED(SHAPE, "softmax_cross_entropy: logits must be [rows classes]: v [3] x x [2 3]",
            bb_softmax_cross_entropy(w.v, w.x));
    REFUSED(TYPE, "softmax_cross_entropy: types differ: x f32 [2 3] x d f64 [2 3]",
            bb_softmax_cross_entropy(w.x, w.d));
    REFUSED(ARGUMENT, "softmax_cross_entropy: operand 2 is NULL: x [2 3] x NULL",
            bb_softmax_cross_entropy(w.x, NULL));
    REFUSED(SHAPE, "mean_squared_error: shapes differ: x [2 3] x v [3]",
            bb_mean_squared_error(w.x, w.v));
    REFUSED(SHAPE, "half_squared_error: shapes differ: x [2 3] x s []",
            bb_half_squared_error(w.x, w.s));
    REFUSED(TYPE, "sub: types differ: x f32 [2 3] x d f64 [2 3]", bb_mean_squared_error(w.x, w.d));
    REFUSED(SHAPE, "accuracy: logits must be [rows classes]: v f32 [3] x i i32 [2]",
            bb_accuracy(w.v, w.i));
    REFUSED(TYPE, "accuracy: labels must be i32: x f32 [2 3] x v f32 [3]", bb_accuracy(w.x, w.v));
    five = bb_input(w.g, "five", BB_I32, BB_SHAPE(5));
    REFUSED(SHAPE, "accuracy: labels [5] do not fit logits [2 3]: x f32 [2 3] x five i32 [5]",
            bb_accuracy(w.x, five));
}

Test(errors_ops, random)
{
    const bb_shape two = BB_SHAPE(2);
    REFUSED(TYPE, "uniform: needs f32 or f64", bb_uniform(w.g, BB_I32, two, 0, 1));
    REFUSED(ARGUMENT, "uniform: low 2 is above high 1", bb_uniform(w.g, BB_F32, two, 2, 1));
    REFUSED(ARGUMENT, "uniform: 0 to inf is no finite range of f64",
            bb_uniform(w.g, BB_F64, two, 0, INFINITY));
    REFUSED(ARGUMENT, "uniform: 0 to 1e+300 is no finite range of f32",
            bb_uniform(w.g, BB_F32, two, 0, 1e300));
    REFUSED(SHAPE, "uniform: rank 9 is over 8", bb_uniform(w.g, BB_F32, rank_nine, 0, 1));
    REFUSED(TYPE, "normal: needs f32 or f64", bb_normal(w.g, BB_U8, two, 0, 1));
    REFUSED(ARGUMENT, "normal: deviation -1 is negative", bb_normal(w.g, BB_F32, two, 0, -1));
    REFUSED(ARGUMENT, "normal: mean inf, deviation 1 are not finite",
            bb_normal(w.g, BB_F32, two, INFINITY, 1));
    REFUSED(SHAPE, "normal: shape [-2] has a bad size or too many elements",
            bb_normal(w.g, BB_F32, BB_SHAPE(-2), 0, 1));
}
