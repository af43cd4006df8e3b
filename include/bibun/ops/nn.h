/* SPDX-License-Identifier: MIT */
/* What networks are made of, float; layers with parameters are in nn.h. */
#ifndef BIBUN_OPS_NN_H
#define BIBUN_OPS_NN_H

#include <bibun/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

/* e^x / sum of e^x along an axis */
BB_BUILDER bb_node *bb_softmax(bb_node *x, int axis);
/* log of softmax, without overflow */
BB_BUILDER bb_node *bb_log_softmax(bb_node *x, int axis);
/* 0 with probability rate, else x / (1 - rate); 0 <= rate < 1 (Srivastava et al. 2014); build
 * the graph without it to evaluate */
BB_BUILDER bb_node *bb_dropout(bb_node *x, double rate);

/* Convolution. Images are [n c h w]; of each pair of numbers the first is for the height. */

/* Zero everywhere is a good choice: a stride, dilation or number of groups of 0 stands for 1. */
typedef struct bb_conv {
    int64_t stride[2];
    int64_t padding[2];  /* zeros at both ends */
    int64_t dilation[2]; /* distance of a filter's elements */
    int64_t groups; /* channels and filters are dealt out to so many convolutions side by side */
    int64_t output_padding[2]; /* of bb_conv_transpose2d: below the stride; else 0 */
} bb_conv;

/* y[n o i j] = sum over c, k, l of x[n, c, i stride + k dilation - padding, j ...] w[o c k l], for
 * x [n c h w] and filters w [o c/groups kh kw]: y is [n o h' w'] with h' = (h + 2 padding -
 * dilation (kh - 1) - 1) / stride + 1, rounded down. Filters are not turned around, as is usual in
 * this field. A bias is added as b [o 1 1]. */
BB_BUILDER bb_node *bb_conv2d(bb_node *x, bb_node *w, bb_conv options);
/* the same for x [n c l] and w [o c/groups k]; of the options' pairs the first numbers count */
BB_BUILDER bb_node *bb_conv1d(bb_node *x, bb_node *w, bb_conv options);
/* The adjoint of bb_conv2d with respect to its images, for y [n o h w] and w [o c/groups kh kw]:
 * images [n c h' w'] with h' = (h - 1) stride - 2 padding + dilation (kh - 1) + 1 + output
 * padding (Dumoulin and Visin 2016, relationship 14). */
BB_BUILDER bb_node *bb_conv_transpose2d(bb_node *y, bb_node *w, bb_conv options);
/* The adjoint of bb_conv2d with respect to its filters, for x [n c h w] and y [n o h' w']: filters
 * [o c/groups height width]. */
BB_BUILDER bb_node *bb_conv2d_weight(bb_node *x, bb_node *y, int64_t height, int64_t width,
                                     bb_conv options);

/* Pooling of images [... h w]. */

typedef struct bb_pool {
    int64_t window[2];
    int64_t stride[2];  /* 0 stands for the window's size */
    int64_t padding[2]; /* at both ends; below the window's size */
} bb_pool;

/* The largest of each window, NaN if one is; d goes to its place, of equal ones to the first in
 * row-major order, of NaNs too. Padding is never the largest. */
BB_BUILDER bb_node *bb_max_pool2d(bb_node *x, bb_pool options);
/* The mean of each window; padding is zeros and counts. */
BB_BUILDER bb_node *bb_average_pool2d(bb_node *x, bb_pool options);
/* The same with height x width windows that cover the image, window i of an axis of size s from
 * floor(i s / height) to ceil((i + 1) s / height). */
BB_BUILDER bb_node *bb_adaptive_max_pool2d(bb_node *x, int64_t height, int64_t width);
BB_BUILDER bb_node *bb_adaptive_average_pool2d(bb_node *x, int64_t height, int64_t width);
/* Over all of the last two dimensions, which are dropped; bb_max and bb_mean. */
BB_BUILDER bb_node *bb_global_max_pool2d(bb_node *x);
BB_BUILDER bb_node *bb_global_average_pool2d(bb_node *x);

/* Images [... h w] at another size, smaller ones too. */

/* element (floor(i h / height), floor(j w / width)) */
BB_BUILDER bb_node *bb_upsample_nearest2d(bb_node *x, int64_t height, int64_t width);
/* Bilinear interpolation at (i + 1/2) h / height - 1/2, not below 0; with align_corners at
 * i (h - 1) / (height - 1), so that corners stay where they are. */
BB_BUILDER bb_node *bb_upsample_bilinear2d(bb_node *x, int64_t height, int64_t width,
                                           bool align_corners);
/* [n c r^2 h w] to [n c h r w r]: each pixel's r x r from as many channels (Shi et al. 2016) */
BB_BUILDER bb_node *bb_pixel_shuffle(bb_node *x, int64_t r);
/* the way back: [n c h w] to [n c r^2 h/r w/r] */
BB_BUILDER bb_node *bb_pixel_unshuffle(bb_node *x, int64_t r);

#ifdef __cplusplus
}
#endif
#endif
