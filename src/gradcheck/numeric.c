/* SPDX-License-Identifier: MIT */
/* The analytic Jacobian of a function compared with central differences: all of it, or along random
 * directions.
 *
 * Every entry is compared or counted as skipped. */
#include "parts.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { SPARSE = 4 }; /* elements of a sparse direction */

static bb_status numeric_columns(bb__jacobian *j)
{
    bool moved = true;
    while (moved && !j->given_up) {
        moved = false;
        for (int64_t e = 0; e < j->columns && !j->given_up; e++) {
            memset(j->direction, 0, (size_t)j->columns * sizeof *j->direction);
            j->direction[e] = 1;
            bb_status status = bb__jacobian_look(j, e, &moved);
            if (status != BB_OK)
                return status;
            for (int64_t r = 0; r < j->rows; r++)
                j->numeric[r * j->columns + e] =
                    (j->plus[0][r] - j->minus[0][r]) / bb__jacobian_width(j, e);
        }
    }
    return BB_OK;
}

static const double *gradient_values(const bb__jacobian *j)
{
    return bb_tensor_read(bb_program_value(j->f->gradient, j->f->grads[j->variable]));
}

static bb_status analytic_rows(bb__jacobian *j)
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
static bool is_comparable(bb__jacobian *j, double largest, double noise, int64_t entries)
{
    j->c->nonzero |= largest > noise;
    if (noise <= 1e-3 * fmax(1, largest))
        return true;
    char label[BB__LABEL];
    j->c->report->skipped += entries;
    bb__check_fault(
        j->c, "gradient check failed: %s: rounding of such large values hides the differences",
        bb__check_label(j->c, j->f, j->variable, label));
    return false;
}

static void compare_entries(bb__jacobian *j)
{
    double largest = 0;
    int64_t entries = j->rows * j->columns;
    for (int64_t i = 0; i < entries; i++)
        largest = fmax(largest, fmax(fabs(j->analytic[i]), fabs(j->numeric[i])));
    if (!is_comparable(j, largest, j->rounding, entries))
        return;
    double scale = fmax(largest, j->rounding / j->c->options.tolerance);
    for (int64_t i = 0; i < entries; i++)
        bb__check_compare(j->c, j->f, j->variable, i % j->columns, j->analytic[i], j->numeric[i],
                          scale);
}

static bool is_zero_by_definition(const bb__jacobian *j)
{
    return j->f->order == 1 && j->c->options.zero_by_definition;
}

static bb_status check_entries(bb__jacobian *j)
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

static void draw_sparse(bb__check *c, double *numbers, int64_t count)
{
    memset(numbers, 0, (size_t)count * sizeof *numbers);
    for (int i = 0; i < SPARSE; i++)
        numbers[bb_rng_below(&c->rng, (uint64_t)count)] = bb_rng_normal(&c->rng);
}

/* By turns: both dense, with a cotangent off ones; a sparse direction; both dense; a sparse
 * cotangent. */
static void draw_direction(bb__jacobian *j, int turn)
{
    for (int64_t e = 0; e < j->columns; e++)
        j->direction[e] = bb_rng_normal(&j->c->rng);
    bb__fill_cotangent(j->c, j->f->cotangent, turn % 4 == 0);
    if (turn % 4 == 1)
        draw_sparse(j->c, j->direction, j->columns);
    if (turn % 4 == 3)
        draw_sparse(j->c, bb_tensor_data(j->f->cotangent), j->rows);
}

static void compare_direction(bb__jacobian *j)
{
    const double *g = gradient_values(j), *v = bb_tensor_read(j->f->cotangent);
    double analytic = 0, numeric = 0, squares = 0, values = 0, reach = 2 * j->c->options.step;
    for (int64_t e = 0; e < j->columns; e++) {
        double term = j->direction[e] != 0 ? g[e] * (bb__jacobian_width(j, e) / reach) : 0;
        analytic += term;
        squares += term * term;
    }
    for (int64_t r = 0; r < j->rows; r++) {
        numeric += v[r] * ((j->plus[0][r] - j->minus[0][r]) / reach);
        values += v[r] * v[r] * fmax(1, j->base[r] * j->base[r]);
    }
    double noise = 16 * DBL_EPSILON * sqrt(values) / j->c->options.step;
    double largest = fmax(sqrt(squares), fabs(numeric));
    if (is_comparable(j, largest, noise, 1))
        bb__check_compare(j->c, j->f, j->variable, -1, analytic, numeric,
                          fmax(largest, noise / j->c->options.tolerance));
}

static bb_status check_directions(bb__jacobian *j)
{
    for (int turn = 0; turn < j->c->options.directions; turn++) {
        bool moved = false;
        draw_direction(j, turn);
        bb_status status = is_zero_by_definition(j) ? BB_OK : bb__jacobian_look(j, turn, &moved);
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

static bb_status with_memory(bb__jacobian *j, bool is_full)
{
    size_t rows = (size_t)j->rows, columns = (size_t)j->columns,
           entries = is_full ? rows * columns : 0;
    double *numbers =
        bb_memory_zeroed(columns + (1 + 2 * BB__SCALES) * rows + 2 * entries + 1, sizeof *numbers);
    j->moved = bb_memory_zeroed((size_t)j->points + 1, 1);
    bb_status status = BB_OUT_OF_MEMORY;
    if (numbers && j->moved) {
        double *next = numbers;
        j->direction = next, next += columns;
        j->base = next, next += rows;
        for (int scale = 0; scale < BB__SCALES; scale++) {
            j->plus[scale] = next, next += rows;
            j->minus[scale] = next, next += rows;
        }
        j->analytic = next;
        j->numeric = next + entries;
        status = bb__jacobian_settle(j);
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
    bb__jacobian j = {
        .c = c, .f = f, .variable = variable, .x = x, .rows = f->count, .columns = x->count};
    bool is_full = x->count == 0 || f->count <= c->options.full_limit / x->count;
    j.points = is_full ? j.columns : c->options.directions;
    if (j.rows == 0 || j.columns == 0)
        return BB_OK;
    return with_memory(&j, is_full);
}
