/* SPDX-License-Identifier: MIT */
/* What preparing a map (map_prepare.c) and running it (map.c) agree on. */
#ifndef BIBUN_MAP_H
#define BIBUN_MAP_H

#include "kernels.h"

enum {
    /* elements that a thread takes at once, few so that shares are equal */
    BB__MAP_SHARE = 8 * BB__TILE,
    BB__LINE = 64,             /* bytes of a cache line */
    BB__MAP_BUFFERS = 1 << 15, /* bytes of buffers at most */
    BB__MAP_SPLAT = 8,         /* elements that a repeated number is written to at once */
};

#endif
