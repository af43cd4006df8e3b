/* SPDX-License-Identifier: MIT */
/* The parts of the gradient check: its variables, one differentiated function, and how its failures
 * are told. Public headers only.
 *
 * Every tensor that a run reads holds `here` of its variable, but while a difference is taken. */
#ifndef BIBUN_GRADCHECK_PARTS_H
#define BIBUN_GRADCHECK_PARTS_H

#include <bibun/gradcheck.h>
#include <bibun/rng.h>

/* An input, a parameter or a cotangent. */
typedef struct bb__variable {
    bb_node *node;
    bb_tensor *value; /* a copy that is fed, or the parameter's own tensor */
    int64_t count;
    double *start; /* numbers of the beginning; parameters get them back */
    double *here;  /* the point at which the function is differentiated */
} bb__variable;

/* What one check is about, from beginning to end. */
typedef struct bb__check {
    bb_gradcheck_options options;
    bb_gradcheck_report *report;
    bb_graph *graph;
    int n_variables; /* of wrt, and the cotangent of the first order behind them */
    bb__variable *variables;
    int n_feeds, feeds_capacity;
    bb_feed *feeds;
    bb_rng rng;
    bool nonzero; /* a number of the current order was not zero */
} bb__check;

/* A function that is differentiated: y of the first n variables. */
typedef struct bb__function {
    int order;
    int gradient_of; /* order 2: y is the gradient with respect to this variable */
    bb_node *y;
    int64_t count; /* elements of y */
    int n;
    bb_node *cotangent_node;
    bb_tensor *cotangent;
    bb_node **grads;
    bb_program *value, *gradient;
} bb__function;

/* --- telling (report.c)
 * --------------------------------------------------------------------------------------- */

enum { BB__LABEL = 144 };

/* Writes the text unless there is one. The first also returns the status, for a check that could
 * not be made. */
bb_status bb__check_error(bb__check *c, bb_status status, const char *format, ...) BB_PRINTF(3, 4);
void bb__check_fault(bb__check *c, const char *format, ...) BB_PRINTF(2, 3);

/* A node's name, or its op's when it has none. */
const char *bb__check_node_label(const bb_node *node);

/* "of loss with respect to x", "of w's gradient with respect to the cotangent (second order)" */
const char *bb__check_label(const bb__check *c, const bb__function *f, int variable,
                            char label[BB__LABEL]);

/* One comparison. `scale` is not 0 unless both numbers are. */
void bb__check_compare(bb__check *c, const bb__function *f, int variable, int64_t element,
                       double analytic, double numeric, double scale);

/* The verdict, and its sentence. */
bb_status bb__check_verdict(bb__check *c, bool may_be_empty);

/* --- variables and functions (function.c)
 * --------------------------------------------------------------------- */

/* Appends y's cotangent and gradients with respect to the first n variables, and compiles. What was
 * made is to be freed whether or not it fails. */
bb_status bb__function_open(bb__check *c, bb__function *f);
void bb__function_close(bb__function *f);

/* Runs at the same step each time, so that random nodes repeat. */
bb_status bb__function_run(bb__check *c, bb_program *p);

bb_status bb__variable_open(bb__check *c, bb__variable *v, bb_node *node, bb_tensor *value);
void bb__variable_close(bb__variable *v);
void bb__variable_put_back(bb__variable *v); /* value <- here */

bb_status bb__check_feed(bb__check *c, const bb_node *input, const bb_tensor *value);
void bb__fill_cotangent(bb__check *c, bb_tensor *cotangent, bool off_ones);

/* Slopes (slopes.c). */

enum { BB__SCALES = 3 }; /* steps h, h/2, h/4 */

/* The Jacobian of a function with respect to one variable, at work. */
typedef struct bb__jacobian {
    bb__check *c;
    const bb__function *f;
    int variable;
    bb__variable *x;
    int64_t rows, columns;
    double *direction;                                   /* [columns] */
    double *base, *plus[BB__SCALES], *minus[BB__SCALES]; /* [rows]: f at the point, and to both
                                                            sides of it */
    double *analytic, *numeric; /* [rows columns], when all of it is compared */
    double rounding;            /* by how much rounding of f may disturb a slope */
    int64_t points, n_moved, moves;
    unsigned char *moved; /* [points] */
    bool given_up;        /* too many points lie at kinks; said so */
} bb__jacobian;

/* Evaluates the function at the point. */
bb_status bb__jacobian_settle(bb__jacobian *j);

/* Evaluates it to both sides along the direction, moving the point until it lies at no kink. */
bb_status bb__jacobian_look(bb__jacobian *j, int64_t point, bool *moved_out);

/* The distance between the two sides in one element, as they are rounded. */
double bb__jacobian_width(const bb__jacobian *j, int64_t element);

/* --- comparisons (numeric.c, bits.c)
 * ---------------------------------------------------------------- */

/* Compares the Jacobian with respect to one variable, or random directions of it. */
bb_status bb__check_jacobian(bb__check *c, const bb__function *f, int variable);

/* What holds to the bit: zero and twice the cotangent, another run, other threads, poisoned
 * memory. */
bb_status bb__check_bits(bb__check *c, const bb__function *f);

/* --- all of it (gradcheck.c)
 * -------------------------------------------------------------------------------------------- */

bb_status bb__gradcheck(bb_node *y, bb_nodes wrt, bb_feeds at, const bb_gradcheck_options *options,
                        bool may_be_empty, bb_gradcheck_report *report_out);

#endif
