/* SPDX-License-Identifier: MIT */
/* Central differences of a function along directions of one variable, compared with its analytic
 * Jacobian.
 *
 * What is a kink is decided by values of the function alone, never by the analytic gradient, so
 * that no wrong rule can have its evidence moved away. */
#include "gradcheck_parts.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum {
    SCALES = 3,
    SPARSE = 4,
    TRIES = 8
}; /* steps h, h/2, h/4; elements of a sparse direction; moves of a point */

typedef struct jacobian {
    bb__check *c;
    const bb__function *f;
    int variable;
    bb__variable *x;
    int64_t rows, columns;
    double *direction;                           /* [columns] */
    double *base, *plus[SCALES], *minus[SCALES]; /* [rows]: f at the point, and to both sides of it
                                                  */
    double *analytic, *numeric;                  /* [rows columns], when all of it is compared */
    unsigned char *moved;                        /* [points] */
    int64_t points, n_moved, moves;
    bool given_up;
} jacobian;

/* --- values
 * -------------------------------------------------------------------------------------------------------------
 */

static double step_of(const jacobian *j, int64_t e)
{
    return j->c->options.step * fmax(1, fabs(j->x->here[e])) * j->direction[e];
}

/* f at here + share * step, into out. */
static bb_status evaluate(jacobian *j, double share, double *out)
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

/* The distance between the two points that `evaluate` takes for shares 1 and -1, as they are
 * rounded. */
static double width_of(const jacobian *j, int64_t e)
{
    double h = step_of(j, e);
    return (j->x->here[e] + h) - (j->x->here[e] - h);
}

/* By how much rounding of f may disturb a slope. */
static double rounding(const jacobian *j)
{
    double largest = 0;
    for (int64_t r = 0; r < j->rows; r++)
        largest = fmax(largest, fabs(j->base[r]));
    return 16 * DBL_EPSILON * largest / j->c->options.step;
}

/* --- kinks
 * --------------------------------------------------------------------------------------------------------------
 */

static double slope(const jacobian *j, int scale, int64_t r)
{
    double h = ldexp(j->c->options.step, -scale);
    return (j->plus[scale][r] - j->minus[scale][r]) / (2 * h);
}

/* The slope to the right less the slope to the left. */
static double bend(const jacobian *j, int scale, int64_t r)
{
    double h = ldexp(j->c->options.step, -scale);
    return ((j->plus[scale][r] - j->base[r]) - (j->base[r] - j->minus[scale][r])) / h;
}

static double steepest(const jacobian *j)
{
    double largest = 0;
    for (int64_t r = 0; r < j->rows; r++)
        largest = fmax(largest, fabs(slope(j, 0, r)) + fabs(bend(j, 0, r)) / 2);
    return largest;
}

/* Whether the slopes differ by enough for a kink to disturb a comparison. */
static bool bends(const jacobian *j)
{
    double bound = j->c->options.tolerance / 2 * steepest(j) + rounding(j);
    for (int64_t r = 0; r < j->rows; r++)
        if (fabs(bend(j, 0, r)) > bound)
            return true;
    return false;
}

/* Curvature's share of the bend halves with h, and the central difference hardly changes; at a kink
 * neither holds for all three scales, wherever within h it lies. */
static bool row_has_kink(const jacobian *j, int64_t r, double bound)
{
    double whole = bend(j, 0, r), noise = 16 * rounding(j);
    double curved = 0.1 * fabs(whole) + noise;
    if (!(fabs(whole) > bound))
        return false;
    return fabs(whole - 2 * bend(j, 1, r)) > curved || fabs(whole - 4 * bend(j, 2, r)) > curved ||
           fabs(slope(j, 0, r) - slope(j, 1, r)) > bound;
}

static bool has_kink(const jacobian *j)
{
    double bound = j->c->options.tolerance / 2 * steepest(j) + rounding(j);
    for (int64_t r = 0; r < j->rows; r++)
        if (row_has_kink(j, r, bound))
            return true;
    return false;
}

/* Evaluates f to both sides along the direction, and at smaller steps where it bends. */
static bb_status look(jacobian *j, bool *kink_out)
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
            scales = SCALES;
    }
    *kink_out = scales == SCALES && has_kink(j);
    return BB_OK;
}

/* Moves the elements that the direction touches, unless too many points were moved. */
static bb_status move(jacobian *j, int64_t point)
{
    int64_t cap = (int64_t)(j->c->options.resample_limit * (double)j->points);
    j->n_moved += !j->moved[point];
    j->c->report->resampled += !j->moved[point];
    j->moved[point] = 1;
    cap = cap < 1 ? 1 : cap;
    if (j->n_moved > cap || ++j->moves > TRIES * cap) {
        char label[2 * BB__LABEL];
        j->given_up = true;
        bb__check_fault(j->c, "gradient check failed: %s: %lld of %lld points lie at kinks",
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
    return evaluate(j, 0, j->base);
}

/* Looks along the direction, moving the point until it lies at no kink. */
static bb_status look_off_kinks(jacobian *j, int64_t point, bool *moved_out)
{
    bool kink = true;
    while (true) {
        bb_status status = look(j, &kink);
        if (status != BB_OK || !kink)
            return status;
        *moved_out = true;
        status = move(j, point);
        if (status != BB_OK || j->given_up)
            return status;
    }
}

/* --- all entries
 * --------------------------------------------------------------------------------------------------------
 */

static bb_status numeric_columns(jacobian *j)
{
    bool moved = true;
    while (moved && !j->given_up) {
        moved = false;
        for (int64_t e = 0; e < j->columns && !j->given_up; e++) {
            memset(j->direction, 0, (size_t)j->columns * sizeof *j->direction);
            j->direction[e] = 1;
            bb_status status = look_off_kinks(j, e, &moved);
            if (status != BB_OK)
                return status;
            for (int64_t r = 0; r < j->rows; r++)
                j->numeric[r * j->columns + e] = (j->plus[0][r] - j->minus[0][r]) / width_of(j, e);
        }
    }
    return BB_OK;
}

static const double *gradient_values(const jacobian *j)
{
    return bb_tensor_read(bb_program_value(j->f->gradient, j->f->grads[j->variable]));
}

static bb_status analytic_rows(jacobian *j)
{
    double *v = bb_tensor_data(j->f->cotangent);
    for (int64_t r = 0; r < j->rows; r++) {
        memset(v, 0, (size_t)j->rows * sizeof *v);
        v[r] = 1;
        bb_status status = bb__function_run(j->c, j->f->gradient);
        if (status != BB_OK)
            return status;
        if (j->columns)
            memcpy(j->analytic + r * j->columns, gradient_values(j),
                   (size_t)j->columns * sizeof *j->analytic);
    }
    return BB_OK;
}

/* Whether rounding leaves something to compare; if not, the entries are skipped. */
static bool is_comparable(jacobian *j, double largest, int64_t entries)
{
    j->c->nonzero |= largest > rounding(j);
    if (rounding(j) <= 1e-3 * fmax(1, largest))
        return true;
    char label[2 * BB__LABEL];
    j->c->report->skipped += entries;
    bb__check_fault(
        j->c, "gradient check failed: %s: rounding of such large values hides the differences",
        bb__check_label(j->c, j->f, j->variable, label));
    return false;
}

static double scale_of(const jacobian *j, double largest)
{
    return fmax(largest, rounding(j) / j->c->options.tolerance);
}

static void compare_entries(jacobian *j)
{
    double largest = 0;
    int64_t entries = j->rows * j->columns;
    for (int64_t i = 0; i < entries; i++)
        largest = fmax(largest, fmax(fabs(j->analytic[i]), fabs(j->numeric[i])));
    if (!is_comparable(j, largest, entries))
        return;
    for (int64_t i = 0; i < entries; i++)
        bb__check_compare(j->c, j->f, j->variable, i % j->columns, j->analytic[i], j->numeric[i],
                          scale_of(j, largest));
}

static bool is_zero_by_definition(const jacobian *j)
{
    return j->f->order == 1 && j->c->options.zero_by_definition;
}

static bb_status check_entries(jacobian *j)
{
    bb_status status = is_zero_by_definition(j) ? BB_OK : numeric_columns(j);
    if (status == BB_OK && j->given_up)
        j->c->report->skipped += j->rows * j->columns;
    if (status != BB_OK || j->given_up)
        return status;
    status = analytic_rows(j);
    if (status == BB_OK)
        compare_entries(j);
    return status;
}

/* --- directions
 * ---------------------------------------------------------------------------------------------------------
 */

static void draw_sparse(bb__check *c, double *numbers, int64_t count)
{
    memset(numbers, 0, (size_t)count * sizeof *numbers);
    for (int i = 0; i < SPARSE; i++)
        numbers[bb_rng_below(&c->rng, (uint64_t)count)] = bb_rng_normal(&c->rng);
}

/* By turns: both dense, with a cotangent off ones; a sparse direction; both dense; a sparse
 * cotangent. */
static void draw_direction(jacobian *j, int turn)
{
    for (int64_t e = 0; e < j->columns; e++)
        j->direction[e] = bb_rng_normal(&j->c->rng);
    bb__fill_cotangent(j->c, j->f->cotangent, turn % 4 == 0);
    if (turn % 4 == 1)
        draw_sparse(j->c, j->direction, j->columns);
    if (turn % 4 == 3)
        draw_sparse(j->c, bb_tensor_data(j->f->cotangent), j->rows);
}

static void compare_direction(jacobian *j)
{
    const double *g = gradient_values(j), *v = bb_tensor_read(j->f->cotangent);
    double analytic = 0, numeric = 0, squares = 0, reach = 2 * j->c->options.step;
    for (int64_t e = 0; e < j->columns; e++) {
        double term = j->direction[e] != 0 ? g[e] * (width_of(j, e) / reach) : 0;
        analytic += term;
        squares += term * term;
    }
    for (int64_t r = 0; r < j->rows && !is_zero_by_definition(j); r++)
        numeric += v[r] * ((j->plus[0][r] - j->minus[0][r]) / reach);
    double largest = fmax(sqrt(squares), fabs(numeric));
    if (is_comparable(j, largest, 1))
        bb__check_compare(j->c, j->f, j->variable, -1, analytic, numeric, scale_of(j, largest));
}

static bb_status check_directions(jacobian *j)
{
    for (int turn = 0; turn < j->c->options.directions; turn++) {
        bool moved = false;
        draw_direction(j, turn);
        bb_status status = is_zero_by_definition(j) ? BB_OK : look_off_kinks(j, turn, &moved);
        if (status != BB_OK)
            return status;
        if (j->given_up) {
            j->c->report->skipped += j->c->options.directions - turn;
            return BB_OK;
        }
        status = bb__function_run(j->c, j->f->gradient);
        if (status != BB_OK)
            return status;
        compare_direction(j);
    }
    return BB_OK;
}

/* --- both
 * -----------------------------------------------------------------------------------------------------------------
 */

static bb_status with_memory(jacobian *j, bool is_full)
{
    size_t rows = (size_t)j->rows, columns = (size_t)j->columns,
           entries = is_full ? rows * columns : 0;
    double *numbers =
        bb_memory_zeroed(columns + (1 + 2 * SCALES) * rows + 2 * entries + 1, sizeof *numbers);
    j->moved = bb_memory_zeroed((size_t)j->points + 1, 1);
    bb_status status = BB_OUT_OF_MEMORY;
    if (numbers && j->moved) {
        double *next = numbers;
        j->direction = next, next += columns;
        j->base = next, next += rows;
        for (int scale = 0; scale < SCALES; scale++) {
            j->plus[scale] = next, next += rows;
            j->minus[scale] = next, next += rows;
        }
        j->analytic = next;
        j->numeric = next + entries;
        status = evaluate(j, 0, j->base);
        if (status == BB_OK)
            status = is_full ? check_entries(j) : check_directions(j);
    } else
        bb__check_error(j->c, status, "gradient check: out of memory");
    bb_memory_release(numbers);
    bb_memory_release(j->moved);
    return status;
}

bb_status bb__check_jacobian(bb__check *c, const bb__function *f, int variable)
{
    bb__variable *x = &c->variables[variable];
    jacobian j = {
        .c = c, .f = f, .variable = variable, .x = x, .rows = f->count, .columns = x->count};
    bool is_full = x->count == 0 || f->count <= c->options.full_limit / x->count;
    j.points = is_full ? j.columns : c->options.directions;
    if (j.rows == 0 || j.columns == 0)
        return BB_OK;
    return with_memory(&j, is_full);
}
