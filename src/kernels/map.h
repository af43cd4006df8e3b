/* SPDX-License-Identifier: MIT */
/* What preparing a map (map_prepare.c), running it (map.c) and moving its operands (map_move.c)
 * agree on. */
#ifndef BIBUN_MAP_H
#define BIBUN_MAP_H

#include "kernels.h"

enum {
    /* elements that a thread takes at once, more of a large map; few so that shares are equal */
    BB__MAP_SHARE = 8 * BB__TILE,
    BB__LINE = 64,             /* bytes of a cache line */
    BB__MAP_BUFFERS = 1 << 15, /* bytes of buffers at most */
    BB__MAP_SPLAT = 16,        /* elements that a repeated number is written to at once */
};

/* The index of the element of row-major number `start`, and its place in the operand. */
static inline int64_t bb__map_locate(const bb__map *m, const bb__map_input *in, int64_t start,
                                     int64_t at[BB_MAX_DIMS])
{
    int64_t place = 0;
    for (int d = m->ndim - 1; d > 0; d--) {
        at[d] = start % m->dim[d];
        start /= m->dim[d];
        place += at[d] * in->stride[d];
    }
    at[0] = start;
    return place + start * in->stride[0];
}

/* map_adam.c: makes one loop of an update by Adam wherever that is possible. */
void bb__map_join_adam(bb__map *m, const bb_array *in);
/* map_pairs.c: makes one op of two wherever that is possible. */
void bb__map_pair(bb__map *m, const bb_array *in);

/* What these two ask of ops, and do to them (map_pairs.c). */

/* How often other ops read the result of op k. */
int bb__map_readings(const bb__map *m, int k);
/* Whether an op between the two may write what the inner one reads, which would be read later if
 * the op at a place computed it. What is written over is all of an operand (plan.c), and locals of
 * strips are those of slot 0 yet, so where memory begins tells. */
bool bb__map_is_in_the_way(const bb__map *m, const bb_array *in, int inner, int at);
/* Takes away an op that no other reads. */
void bb__map_leave_out(bb__map *m, int inner);

/* n elements of an operand, from number `start` on, into a buffer, in which they may be followed by
 * BB__MAP_SPLAT more; and the way back. */
void bb__map_gather(const bb__map *m, const bb__map_input *in, int64_t start, int64_t n, void *to);
void bb__map_scatter(const bb__map *m, const bb__map_input *in, int64_t start, int64_t n,
                     void *from);

/* Copies past the caches, from a buffer: a store through them reads the line first, which is half
 * of the traffic. */
void bb__map_stream(char *to, const char *from, size_t bytes);
/* After streams, for other threads. */
void bb__map_settle(void);

#endif
