/* SPDX-License-Identifier: MIT */
/* What losses share: weighing, and the checks of composites, which name the loss and not what it is
 * written with. Operands that failed before are left to the ops that meet them. */
#include "losses.h"
#include "support.h"

#include <math.h>

bb_node *bb__weigh(bb_node *weight, bb_node *x)
{
    bb_node *zero = bb_number(x, 0);
    bb_node *is_infinite = bb_equal(bb_abs(x), bb_number(x, (double)INFINITY));
    bb_node *is_void = bb_logical_and(bb_equal(weight, zero), is_infinite);
    return bb_mul(weight, bb_where(is_void, zero, x));
}

static bool are_sound(bb_node *x, bb_node *y)
{
    return bb_node_kind_of(x) != BB_NODE_INERT && bb_node_kind_of(y) != BB_NODE_INERT;
}

bb_node *bb__refuse_unlike(bb_node *x, bb_node *target, const char *name)
{
    bb_node *refused = bb__refuse_pair(x, target, name);
    if (refused || !are_sound(x, target))
        return refused;
    if (!bb_shape_equal(bb_node_shape(x), bb_node_shape(target)))
        return bb_fail_node(x, target, name, BB_BAD_SHAPE, "shapes differ");
    return NULL;
}

bb_node *bb__refuse_labels(bb_node *x, bb_node *labels, const char *name)
{
    bb_shape shape = bb_node_shape(x), rows = bb_node_shape(labels);
    char text[2][BB_SHAPE_TEXT];
    if (!x || !labels || !are_sound(x, labels))
        return bb__refuse_null(x, labels, name);
    if (!bb_dtype_is_float(bb_node_dtype(x)))
        return bb_fail_node(x, labels, name, BB_BAD_TYPE, "needs f32 or f64");
    if (shape.ndim != 2)
        return bb_fail_node(x, labels, name, BB_BAD_SHAPE, "operand 1 must be [rows classes]");
    if (bb_node_dtype(labels) != BB_I32)
        return bb_fail_node(x, labels, name, BB_BAD_TYPE, "labels must be i32");
    if (rows.ndim != 1 || rows.dim[0] != shape.dim[0])
        return bb_fail_node(x, labels, name, BB_BAD_SHAPE, "labels %s do not fit %s",
                            bb_shape_text(rows, text[0]), bb_shape_text(shape, text[1]));
    return NULL;
}

bb_node *bb__refuse_weights(bb_node *x, bb_node *weights, const char *name)
{
    bb_shape shape = bb_node_shape(weights);
    if (!weights || !are_sound(x, weights))
        return weights ? NULL
                       : bb_fail_node(x, NULL, name, BB_BAD_ARGUMENT, "the weights are NULL");
    if (bb_node_dtype(x) != bb_node_dtype(weights))
        return bb_fail_node(x, weights, name, BB_BAD_TYPE, "types differ");
    if (shape.ndim != 1 || shape.dim[0] != bb_node_shape(x).dim[1])
        return bb_fail_node(x, weights, name, BB_BAD_SHAPE, "weights must be one for each class");
    return NULL;
}

/* With the error e clipped to c it is c (e - c / 2), everywhere. */
bb_node *bb__huber(bb_node *x, bb_node *target, double bend, const char *name,
                   const char *bend_name)
{
    bb_node *refusal = bb__refuse_unlike(x, target, name);
    if (refusal)
        return refusal;
    if (!isfinite(bend) || bend <= 0)
        return bb_fail_node(x, target, name, BB_BAD_ARGUMENT, "%s %g is not a positive number",
                            bend_name, bend);
    bb_node *error = bb_sub(x, target), *clipped = bb_clip(error, -bend, bend);
    return bb_mean(bb_mul(clipped, bb_sub(error, bb_mul_scalar(clipped, 0.5))), BB_ALL);
}

bb_node *bb__weighted_loss(bb_nodes in, bb_node *(*each)(bb_node *x, bb_node *labels),
                           const char *name)
{
    bb_node *x = in.items[0], *labels = in.items[1], *weights = in.items[2];
    bb_node *refusal = bb__refuse_labels(x, labels, name);
    if (!refusal)
        refusal = bb__refuse_weights(x, weights, name);
    if (refusal)
        return refusal;
    bb_node *losses = each(x, labels), *weight = bb_gather(weights, labels, 0);
    return bb_div(bb_sum(bb__weigh(weight, losses), BB_ALL), bb_sum(weight, BB_ALL));
}
