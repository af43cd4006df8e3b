/* SPDX-License-Identifier: MIT */
/* Handwritten digits for the examples that read or draw them: images as rows of bytes, a quarter of
 * the memory that floats take, and their labels. */
#ifndef DIGITS_H
#define DIGITS_H

#include <bibun/bibun.h>

enum { DIGIT_CLASSES = 10 };

typedef struct digits {
    bb_tensor *images; /* u8 [count, pixels] */
    bb_tensor *labels; /* i32 [count] */
    double most;       /* the byte of full ink */
} digits;

typedef struct digit_sets {
    digits train, test;
} digit_sets;

/* Images as pixels from 0 to 1: f32 of the images' shape. */
bb_node *digits_pixels(const digits *d, bb_node *images);

/* The largest number up to 1,000 that divides how many digits there are, so that parts of a set fit
 * one program. */
int64_t digits_part(const digits *d);

/* MNIST's four IDX files in `folder`, each plain or with ".gz" after its name. */
bb_status digits_read_mnist(const char *folder, digit_sets *sets_out, bb_error *error_out);

/* A file of numbers, a digit a line: pixels, whole from 0 to 16, then the label. Four fifths of the
 * lines, chosen at random by `seed`, are for training. */
bb_status digits_read_csv(const char *path, uint64_t seed, digit_sets *sets_out,
                          bb_error *error_out);

void digits_free(digit_sets *sets);

#endif
