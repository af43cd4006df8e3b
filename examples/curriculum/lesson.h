/* SPDX-License-Identifier: MIT */
/* What the curriculum's programs share: the command line, the table of figures, and the pictures.
 *
 * A lesson's figures are compared as they are noted; lesson_end prints how many matched and returns
 * the program's exit status, which is not 0 when one did not. */
#ifndef LESSON_H
#define LESSON_H

#include <bibun/bibun.h>

typedef struct lesson lesson;

/* Reads --out DIR (where pictures and figures.tsv go; without it nothing is written), --mnist DIR,
 * --weights FILE, --seed N, --quick (for tests: fewer iterations) and --help; ends the program with
 * a message for anything else. Prints the title. */
lesson *lesson_begin(int argc, char **argv, const char *number, const char *title);
int lesson_end(lesson *l);

const char *lesson_out(const lesson *l);     /* NULL when nothing is to be written */
const char *lesson_mnist(const lesson *l);   /* NULL when not given */
const char *lesson_weights(const lesson *l); /* NULL when not given */
uint64_t lesson_seed(const lesson *l);
bool lesson_quick(const lesson *l);

/* A figure that must be `expected` to `tolerance` (absolute; relative to |expected| where that is
 * above 1), one that must lie in a band, one that is reported only, and a statement that must be
 * true. Each prints a line. */
void lesson_exact(lesson *l, const char *name, double expected, double obtained, double tolerance);
void lesson_band(lesson *l, const char *name, double low, double high, double obtained);
void lesson_report(lesson *l, const char *name, double obtained, const char *unit);
void lesson_true(lesson *l, const char *name, bool holds);

/* The largest |a[i] - b[i]|; NaN when one of them is, which is in no band. */
double lesson_largest_gap(int64_t n, const double *a, const double *b);

/* Formatted text, as for the name of a figure; the lesson's, until the next call. */
const char *lesson_text(lesson *l, const char *format, ...) BB_PRINTF(2, 3);

/* A remark of the lesson, printed and kept for the gallery. */
void lesson_note(lesson *l, const char *format, ...) BB_PRINTF(2, 3);

/* Saves the plot as DIR/NUMBER-name.svg, prints it as text when it cannot be drawn or nothing is
 * to be written, and frees it. */
void lesson_plot(lesson *l, bb_plot *plot, const char *name);

/* The graph as DIR/NUMBER-name.dot (and .svg when dot is there). */
void lesson_graph(lesson *l, const bb_graph *g, const char *name, const bb_dot_options *options);

/* What must hold, and what must not fail: otherwise the program ends with a message. For programs
 * whose idea is not error handling. */
void lesson_need(lesson *l, bool holds, const char *message);
bb_program *lesson_compile(lesson *l, bb_graph *g, bb_nodes outputs);
void lesson_run(lesson *l, bb_program *program, bb_feeds feeds);
bb_tensor *lesson_eval(lesson *l, bb_node *node, bb_feeds feeds); /* the caller releases it */
double lesson_number(lesson *l, bb_node *node, bb_feeds feeds);
double lesson_seconds(void); /* of a clock that only goes forward */

/* Images, or whatever else is learnt from, and their labels. */
typedef struct lesson_set {
    bb_tensor *images, *labels;
} lesson_set;

/* Rows first .. first + count - 1, the lesson's own; the program ends when there are fewer. */
lesson_set lesson_rows(lesson *l, lesson_set set, int64_t first, int64_t count);
/* with the lesson's seed */
bb_batches *lesson_batches(lesson *l, lesson_set set, int64_t size, bb_batch_order order);

/* The digits: MNIST when --mnist was given, else the embedded ones with an 80/20 split; f32 images
 * [n, pixels] from 0 to 1, i32 labels [n]. Owned by the lesson. */
typedef struct lesson_digits {
    lesson_set train, test;
    int side; /* pixels of an image's edge: 28 or 8 */
} lesson_digits;
lesson_digits lesson_read_digits(lesson *l);

#endif
