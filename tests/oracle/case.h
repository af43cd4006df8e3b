/* SPDX-License-Identifier: MIT */
/* A case of the oracle: what to build, from which numbers, and the figures to expect.
 *
 * Cases come as an .npz of three arrays: `cases`, a line of text each; `numbers`, the operands'
 * elements, and `figures`, the expected ones, each one case after the other in row-major order. A
 * line reads
 *
 *     builder situation flags order slack arguments operand... =shape
 *
 * flags     s, d: compare in f32, in f64; v: also on views; m: elementwise; e: elementwise and
 *           without broadcasting, so that a disagreement can be told by the operands' elements
 * order     of the highest derivative to compare, 0 to 2
 * slack     factor on tolerances
 * arguments those of the builder that are no nodes, separated by ';', a list by ','; "-" for none
 * operand   its kind and shape: f2x3 float, c2x3 float but constant, i4 of i32, u4 of u8, "-" NULL;
 *           after these p2x3@layer.weight, a parameter of that name, and q2x3@..., a constant one
 * =shape    of the result
 *
 * The figures are the result, then for order 1 and above the gradient with respect to each f and p
 * of sum(cotangent(0) * result), and for order 2 that of the sum over all these gradients k of
 * sum(cotangent(k) * gradient), k from 1. */
#ifndef BIBUN_ORACLE_CASE_H
#define BIBUN_ORACLE_CASE_H

#include <bibun/bibun.h>

enum { MAX_OPERANDS = 20, MAX_LINE = 1024 };

typedef struct operand {
    char kind;        /* 'f', 'c', 'i', 'u', 'p', 'q' or '-' */
    const char *name; /* of a parameter; "" */
    bb_shape shape;
    const double *numbers;
} operand;

typedef struct oracle_case {
    char line[MAX_LINE]; /* its words, each ended by a zero */
    const char *name, *situation, *flags, *arguments;
    int order;
    double slack;
    int n_operands;
    operand operands[MAX_OPERANDS];
    bb_shape shape;
    const double *figures;
} oracle_case;

bool case_has(const oracle_case *c, char flag);

typedef struct case_file {
    bb_tensor *text, *numbers, *figures;
    const char *next_line, *end;
    int64_t next_number, next_figure;
} case_file;

bb_status case_file_open(case_file *f, const char *path, bb_error *error_out);
void case_file_close(case_file *f);
/* False at the end, and with a sentence when the file is not what it should be. */
bool case_file_next(case_file *f, oracle_case *c, bb_error *error_out);

/* Element i of cotangent k: fixed, of both signs, never 0, exact in f32. */
double cotangent(int k, int64_t i);

/* How operands come into the graph. */
typedef enum operand_view { PLAIN, TRANSPOSED, STRIDED, VIEW_COUNT } operand_view;
bool view_applies(const oracle_case *c, operand_view view);

/* A case built in one type, with one kind of view. */
typedef struct built {
    bb_graph *g;
    bb_params *params;
    int n_feeds, n_wrt, n_results;
    bb_feed feeds[MAX_OPERANDS];
    bb_node *wrt[MAX_OPERANDS];
    bb_node *results[1 + 2 * MAX_OPERANDS];
    bb_node *inputs[MAX_OPERANDS]; /* NULL for '-' */
} built;

typedef struct arguments {
    const oracle_case *c;
    bb_graph *g;
    bb_params *params;
    bb_dtype dtype;
    bb_node *const *nodes; /* those of n_nodes operands that are not a layer's parameters */
    int n_nodes, next_node;
    const char *text;
    char field[MAX_LINE];
} arguments;

bb_node *next_node(arguments *a);
bb_nodes rest_of_nodes(arguments *a);
double next_number(arguments *a);
bb_axes next_axes(arguments *a);
bb_shape next_shape(arguments *a);
bb_dtype next_dtype(arguments *a);
const char *next_text(arguments *a);
void next_words(arguments *a, void *words, size_t size);

typedef bb_node *(*builder_function)(arguments *a);

/* The node, its gradients and theirs; bb_graph_error(b->g) tells of a failure. */
void case_build(built *b, const oracle_case *c, builder_function build, bb_dtype dtype,
                operand_view view);
void built_free(built *b);

#endif
