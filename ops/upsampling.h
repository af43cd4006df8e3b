/* SPDX-License-Identifier: MIT */
/* What up-sampling and its adjoint share: each is the other's rule. */
#ifndef BIBUN_OPS_UPSAMPLING_H
#define BIBUN_OPS_UPSAMPLING_H

#include "kernels.h"

#include <bibun/op.h>
#include <bibun/ops.h>

typedef struct bb__upsample_attrs {
    int64_t is_bilinear, align_corners;
    int64_t size[2]; /* height and width of the result */
} bb__upsample_attrs;

/* Checks the operand and the size, and gives the result that size. */
bool bb__infer_upsampled(bb_infer *c);

/* Of images of the one shape and what they are sampled to. */
bb__upsample_shape bb__upsample_shape_of(const void *attrs, bb_dtype dtype, bb_shape images,
                                         bb_shape sampled);

/* The same up-sampling with a result of another size, that of x. */
bb__upsample_attrs bb__upsample_back(const bb__upsample_attrs *attrs, const bb_node *x);

/* Builders for rules. */
bb_node *bb__upsample2d(bb_node *x, const bb__upsample_attrs *attrs);
bb_node *bb__upsample2d_spread(bb_node *dy, const bb__upsample_attrs *attrs);

double bb__upsample_flops(const void *attrs, const bb_type *in, const bb_type *out);
void bb__print_upsample(const void *attrs, char *buffer, size_t size);

#endif
