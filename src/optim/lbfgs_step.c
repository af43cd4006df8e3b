/* SPDX-License-Identifier: MIT */
/* A step of L-BFGS: the direction from the pairs that are kept, the search along it, the new pair.
 * A pair is kept only where the gradient rose along the step, so each direction leads downwards. */
#include "lbfgs.h"

#include <float.h>
#include <math.h>
#include <string.h>

static const double descent = 1e-4, flatness = 0.9; /* c1 and c2 of the Wolfe conditions */
enum { MOST_TRIALS = 60 };

static void add(int64_t n, double k, const double *x, double *y)
{
    for (int64_t i = 0; i < n; i++)
        y[i] += k * x[i];
}

/* Minus the inverse Hessian times the gradient: Nocedal and Wright's two loops, from the newest
 * pair to the oldest and back. */
static void find_direction(bb_lbfgs *m)
{
    double *d = m->direction;
    for (int64_t k = 0; k < m->size; k++)
        d[k] = -m->here.g[k];
    for (int age = 1; age <= m->kept; age++) {
        int i = (m->next + m->pairs - age) % m->pairs;
        m->shares[i] = bb__dot(m->size, m->steps + i * m->size, d) / m->bends[i];
        add(m->size, -m->shares[i], m->turns + i * m->size, d);
    }
    for (int64_t k = 0; m->kept && k < m->size; k++)
        d[k] *= m->scale;
    for (int age = m->kept; age >= 1; age--) {
        int i = (m->next + m->pairs - age) % m->pairs;
        double share = bb__dot(m->size, m->turns + i * m->size, d) / m->bends[i];
        add(m->size, m->shares[i] - share, m->steps + i * m->size, d);
    }
}

/* Whether the loss fell enough for the slopes along the direction, at its beginning and there; near
 * a minimum, where the difference is rounding, the slopes alone must say so. */
static bool has_fallen(const bb_lbfgs *m, double rate, double slope, double slope_there)
{
    double epsilon = bb_node_dtype(m->loss) == BB_F64 ? DBL_EPSILON : (double)FLT_EPSILON;
    double rounding = 16 * epsilon * fabs(m->here.loss);
    return m->there.loss <= m->here.loss + descent * rate * slope ||
           (m->there.loss <= m->here.loss + rounding && slope_there <= (2 * descent - 1) * slope);
}

/* Sets `there` to a point along the direction, and the rate to how far it is; 0 when there is
 * none. */
static bb_status search(bb_lbfgs *m, bb_feeds feeds, double *rate_out, bb_error *error)
{
    double slope = bb__dot(m->size, m->here.g, m->direction), low = 0, high = (double)INFINITY;
    double size = sqrt(bb__dot(m->size, m->here.g, m->here.g));
    double rate = m->kept ? 1 : fmin(1, 1 / size);
    bb_status status = BB_OK;
    *rate_out = 0;
    for (int trial = 0; slope < 0 && trial < MOST_TRIALS; trial++) {
        bb__lbfgs_move(m, rate);
        status = bb__lbfgs_evaluate(m, feeds, &m->there, error);
        if (status != BB_OK || memcmp(m->there.x, m->here.x, (size_t)m->size * sizeof(double)) == 0)
            return status;
        double slope_there = bb__dot(m->size, m->there.g, m->direction);
        if (isnan(slope_there) || !has_fallen(m, rate, slope, slope_there))
            high = rate;
        else if (slope_there < flatness * slope)
            low = rate;
        else {
            *rate_out = rate;
            return BB_OK;
        }
        rate = isinf(high) ? 2 * low : (low + high) / 2;
    }
    if (low > 0) {
        bb__lbfgs_move(m, low);
        status = bb__lbfgs_evaluate(m, feeds, &m->there, error);
        *rate_out = status == BB_OK ? low : 0;
    }
    return status;
}

/* Goes there, and keeps the pair. */
static void accept(bb_lbfgs *m)
{
    double *step = m->steps + m->next * m->size, *turn = m->turns + m->next * m->size;
    for (int64_t k = 0; k < m->size; k++) {
        step[k] = m->there.x[k] - m->here.x[k];
        turn[k] = m->there.g[k] - m->here.g[k];
    }
    bb__point left = m->here;
    m->here = m->there;
    m->there = left;
    double bend = bb__dot(m->size, step, turn), square = bb__dot(m->size, turn, turn);
    double least = DBL_EPSILON * sqrt(square * bb__dot(m->size, step, step));
    if (!(bend > least))
        return;
    m->bends[m->next] = bend;
    m->scale = bend / square;
    m->next = (m->next + 1) % m->pairs;
    m->kept += m->kept < m->pairs;
}

/* Makes `here` true. */
static bb_status begin(bb_lbfgs *m, bb_feeds feeds, bb_error *error)
{
    bb__lbfgs_gather(m, m->there.x);
    if (!m->is_fresh && memcmp(m->there.x, m->here.x, (size_t)m->size * sizeof(double)) == 0)
        return BB_OK;
    m->kept = 0;
    bb_status status = bb__lbfgs_evaluate(m, feeds, &m->here, error);
    if (status != BB_OK)
        return status;
    double square = bb__dot(m->size, m->here.g, m->here.g);
    if (!isfinite(m->here.loss) || !isfinite(square))
        return bb_fail(error, BB_BAD_VALUE, "lbfgs: the loss is %g, its gradient's norm %g",
                       m->here.loss, sqrt(square));
    m->is_fresh = false;
    return BB_OK;
}

/* A direction in which nothing lower was found is tried again without the pairs. */
static bb_status descend(bb_lbfgs *m, bb_feeds feeds, double *rate_out, bb_error *error)
{
    for (;;) {
        bool was_plain = m->kept == 0;
        find_direction(m);
        bb_status status = search(m, feeds, rate_out, error);
        if (status != BB_OK || *rate_out > 0 || was_plain)
            return status;
        m->kept = 0;
    }
}

bb_status bb_lbfgs_step(bb_lbfgs *m, bb_feeds feeds, bb_lbfgs_report *report_out,
                        bb_error *error_out)
{
    if (!m)
        return bb_fail(error_out, BB_BAD_ARGUMENT, "lbfgs: it is NULL");
    bb_status status = begin(m, feeds, error_out);
    if (status != BB_OK) {
        m->is_fresh = true;
        return status;
    }
    double rate;
    status = descend(m, feeds, &rate, error_out);
    if (status == BB_OK && rate > 0)
        accept(m);
    else
        bb__lbfgs_move(m, 0);
    if (status == BB_OK)
        *report_out = (bb_lbfgs_report){m->here.loss, sqrt(bb__dot(m->size, m->here.g, m->here.g)),
                                        rate, m->evaluations};
    return status;
}
