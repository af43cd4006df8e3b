/* SPDX-License-Identifier: MIT */
/* A contiguous row copied in place of a call of memcpy, which takes as long as a short one. */
#ifndef BIBUN_ROW_H
#define BIBUN_ROW_H

#include <stddef.h>
#include <string.h>

/* In pieces, the last of which may lie over the one before. */
static inline void bb__copy_row(void *target, const void *source, size_t n)
{
    enum { PIECE = 64, LONG = 512 };
    char *to = target;
    const char *from = source;
    if (n > LONG) {
        memcpy(to, from, n);
        return;
    }
    for (; n > 2 * PIECE; to += PIECE, from += PIECE, n -= PIECE)
        memcpy(to, from, PIECE);
#define TWO_PIECES(size)                                  \
    if (n >= (size)) {                                    \
        memcpy(to, from, size);                           \
        memcpy(to + n - (size), from + n - (size), size); \
        return;                                           \
    }
    TWO_PIECES(64)
    TWO_PIECES(32)
    TWO_PIECES(16)
    TWO_PIECES(8)
    TWO_PIECES(4)
#undef TWO_PIECES
    for (size_t i = 0; i < n; i++)
        to[i] = from[i];
}

#endif
