/* SPDX-License-Identifier: MIT */
/* What activations, logic and samples of nodes refuse, to the letter. */
#include <math.h>

#include "refusals.h"

TestSuite(errors_activations, .init = refusals_begin, .fini = refusals_end);

Test(errors_activations, maps)
{
    REFUSED(TYPE, "softplus: needs f32 or f64: i i32 [2]", bb_softplus(w.i));
    REFUSED(TYPE, "gelu: needs f32 or f64: i i32 [2]", bb_gelu(w.i));
    REFUSED(ARGUMENT, "elu: alpha inf is not finite: x [2 3]", bb_elu(w.x, INFINITY));
    REFUSED(ARGUMENT, "elu: alpha nan is not finite: x [2 3]", bb_elu(w.x, NAN));
    REFUSED(ARGUMENT, "celu: alpha 0 is not a positive number: x [2 3]", bb_celu(w.x, 0));
    REFUSED(ARGUMENT, "celu: alpha inf is not a positive number: x [2 3]", bb_celu(w.x, INFINITY));
    REFUSED(ARGUMENT, "clip: low 2 is above high 1: x [2 3]", bb_hard_tanh(w.x, 2, 1));
    REFUSED(TYPE, "xlogy: types differ: x f32 [2 3] x d f64 [2 3]", bb_xlogy(w.x, w.d));
    REFUSED(SHAPE, "lerp: shapes do not broadcast: x [2 3] x y [4 5] x s []",
            bb_lerp(w.x, w.y, w.s));
}

Test(errors_activations, logic)
{
    REFUSED(TYPE, "is_nan: needs f32 or f64: i i32 [2]", bb_is_nan(w.i));
    REFUSED(TYPE, "is_finite: needs f32 or f64: m u8 [2 3]", bb_is_finite(w.m));
    REFUSED(TYPE, "logical_and: needs u8 masks: m u8 [2 3] x x f32 [2 3]",
            bb_logical_and(w.m, w.x));
    REFUSED(TYPE, "logical_or: needs u8 masks: x f32 [2 3] x x f32 [2 3]", bb_logical_or(w.x, w.x));
    REFUSED(TYPE, "logical_not: needs u8 masks: i i32 [2]", bb_logical_not(w.i));
}

Test(errors_activations, samples)
{
    REFUSED(TYPE, "bernoulli: needs f32 or f64: m u8 [2 3]", bb_bernoulli(w.m));
    REFUSED(TYPE, "categorical: logits must be f32 or f64: i i32 [2]", bb_categorical(w.i));
    REFUSED(SHAPE, "categorical: logits must be [... classes]: s []", bb_categorical(w.s));
    REFUSED(SHAPE, "categorical: there are no classes: slice#7 [2 0]",
            bb_categorical(bb_slice(w.x, 1, 1, 1, 1)));
    REFUSED(TYPE, "exponential: needs f32 or f64: i i32 [2]", bb_exponential(w.i));
    REFUSED(TYPE, "normal_around: needs f32 or f64: i i32 [2] x x f32 [2 3]",
            bb_normal_around(w.i, w.x));
    REFUSED(TYPE, "gamma: needs f32 or f64: i i32 [2]", bb_gamma(w.i));
}
