/* SPDX-License-Identifier: MIT */
/* Layers and initialisation. Weights of a dense layer are [inputs, units]; fan-in is the product of
 * all sizes but the last, fan-out the last. Filters are [filters, channels, height, width]; their
 * fan-in is the product of all sizes but the first. */
#ifndef BIBUN_NN_H
#define BIBUN_NN_H

#include <bibun/ops.h>

#ifdef __cplusplus
extern "C" {
#endif

BB_API bb_init bb_init_zeros(void);
BB_API bb_init bb_init_constant(double value);
BB_API bb_init bb_init_normal(double deviation); /* mean 0 */
BB_API bb_init bb_init_uniform(double limit);    /* [-limit, limit) */
/* normal, variance 2 / (fan-in + fan-out) (Glorot and Bengio 2010, eq. 12) */
BB_API bb_init bb_init_xavier(void);
/* normal, variance 2 / fan-in (He et al. 2015, eq. 10) */
BB_API bb_init bb_init_he(void);
BB_API bb_init bb_init_he_filters(void); /* the same for filters */

/* x W + b for x [..., inputs]: [..., units]. Parameters "name.weight" by Xavier and "name.bias" of
 * zeros. */
BB_BUILDER bb_node *bb_dense(bb_node *x, bb_params *params, const char *name, int64_t units);

typedef struct bb_dense_options {
    /* a NULL fill stands for Xavier, not for zeros; for zeros say bb_init_zeros() */
    bb_init weight;
    bb_init bias; /* a NULL fill stands for zeros */
    bool no_bias;
} bb_dense_options;
BB_BUILDER bb_node *bb_dense_with(bb_node *x, bb_params *params, const char *name, int64_t units,
                                  const bb_dense_options *options);

/* bb_conv2d of x [n c h w] with so many filters of size x size, and a bias for each. Parameters
 * "name.weight" by He and "name.bias" of zeros. */
BB_BUILDER bb_node *bb_convolution(bb_node *x, bb_params *params, const char *name, int64_t filters,
                                   int64_t size, bb_conv options);

typedef struct bb_convolution_options {
    bb_conv conv;
    bb_init weight; /* a NULL fill stands for He, not for zeros */
    bb_init bias;   /* a NULL fill stands for zeros */
    bool no_bias;
} bb_convolution_options;
BB_BUILDER bb_node *bb_convolution_with(bb_node *x, bb_params *params, const char *name,
                                        int64_t filters, int64_t height, int64_t width,
                                        const bb_convolution_options *options);

#ifdef __cplusplus
}
#endif
#endif
