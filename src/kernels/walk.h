/* SPDX-License-Identifier: MIT */
/* How a reduction walks through memory: shared by reduce.c, moments.c and softmax.c,
 * implemented in walk.c.
 *
 * Outputs are grouped in tiles, each with an accumulator of doubles an output. The order in which
 * an output's terms are taken depends on shape and strides only. */
#ifndef BIBUN_WALK_H
#define BIBUN_WALK_H

#include "kernels.h"

enum {
    BB__WALK_TILE = 128, /* outputs of a tile at most */
    BB__WALK_ROWS = 4,   /* that a kernel's columns take at once */
};

/* Elements of one dtype folded into accumulators. `shift` holds a number an output, or is NULL when
 * the kernel needs none. */
typedef struct bb__walk_kernel {
    double identity;
    /* n elements into one accumulator */
    double (*row)(double acc, double shift, const void *x, int64_t n, int64_t stride);
    /* n rows of `width` elements, column j into acc[j] */
    void (*columns)(double *acc, const double *shift, const void *x, int64_t n, int64_t row_stride,
                    int64_t width);
} bb__walk_kernel;

typedef struct bb__walk_dim {
    int64_t size, in, out; /* strides of the operand and, for kept dimensions, of the result */
} bb__walk_dim;

typedef struct bb__walk {
    const char *data;
    size_t element;
    bb__walk_dim kept[BB_MAX_DIMS + 1], reduced[BB_MAX_DIMS + 1]; /* slowest first, never none */
    int n_kept, n_reduced;
    int64_t outputs, terms; /* terms an output */
    int64_t tiles, width;   /* tiles altogether; outputs of a tile but the last of a line */
    bool by_columns;        /* a tile's outputs side by side, not one after the other */
} bb__walk;

/* Some outputs of one tile, at out[first], out[first + stride], ... */
typedef struct bb__walk_span {
    int64_t first, stride;
    int64_t width;
    int64_t in; /* where their terms begin */
} bb__walk_span;

bb__walk bb__walk_plan(const bb_array *in, uint32_t axes);
bb__walk_span bb__walk_span_at(const bb__walk *f, int64_t tile);
int64_t bb__walk_grain(const bb__walk *f); /* tiles worth a thread */
/* Tiles of another width, for a caller whose accumulators hold so many. */
void bb__walk_cut(bb__walk *f, int64_t width);

/* Folds terms first .. last-1 of each output of a span into acc. */
void bb__walk_terms(const bb__walk *f, const bb__walk_kernel *kernel, const bb__walk_span *span,
                    int64_t first, int64_t last, double *acc, const double *shift);

/* n results, at out[first], out[first + stride], ... */
void bb__walk_store(const bb_array *out, int64_t first, int64_t stride, const double *value,
                    int64_t n);

/* The kernel of a reduction (reduce.c). What its `row` makes of contiguous elements depends on
 * their number only. */
const bb__walk_kernel *bb__reduce_kernel(bb__reduction kind, bb_dtype dtype);

#endif
