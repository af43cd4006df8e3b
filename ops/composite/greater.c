/* SPDX-License-Identifier: MIT */
/* The comparisons whose operands are exchanged: those with NaN are false either way. */
#include <bibun/ops.h>

bb_node *bb_greater(bb_node *x, bb_node *y)
{
    return bb_less(y, x);
}

bb_node *bb_greater_equal(bb_node *x, bb_node *y)
{
    return bb_less_equal(y, x);
}
