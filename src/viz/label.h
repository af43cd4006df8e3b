/* SPDX-License-Identifier: MIT */
/* Private to viz: text as dot takes it, and the label of a node. */
#ifndef BIBUN_VIZ_LABEL_H
#define BIBUN_VIZ_LABEL_H

#include <bibun/graph.h>

#include <stdio.h>

/* Writes `length` characters so that they show as they are within a quoted label. */
void bb__dot_text(FILE *file, const char *text, size_t length);

/* Writes the lines of a node's label: its name; op and attributes; dtype and shape, unless it is an
 * effect, which has no value. */
void bb__dot_label(FILE *file, const bb_node *node);

bool bb__is_effect(const bb_node *node);

#endif
