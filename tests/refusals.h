/* SPDX-License-Identifier: MIT */
/* For tests of errors: operands of all kinds in one graph, and calls that it must refuse. */
#ifndef BIBUN_TESTS_REFUSALS_H
#define BIBUN_TESTS_REFUSALS_H

#include <bibun/bibun.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The operands of every case; made anew after each. */
static struct {
    bb_graph *g, *other;
    bb_params *params;
    bb_node *x, *y, *v, *d, *s, *i, *m; /* inputs of these names */
    bb_node *foreign, *failed;
} w;

static inline void refusals_begin(void)
{
    w.g = bb_graph_new();
    w.other = bb_graph_new();
    w.params = bb_params_new(1);
    w.x = bb_input(w.g, "x", BB_F32, BB_SHAPE(2, 3));
    w.y = bb_input(w.g, "y", BB_F32, BB_SHAPE(4, 5));
    w.v = bb_input(w.g, "v", BB_F32, BB_SHAPE(3));
    w.d = bb_input(w.g, "d", BB_F64, BB_SHAPE(2, 3));
    w.s = bb_input(w.g, "s", BB_F32, BB_SCALAR);
    w.i = bb_input(w.g, "i", BB_I32, BB_SHAPE(2));
    w.m = bb_input(w.g, "m", BB_U8, BB_SHAPE(2, 3));
    w.foreign = bb_input(w.other, "z", BB_F32, BB_SHAPE(2, 3));
    w.failed = bb_exp(NULL);
}

static inline void refusals_end(void)
{
    bb_graph_free(w.g);
    bb_graph_free(w.other);
    bb_params_free(w.params);
}

/* The graph must have failed with this status and text; all is made anew. */
static inline void refused(bb_status status, const char *text)
{
    cr_assert_not_null(bb_graph_error(w.g), "no error, but wanted: %s", text);
    cr_assert_str_eq(bb_graph_error(w.g), text);
    cr_assert_eq(bb_graph_status(w.g), status, "%s: %s", text,
                 bb_status_text(bb_graph_status(w.g)));
    cr_assert_null(bb_compile(w.g, BB_NODES(w.x)));
    refusals_end();
    refusals_begin();
}

/* The same for a builder's result, and a text that starts with the line of the call: compilers
 * differ in which line of a macro's arguments __LINE__ is, so it may be a few lines off. */
static inline void refused_at(const char *file, int line, bb_status status, const char *text,
                              const bb_node *node)
{
    char whole[512];
    const char *error = bb_graph_error(w.g);
    size_t length = strlen(file);
    cr_assert_eq(bb_node_kind_of(node), BB_NODE_INERT, "not refused: %s", text);
    cr_assert_eq(bb_node_graph(node), w.g, "%s", text);
    cr_assert(error && strncmp(error, file, length) == 0 && error[length] == ':', "%s", error);
    int seen = atoi(error + length + 1);
    cr_assert(abs(seen - line) <= 3, "line %d, not %d: %s", seen, line, text);
    snprintf(whole, sizeof whole, "%s:%d: %s", file, seen, text);
    refused(status, whole);
}

/* The call must be refused so: REFUSED(TYPE, "...", bb_add(x, y)). */
#define REFUSED(status, text, ...) \
    refused_at(__FILE__, __LINE__, BB_BAD_##status, text, __VA_ARGS__)

#endif
