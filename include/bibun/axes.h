/* SPDX-License-Identifier: MIT */
/* Sets of axes. */
#ifndef BIBUN_AXES_H
#define BIBUN_AXES_H

#include <bibun/tensor.h>

/* A set of axes: BB_AXES(0, 2); BB_ALL is all of them. */
typedef struct bb_axes {
    int count; /* -1: all */
    int axis[BB_MAX_DIMS];
} bb_axes;
#ifdef __cplusplus
#define BB_AXES(...) bb__axes_of({__VA_ARGS__})
#define BB_ALL (bb_axes{-1, {0}})
#else
#define BB_AXES(...) ((bb_axes){(int)(sizeof((int[]){__VA_ARGS__}) / sizeof(int)), {__VA_ARGS__}})
#define BB_ALL ((bb_axes){-1, {0}})
#endif

#ifdef __cplusplus
inline bb_axes bb__axes_of(std::initializer_list<int> axes)
{
    bb_axes set = {(int)axes.size(), {0}};
    int i = 0;
    for (int axis : axes)
        if (i < BB_MAX_DIMS)
            set.axis[i++] = axis;
    return set;
}
#endif
#endif
