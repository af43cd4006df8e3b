/* SPDX-License-Identifier: MIT */
/* Comparing analytic gradients with central differences, in float64, so that a wrong rule cannot
 * pass unseen.
 *
 * What a check does. For a function f of the variables x it takes the analytic Jacobian from
 * bb_grads, a cotangent e_j a row, and the numeric one from (f(x + h) - f(x - h)) / 2h, a column an
 * element. Beyond `full_limit` entries it compares v'Ju for random cotangents v and directions u,
 * dense ones and sparse ones by turns; some v have no component along ones, none is parallel to it,
 * for that would hide what a normalisation does. The second order is the same check of every
 * gradient, with respect to x and to the cotangent.
 *
 * What an error is relative to. |analytic - numeric| is divided by the largest entry of either
 * Jacobian (of one function and one variable), however small that is; but rounding of f may disturb
 * the differences, and less than 16 epsilon max(1, |f|) / step, 6e-10 for values of about 1, is
 * within the tolerance and counts as zero. The size of the Jacobian plays no part. Where rounding
 * could hide 1/1000 of max(1, the largest entry), nothing is compared and the entries count as
 * skipped, which is a failure.
 *
 * Kinks. Where the slopes to both sides differ by what is not curvature (halving h does not halve
 * it, or moves the central difference), the point is moved by a random 0.01 to 0.1 of max(1, |x|).
 * A variable in which more than `resample_limit` of the points lie at kinks, and more than one, is
 * a failure, and so is one in which points had to be moved too often. What curves too much for the
 * step looks like a kink: a smaller `step` tells.
 *
 * Vacuity. A check of one order in which every number is zero on both sides, within rounding,
 * compares nothing (the sum of a softmax). It is a failure unless `zero_expected` says that zero is
 * right.
 *
 * Besides, for each function: a zero cotangent gives exactly zero, twice the cotangent exactly
 * twice; a second run, 1 thread and 4 threads, memory full of NaN, and steps at the same time that
 * need not wait for one another give the same bits, and one row at a time, where ops say that rows
 * are apart, the same numbers; feeds and parameters are the same to the bit afterwards. */
#ifndef BIBUN_GRADCHECK_H
#define BIBUN_GRADCHECK_H

#include <bibun/program.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* All zero is a good choice; each 0 stands for the default in brackets. */
typedef struct bb_gradcheck_options {
    double tolerance; /* largest relative error allowed, see above [1e-7] */
    double step; /* of the differences, scaled by max(1, |x|) [cube root of epsilon, 6.06e-6] */
    int order;   /* 1: the gradient; 2: the gradient's gradient as well [2] */
    int64_t full_limit;    /* up to this many Jacobian entries all are compared [4096] */
    int directions;        /* how many random directions beyond the limit [6] */
    double resample_limit; /* share of points that may lie at a kink and be moved [0.05] */
    uint64_t seed;         /* of cotangents, directions, moves, and the inputs of bb_gradcheck_op */
    bool zero_expected;    /* a gradient of zero is right: the function is constant almost
                         * everywhere */
    bool zero_by_definition; /* the first gradient must be zero whatever the differences say
                                (stop_gradient) */
} bb_gradcheck_options;

typedef struct bb_gradcheck_report {
    bool passed;
    int64_t compared;        /* numbers compared; 0 is a failure, but for an op without gradient */
    int64_t compared_second; /* of these, of the second order */
    int64_t golden;          /* figures of samples compared (bb_gradcheck_op) */
    int64_t resampled;       /* points that lay at a kink and were moved */
    int64_t skipped;         /* entries that could not be compared; a pass has none */
    int vacuous;          /* checks in which every number on both sides was zero; a pass has none */
    double largest_error; /* relative, as for `tolerance`; NaN when an entry was NaN */
    int worst_order;      /* where it was, 1 or 2; 0 when nothing was compared */
    int worst_wrt;        /* index of the variable; wrt.count stands for the cotangent (order 2) */
    int64_t worst_element; /* of the variable; -1 for a random direction */
    double worst_analytic, worst_numeric;
    char text[256]; /* one sentence: what was found */
} bb_gradcheck_report;

/* Checks y's gradient with respect to inputs and parameters `wrt` at the values given by `at` (for
 * inputs) and held by the parameters. All of wrt and y are f64. Appends nodes to the graph;
 * parameters and feeds are left as they were, to the bit. `options` may be NULL. BB_OK when it
 * passed, BB_CHECK_FAILED when not, another status when it could not be made; the report is written
 * in every case. */
BB_API bb_status bb_gradcheck(bb_node *y, bb_nodes wrt, bb_feeds at,
                              const bb_gradcheck_options *options, bb_gradcheck_report *report_out);

/* Writes the report's sentence and ends the line: "gradient check passed: 96 numbers compared,
 * largest error 2.1e-10", or what went wrong and where. BB_BAD_FILE when writing fails. */
BB_API bb_status bb_gradcheck_print(const bb_gradcheck_report *report, FILE *file);

/* The same for one op on random inputs of its samples, by one call: for those who write ops. Every
 * sample is run forward, against its golden figures where it has some (NaN must meet NaN, an
 * infinity itself), and differentiated with respect to all float inputs at once; then again with
 * each input of rank 2 and more a transposed view, and a broadcast view, which must give the
 * numbers that row-major operands give (to 1e-12 where sums have an order). So must `batch`, of two
 * draws of a sample, row by row, and `join` of nodes that two samples of one type make, added up;
 * what they leave to others by NULL is not compared; and a result with rows apart, where the op
 * says `writes_strided`. Random inputs of a sample with golden figures and without a range of its
 * own are drawn from that of the op's first sample without figures. Zero is expected of an op with
 * the rule bb_backward_zero, of a sample without elements, and of broadcast views (a softmax of
 * equal numbers). An op without float inputs or outputs, or an effect, only runs forward, which the
 * report says. */
BB_API bb_status bb_gradcheck_op(const bb_op *op, const bb_gradcheck_options *options,
                                 bb_gradcheck_report *report_out);

#ifdef __cplusplus
}
#endif
#endif
