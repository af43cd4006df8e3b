/* SPDX-License-Identifier: MIT */
/* Linear algebra, float. */
#ifndef BIBUN_OPS_LINALG_H
#define BIBUN_OPS_LINALG_H

#include <bibun/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

/* NumPy's matmul: 2-D products; a 1-D operand is a row on the left, a column on the right, and its
 * dimension is dropped; leading dimensions are batches and broadcast. */
BB_BUILDER bb_node *bb_matmul(bb_node *x, bb_node *y);

#ifdef __cplusplus
}
#endif
#endif
