/* SPDX-License-Identifier: MIT */
/* eye: ones on a diagonal. */
#include "moves.h"

typedef struct eye_attrs {
    int64_t dtype, n;
} eye_attrs;

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const eye_attrs *a = attrs;
    (void)in;
    return bb_eye(g, (bb_dtype)a->dtype, a->n);
}

static const bb_sample samples[] = {
    {.attrs = &(const eye_attrs){BB_F32, 1}},
    {.attrs = &(const eye_attrs){BB_U8, 2}},
    {.attrs = &(const eye_attrs){BB_F64, 0}},
    {.attrs = &(const eye_attrs){BB_F64, 3},
     .golden_out = BB_NUMBERS(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)},
};

const bb_op bb__op_eye = {
    .name = "eye",
    .doc = "the identity matrix of n rows",
    .arity = 0,
    .attrs_size = sizeof(eye_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_eye(bb_graph *g, bb_dtype dtype, int64_t n)
{
    return bb_diag(bb_full(g, dtype, BB_SHAPE(n), 1), 0);
}
