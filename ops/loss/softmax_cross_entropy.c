/* SPDX-License-Identifier: MIT */
/* softmax_cross_entropy: for each row of logits -log of the softmax at its label. Labels are
 * checked before a number is computed. */
#include "kernels.h"
#include "losses.h"
#include "moves.h"

#include <math.h>

static bool infer(bb_infer *c)
{
    bb_shape logits = c->in[0].shape, labels = c->in[1].shape;
    char text[2][BB_SHAPE_TEXT];
    if (!bb_dtype_is_float(c->in[0].dtype))
        return bb_infer_fail(c, BB_BAD_TYPE, "logits must be f32 or f64");
    if (logits.ndim != 2)
        return bb_infer_fail(c, BB_BAD_SHAPE, "logits must be [rows classes]");
    if (c->in[1].dtype != BB_I32)
        return bb_infer_fail(c, BB_BAD_TYPE,
                             "the target must be i32 labels, or probabilities like the logits");
    if (labels.ndim != 1 || labels.dim[0] != logits.dim[0])
        return bb_infer_fail(c, BB_BAD_SHAPE, "labels %s do not fit logits %s",
                             bb_shape_text(labels, text[0]), bb_shape_text(logits, text[1]));
    c->out = (bb_type){c->in[0].dtype, labels};
    return true;
}

static void forward(const bb_call *call)
{
    const int32_t *labels = call->in[1].data;
    int64_t rows = call->in[0].shape.dim[0], classes = call->in[0].shape.dim[1];
    for (int64_t row = 0; row < rows; row++)
        if (labels[row] < 0 || labels[row] >= classes) {
            bb_call_fault(call, "label %d at row %lld is not in 0 .. %lld", (int)labels[row],
                          (long long)row, (long long)classes - 1);
            return;
        }
    bb__label_losses(&call->in[0], &call->in[1], call->out, call->threads);
}

/* (softmax(x) - one_hot(t)) dy for each row. */
static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, 0), *labels = bb_node_input(y, 1);
    bb_shape shape = bb_node_shape(x);
    if (i != 0)
        return NULL;
    bb_node *hot = bb_one_hot(labels, bb_node_dtype(x), shape.dim[1]);
    bb_node *each = bb_reshape(dy, BB_SHAPE(shape.dim[0], 1));
    return bb_mul(bb_sub(bb_softmax(x, 1), hot), each);
}

/* All rows of all copies are rows of one table. */
static bb_node *batch(const bb_node *node, bb_node *const *in, const bool *batched)
{
    bb_shape shape = bb_node_shape(bb_node_input(node, 0));
    int64_t copies = bb__batch_rows(node, in, batched), rows = copies * shape.dim[0];
    bb_node *x = bb__batch_operand(node, in, batched, 0);
    bb_node *labels = bb__batch_operand(node, in, batched, 1);
    x = bb_reshape(x, BB_SHAPE(rows, shape.dim[1]));
    labels = bb_reshape(labels, BB_SHAPE(rows));
    bb_node *each = bb_apply(bb_node_op(node), BB_NODES(x, labels), NULL);
    return bb_reshape(each, BB_SHAPE(copies, shape.dim[0]));
}

static int label_of(const void *attrs, const bb_type *in, int64_t *bound_out)
{
    (void)attrs;
    *bound_out = in[0].shape.dim[1];
    return 1;
}

static const bb_sample samples[] = {
    {.n_in = 2, .in = {BB_DIMS(1, 2), BB_DIMS(1)}, .is_integer = {false, true}, .bound = 2},
    {.n_in = 2, .in = {BB_DIMS(3, 4), BB_DIMS(3)}, .is_integer = {false, true}, .bound = 4},
    {.n_in = 2, .in = {BB_DIMS(5, 7), BB_DIMS(5)}, .is_integer = {false, true}, .bound = 7},
    {.n_in = 2, .in = {BB_DIMS(4, 2), BB_DIMS(4)}, .is_integer = {false, true}, .bound = 2},
    {.n_in = 2, .in = {BB_DIMS(0, 3), BB_DIMS(0)}, .is_integer = {false, true}, .bound = 3},
    {.n_in = 2,
     .in = {BB_DIMS(3, 3), BB_DIMS(3)},
     .is_integer = {false, true},
     .golden_in = {BB_NUMBERS(1000.0, 1001.0, 999.0, -1000.0, -1000.0, -1002.0, 0.0, -800.0, 700.0),
                   BB_NUMBERS(1.0, 2.0, 0.0)},
     .golden_out = BB_NUMBERS(0.4076059644443804, 2.7586236756795133, 700.0)},
    {.n_in = 2,
     .in = {BB_DIMS(4, 3), BB_DIMS(4)},
     .is_integer = {false, true},
     .golden_in = {BB_NUMBERS(-INFINITY, 1.0, 2.0, -INFINITY, 0.0, 1.0, NAN, 0.0, 1.0, -INFINITY,
                              -INFINITY, -INFINITY),
                   BB_NUMBERS(1.0, 0.0, 1.0, 2.0)},
     .golden_out = BB_NUMBERS(1.3132616875182228, INFINITY, NAN, NAN)},
};

/* The largest, a difference, an exponential and a sum for each logit. */
static double flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    (void)attrs;
    (void)out;
    return 4 * (double)bb_shape_count(in[0].shape);
}

const bb_op bb__op_softmax_cross_entropy = {
    .name = "softmax_cross_entropy",
    .doc = "logsumexp(x) - x[label] for each row of logits; a label out of range is an error of "
           "the run",
    .arity = 2,
    .may_fault = true,
    .index = label_of,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .batch = batch,
    .needs_contiguous = true,
    .flops = flops,
    BB_SAMPLES(samples),
};

bb_node *bb_softmax_cross_entropy_each(bb_node *logits, bb_node *target)
{
    bool both = logits && target && bb_node_kind_of(target) != BB_NODE_INERT;
    if (both && bb_dtype_is_float(bb_node_dtype(target)))
        return bb__cross_entropy_of_probabilities(logits, target);
    return bb_apply(&bb__op_softmax_cross_entropy, BB_NODES(logits, target), NULL);
}

bb_node *bb_softmax_cross_entropy(bb_node *logits, bb_node *target)
{
    return bb_mean(bb_softmax_cross_entropy_each(logits, target), BB_ALL);
}
