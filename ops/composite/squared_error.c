/* SPDX-License-Identifier: MIT */
/* Squared errors: the mean, and half of the sum, whose gradient is the error itself. Shapes must be
 * equal: a column against a row would broadcast to a table of wrong pairs. */
#include <bibun/op.h>
#include <bibun/ops.h>

static bb_node *squares(bb_node *x, bb_node *target, const char *name)
{
    if (x && target && !bb_shape_equal(bb_node_shape(x), bb_node_shape(target)))
        return bb_fail_node(x, target, name, BB_BAD_SHAPE, "shapes differ");
    return bb_square(bb_sub(x, target));
}

bb_node *bb_mean_squared_error(bb_node *x, bb_node *target)
{
    return bb_mean(squares(x, target, "mean_squared_error"), BB_ALL);
}

bb_node *bb_half_squared_error(bb_node *x, bb_node *target)
{
    return bb_mul_scalar(bb_sum(squares(x, target, "half_squared_error"), BB_ALL), 0.5);
}
