/* SPDX-License-Identifier: MIT */
/* Batches: every order, epochs, reproducibility, and picked rows. */
#include <bibun/data.h>
#include <criterion/criterion.h>

#include <string.h>

#include "probe.h"

enum { ROWS = 10 };

/* Row i is {i, -i} and its target i. */
static bb_tensor *examples(void)
{
    float numbers[2 * ROWS];
    for (int i = 0; i < ROWS; i++) {
        numbers[2 * i] = (float)i;
        numbers[2 * i + 1] = (float)-i;
    }
    return bb_tensor_from(BB_F32, BB_SHAPE(ROWS, 2), numbers);
}

static bb_tensor *targets(int rows)
{
    int32_t numbers[ROWS];
    for (int i = 0; i < rows; i++)
        numbers[i] = i;
    return bb_tensor_from(BB_I32, BB_SHAPE(rows), numbers);
}

static bb_batches *batches_of(int64_t size, bb_batch_order order, uint64_t seed)
{
    bb_error error = {BB_OK, ""};
    bb_tensor *x = examples(), *t = targets(ROWS);
    bb_batches *b = bb_batches_new(x, t, size, order, seed, &error);
    cr_assert(b, "%s", error.text);
    bb_tensor_release(x); /* the batches keep their own reference */
    bb_tensor_release(t);
    return b;
}

/* Appends the rows of an epoch to `seen`; returns how many. */
static int epoch(bb_batches *b, int seen[ROWS])
{
    const bb_tensor *x, *t;
    int count = 0;
    while (bb_batches_next(b, &x, &t))
        for (int64_t i = 0; i < bb_tensor_count(t); i++) {
            double row = bb_tensor_at(t, i);
            cr_assert_eq(bb_tensor_at(x, 2 * i), row);
            cr_assert_eq(bb_tensor_at(x, 2 * i + 1), -row);
            seen[count++] = (int)row;
        }
    return count;
}

Test(batches, in_order)
{
    bb_batches *b = batches_of(3, BB_IN_ORDER, 1);
    int seen[ROWS];
    cr_assert_eq(bb_batches_per_epoch(b), 3);
    for (int round = 0; round < 2; round++) {
        cr_assert_eq(epoch(b, seen), 9);
        for (int i = 0; i < 9; i++)
            cr_assert_eq(seen[i], i);
    }
    bb_batches_free(b);
}

Test(batches, the_tensors_stay_the_same_objects)
{
    bb_batches *b = batches_of(4, BB_SHUFFLED, 1);
    const bb_tensor *x, *t, *x2, *t2;
    cr_assert(bb_batches_next(b, &x, &t));
    cr_assert(bb_shape_equal(bb_tensor_shape(x), BB_SHAPE(4, 2)));
    cr_assert(bb_shape_equal(bb_tensor_shape(t), BB_SHAPE(4)));
    cr_assert(bb_batches_next(b, &x2, &t2));
    cr_assert(x == x2 && t == t2);
    x2 = NULL;
    cr_assert_not(bb_batches_next(b, &x2, &t2));
    cr_assert_null(x2);
    cr_assert(bb_batches_next(b, &x2, &t2));
    cr_assert(x == x2 && t == t2);
    bb_batches_free(b);
}

Test(batches, shuffled_epochs_are_permutations_that_differ)
{
    bb_batches *b = batches_of(5, BB_SHUFFLED, 7);
    int seen[2][ROWS], times[ROWS] = {0};
    cr_assert_eq(epoch(b, seen[0]), ROWS);
    cr_assert_eq(epoch(b, seen[1]), ROWS);
    for (int i = 0; i < ROWS; i++) {
        times[seen[0][i]]++;
        times[seen[1][i]]++;
    }
    for (int i = 0; i < ROWS; i++)
        cr_assert_eq(times[i], 2);
    cr_assert_neq(memcmp(seen[0], seen[1], sizeof seen[0]), 0);
    bb_batches_free(b);
}

Test(batches, shuffles_are_uniform)
{
    enum { EPOCHS = 2000 };
    bb_batches *b = batches_of(ROWS, BB_SHUFFLED, 3);
    int seen[ROWS], at[ROWS][ROWS] = {{0}};
    for (int i = 0; i < EPOCHS; i++) {
        epoch(b, seen);
        for (int j = 0; j < ROWS; j++)
            at[j][seen[j]]++;
    }
    double chi = 0, expected = (double)EPOCHS / ROWS;
    for (int i = 0; i < ROWS * ROWS; i++) {
        double off = at[i / ROWS][i % ROWS] - expected;
        chi += off * off / expected;
    }
    cr_assert_lt(chi, 135); /* 81 degrees of freedom: one in ten thousand is above */
    bb_batches_free(b);
}

Test(batches, drawn_rows_repeat)
{
    bb_batches *b = batches_of(3, BB_DRAWN, 5);
    int seen[ROWS], times[ROWS] = {0}, epochs = 1000, most = 0, least = INT32_MAX;
    bool repeats = false;
    for (int i = 0; i < epochs; i++) {
        cr_assert_eq(epoch(b, seen), 9);
        for (int j = 0; j < 9; j++) {
            times[seen[j]]++;
            for (int k = 0; k < j; k++)
                repeats = repeats || seen[j] == seen[k];
        }
    }
    for (int i = 0; i < ROWS; i++) {
        most = times[i] > most ? times[i] : most;
        least = times[i] < least ? times[i] : least;
    }
    cr_assert(repeats);
    cr_assert(least > 750 && most < 1050, "%d .. %d", least, most);
    bb_batches_free(b);
}

Test(batches, the_seed_decides)
{
    static const bb_batch_order orders[] = {BB_SHUFFLED, BB_DRAWN};
    for (int i = 0; i < 2; i++) {
        bb_batches *a = batches_of(5, orders[i], 11), *b = batches_of(5, orders[i], 11);
        bb_batches *c = batches_of(5, orders[i], 12);
        int from_a[ROWS], from_b[ROWS], from_c[ROWS];
        for (int round = 0; round < 3; round++) {
            epoch(a, from_a);
            epoch(b, from_b);
            epoch(c, from_c);
            cr_assert_arr_eq(from_a, from_b, sizeof from_a);
            cr_assert_neq(memcmp(from_a, from_c, sizeof from_a), 0);
        }
        bb_batches_free(a);
        bb_batches_free(b);
        bb_batches_free(c);
    }
}

/* The same epochs as with stops, and no stop; switched on at the very end of an epoch as well. */
Test(batches, endless)
{
    static const bb_batch_order orders[] = {BB_IN_ORDER, BB_SHUFFLED, BB_DRAWN};
    for (int k = 0; k < 3; k++) {
        bb_batches *stops = batches_of(3, orders[k], 4), *goes_on = batches_of(3, orders[k], 4);
        const bb_tensor *x, *t;
        int seen[ROWS];
        cr_assert_eq(epoch(goes_on, seen), 9);
        bb_batches_set_endless(goes_on, true);
        epoch(stops, seen);
        for (int round = 0; round < 3; round++) {
            epoch(stops, seen);
            for (int i = 0; i < 9; i++) {
                cr_assert(i % 3 || bb_batches_next(goes_on, &x, &t));
                cr_assert_eq(bb_tensor_at(t, i % 3), seen[i]);
            }
        }
        bb_batches_set_endless(goes_on, false);
        cr_assert_not(bb_batches_next(goes_on, &x, &t), "an epoch ends here");
        cr_assert(bb_batches_next(goes_on, &x, &t));
        bb_batches_free(stops);
        bb_batches_free(goes_on);
    }
    bb_batches_set_endless(NULL, true);
}

static void expect_error(bb_tensor *x, bb_tensor *t, int64_t size, bb_batch_order order,
                         bb_status status, const char *text)
{
    bb_error error = {BB_OK, ""};
    cr_assert_null(bb_batches_new(x, t, size, order, 1, &error));
    cr_assert_str_eq(error.text, text);
    cr_assert_eq(error.status, status);
}

Test(batches, errors)
{
    bb_tensor *x = examples(), *t = targets(ROWS), *few = targets(9);
    bb_tensor *scalar = bb_tensor_new(BB_I32, BB_SCALAR);
    expect_error(NULL, t, 5, BB_IN_ORDER, BB_BAD_ARGUMENT, "batches: x is NULL");
    expect_error(x, NULL, 5, BB_IN_ORDER, BB_BAD_ARGUMENT, "batches: t is NULL");
    expect_error(x, scalar, 5, BB_IN_ORDER, BB_BAD_SHAPE, "batches: t is a scalar and has no rows");
    expect_error(x, few, 5, BB_IN_ORDER, BB_BAD_SHAPE, "batches: x has 10 rows, t has 9");
    expect_error(x, t, 0, BB_IN_ORDER, BB_BAD_ARGUMENT,
                 "batches: size 0 is not in 1 .. 10, the rows");
    expect_error(x, t, 11, BB_IN_ORDER, BB_BAD_ARGUMENT,
                 "batches: size 11 is not in 1 .. 10, the rows");
    expect_error(x, t, 5, (bb_batch_order)9, BB_BAD_ARGUMENT, "batches: 9 is no order");
    cr_assert_not(bb_batches_next(NULL, NULL, NULL));
    cr_assert_eq(bb_batches_per_epoch(NULL), 0);
    bb_batches_free(NULL);
    bb_tensor_release(x);
    bb_tensor_release(t);
    bb_tensor_release(few);
    bb_tensor_release(scalar);
}

Test(batches, memory_that_runs_out)
{
    bool done = false;
    for (long at = 1; !done; at++) {
        bb_error error = {BB_OK, ""};
        probe_begin(0);
        bb_tensor *x = examples(), *t = targets(ROWS);
        probe.fails_at = probe.calls + at;
        bb_batches *b = bb_batches_new(x, t, 5, BB_SHUFFLED, 1, &error);
        done = b != NULL;
        if (!b)
            cr_assert_str_eq(error.text, "batches: out of memory");
        bb_batches_free(b);
        bb_tensor_release(x);
        bb_tensor_release(t);
        cr_assert_eq(probe.live, 0);
        probe_end();
    }
}

Test(pick, rows_in_the_order_of_the_index)
{
    bb_tensor *x = examples();
    bb_tensor *picked = bb_tensor_pick(x, (const int64_t[]){9, 0, 9}, 3);
    static const double numbers[] = {9, -9, 0, 0, 9, -9};
    cr_assert(bb_shape_equal(bb_tensor_shape(picked), BB_SHAPE(3, 2)));
    for (int64_t i = 0; i < 6; i++)
        cr_assert_eq(bb_tensor_at(picked, i), numbers[i]);
    bb_tensor_release(picked);
    picked = bb_tensor_pick(x, NULL, 0);
    cr_assert(bb_shape_equal(bb_tensor_shape(picked), BB_SHAPE(0, 2)));
    bb_tensor_release(picked);
    bb_tensor_release(x);
}

/* So much that threads share it. */
Test(pick, many_long_rows)
{
    enum { MANY = 300, LONG = 801, PICKED = 700 };
    bb_tensor *x = bb_tensor_new(BB_F32, BB_SHAPE(MANY, LONG));
    float *numbers = bb_tensor_data(x);
    int64_t index[PICKED];
    for (int64_t i = 0; i < MANY * LONG; i++)
        numbers[i] = (float)i;
    for (int64_t i = 0; i < PICKED; i++)
        index[i] = i * 7919 % MANY;
    bb_tensor *picked = bb_tensor_pick(x, index, PICKED);
    const float *rows = bb_tensor_read(picked);
    for (int64_t i = 0; i < PICKED; i++)
        cr_assert(memcmp(rows + i * LONG, numbers + index[i] * LONG, LONG * sizeof *rows) == 0);
    bb_tensor_release(picked);
    bb_tensor_release(x);
}

Test(pick, what_cannot_be_picked)
{
    bb_tensor *x = examples(), *scalar = bb_tensor_new(BB_F32, BB_SCALAR);
    static const int64_t beyond[] = {0, ROWS}, below[] = {-1};
    cr_assert_null(bb_tensor_pick(x, beyond, 2));
    cr_assert_null(bb_tensor_pick(x, below, 1));
    cr_assert_null(bb_tensor_pick(x, NULL, 1));
    cr_assert_null(bb_tensor_pick(x, beyond, -1));
    cr_assert_null(bb_tensor_pick(scalar, beyond, 1));
    cr_assert_null(bb_tensor_pick(NULL, beyond, 1));
    bb_tensor_release(x);
    bb_tensor_release(scalar);
}
