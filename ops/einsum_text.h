/* SPDX-License-Identifier: MIT */
/* The notation of Einstein's sums, "ij,jk->ik", read into labels (einsum_text.c). */
#ifndef BIBUN_OPS_EINSUM_TEXT_H
#define BIBUN_OPS_EINSUM_TEXT_H

#include <bibun/tensor.h>

enum {
    BB__EINSUM_LETTERS = 52, /* A to Z, then a to z */
    BB__EINSUM_LABELS = BB__EINSUM_LETTERS + BB_MAX_DIMS,
    BB__EINSUM_OPERANDS = 16
};

/* The labels of an operand's dimensions, or of the result's. The dimensions of an ellipsis are
 * labelled from the back, from BB__EINSUM_LETTERS on, so that operands meet as in broadcasting. */
typedef struct bb__einsum_term {
    int count;
    int label[BB_MAX_DIMS];
} bb__einsum_term;

typedef struct bb__einsum {
    int n;
    bb__einsum_term in[BB__EINSUM_OPERANDS], out;
    int64_t size[BB__EINSUM_LABELS]; /* -1: not in use */
} bb__einsum;

/* False, with what is wrong as text, when the notation does not parse or fit the shapes. */
bool bb__einsum_read(const char *text, int n, const bb_shape *shapes, bb__einsum *e_out,
                     char *reason, size_t size);

#endif
