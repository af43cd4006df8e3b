/* SPDX-License-Identifier: MIT */
/* What the ops of pooling share. In each pair of a pooling and its spread, one is the other's rule;
 * the places of maxima are constant almost everywhere. */
#ifndef BIBUN_OPS_POOLS_H
#define BIBUN_OPS_POOLS_H

#include "kernels.h"

#include <bibun/op.h>
#include <bibun/ops.h>

typedef struct bb__pool_attrs {
    bb_pool pool;        /* normal when strides are set */
    int64_t is_adaptive; /* 1: windows are given by `cells` instead */
    int64_t cells[2];
    int64_t image[2]; /* of average_pool2d_spread: the size of what it makes */
} bb__pool_attrs;

/* Checks images of a shape and the attributes for them; gives the shape of the pooled images. */
bool bb__pool_check(bb_infer *c, bb_shape images, bb_shape *pooled_out);
/* The result is operand 1, float, pooled. */
bool bb__infer_pooled(bb_infer *c);

bb__pool_shape bb__pool_shape_of(const void *attrs, bb_dtype dtype, bb_shape images,
                                 bb_shape pooled);

/* dy at the places of the maxima of x, else 0; elements of v at these places. */
bb_node *bb__max_pool2d_spread(bb_node *x, bb_node *dy, const bb__pool_attrs *attrs);
bb_node *bb__max_pool2d_pick(bb_node *x, bb_node *v, const bb__pool_attrs *attrs);

/* If d is spread over windows of x by the places of the largest: the same with 0 where x <= 0, NaN
 * being neither. That is so where the largest is, so that windows are masked in place of x; NULL if
 * d is anything else. */
bb_node *bb__spread_where_positive(bb_node *d, bb_node *x);

/* A node whose sum over these axes, of which none is negative and each is there once, is that of d:
 * if d is spread by a max pool, and all of its images is summed, the pooled dy, which is less; else
 * d. */
bb_node *bb__before_max_spread(bb_node *d, bb_axes axes);

/* The adjoint of average_pool2d. */
bb_node *bb__average_pool2d_spread(bb_node *dy, const bb__pool_attrs *attrs);
bb_node *bb__average_pool2d(bb_node *x, const bb__pool_attrs *attrs);

double bb__pool_flops(const void *attrs, const bb_type *in, const bb_type *out);
void bb__print_pool(const void *attrs, char *buffer, size_t size);

#endif
