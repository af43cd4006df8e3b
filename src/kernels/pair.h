/* SPDX-License-Identifier: MIT */
/* A walk over two arrays at once, rows at a time. No size is 1 but that of an only dimension, and
 * neighbours that lie as one are one. */
#ifndef BIBUN_PAIR_H
#define BIBUN_PAIR_H

#include "kernels.h"

/* Rows of n elements: strides between rows, and in a row. */
typedef struct bb__block {
    int64_t rows, n;
    int64_t to_row, from_row, to_stride, from_stride;
} bb__block;

typedef void (*bb__run_fn)(const bb__block *b, void *to, const void *from);

enum { BB__PAIR_DIMS = BB_MAX_DIMS + 1 }; /* one that is cut in two */

typedef struct bb__pair {
    int ndim;
    int64_t dim[BB__PAIR_DIMS], to_stride[BB__PAIR_DIMS], from_stride[BB__PAIR_DIMS];
    char *to;
    const char *from;
    int64_t size; /* bytes of an element */
    bb__run_fn run;
} bb__pair;

typedef struct bb__pair_at {
    int64_t at[BB__PAIR_DIMS];
    int64_t to, from; /* in elements */
} bb__pair_at;

bb__pair bb__pair_between(const bb_array *to, const bb_array *from, bb__run_fn run);
/* A next, faster dimension. */
void bb__pair_append(bb__pair *w, int64_t size, int64_t to_stride, int64_t from_stride);
/* The number of elements; a walk without dimensions gets one of size 1. */
int64_t bb__pair_complete(bb__pair *w);

/* Where element `position` of the first `ndim` dimensions lies. */
bb__pair_at bb__pair_place(const bb__pair *w, int ndim, int64_t position);
/* Elements first .. last-1, with both arrays moved on by so many elements. */
void bb__pair_part(const bb__pair *w, int64_t to, int64_t from, int64_t first, int64_t last);

extern const bb__run_fn bb__copy_run[BB_DTYPE_COUNT]; /* to = from */
extern const bb__run_fn bb__add_run[BB_DTYPE_COUNT];  /* to += from, float */

#endif
