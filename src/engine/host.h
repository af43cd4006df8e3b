/* SPDX-License-Identifier: MIT */
/* Private to host.c and host_layout.c: where an operand lies within another value. */
#ifndef BIBUN_HOST_H
#define BIBUN_HOST_H

#include "engine.h"

/* A value and the views of it that lead to an operand. Through more of them it is copied. */
enum { BB__CHAIN = 8 };
typedef struct bb__chain {
    int n, at[BB__CHAIN]; /* from the operand to the value */
    bb_layout layout[BB__CHAIN];
} bb__chain;

/* Fills the layouts that the values of a chain have if the operand lies there; false where there
 * are none. */
bool bb__lay_chain(const bb__ir *ir, bb__chain *c, const bb_layout *there);

/* Where each operand lies in a value with `parts`, of whatever strides, or an offset of
 * BB__NOWHERE; the caller releases it; NULL when memory runs out. */
enum { BB__NOWHERE = -1 };
bb_layout *bb__places_in(const bb__ir *ir, const bb__value *value);

#endif
