/* SPDX-License-Identifier: MIT */
/* What networks are made of, float; layers with parameters are in nn.h. */
#ifndef BIBUN_OPS_NN_H
#define BIBUN_OPS_NN_H

#include <bibun/axes.h>
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
 * this field. A bias is added as b [o 1 1]. Whether a zero of the padding times an infinite weight
 * counts, as NaN, depends on the sizes, as in PyTorch, and so it is in the gradient of w; that of x
 * has no such zeros. */
BB_BUILDER bb_node *bb_conv2d(bb_node *x, bb_node *w, bb_conv options);
/* the same for x [n c l] and w [o c/groups k]; of the options' pairs the first numbers count, and
 * the second ones must be 0 */
BB_BUILDER bb_node *bb_conv1d(bb_node *x, bb_node *w, bb_conv options);
/* The adjoint of bb_conv2d with respect to its images, for y [n o h w] and w [o c/groups kh kw]:
 * images [n c h' w'] with h' = (h - 1) stride - 2 padding + dilation (kh - 1) + 1 + output
 * padding (Dumoulin and Visin 2016, relationship 14). Sums are over places of y that exist, so a
 * weight that is not finite reaches only what it weighs. */
BB_BUILDER bb_node *bb_conv_transpose2d(bb_node *y, bb_node *w, bb_conv options);
/* The adjoint of bb_conv2d with respect to its filters, for x [n c h w] and y [n o h' w']: filters
 * [o c/groups height width]. Padding is zeros, as for bb_conv2d. */
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

/* Normalisation; the layers of nn.h scale and shift what these give. Epsilon is at least 0. */

/* (x - mean) / sqrt(variance + epsilon) over a set of axes, the variance being the mean of
 * (x - mean)^2 (Ba, Kiros and Hinton 2016, over the last axis); where all are equal and epsilon
 * is 0, what rounding leaves of 0 / 0 */
BB_BUILDER bb_node *bb_standardise(bb_node *x, bb_axes axes, double epsilon);
/* x [batch, channels, ...], each of so many groups of neighbouring channels by itself, with all
 * that follows them (Wu and He 2018); as many groups as channels is instance normalisation */
BB_BUILDER bb_node *bb_standardise_groups(bb_node *x, int64_t groups, double epsilon);
/* x / sqrt(mean of x^2 + epsilon) over a set of axes (Zhang and Sennrich 2019) */
BB_BUILDER bb_node *bb_rms_normalise(bb_node *x, bb_axes axes, double epsilon);

/* Attention. */

/* softmax(scale q k') v for queries [..., n, d], keys [..., m, d] and values [..., m, e]: [..., n,
 * e]; leading sizes broadcast (Vaswani et al. 2017, eq. 1). A scale of 0 stands for 1 / sqrt(d),
 * and q k' must be finite without it. `mask` may be NULL, and broadcasts to [..., n, m]: u8, 0
 * where a query must not see a key, or a float, which is added to scale q k'. When causal, query i
 * sees keys 0 to i. A row whose mask of u8 is 0 throughout gives 0, and its gradient is 0; one to
 * which -infinity is added throughout gives NaN. */
BB_BUILDER bb_node *bb_scaled_dot_product_attention(bb_node *q, bb_node *k, bb_node *v,
                                                    bb_node *mask, bool causal, double scale);
/* A constant [length, width]: sin(i / 10000^(2j / width)) in row i, column 2j, and cos of the same
 * in column 2j + 1 (Vaswani et al. 2017, section 3.5) */
BB_BUILDER bb_node *bb_sinusoidal_positions(bb_graph *g, bb_dtype dtype, int64_t length,
                                            int64_t width);

#ifdef __cplusplus
}
#endif
#endif
