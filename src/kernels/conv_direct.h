/* SPDX-License-Identifier: MIT */
/* Convolutions of floats by loops over the images themselves, without a matrix of columns. Channels
 * are copied with their padding, so that what a tap of the filter reads lies at one distance from
 * each output place; vectors are neighbouring places of an output row. */
#ifndef BIBUN_CONV_DIRECT_H
#define BIBUN_CONV_DIRECT_H

#include "conv.h"
#include "lanes.h"

/* How many vectors so many filters take at once: they, a sum of each by each filter, and one of the
 * filter's fill the registers. */
enum { BB__MOST_ABREAST = 6 };
#define BB__ABREAST(filters)                                  \
    ((BB__REGISTERS - 1) / ((filters) + 1) < BB__MOST_ABREAST \
         ? (BB__REGISTERS - 1) / ((filters) + 1)              \
         : BB__MOST_ABREAST)

/* Blocks of places and what their copies are like: a channel of an image is one plane for each
 * remainder of a coordinate by the stride. */
typedef struct bb__direct_cut {
    bb__conv_cut blocks;
    int64_t phases[2], rows, width; /* of such planes, for the most output rows of a block */
    int64_t plane;                  /* floats of all of a channel */
    size_t bytes;                   /* of a block's copy, and of the distances */
} bb__direct_cut;

bb__direct_cut bb__direct_cut_of(const bb__conv_shape *s);

/* Copies channels of the images of a block, [images channels plane]. */
void bb__direct_copy(const bb__conv_shape *s, const bb__direct_cut *cut, const float *x,
                     bb__places at, bb__channels channels, float *to);
/* The distance of each element of a filter. */
void bb__direct_distances(const bb__conv_shape *s, const bb__direct_cut *cut, int32_t *to);

/* A vector of places: where its first is in the copy, and in a plane of the result. */
typedef struct bb__spot {
    int64_t x, y;
} bb__spot;

/* The spots that cover a block. What a row has beyond whole vectors is a spot that ends where the
 * row does, and that has places of the one before too: one of the whole ones, in the order of
 * memory, which is faster to write; or, apart, one of the rests, which are half a vector if that is
 * enough, for two of them to be taken as one. Behind both the last one is repeated, as often as a
 * caller that takes some at once may go beyond the end. */
typedef struct bb__spots {
    int64_t whole, rests;
    bool are_halves; /* the rests */
    bb__spot *at, *rest;
} bb__spots;

static inline bool bb__rests_are_halves(const bb__conv_shape *s)
{
    const int64_t over = s->ow % BB__LANES;
    return over > 0 && over <= BB__HALF;
}

size_t bb__direct_spots_bytes(const bb__conv_shape *s, const bb__direct_cut *cut);
bb__spots bb__direct_spots(const bb__conv_shape *s, const bb__direct_cut *cut, bb__places at,
                           bool is_apart, bb__spot *memory);

/* Whether output rows are as long as a vector, and all is floats. The gradient of the images must
 * be a convolution itself. */
bool bb__direct_is_possible(const bb__conv_shape *s, bb__conv_direction d);

void bb__direct_forward(const bb__conv_shape *s, const void *x, const void *w, void *out,
                        void *scratch, const bb__tail *tail, int threads);
void bb__direct_input(const bb__conv_shape *s, const void *dy, const void *w, void *dx,
                      void *scratch, const bb__tail *tail, int threads);
void bb__direct_weight(const bb__conv_shape *s, const void *x, const void *dy, void *dw,
                       void *scratch, int threads);
size_t bb__direct_forward_scratch(const bb__conv_shape *s);
size_t bb__direct_input_scratch(const bb__conv_shape *s);
size_t bb__direct_weight_scratch(const bb__conv_shape *s);

#endif
