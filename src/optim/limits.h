/* SPDX-License-Identifier: MIT */
/* Ranges of a structure's numbers. */
#ifndef BIBUN_OPTIM_LIMITS_H
#define BIBUN_OPTIM_LIMITS_H

#include <bibun/graph.h>

typedef struct bb__limit {
    const char *name;
    size_t offset; /* of a double */
    double above;  /* the number is at least 0, and less than this */
} bb__limit;

/* NULL when all of the object's numbers keep within the limits; else the inert node, after an error
 * that names `node`. */
bb_node *bb__check_limits(const void *object, const bb__limit *limits, size_t count, bb_node *node,
                          const char *op_name);

#endif
