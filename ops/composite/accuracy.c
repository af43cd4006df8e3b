/* SPDX-License-Identifier: MIT */
/* accuracy: the share of rows whose largest is at the label. */
#include <bibun/op.h>
#include <bibun/ops.h>

bb_node *bb_accuracy(bb_node *logits, bb_node *labels)
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
