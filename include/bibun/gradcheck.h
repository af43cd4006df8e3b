/* SPDX-License-Identifier: MIT */
/* Comparing analytic gradients with central differences, in float64, so that a wrong rule cannot pass unseen. */
#ifndef BIBUN_GRADCHECK_H
#define BIBUN_GRADCHECK_H

#include <bibun/program.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* All zero is a good choice; each 0 stands for the default in brackets. */
typedef struct bb_gradcheck_options {
    double tolerance;  /* largest |analytic - numeric| allowed, relative to max(1, the largest entry of either) [1e-7] */
    double step;       /* of the differences, scaled by max(1, |x|) [cube root of the float64 epsilon, 6.06e-6] */
    int order;         /* 1: the gradient; 2: the gradient's gradient as well [2] */
    int64_t full_limit; /* up to this many Jacobian entries all are compared; beyond, random directions [4096] */
    int directions;    /* how many directions, dense and sparse by turns, beyond the limit [6] */
    double resample_limit; /* share of points that may lie at a kink and be drawn again [0.05] */
    uint64_t seed;     /* of cotangents and directions */
} bb_gradcheck_options;

typedef struct bb_gradcheck_report {
    bool passed;
    int64_t compared;  /* numbers compared; 0 is a failure */
    int64_t resampled; /* points that lay at a kink and were moved */
    int64_t skipped;   /* entries that could not be compared; a pass has none */
    int vacuous;       /* checks in which every number on both sides was zero although it need not be; a pass has none */
    double largest_error; /* relative, as for `tolerance`; NaN when an entry was NaN */
    int worst_order;   /* where it was: order 1 or 2, index of wrt, element of wrt, and both numbers */
    int worst_wrt;
    int64_t worst_element;
    double worst_analytic, worst_numeric;
    char text[256]; /* one sentence: what was found */
} bb_gradcheck_report;

/* Checks y's gradient with respect to inputs and parameters `wrt` at the values given by `at` (for inputs) and held by the parameters. All of wrt and y are f64. Appends
 * nodes to the graph; parameters and feeds are left as they were, to the bit. BB_OK when it passed, BB_CHECK_FAILED when not, another status when it could not be
 * made; the report is written in every case. */
BB_API bb_status bb_gradcheck(bb_node *y, bb_nodes wrt, bb_feeds at, const bb_gradcheck_options *options,
                              bb_gradcheck_report *report_out);

/* Writes "gradient check passed: 96 numbers compared, largest error 2.1e-10" or what went wrong and where. */
BB_API bb_status bb_gradcheck_print(const bb_gradcheck_report *report, FILE *file);

/* The same for one op on random inputs of its samples, by one call: for those who write ops. Every sample is run, forward against golden figures where it has some, and differentiated twice. */
BB_API bb_status bb_gradcheck_op(const bb_op *op, const bb_gradcheck_options *options,
                                 bb_gradcheck_report *report_out);

#ifdef __cplusplus
}
#endif
#endif
