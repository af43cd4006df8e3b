/* SPDX-License-Identifier: MIT */
/* What a convolution by oneDNN consists of: made in conv_onednn_plan.c, run in conv_onednn.c. It
 * never changes once it is made. */
#ifndef BIBUN_CONV_ONEDNN_PLAN_H
#define BIBUN_CONV_ONEDNN_PLAN_H

#include "conv_onednn.h"
#include "onednn.h"

typedef enum bb__onednn_role { BB__SRC, BB__WEIGHTS, BB__DST, BB__ROLES } bb__onednn_role;

/* A number of images at a time. Descriptions belong to the primitives. */
typedef struct bb__onednn_plan {
    dnnl_primitive_t conv;
    /* between rows and oneDNN's own layout, or what of it rows fill, as `placed` describes it;
     * NULL: they are the same */
    dnnl_primitive_t reorder[BB__ROLES];
    const dnnl_memory_desc_t *rows[BB__ROLES], *placed[BB__ROLES], *own[BB__ROLES], *scratchpad;
    /* Filters are brought there and back in so many parts, of which the first is described. From
     * one to the next in rows, and in oneDNN's layout: */
    int64_t filter_parts;
    size_t rows_part, own_part; /* bytes */
} bb__onednn_plan;

struct bb__onednn_conv {
    enum { BB__UNKNOWN, BB__NONE, BB__MADE } state;
    bb__conv_direction direction;
    bb__conv_shape shape;
    int64_t blocks, images; /* a block has so many images, or one more */
    int64_t margin[2];      /* rows and columns of zeros around the images, as part of them */
    int64_t sums;           /* of filters' gradients, over a fixed number of blocks each; else 0 */
    bb__onednn_plan plans[2];                     /* for `images` and one more */
    size_t done, weights, sizes[BB__ROLES], slot; /* bytes; `done`: one for each block */
};

/* The argument and the description of each operand. */
typedef struct bb__onednn_operand {
    int argument;
    dnnl_query_t description;
} bb__onednn_operand;
extern const bb__onednn_operand bb__onednn_operands[BB__CONV_DIRECTIONS][BB__ROLES];

static inline bool bb__onednn_has_margin(const bb__onednn_conv *c)
{
    return c->margin[0] > 0 || c->margin[1] > 0;
}

/* The operand that is the result. */
static inline bb__onednn_role bb__onednn_result(bb__conv_direction d)
{
    return d == BB__CONV_FORWARD ? BB__DST : d == BB__CONV_INPUT ? BB__SRC : BB__WEIGHTS;
}

/* Items of work: blocks, or sums of them. */
static inline int64_t bb__onednn_items(const bb__onednn_conv *c)
{
    return c->sums ? c->sums : c->blocks;
}

#endif
