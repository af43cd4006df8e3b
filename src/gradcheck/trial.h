/* SPDX-License-Identifier: MIT */
/* One application of an op to the values of a sample, for the check of ops.
 *
 * Each is a graph of its own, closed whether or not opening it failed. */
#ifndef BIBUN_GRADCHECK_TRIAL_H
#define BIBUN_GRADCHECK_TRIAL_H

#include <bibun/gradcheck.h>
#include <bibun/op.h>

/* How float inputs of rank 2 and more come to the op. */
typedef enum bb__sample_layout {
    BB__PLAIN,
    BB__TRANSPOSED,
    BB__REPEATED,
    BB__LAYOUTS
} bb__sample_layout;

typedef struct bb__op_check {
    const bb_op *op;
    bb_gradcheck_options options;
    bb_gradcheck_report *total;
    int sample;
    bb__sample_layout layout;
    bool differentiated;
    bool strided; /* rows of a result have been apart */
    bb_dtype output;
} bb__op_check;

/* One application of the op in a graph of its own. */
typedef struct bb__trial {
    const bb_sample *sample;
    bb_graph *g;
    bb_params *params; /* operands of effects */
    int n;
    bb_node *leaf[BB_SAMPLE_INPUTS], *operand[BB_SAMPLE_INPUTS], *y;
    bb_tensor *value[BB_SAMPLE_INPUTS];
    bb_feed feeds[BB_SAMPLE_INPUTS];
} bb__trial;

/* Whether a layout changes anything in a sample. */
bool bb__layout_has_views(const bb_sample *s, bb__sample_layout how);

/* Draws values, or takes the golden ones, and applies the op to them. */
bb_status bb__trial_open(bb__op_check *c, bb__trial *t, bb__sample_layout how, bool golden);

/* Applies the op to the values that t has already. */
bb_status bb__trial_build(bb__op_check *c, bb__trial *t, bb__sample_layout how);
void bb__trial_close(bb__trial *t);

bb_feeds bb__trial_feeds(const bb__op_check *c, const bb__trial *t);
bb_status bb__trial_evaluate(bb__op_check *c, const bb__trial *t, bb_node *node, bb_tensor **out);

/* The same numbers; to 1e-12 where sums of the op may have another order. */
bool bb__trial_agree(const bb_op *op, const bb_tensor *a, const bb_tensor *b);

/* Whether the op's rules give on the sample what the op does, and whether it faults where it says
 * (rules.c). */
bb_status bb__check_batch(bb__op_check *c);
bb_status bb__check_join(bb__op_check *c);
bb_status bb__check_index(bb__op_check *c);
bb_status bb__check_strided(bb__op_check *c);

/* Says in the report which sample failed and why (NULL: memory ran out); returns the status. */
bb_status bb__trial_fail(bb__op_check *c, bb_status status, const char *reason);

#endif
