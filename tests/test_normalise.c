/* SPDX-License-Identifier: MIT */
/* The gradient through normalised rows against plain loops in long double: over an operand as well,
 * with any number of threads the same bits, and what a tail finds. */
#include "tails.h"

typedef struct operands {
    block dy, y, scale;
    int64_t rows, size;
} operands;

static operands operands_random(bb_rng *rng, bb_dtype dtype, int64_t rows, int64_t size)
{
    return (operands){block_random(rng, dtype, BB_SHAPE(rows, size), ROW_MAJOR, 0.5),
                      block_random(rng, dtype, BB_SHAPE(rows, size), ROW_MAJOR, 0),
                      block_random(rng, dtype, BB_SHAPE(rows, 1), ROW_MAJOR, 2), rows, size};
}

static void operands_free(operands *o)
{
    free(o->dy.memory);
    free(o->y.memory);
    free(o->scale.memory);
}

/* What row `row` of the gradient is to be: wanted[i] for i < size. */
static void plain(const operands *o, int64_t row, double *wanted)
{
    const int64_t first = row * o->size;
    long double sum = 0, along = 0;
    for (int64_t k = first; k < first + o->size; k++) {
        sum += (long double)get(&o->dy.array, k);
        along += (long double)get(&o->dy.array, k) * (long double)get(&o->y.array, k);
    }
    const long double n = (long double)o->size;
    const long double scale = (long double)get(&o->scale.array, row);
    for (int64_t i = 0; i < o->size; i++) {
        const long double y = (long double)get(&o->y.array, first + i);
        wanted[i] = (double)(scale * ((long double)get(&o->dy.array, first + i) - sum / n -
                                      y * (along / n)));
    }
}

static void run(const operands *o, const block *out, const bb__tail *tail, int threads)
{
    bb__normalised_gradient(&o->dy.array, &o->y.array, &o->scale.array, &out->array, tail, threads);
}

static void check(operands *o)
{
    const double tolerance = o->y.array.dtype == BB_F32 ? 1e-6 : 1e-14;
    block out = block_new(o->y.array.dtype, o->y.array.shape);
    notes found = notes_new(&out.array);
    const bb__tail tail = {note, &found, 1};
    run(o, &out, &tail, 1);
    notes_check(&found);
    double *const wanted = malloc((size_t)o->size * sizeof *wanted);
    for (int64_t row = 0; row < o->rows; row++) {
        plain(o, row, wanted);
        for (int64_t i = 0; i < o->size; i++) {
            const double value = get(&out.array, row * o->size + i);
            cr_assert(is_close(value, wanted[i], tolerance, 10),
                      "[%lld %lld]: [%lld %lld] is %.17g, not %.17g", (long long)o->rows,
                      (long long)o->size, (long long)row, (long long)i, value, wanted[i]);
        }
    }
    free(wanted);
    block again = block_new(o->y.array.dtype, o->y.array.shape);
    found = notes_new(&again.array);
    run(o, &again, &(bb__tail){note, &found, 1}, 3);
    notes_check(&found);
    cr_assert(same_bits(&again, &out), "with 3 threads");
    block *const over[] = {&o->dy, &o->y};
    for (int k = 0; k < 2; k++) {
        const size_t bytes = (size_t)(o->rows * o->size) * bb_dtype_size(out.array.dtype);
        memcpy(again.memory, over[k]->memory, bytes);
        run(o, over[k], NULL, 2);
        cr_assert(same_bits(over[k], &out), "over operand %d", k);
        memcpy(over[k]->memory, again.memory, bytes);
    }
    free(out.memory);
    free(again.memory);
}

Test(normalise, gradients_of_rows_of_any_size)
{
    static const int64_t rows[] = {1, 2, 7, 400}, sizes[] = {1, 15, 16, 17, 31, 48, 257, 4099};
    bb_rng rng = {1, 0};
    for (bb_dtype dtype = BB_F32; dtype <= BB_F64; dtype++)
        for (int i = 0; i < 4; i++)
            for (int k = 0; k < 8; k++) {
                operands o = operands_random(&rng, dtype, rows[i], sizes[k]);
                check(&o);
                operands_free(&o);
            }
}

/* A row's infinity or NaN is that row's alone, and all of it. */
Test(normalise, special_values_stay_in_their_row)
{
    static const float special[] = {INFINITY, -INFINITY, NAN};
    bb_rng rng = {2, 0};
    for (int k = 0; k < 9; k++) {
        operands o = operands_random(&rng, BB_F32, 3, 20);
        const block *const in[] = {&o.dy, &o.y, &o.scale};
        ((float *)in[k / 3]->memory)[k / 3 == 2 ? 1 : 25] = special[k % 3];
        block out = block_new(BB_F32, o.y.array.shape);
        run(&o, &out, NULL, 1);
        for (int64_t i = 0; i < 60; i++)
            cr_assert_eq(isfinite(get(&out.array, i)) != 0, i / 20 != 1, "%d: element %lld", k,
                         (long long)i);
        free(out.memory);
        operands_free(&o);
    }
}

static void refuse(const void *context, int64_t first, int64_t count)
{
    (void)context;
    cr_assert_fail("%lld elements from %lld on of nothing", (long long)count, (long long)first);
}

Test(normalise, nothing)
{
    bb_rng rng = {3, 0};
    const int64_t shapes[][2] = {{0, 20}, {4, 0}};
    for (int i = 0; i < 2; i++) {
        operands o = operands_random(&rng, BB_F32, shapes[i][0], shapes[i][1]);
        block out = block_new(BB_F32, o.y.array.shape);
        run(&o, &out, &(bb__tail){refuse, NULL, 1}, 2);
        free(out.memory);
        operands_free(&o);
    }
}
