/* SPDX-License-Identifier: MIT */
/* What the ops of convolution share. They are the derivatives of one trilinear form, sum of
 * y conv2d(x, w) = sum of x conv_transpose2d(y, w) = sum of w conv2d_weight(x, y), so that each
 * one's rule is the other two. */
#ifndef BIBUN_OPS_CONVOLUTIONS_H
#define BIBUN_OPS_CONVOLUTIONS_H

#include "kernels.h"

#include <bibun/op.h>
#include <bibun/ops.h>

/* Two sizes, as height and width. */
typedef struct bb__extent {
    int64_t size[2];
} bb__extent;

bb__extent bb__extent_of(bb_shape shape); /* of its last two dimensions */
int64_t bb__conv_span(const bb_conv *options, int64_t filter, int axis); /* with its dilation */

/* Checks operands of rank 4 and one float type, whose names are "images" and "filters", and the
 * options, of which zeros are set to what they stand for. */
bool bb__conv_check(bb_infer *c, bb_conv *options, const char *first, const char *second);

/* Checks that filters [o taken kh kw] are for images of these channels. */
bool bb__conv_check_channels(bb_infer *c, const bb_conv *options, int64_t channels, int64_t filters,
                             int64_t taken);

/* The places of filters on images, or a failure when there are none. */
bool bb__conv_places(bb_infer *c, const bb_conv *options, bb__extent image, bb__extent filter,
                     bb__extent *places_out);

/* Whether images, filters and results have sizes that products can take. */
bool bb__conv_check_sizes(bb_infer *c, bb_shape x, bb_shape w, bb_shape y);

/* The sizes of the convolution of images x with filters w whose result is y. */
bb__conv_shape bb__conv_shape_of(const bb_conv *options, bb_dtype dtype, bb_shape x, bb_shape w,
                                 bb_shape y);

/* The options by which conv_transpose2d makes images of the shape of x of what has y's shape. */
bb_conv bb__conv_transposed(bb_conv options, bb_shape x, bb_shape w, bb_shape y);

/* The options without what only conv_transpose2d has. */
bb_conv bb__conv_straight(bb_conv options);

/* The batching rule of conv2d and conv_transpose2d: rows of images are more images; rows of filters
 * have no rule. */
bb_node *bb__conv_batch(const bb_node *node, bb_node *const *in, const bool *batched);

double bb__conv_flops(bb_shape y, bb_shape w);
void bb__print_conv(const void *attrs, char *buffer, size_t size); /* attributes begin so */

#endif
