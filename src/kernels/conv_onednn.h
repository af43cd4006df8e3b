/* SPDX-License-Identifier: MIT */
/* Convolutions by oneDNN's primitives, float only: made once for a shape and direction and kept
 * for the process, so that a run only calls them. */
#ifndef BIBUN_CONV_ONEDNN_H
#define BIBUN_CONV_ONEDNN_H

#include "conv.h"

/* How a shape is computed in one direction. */
typedef struct bb__onednn_conv bb__onednn_conv;

/* That of a shape without empty sizes, made when it is first asked for. NULL when oneDNN has no
 * vector kernel for it, or none could be made then, and from then on, so that scratch memory and
 * runs agree. */
const bb__onednn_conv *bb__onednn_conv_for(const bb__conv_shape *s, bb__conv_direction d);

size_t bb__onednn_conv_scratch(const bb__onednn_conv *c);
/* Operands in the order of bb__conv2d_forward, _input and _weight, the last of which has no tail.
 * Blocks of images for which memory runs out are computed by our own kernels, but a gradient of
 * filters then is false, and `out` holds anything. */
bool bb__onednn_conv_run(const bb__onednn_conv *c, const void *a, const void *b, void *out,
                         void *scratch, const bb__tail *tail, int threads);

#endif
