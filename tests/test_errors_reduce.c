/* SPDX-License-Identifier: MIT */
/* What reductions, scans and sorting refuse, to the letter. */
#include <math.h>

#include "refusals.h"

TestSuite(errors_reduce, .init = refusals_begin, .fini = refusals_end);

Test(errors_reduce, axes)
{
    REFUSED(ARGUMENT, "prod: axis 2 is out of range for rank 2: x [2 3]", bb_prod(w.x, BB_AXES(2)));
    REFUSED(ARGUMENT, "prod: axis -1 is named twice: x [2 3]", bb_prod_keep(w.x, BB_AXES(1, -1)));
    REFUSED(TYPE, "prod: needs f32 or f64: i i32 [2]", bb_prod(w.i, BB_ALL));
    REFUSED(TYPE, "any: needs u8: x f32 [2 3]", bb_any(w.x, BB_ALL));
    REFUSED(TYPE, "all: needs u8: i i32 [2]", bb_all_keep(w.i, BB_ALL));
    REFUSED(ARGUMENT, "any: axis 2 is out of range for rank 2: m [2 3]", bb_any(w.m, BB_AXES(2)));
    REFUSED(ARGUMENT, "all: the count of axes is 9: m [2 3]", bb_all(w.m, (bb_axes){.count = 9}));
    REFUSED(ARGUMENT, "argmin: axis 2 is out of range for rank 2: x [2 3]", bb_argmin(w.x, 2));
    REFUSED(SHAPE, "argmin: axis 1 is empty: slice#7 [2 0]",
            bb_argmin(bb_slice(w.x, 1, 1, 1, 1), -1));
}

Test(errors_reduce, moments)
{
    REFUSED(ARGUMENT, "var: correction -1 is not 0 or a positive number: x [2 3]",
            bb_var(w.x, BB_ALL, -1));
    REFUSED(ARGUMENT, "var: correction nan is not 0 or a positive number: x [2 3]",
            bb_std(w.x, BB_ALL, fabs((double)NAN)));
    REFUSED(ARGUMENT, "var: correction inf is not 0 or a positive number: x [2 3]",
            bb_var_keep(w.x, BB_ALL, INFINITY));
    REFUSED(ARGUMENT, "std: axis 3 is out of range for rank 2: x [2 3]",
            bb_std_keep(w.x, BB_AXES(3), 0));
    REFUSED(TYPE, "var: needs f32 or f64: m u8 [2 3]", bb_var(w.m, BB_ALL, 0));
    REFUSED(ARGUMENT, "norm: p 0.5 is not at least 1: x [2 3]", bb_norm(w.x, 0.5, BB_ALL));
    REFUSED(ARGUMENT, "norm: p nan is not at least 1: x [2 3]",
            bb_norm_keep(w.x, fabs((double)NAN), BB_ALL));
    REFUSED(ARGUMENT, "norm: axis 2 is out of range for rank 2: x [2 3]",
            bb_norm(w.x, 2, BB_AXES(2)));
    REFUSED(TYPE, "norm: needs f32 or f64: i i32 [2]", bb_norm(w.i, 3, BB_ALL));
    const double attrs[] = {0, 0, 3};
    REFUSED(ARGUMENT, "elementary_norm: p 3 is not 1, 2 or infinity: x [2 3]",
            bb_apply(bb_op_find("elementary_norm"), BB_NODES(w.x), attrs));
}

Test(errors_reduce, scans)
{
    REFUSED(ARGUMENT, "cumsum: axis 2 is out of range for rank 2: x [2 3]",
            bb_cumsum(w.x, 2, false, false));
    REFUSED(TYPE, "cumprod: needs f32 or f64: i i32 [2]", bb_cumprod(w.i, 0, false, false));
    REFUSED(ARGUMENT, "cumprod: axis 0 is out of range for rank 0: s []",
            bb_cumprod(w.s, 0, false, false));
    REFUSED(ARGUMENT, "cummax: axis -3 is out of range for rank 2: x [2 3]", bb_cummax(w.x, -3));
    REFUSED(TYPE, "cummax_index: needs f32 or f64: i i32 [2]", bb_cummax_index(w.i, 0));
    REFUSED(ARGUMENT, "cummax_index: axis 2 is out of range for rank 2: x [2 3]",
            bb_cummax_index(w.x, 2));
    REFUSED(SHAPE, "linear_recurrence: shapes do not broadcast: x [2 3] x y [4 5]",
            bb_linear_recurrence(w.x, w.y, 0, false));
    REFUSED(TYPE, "linear_recurrence: types differ: x f32 [2 3] x d f64 [2 3]",
            bb_linear_recurrence(w.x, w.d, 0, false));
    REFUSED(ARGUMENT, "linear_recurrence: axis 2 is out of range for rank 2: x [2 3] x x [2 3]",
            bb_linear_recurrence(w.x, w.x, 2, true));
}

Test(errors_reduce, order)
{
    REFUSED(ARGUMENT, "sort: axis 2 is out of range for rank 2: x [2 3]", bb_sort(w.x, 2, false));
    REFUSED(ARGUMENT, "argsort: axis 0 is out of range for rank 0: s []",
            bb_argsort(w.s, 0, false));
    REFUSED(ARGUMENT, "topk: 4 is not in 0 .. 3, the size of axis 1: x [2 3]", bb_topk(w.x, 4, -1));
    REFUSED(ARGUMENT, "topk: axis 2 is out of range for rank 2: x [2 3]", bb_topk(w.x, 1, 2));
    REFUSED(ARGUMENT, "topk_index: -1 is not in 0 .. 2, the size of axis 0: x [2 3]",
            bb_topk_index(w.x, -1, 0));
    REFUSED(ARGUMENT, "topk_index: axis -3 is out of range for rank 2: x [2 3]",
            bb_topk_index(w.x, 1, -3));
    bb_node *sum = bb_sum(bb_take_along_axis(w.x, bb_argsort(w.d, 1, false), 1), BB_ALL);
    REFUSED(GRADIENT, "grad: the only way leads through an integer: d f64 [2 3] x sum#9 f32 []",
            bb_grad(sum, w.d));
}
