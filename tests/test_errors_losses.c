/* SPDX-License-Identifier: MIT */
/* What losses refuse, to the letter. */
#include <math.h>

#include "refusals.h"

TestSuite(errors_losses, .init = refusals_begin, .fini = refusals_end);

Test(errors_losses, operands_that_are_not_alike)
{
    REFUSED(SHAPE, "mean_absolute_error: shapes differ: x [2 3] x v [3]",
            bb_mean_absolute_error(w.x, w.v));
    REFUSED(TYPE, "mean_absolute_error: types differ: x f32 [2 3] x d f64 [2 3]",
            bb_mean_absolute_error(w.x, w.d));
    REFUSED(TYPE, "hinge: needs f32 or f64: i i32 [2] x i i32 [2]", bb_hinge(w.i, w.i));
    REFUSED(ARGUMENT, "hinge: operand 2 is NULL: x [2 3]", bb_hinge(w.x, NULL));
    REFUSED(ARGUMENT, "hinge: operand 1 is NULL: x [2 3]", bb_hinge(NULL, w.x));
    REFUSED(SHAPE, "huber: shapes differ: x [2 3] x s []", bb_huber(w.x, w.s, 1));
    REFUSED(SHAPE, "smooth_l1: shapes differ: x [2 3] x s []", bb_smooth_l1(w.x, w.s, 1));
    REFUSED(SHAPE, "binary_cross_entropy: shapes differ: x [2 3] x v [3]",
            bb_binary_cross_entropy(w.x, w.v));
    REFUSED(SHAPE, "binary_cross_entropy_with_logits: shapes differ: x [2 3] x v [3]",
            bb_binary_cross_entropy_with_logits(w.x, w.v));
    REFUSED(SHAPE, "kl_divergence: shapes differ: x [2 3] x v [3]", bb_kl_divergence(w.x, w.v));
    REFUSED(SHAPE, "kl_divergence: needs an axis of classes: s [] x s []",
            bb_kl_divergence(w.s, w.s));
    REFUSED(SHAPE, "cosine_similarity: shapes differ: x [2 3] x y [4 5]",
            bb_cosine_similarity(w.x, w.y, 1));
    REFUSED(SHAPE, "cosine_embedding: the target must be [rows]: x [2 3] x v [3]",
            bb_cosine_embedding(w.x, w.x, w.v, 0));
    REFUSED(SHAPE, "cosine_embedding: operands must be [rows size]: v [3] x v [3]",
            bb_cosine_embedding(w.v, w.v, w.v, 0));
}

Test(errors_losses, options)
{
    REFUSED(ARGUMENT, "huber: delta 0 is not a positive number: x [2 3] x x [2 3]",
            bb_huber(w.x, w.x, 0));
    REFUSED(ARGUMENT, "huber: delta inf is not a positive number: x [2 3] x x [2 3]",
            bb_huber(w.x, w.x, INFINITY));
    REFUSED(ARGUMENT, "smooth_l1: beta -1 is not a positive number: x [2 3] x x [2 3]",
            bb_smooth_l1(w.x, w.x, -1));
    REFUSED(ARGUMENT, "cosine_similarity: axis 2 is out of range for rank 2: x [2 3] x x [2 3]",
            bb_cosine_similarity(w.x, w.x, 2));
    REFUSED(ARGUMENT, "cosine_embedding: margin 2 is not in [-1, 1]: x [2 3] x x [2 3]",
            bb_cosine_embedding(w.x, w.x, w.v, 2));
    REFUSED(ARGUMENT,
            "softmax_cross_entropy_smooth: smoothing 1.5 is not in [0, 1]: x f32 [2 3] x i i32 [2]",
            bb_softmax_cross_entropy_smooth(w.x, w.i, 1.5));
    REFUSED(
        SHAPE,
        "binary_cross_entropy_with_logits_weighted: weights do not broadcast: x [2 3] x y [4 5]",
        bb_binary_cross_entropy_with_logits_weighted(w.x, w.x, w.y, w.s));
    REFUSED(SHAPE,
            "binary_cross_entropy_with_logits_weighted: weights do not broadcast: s [] x v [3]",
            bb_binary_cross_entropy_with_logits_weighted(w.s, w.s, w.s, w.v));
}

Test(errors_losses, labels)
{
    bb_node *five = bb_input(w.g, "five", BB_I32, BB_SHAPE(5));
    REFUSED(SHAPE,
            "negative_log_likelihood: labels [5] do not fit [2 3]: x f32 [2 3] x five i32 [5]",
            bb_negative_log_likelihood(w.x, five));
    REFUSED(SHAPE,
            "negative_log_likelihood: operand 1 must be [rows classes]: v f32 [3] x i i32 [2]",
            bb_negative_log_likelihood(w.v, w.i));
    REFUSED(TYPE, "negative_log_likelihood: labels must be i32: x f32 [2 3] x m u8 [2 3]",
            bb_negative_log_likelihood(w.x, w.m));
    REFUSED(TYPE, "negative_log_likelihood: needs f32 or f64: m u8 [2 3] x i i32 [2]",
            bb_negative_log_likelihood(w.m, w.i));
    REFUSED(TYPE, "softmax_cross_entropy_smooth: labels must be i32: x f32 [2 3] x x f32 [2 3]",
            bb_softmax_cross_entropy_smooth(w.x, w.x, 0.1));
    REFUSED(SHAPE,
            "negative_log_likelihood_weighted: weights must be one for each class: x [2 3] x s []",
            bb_negative_log_likelihood_weighted(w.x, w.i, w.s));
    REFUSED(TYPE, "softmax_cross_entropy_weighted: types differ: x f32 [2 3] x d f64 [2 3]",
            bb_softmax_cross_entropy_weighted(w.x, w.i, w.d));
    REFUSED(ARGUMENT, "softmax_cross_entropy_weighted: the weights are NULL: x [2 3]",
            bb_softmax_cross_entropy_weighted(w.x, w.i, NULL));
}
