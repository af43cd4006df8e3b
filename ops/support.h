/* SPDX-License-Identifier: MIT */
/* What op files share besides the public headers: broadcasting of operands, and sets of axes as bits. Implemented in ops/support.c. */
#ifndef BIBUN_OPS_SUPPORT_H
#define BIBUN_OPS_SUPPORT_H

#include <bibun/op.h>
#include <bibun/ops.h>

/* Puts a broadcast node before each operand that is smaller than their common shape. Operands that do not broadcast, inert nodes and NULL are left
 * alone: infer then says what is wrong. */
void bb__broadcast_operands(int n, bb_node **operands);

/* Builders of the usual kinds. */
bb_node *bb__apply1(const bb_op *op, bb_node *x, const void *attrs);
bb_node *bb__apply2_broadcast(const bb_op *op, bb_node *x, bb_node *y);

/* The attributes of reductions. */
typedef struct bb__reduce_attrs {
    uint32_t axes; /* bit i: axis i is reduced */
    uint32_t keep; /* 1: with size 1 */
} bb__reduce_attrs;

/* A reduction's builder: turns axes (negative ones too) into bits. An axis that is out of range or named twice fails as `op`'s error
 * by a marker in the attributes that bb__infer_reduce understands. */
bb_node *bb__apply_reduce(const bb_op *op, bb_node *x, bb_axes axes, bool keep);
bool bb__infer_reduce(bb_infer *c); /* float; drops or keeps the axes */
void bb__print_reduce(const void *attrs, char *buffer, size_t size);

/* x with the axes that a reduction took put back with size 1. */
bb_node *bb__restore_axes(bb_node *reduced, const bb_node *x, uint32_t axes);

#endif
