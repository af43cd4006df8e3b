/* SPDX-License-Identifier: MIT */
/* accuracy: the share of rows whose largest is at the label. */
#include "support.h"

static bb_node *construct(bb_node *logits, bb_node *labels)
{
    bb_shape shape = bb_node_shape(logits), rows = bb_node_shape(labels);
    char text[2][BB_SHAPE_TEXT];
    if (!logits || !labels)
        return bb_fail_node(logits, labels, "accuracy", BB_BAD_ARGUMENT, "operand %d is NULL",
                            logits ? 2 : 1);
    if (shape.ndim != 2)
        return bb_fail_node(logits, labels, "accuracy", BB_BAD_SHAPE,
                            "logits must be [rows classes]");
    if (bb_node_dtype(labels) != BB_I32)
        return bb_fail_node(logits, labels, "accuracy", BB_BAD_TYPE, "labels must be i32");
    if (rows.ndim != 1 || rows.dim[0] != shape.dim[0])
        return bb_fail_node(logits, labels, "accuracy", BB_BAD_SHAPE,
                            "labels %s do not fit logits %s", bb_shape_text(rows, text[0]),
                            bb_shape_text(shape, text[1]));
    return bb_mean(bb_cast(bb_equal(bb_argmax(logits, 1), labels), BB_F32), BB_ALL);
}

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    (void)g, (void)attrs;
    return construct(in.items[0], in.items[1]);
}

static const bb_sample samples[] = {
    {.n_in = 2,
     .in = {BB_DIMS(4, 3), BB_DIMS(4)},
     .is_integer = {false, true},
     .golden_in = {BB_NUMBERS(1, 2, 0, 5, 5, 1, 0, 0, 1, -1, -2, -3), BB_NUMBERS(1, 1, 2, 0)},
     .golden_out = BB_NUMBERS(0.75)},
};

const bb_op bb__op_accuracy = {
    .name = "accuracy",
    .doc = "the share of rows whose largest is at the label; the first of ties",
    .arity = 2,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_accuracy(bb_node *logits, bb_node *labels)
{
    return construct(logits, labels);
}
