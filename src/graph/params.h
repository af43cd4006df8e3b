/* SPDX-License-Identifier: MIT */
/* Private: the entries of a bb_params. */
#ifndef BIBUN_GRAPH_PARAMS_H
#define BIBUN_GRAPH_PARAMS_H

#include "node.h"

typedef struct bb__param {
    char *name;
    bb_tensor *tensor;
    bool trainable;
} bb__param;

/* The entry of that name, made and filled when there is none; an entry of another type is returned
 * as it is. */
bb_status bb__params_get(bb_params *p, const char *name, bb_type type, bb_init init, bool trainable,
                         const bb__param **param_out);

uint64_t bb__params_serial(const bb_params *p);

#endif
