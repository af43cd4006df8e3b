/* SPDX-License-Identifier: MIT */
/* Values of a function to both sides of a point, and how a kink between them is told from
 * curvature.
 *
 * What is a kink is decided by values of the function alone, never by the analytic gradient, so
 * that no wrong rule can have its evidence moved away. */
#include "parts.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { TRIES = 8 }; /* moves for each point that may be moved */

static double step_of(const bb__jacobian *j, int64_t e)
{
    return j->c->options.step * fmax(1, fabs(j->x->here[e])) * j->direction[e];
}

/* f at here + share * step, into out. */
static bb_status evaluate(bb__jacobian *j, double share, double *out)
{
    double *x = bb_tensor_data(j->x->value);
    for (int64_t e = 0; share != 0 && e < j->columns; e++)
        if (j->direction[e] != 0)
            x[e] = j->x->here[e] + share * step_of(j, e);
    bb_status status = bb__function_run(j->c, j->f->value);
    bb__variable_put_back(j->x);
    if (status == BB_OK && j->rows)
        memcpy(out, bb_tensor_read(bb_program_value(j->f->value, j->f->y)),
               (size_t)j->rows * sizeof *out);
    return status;
}

double bb__jacobian_width(const bb__jacobian *j, int64_t e)
{
    double h = step_of(j, e);
    return (j->x->here[e] + h) - (j->x->here[e] - h);
}

bb_status bb__jacobian_settle(bb__jacobian *j)
{
    double largest = 1;
    bb_status status = evaluate(j, 0, j->base);
    for (int64_t r = 0; r < j->rows; r++)
        largest = fmax(largest, fabs(j->base[r]));
    j->rounding = 16 * DBL_EPSILON * largest / j->c->options.step;
    return status;
}

static double slope(const bb__jacobian *j, int scale, int64_t r)
{
    double h = ldexp(j->c->options.step, -scale);
    return (j->plus[scale][r] - j->minus[scale][r]) / (2 * h);
}

/* The slope to the right less the slope to the left. */
static double bend(const bb__jacobian *j, int scale, int64_t r)
{
    double h = ldexp(j->c->options.step, -scale);
    return ((j->plus[scale][r] - j->base[r]) - (j->base[r] - j->minus[scale][r])) / h;
}

static double steepest(const bb__jacobian *j)
{
    double largest = 0;
    for (int64_t r = 0; r < j->rows; r++)
        largest = fmax(largest, fabs(slope(j, 0, r)) + fabs(bend(j, 0, r)) / 2);
    return largest;
}

/* Whether the slopes differ by enough for a kink to disturb a comparison. */
static bool bends(const bb__jacobian *j)
{
    double bound = j->c->options.tolerance / 2 * steepest(j) + j->rounding;
    for (int64_t r = 0; r < j->rows; r++)
        if (fabs(bend(j, 0, r)) > bound)
            return true;
    return false;
}

/* Curvature's share of the bend halves with h, and the central difference hardly changes; at a kink
 * neither holds for all three scales, wherever within h it lies. */
static bool row_has_kink(const bb__jacobian *j, int64_t r, double bound)
{
    double whole = bend(j, 0, r), noise = 16 * j->rounding;
    double curved = 0.1 * fabs(whole) + noise;
    if (!(fabs(whole) > bound))
        return false;
    return fabs(whole - 2 * bend(j, 1, r)) > curved || fabs(whole - 4 * bend(j, 2, r)) > curved ||
           fabs(slope(j, 0, r) - slope(j, 1, r)) > bound;
}

static bool has_kink(const bb__jacobian *j)
{
    double bound = j->c->options.tolerance / 2 * steepest(j) + j->rounding;
    for (int64_t r = 0; r < j->rows; r++)
        if (row_has_kink(j, r, bound))
            return true;
    return false;
}

/* Evaluates f to both sides along the direction, and at smaller steps where it bends. */
static bb_status look(bb__jacobian *j, bool *kink_out)
{
    int scales = 1;
    *kink_out = false;
    for (int scale = 0; scale < scales; scale++) {
        double share = ldexp(1, -scale);
        bb_status status = evaluate(j, share, j->plus[scale]);
        if (status == BB_OK)
            status = evaluate(j, -share, j->minus[scale]);
        if (status != BB_OK)
            return status;
        if (scale == 0 && bends(j))
            scales = BB__SCALES;
    }
    *kink_out = scales == BB__SCALES && has_kink(j);
    return BB_OK;
}

/* Moves the elements that the direction touches, unless too many points were moved. */
static bb_status move_point(bb__jacobian *j, int64_t point)
{
    int64_t cap = (int64_t)(j->c->options.resample_limit * (double)j->points);
    j->n_moved += !j->moved[point];
    j->c->report->resampled += !j->moved[point];
    j->moved[point] = 1;
    cap = cap < 1 ? 1 : cap;
    if (j->n_moved > cap || ++j->moves > TRIES * cap) {
        char label[BB__LABEL];
        j->given_up = true;
        bb__check_fault(
            j->c,
            "gradient check failed: %s: %lld or more of %lld points lie at kinks, or curve too "
            "much for the step; try other inputs, a smaller step, or a larger resample_limit",
            bb__check_label(j->c, j->f, j->variable, label), (long long)j->n_moved,
            (long long)j->points);
        return BB_OK;
    }
    for (int64_t e = 0; e < j->columns; e++)
        if (j->direction[e] != 0) {
            double distance =
                (0.01 + 0.09 * bb_rng_uniform(&j->c->rng)) * fmax(1, fabs(j->x->here[e]));
            j->x->here[e] += bb_rng_below(&j->c->rng, 2) ? distance : -distance;
        }
    bb__variable_put_back(j->x);
    return bb__jacobian_settle(j);
}

bb_status bb__jacobian_look(bb__jacobian *j, int64_t point, bool *moved_out)
{
    bool kink = true;
    while (true) {
        bb_status status = look(j, &kink);
        if (status != BB_OK || !kink)
            return status;
        *moved_out = true;
        status = move_point(j, point);
        if (status != BB_OK || j->given_up)
            return status;
    }
}
