/* SPDX-License-Identifier: MIT */
/* Layers and initialisation. Weights of a dense layer are [inputs, units]; fan-in is the product of
 * all sizes but the last, fan-out the last. */
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

#ifdef __cplusplus
}
#endif
#endif
