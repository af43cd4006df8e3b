/* SPDX-License-Identifier: MIT */
/* Optimisers. Each returns an effect node: a run that asks for it computes the gradients of `loss`
 * with respect to every trainable parameter of `params` that the loss depends on, and updates them.
 * State lives in `params` beside them, as "fc1.weight/velocity". Effects that layers attached to
 * what the loss depends on, as the running means of bb_batch_norm, come along. L-BFGS, at the end,
 * is no node but an object that makes steps.
 *
 * bb_adam(loss, params, 0.001) is the usual choice in one call. For other constants, a schedule of
 * the rate, clipping or weight decay, say the same with values:
 *
 *     bb_optimiser adam = bb_optimiser_adam(0.001);
 *     adam.beta2 = 0.99;
 *     bb_optimise_options options = {.clip_norm = 1, .schedule = bb_schedule_cosine(10000, 0)};
 *     bb_node *step = bb_optimise(loss, params, adam, &options);
 *
 * For a rule or a schedule of your own see examples/custom_optimiser.c. */
#ifndef BIBUN_OPTIM_H
#define BIBUN_OPTIM_H

#include <bibun/grad.h>
#include <bibun/ops.h>
#include <bibun/program.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- schedules of the rate -------------------------------------------------------------------- */

typedef struct bb_schedule bb_schedule;

/* Builds the factor of the rate at iteration t, a float node counted from 0; of t's type, or a
 * scalar of its dtype. */
typedef bb_node *(*bb_schedule_rule)(bb_node *t, const bb_schedule *schedule);

/* All zero is a constant rate. */
struct bb_schedule {
    bb_schedule_rule rule; /* NULL: 1 at any time */
    double period;         /* iterations */
    double factor;
    double warm_up;   /* iterations before the rule's t begins to count from 0 */
    const void *data; /* for a rule of your own; read while the graph is built */
};

/* factor^floor(t / period) */
BB_API bb_schedule bb_schedule_step(int64_t period, double factor);
/* factor^(t / period) */
BB_API bb_schedule bb_schedule_exponential(int64_t period, double factor);
/* last + (1 - last) (1 + cos(pi t / period)) / 2, and `last` from t = period on (Loshchilov and
 * Hutter 2017, eq. 5, without restarts) */
BB_API bb_schedule bb_schedule_cosine(int64_t period, double last);
/* (t + 1) / (iterations + 1) for that many iterations, a straight line up to the full rate, then
 * `after` from its beginning (Goyal et al. 2017, section 2.2) */
BB_API bb_schedule bb_schedule_warm_up(int64_t iterations, bb_schedule after);

/* The factor at iterations t, float of any shape. Errors: a period below 1, a factor or warm-up
 * that is negative or not finite. */
BB_BUILDER bb_node *bb_schedule_factor(bb_node *t, bb_schedule schedule);

/* --- optimisers ------------------------------------------------------------------------------- */

typedef struct bb_optimiser bb_optimiser;

/* What a rule is given for each parameter. */
typedef struct bb_update {
    bb_params *params;
    bb_node *w;    /* the parameter */
    bb_node *g;    /* its gradient, after what the options do to it */
    bb_node *rate; /* a scalar of w's dtype: the optimiser's rate times the schedule's factor */
    const bb_optimiser *optimiser;
} bb_update;

/* Returns an effect node, usually bb_assign(u->w, ...), or the inert node of a failure. */
typedef bb_node *(*bb_update_rule)(const bb_update *u);

/* For a rule of your own: its state beside the parameter, of w's type, zero at first. */
BB_BUILDER bb_node *bb_update_state(const bb_update *u, const char *name);

/* What is not used by a rule is 0. Constants that are out of range are an error of bb_optimise. */
struct bb_optimiser {
    bb_update_rule rule;
    double rate;      /* at least 0 */
    double beta1;     /* in [0, 1): how much of the running mean of gradients is kept; momentum */
    double beta2;     /* in [0, 1): the same for the squares; rho, alpha */
    double epsilon;   /* at least 0: added to denominators */
    double decay;     /* at least 0: decoupled weight decay */
    const void *data; /* for a rule of your own; read while the graph is built */
};

/* w <- w - rate g (Robbins and Monro 1951) */
BB_API bb_optimiser bb_optimiser_sgd(double rate);

/* v <- momentum v - rate g; w <- w + v (Polyak 1964, as in Sutskever et al. 2013, eq. 1 and 2) */
BB_API bb_optimiser bb_optimiser_momentum(double rate, double momentum);

/* v <- momentum v - rate g; w <- w + momentum v - rate g: Nesterov's gradient (1983) in the form of
 * Bengio, Boulanger-Lewandowski and Pascanu (2013, eq. 7), in which w is where the gradient is
 * taken: Sutskever et al.'s theta + momentum v. */
BB_API bb_optimiser bb_optimiser_nesterov(double rate, double momentum);

/* s <- s + g^2; w <- w - rate g / (sqrt(s) + epsilon); epsilon 1e-10 (Duchi, Hazan and Singer 2011,
 * the diagonal form) */
BB_API bb_optimiser bb_optimiser_adagrad(double rate);

/* s <- beta2 s + (1 - beta2) g^2; d = g sqrt(r + epsilon) / sqrt(s + epsilon);
 * r <- beta2 r + (1 - beta2) d^2; w <- w - rate d; beta2 0.9, epsilon 1e-6 (Zeiler 2012, algorithm
 * 1, in which the rate is 1) */
BB_API bb_optimiser bb_optimiser_adadelta(double rate);

/* s <- beta2 s + (1 - beta2) g^2; w <- w - rate g / (sqrt(s) + epsilon); beta2 0.99, epsilon 1e-8
 * (Tieleman and Hinton 2012, lecture 6.5) */
BB_API bb_optimiser bb_optimiser_rmsprop(double rate);

/* m <- beta1 m + (1 - beta1) g; v <- beta2 v + (1 - beta2) g^2; w <- w - rate m' / (sqrt(v') +
 * epsilon) with m' = m / (1 - beta1^t), v' = v / (1 - beta2^t) at w's update number t, from 1;
 * beta1 0.9, beta2 0.999, epsilon 1e-8 (Kingma and Ba 2015, algorithm 1) */
BB_API bb_optimiser bb_optimiser_adam(double rate);

/* w <- (1 - rate decay) w for every parameter, biases too, less Adam's step (Loshchilov and Hutter
 * 2019, algorithm 2, where the rate is the schedule's alone) */
BB_API bb_optimiser bb_optimiser_adamw(double rate, double decay);

/* All zero for none of them. In this order: the gradients are clipped, then decay is added. */
typedef struct bb_optimise_options {
    /* the iteration is counted in a state of the first of the parameters, "w/iteration" */
    bb_schedule schedule;
    /* above 0: all gradients together are scaled down to this Euclidean norm when theirs is larger
     * (Pascanu, Mikolov and Bengio 2013, algorithm 1, where other libraries divide by the norm and
     * 1e-6); a NaN in one reaches all */
    double clip_norm;
    /* above 0: this times w is added to w's gradient, which is the gradient of weight_decay / 2
     * times the sum of squares of all parameters (L2). To spare some, as biases, add such a term to
     * the loss instead. */
    double weight_decay;
} bb_optimise_options;

/* Applies the optimiser's rule to each parameter. `options` may be NULL. Errors: the loss is no
 * float scalar or depends on no trainable parameter of `params`; a constant out of its range. */
BB_BUILDER bb_node *bb_optimise(bb_node *loss, bb_params *params, bb_optimiser optimiser,
                                const bb_optimise_options *options);

/* For a training step of your own: the effects that layers attached (bb_attach) to what `loss`
 * depends on and that change states of `params`, as one; bb_optimise includes them. An effect that
 * does nothing when there are none. Errors: an operand is NULL. */
BB_BUILDER bb_node *bb_attached(bb_node *loss, bb_params *params);

/* The same in one call, without options. */
BB_BUILDER bb_node *bb_sgd(bb_node *loss, bb_params *params, double rate);
BB_BUILDER bb_node *bb_momentum(bb_node *loss, bb_params *params, double rate, double momentum);
BB_BUILDER bb_node *bb_nesterov(bb_node *loss, bb_params *params, double rate, double momentum);
BB_BUILDER bb_node *bb_adagrad(bb_node *loss, bb_params *params, double rate);
BB_BUILDER bb_node *bb_adadelta(bb_node *loss, bb_params *params, double rate);
BB_BUILDER bb_node *bb_rmsprop(bb_node *loss, bb_params *params, double rate);
BB_BUILDER bb_node *bb_adam(bb_node *loss, bb_params *params, double rate);
BB_BUILDER bb_node *bb_adamw(bb_node *loss, bb_params *params, double rate, double decay);

/* --- L-BFGS ----------------------------------------------------------------------------------- */

/* Minimises a loss that is one function, the same in each step, rather than one that changes from
 * batch to batch. Steps that were made and the change of the gradient over each stand for the
 * Hessian (Nocedal and Wright 2006, algorithms 7.4 and 7.5); how far to go is searched for until
 * the weak Wolfe conditions hold, with 1e-4 and 0.9, by doubling and halving (Lewis and Overton
 * 2013, algorithm 2.6), or, where the loss can no longer tell, the approximate ones (Hager and
 * Zhang 2005, section 4). Random nodes give the same numbers at each evaluation. Effects that
 * layers attached are left out.
 *
 *     bb_lbfgs *m = NULL;
 *     bb_lbfgs_report report = {.rate = 1, .slope = INFINITY};
 *     bb_status status = bb_lbfgs_new(loss, params, 0, &m);
 *     while (status == BB_OK && report.rate > 0 && report.slope > 1e-8)
 *         status = bb_lbfgs_step(m, feeds, &report, &error); */
typedef struct bb_lbfgs bb_lbfgs;

/* After a step: where the parameters are now, and how they came there. */
typedef struct bb_lbfgs_report {
    double loss;
    double slope; /* the Euclidean norm of the gradient */
    /* of the direction's length; 0 when nothing lower was found, and the parameters stay: at a
     * minimum but for rounding */
    double rate;
    int64_t evaluations; /* of the loss and its gradient, in all steps so far */
} bb_lbfgs_report;

/* For all trainable parameters of `params` that the loss depends on, remembering `pairs` steps, 0
 * standing for 10. It keeps the graph alive, and the parameters' tensors. Errors, which stick to
 * the graph: those of bb_optimise; pairs below 0. */
BB_BUILDER bb_status bb_lbfgs_new(bb_node *loss, bb_params *params, int pairs,
                                  bb_lbfgs **lbfgs_out);
BB_API void bb_lbfgs_free(bb_lbfgs *m); /* accepts NULL */

/* One step. Begins anew where parameters were changed since the last one; what else the loss
 * depends on, as feeds, must stay, or bb_lbfgs_restart is called. Errors: those of bb_run, and a
 * loss or gradient that is not finite at the beginning; the parameters are then where they were. */
BB_API bb_status bb_lbfgs_step(bb_lbfgs *m, bb_feeds feeds, bb_lbfgs_report *report_out,
                               bb_error *error_out);
BB_API void bb_lbfgs_restart(bb_lbfgs *m); /* forgets all steps; accepts NULL */

/* The program of loss and gradient, to set threads or seed; borrowed. NULL for NULL. */
BB_API bb_program *bb_lbfgs_program(bb_lbfgs *m);

#ifdef __cplusplus
}
#endif
#endif
