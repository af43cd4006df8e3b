/* SPDX-License-Identifier: MIT */
/* Squared errors: the mean, and half of the sum, whose gradient is the error itself. */
#include <bibun/ops.h>

bb_node *bb_mean_squared_error(bb_node *x, bb_node *target)
{
    return bb_mean(bb_square(bb_sub(x, target)), BB_ALL);
}

bb_node *bb_half_squared_error(bb_node *x, bb_node *target)
{
    return bb_mul_scalar(bb_sum(bb_square(bb_sub(x, target)), BB_ALL), 0.5);
}
