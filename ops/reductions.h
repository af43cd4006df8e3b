/* SPDX-License-Identifier: MIT */
/* What the ops that reduce axes share besides their attributes, which support.h has. */
#ifndef BIBUN_OPS_REDUCTIONS_H
#define BIBUN_OPS_REDUCTIONS_H

#include "support.h"

size_t bb__reduction_scratch(const void *attrs, int n_in, const bb_array *in, const bb_array *out);
/* of each result, for an operand of that shape */
double bb__reduction_terms(const bb__reduce_attrs *attrs, bb_shape shape);
double bb__reduction_flops(const void *attrs, const bb_type *in, const bb_type *out);
uint32_t bb__reduction_rows(const void *attrs, const bb_type *in, const bb_type *out);

/* of sums and their kin: what is left of dimensions of size 1 stays in the first stage */
bool bb__reduction_stages(const void *attrs, void *within_out, void *across_out);

bb_node *bb__batch_reduction(const bb_node *node, bb_node *const *in, const bool *batched);

/* y with the axes that it reduced put back with size 1, or dy likewise. */
bb_node *bb__unreduced(bb_node *reduced, const bb_node *y);

/* How many are set of a mask of x's shape over the axes that y reduced, which get size 1; at least
 * 1, so that it can divide where nothing is tied. */
bb_node *bb__count_ties(bb_node *tied, const bb_node *y);

/* The rule of max and min: elements equal to y share dy evenly. */
bb_node *bb__share_among_ties(bb_node *y, bb_node *dy);

/* argmax and argmin, with bb__axis_attrs: an i32 place; drops the axis, which must not be empty. */
bool bb__infer_place(bb_infer *c);

/* A result of x's shape: the i32 places of elements along an axis, which is counted from the
 * front. */
bool bb__infer_places(bb_infer *c, int64_t *axis);

/* The attributes of var and std. */
typedef struct bb__var_attrs {
    bb__reduce_attrs reduce;
    double correction;
} bb__var_attrs;

/* The attributes of norms. */
typedef struct bb__norm_attrs {
    bb__reduce_attrs reduce;
    double p;
} bb__norm_attrs;

/* bb_norm for p of 1, 2 or infinity. */
bb_node *bb__elementary_norm(bb_node *x, double p, bb_axes axes, bool keep);

/* The attributes of cumsum and cumprod, and linear_recurrence. */
typedef struct bb__scan_attrs {
    int64_t axis;
    int32_t exclusive, reverse;
} bb__scan_attrs;

void bb__print_scan(const void *attrs, char *buffer, size_t size);

/* What is one step earlier along an axis (later, if `reverse`), and 0 at the first step. */
bb_node *bb__step_before(bb_node *x, int axis, bool reverse);

#endif
