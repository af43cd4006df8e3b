/* SPDX-License-Identifier: MIT */
/* Cross-entropy of softmax for a target of probabilities, for each row. */
#include "losses.h"
#include "support.h"

#include <math.h>

/* p log q, where an impossible class that has no probability is worth 0. */
static bb_node *weigh(bb_node *p, bb_node *log_q)
{
    bb_node *zero = bb_number(log_q, 0);
    bb_node *impossible = bb_equal(log_q, bb_number(log_q, -(double)INFINITY));
    bb_node *possible = bb_where(impossible, zero, log_q);
    return bb_mul(p, bb_where(bb_equal(p, zero), possible, log_q));
}

bb_node *bb__cross_entropy_of_probabilities(bb_node *logits, bb_node *target)
{
    static const char *const name = "softmax_cross_entropy";
    bb_shape shape = bb_node_shape(logits), probabilities = bb_node_shape(target);
    char text[2][BB_SHAPE_TEXT];
    if (bb_node_dtype(target) != bb_node_dtype(logits))
        return bb_fail_node(logits, target, name, BB_BAD_TYPE, "types differ");
    if (shape.ndim != 2)
        return bb_fail_node(logits, target, name, BB_BAD_SHAPE, "logits must be [rows classes]");
    if (!bb_shape_equal(shape, probabilities))
        return bb_fail_node(logits, target, name, BB_BAD_SHAPE,
                            "probabilities %s do not fit logits %s%s",
                            bb_shape_text(probabilities, text[0]), bb_shape_text(shape, text[1]),
                            probabilities.ndim == 1 ? " (labels are i32)" : "");
    return bb_neg(bb_sum(weigh(target, bb_log_softmax(logits, 1)), BB_AXES(1)));
}

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    (void)g, (void)attrs;
    return bb__cross_entropy_of_probabilities(in.items[0], in.items[1]);
}

static const bb_sample samples[] = {
    {.n_in = 2, .in = {BB_DIMS(1, 2), BB_DIMS(1, 2)}},
    {.n_in = 2, .in = {BB_DIMS(3, 4), BB_DIMS(3, 4)}},
    {.n_in = 2, .in = {BB_DIMS(0, 3), BB_DIMS(0, 3)}},
    {.n_in = 2,
     .in = {BB_DIMS(2, 2), BB_DIMS(2, 2)},
     .golden_in = {BB_NUMBERS(0, 0, -INFINITY, 1), BB_NUMBERS(0.5, 0.5, 0, 1)},
     .golden_out = BB_NUMBERS(0.69314718055994531, 0)},
};

const bb_op bb__op_cross_entropy_of_probabilities = {
    .name = "cross_entropy_of_probabilities",
    .doc = "-sum of p log softmax(x) for each row; an impossible class of no probability counts 0",
    .arity = 2,
    .build = build,
    BB_SAMPLES(samples),
};
