/* SPDX-License-Identifier: MIT */
/* A text as numbers of a vocabulary of its characters, and windows on it. */
#ifndef TEXT_H
#define TEXT_H

#include <bibun/bibun.h>

typedef struct text {
    int32_t *codes; /* of the characters, in their order */
    int64_t length;
    int64_t train;            /* characters before this one are for training, the others not */
    unsigned char chars[256]; /* of the codes */
    int64_t vocabulary;
} text;

/* Reads a file, of which the last tenth is kept for validation; both parts must be longer than
 * `context`. */
bb_status text_read(const char *path, int64_t context, text *text_out, bb_error *error);
void text_free(text *t);

/* Fills x [batch, context] and t, what follows, with windows drawn from the training part. */
void text_draw(const text *t, bb_rng *rng, bb_tensor *xs, bb_tensor *ts);

/* The same with the windows number `first` on of the validation part, side by side, again from its
 * beginning where it ends. */
void text_validate(const text *t, int64_t first, bb_tensor *xs, bb_tensor *ts);

#endif
