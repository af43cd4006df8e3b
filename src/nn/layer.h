/* SPDX-License-Identifier: MIT */
/* What layers share: a scope of the layer's name around all that it makes, and a sound operand. */
#ifndef BIBUN_NN_LAYER_H
#define BIBUN_NN_LAYER_H

#include <bibun/nn.h>

/* Opens the layer's scope; returns NULL when x is a float node of `rank` dimensions or more, or
 * else closes the scope again and returns the inert node. */
bb_node *bb__layer_open(const char *layer, bb_node *x, const char *name, int rank);

/* Closes the scope; returns y. */
bb_node *bb__layer_close(bb_node *x, bb_node *y);

/* `init`, or `usual` when it has no fill. */
bb_init bb__init_or(bb_init init, bb_init usual);

/* A parameter of x's graph and dtype. */
bb_node *bb__layer_param(bb_node *x, bb_params *params, const char *name, bb_shape shape,
                         bb_init init);

#endif
