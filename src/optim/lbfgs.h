/* SPDX-License-Identifier: MIT */
/* The parts of L-BFGS: what it keeps, and its program at a point.
 *
 * `here` is the point that the last step led to; between steps the parameters hold it. All
 * parameters together are one vector of `size` doubles, in the order of `w`. */
#ifndef BIBUN_OPTIM_LBFGS_H
#define BIBUN_OPTIM_LBFGS_H

#include <bibun/optim.h>

typedef struct bb__point {
    double *x, *g, loss;
} bb__point;

struct bb_lbfgs {
    bb_program *program;
    bb_node *loss;
    int count;        /* of parameters */
    bb_node **w, **g; /* and their gradients */
    bb_tensor **tensors;
    int64_t size;
    double *numbers; /* the memory of all vectors */
    bb__point here, there;
    double *direction;
    int pairs, kept, next; /* at most; those there are; where the next one goes */
    double *steps, *turns; /* [pairs, size]: changes of x and g */
    double *bends;         /* [pairs]: a step times its turn */
    double *shares;        /* [pairs]: of the two loops */
    double scale;          /* of the Hessian's inverse before the oldest pair */
    bool is_fresh;         /* `here` is not known */
    int64_t evaluations;
};

double bb__dot(int64_t n, const double *x, const double *y);

/* The parameters' numbers as a vector. */
void bb__lbfgs_gather(const bb_lbfgs *m, double *x);

/* Sets the parameters to here.x + rate direction, rounded to their type. */
void bb__lbfgs_move(bb_lbfgs *m, double rate);

/* Sets p to where the parameters are. */
bb_status bb__lbfgs_evaluate(bb_lbfgs *m, bb_feeds feeds, bb__point *p, bb_error *error);

#endif
