/* SPDX-License-Identifier: MIT */
/* What the files of convolutions share: how the work is cut, and the matrix of columns, in which
 * column p holds the elements of x under the filter at output place p. All cuts depend on sizes
 * only. */
#ifndef BIBUN_CONV_H
#define BIBUN_CONV_H

#include "base.h"
#include "kernels.h"

enum {
    BB__SLOT_BYTES = 1 << 20, /* of columns, about: they stay in the second-level cache */
};

/* A block is some output rows of one image, or some whole images; a chunk is some channels of a
 * group. */
typedef struct bb__conv_cut {
    int64_t image_blocks, row_blocks, chunks;
    int64_t columns;  /* of a block, at most */
    int64_t channels; /* of a chunk, at most */
} bb__conv_cut;

typedef enum bb__conv_direction {
    BB__CONV_FORWARD,
    BB__CONV_INPUT,
    BB__CONV_WEIGHT,
    BB__CONV_DIRECTIONS
} bb__conv_direction;

/* How a convolution is computed (conv_choice.c), if memory lasts, as tests compare it: direct
 * convolution is loops over the images. */
typedef enum bb__conv_way { BB__BY_ONEDNN, BB__BY_LOOPS, BB__BY_COLUMNS } bb__conv_way;
bb__conv_way bb__conv_way_of(const bb__conv_shape *s, bb__conv_direction d);

bb__conv_cut bb__conv_cut_of(const bb__conv_shape *s);

static inline int64_t bb__within(int64_t x, int64_t least, int64_t most)
{
    return x > most ? most : x < least ? least : x;
}

/* Elements between filters. */
static inline int64_t bb__filter_size(const bb__conv_shape *s)
{
    return s->c / s->groups * s->kh * s->kw;
}

static inline double bb__conv_multiplications(const bb__conv_shape *s)
{
    return (double)(s->n * s->o * s->oh * s->ow) * (double)bb__filter_size(s);
}

static inline bool bb__conv_is_nothing(const bb__conv_shape *s)
{
    return s->n == 0 || s->c == 0 || s->o == 0 || s->h == 0 || s->w == 0;
}

/* The output places of a block, and how many they are. */
typedef struct bb__places {
    int64_t image, images, row, rows, count;
} bb__places;

bb__places bb__places_of(const bb__conv_shape *s, const bb__conv_cut *cut, int64_t image_block,
                         int64_t row_block);

/* Channels [first, first + count) of x, all groups counted. */
typedef struct bb__channels {
    int64_t first, count;
} bb__channels;

/* The columns of these places and channels: [channels kh kw, places.count]. A filter of one
 * element may find them in x itself; then `columns` is not written. */
bb__matrix bb__columns_of(const bb__conv_shape *s, const void *x, bb__places at,
                          bb__channels channels, void *columns);

/* The adjoint: adds columns to x. */
void bb__columns_add(const bb__conv_shape *s, const void *columns, bb__places at,
                     bb__channels channels, void *x);

/* Filters [first, first + count) of y at these places as a matrix [count, places.count]: y itself
 * when they lie in one image, else a copy. */
bb__matrix bb__places_read(const bb__conv_shape *s, const void *y, bb__places at, int64_t first,
                           int64_t count, void *copy);
/* The same for writing: where a matrix is to be computed, and then put into y. */
bb__matrix bb__places_target(const bb__conv_shape *s, void *y, bb__places at, int64_t first,
                             void *copy);
void bb__places_write(const bb__conv_shape *s, const void *copy, bb__places at, int64_t first,
                      int64_t count, void *y);

/* Bytes of both matrices of a thread: columns, and a copy of `filters` rows. */
size_t bb__columns_bytes(const bb__conv_shape *s, const bb__conv_cut *cut);
size_t bb__copy_bytes(const bb__conv_shape *s, const bb__conv_cut *cut, int64_t filters);

/* Items that make a thread worth its start, when an item takes so many multiplications. */
static inline int64_t bb__conv_grain(double multiplications)
{
    static const double worth = 200000; /* multiplications that pay for a thread */
    return multiplications < worth ? (int64_t)(worth / (multiplications + 1)) + 1 : 1;
}

/* The gradient of images where strides are 1, as a convolution of dy with the filters turned around
 * (conv_turn.c): its shape, the filters, and how many bytes they take. False where a filter's
 * element is not finite: zeros around dy, which are no part of the gradient, would make NaN of it,
 * and columns must be added instead. */
bb__conv_shape bb__turned_shape(const bb__conv_shape *s);
bool bb__turn(const bb__conv_shape *s, const void *w, void *turned);
size_t bb__turned_bytes(const bb__conv_shape *s);

/* Runs a tail, or NULL, on some of the channels of a result [n channels height width], at places
 * which are whole planes or some rows of each. */
void bb__conv_finish(const bb__tail *tail, int64_t channels, int64_t height, int64_t width,
                     bb__places at, bb__channels done);

/* By products with the matrix of columns (conv.c, conv_weight.c); conv_direct.h has the other way
 * of our own. */
void bb__columns_forward(const bb__conv_shape *s, const void *x, const void *w, void *out,
                         void *scratch, const bb__tail *tail, int threads);
void bb__columns_input(const bb__conv_shape *s, const void *dy, const void *w, void *dx,
                       void *scratch, const bb__tail *tail, int threads);
void bb__columns_weight(const bb__conv_shape *s, const void *x, const void *dy, void *dw,
                        void *scratch, int threads);
size_t bb__columns_forward_scratch(const bb__conv_shape *s);
size_t bb__columns_input_scratch(const bb__conv_shape *s);
size_t bb__columns_weight_scratch(const bb__conv_shape *s);

#endif
