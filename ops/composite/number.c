/* SPDX-License-Identifier: MIT */
/* Arithmetic with a number: a scalar constant of the operand's type, broadcast. */
#include <bibun/ops.h>

bb_node *bb_mul_scalar(bb_node *x, double k)
{
    return bb_mul(x, bb_number(x, k));
}

bb_node *bb_add_scalar(bb_node *x, double k)
{
    return bb_add(x, bb_number(x, k));
}
