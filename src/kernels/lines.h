/* SPDX-License-Identifier: MIT */
/* Arrays seen as lines along an axis: [outer, size, inner] with the axis in the middle. Lines next
 * to each other in memory are worked on together, in pieces of a fixed width. */
#ifndef BIBUN_LINES_H
#define BIBUN_LINES_H

#include "kernels.h"

enum { BB__LINE_WIDTH = 64 }; /* lines of a piece at most */

typedef struct bb__lines {
    int64_t outer, size, inner;
    int64_t pieces; /* of all lines of one outer index */
} bb__lines;

/* Lines `column` to column + width of an outer index. */
typedef struct bb__line_piece {
    int64_t outer, column, width;
} bb__line_piece;

static inline bb__lines bb__lines_of(bb_shape shape, int axis)
{
    bb__lines l = {1, shape.dim[axis], 1, 0};
    for (int i = 0; i < axis; i++)
        l.outer *= shape.dim[i];
    for (int i = axis + 1; i < shape.ndim; i++)
        l.inner *= shape.dim[i];
    l.pieces = bb__divided_up(l.inner, BB__LINE_WIDTH);
    return l;
}

static inline bb__line_piece bb__line_piece_at(const bb__lines *l, int64_t item)
{
    bb__line_piece p = {.outer = item / l->pieces, .column = item % l->pieces * BB__LINE_WIDTH};
    p.width = l->inner - p.column < BB__LINE_WIDTH ? l->inner - p.column : BB__LINE_WIDTH;
    return p;
}

/* Pieces worth a thread. */
static inline int64_t bb__line_grain(const bb__lines *l)
{
    enum { WORTH = 32768 };
    int64_t width = l->inner < BB__LINE_WIDTH ? l->inner : BB__LINE_WIDTH;
    int64_t work = l->size * width;
    return work > 0 && work < WORTH ? WORTH / work : 1;
}

#endif
