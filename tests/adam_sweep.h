/* SPDX-License-Identifier: MIT */
/* Sweeps with an update by Adam in them, which are run with it as one op and with all ops one by
 * one. */
#ifndef BIBUN_TEST_ADAM_SWEEP_H
#define BIBUN_TEST_ADAM_SWEEP_H

#include <criterion/criterion.h>

#include "arithmetic.h"

#include <string.h>

enum { ROOM = 6000, MARGIN = 128, OPS = 20 };
/* The operands: arrays, single numbers; and arrays for results. */
enum { M, V, G, W, X, C, E, R, S, INPUTS, M2 = INPUTS, V2, W2, X2, ARRAYS };
/* The ops of an update, in the order of its graph, and their results. */
enum { FIRST, SQUARE, SECOND, CORRECTED, ROOT, SUM, SCALED, QUOTIENT, STEP, NINE };
#define RESULT(k) (INPUTS + (k))

/* A sweep: its ops, how it is run, and what of its arrays is unusual. */
typedef struct sweep {
    bb__map_op ops[OPS];
    int n_ops, dtype;
    bb_shape shape;
    bool is_per_element[INPUTS]; /* of what else is a single number */
    bool is_turned[INPUTS];      /* of a matrix, columns one after the other */
    bool scatters;               /* to every other element of array `to` */
    int to;
    int64_t strips; /* of which G has memory for one alone; 0: run as a whole */
    int threads;
} sweep;

static double memory[ARRAYS][ROOM + 2 * MARGIN], joined[ARRAYS][ROOM + 2 * MARGIN];

static char *array(int a)
{
    return (char *)(memory[a] + MARGIN);
}

/* Adam's nine ops, from `first` on, with their results in the place of their operands. */
static void put_update(bb__map_op *ops, int first, int dtype)
{
    static const double of_means[] = {0.9, 1 - 0.9}, of_squares[] = {0.999, 1 - 0.999};
    const int at = RESULT(first);
    bb__map_op *op = ops + first;
    op[FIRST] = op_of(BB_ARITHMETIC_AXPBY, dtype, M, G);
    op[SQUARE] = op_of(BB_ARITHMETIC_SQUARE, dtype, G, G);
    op[SECOND] = op_of(BB_ARITHMETIC_AXPBY, dtype, V, at + SQUARE);
    op[CORRECTED] = op_of(BB_ARITHMETIC_MUL, dtype, at + SECOND, C);
    op[ROOT] = op_of(BB_ARITHMETIC_SQRT, dtype, at + CORRECTED, 0);
    op[SUM] = op_of(BB_ARITHMETIC_ADD, dtype, at + ROOT, E);
    op[SCALED] = op_of(BB_ARITHMETIC_MUL, dtype, at + FIRST, R);
    op[QUOTIENT] = op_of(BB_ARITHMETIC_DIV, dtype, at + SCALED, at + SUM);
    op[STEP] = op_of(BB_ARITHMETIC_SUB, dtype, W, at + QUOTIENT);
    op[FIRST].attrs = of_means;
    op[SECOND].attrs = of_squares;
    op[FIRST].out = array(M);
    op[SECOND].out = array(V);
    op[STEP].out = array(W);
}

static sweep adam(int dtype, int64_t n)
{
    sweep s = {.n_ops = NINE, .dtype = dtype, .shape = {1, {n}}, .threads = 1};
    put_update(s.ops, 0, dtype);
    return s;
}

static void put(int dtype, int a, int64_t i, double x)
{
    if (dtype == BB_F32)
        ((float *)array(a))[i] = (float)x;
    else
        ((double *)array(a))[i] = x;
}

enum { SETS = 4 };

/* Thirds, which are rounded in every operation, and special values; squares are not negative. */
static void fill(const sweep *s, int set)
{
    static const double special[] = {0.0, -0.0, INFINITY, -INFINITY, NAN, 1e30, -1e-30, 1e-44};
    static const double numbers[SETS][S - C + 1] = {{2.25, 1e-8, 1 / 3e3, 0.7},
                                                    {1.0 / 7, 0, -5, 3},
                                                    {INFINITY, NAN, 0, -0.0},
                                                    {1e-44, 1e-44, 1e-44, 1}};
    for (int a = 0; a < ARRAYS; a++)
        for (int i = -MARGIN; i < ROOM + MARGIN; i++) {
            const int kind = (i + MARGIN + set) * (a + 3) / 4 & 7;
            const double x = i % 3 == 1 ? special[kind] : ((i + MARGIN) * 7 % 31 - 3 * a - 1) / 3.0;
            const bool is_number = a >= C && a <= S && !s->is_per_element[a];
            put(s->dtype, a, i, is_number ? numbers[set][a - C] : a == V ? fabs(x) : x);
        }
}

static int64_t element_size(const sweep *s)
{
    return (int64_t)bb_dtype_size((bb_dtype)s->dtype);
}

/* The arrays as the sweep reads them, and behind them the one that is scattered to. */
static void lay(const sweep *s, bb_array in[INPUTS + 1])
{
    const int last = s->shape.ndim - 1;
    for (int a = 0; a <= INPUTS; a++) {
        in[a] = (bb_array){array(a < INPUTS ? a : s->to), (bb_dtype)s->dtype, s->shape, {0}};
        if (a >= C && a <= S && !s->is_per_element[a])
            continue;
        in[a].stride[last] = a < INPUTS ? 1 : s->scatters ? 2 : 0;
        if (last)
            in[a].stride[0] = s->shape.dim[1];
        if (a < INPUTS && s->is_turned[a]) {
            in[a].stride[0] = 1;
            in[a].stride[last] = s->shape.dim[0];
        }
    }
}

static int updates_of(const bb__map *m)
{
    int n = 0;
    for (int k = 0; k < m->n_ops; k++)
        n += m->ops[k].factors[0] != NULL;
    return n;
}

/* How many updates it has, each of them one op; none where its ops are to be run one by one. */
static int run(const sweep *s, bool is_joined, int *left_out)
{
    const int64_t size = element_size(s), n = bb_shape_count(s->shape);
    bb_array in[INPUTS + 1];
    bb__map_input inputs[INPUTS + 1] = {0};
    bb__map_op ops[OPS];
    bb__map m = {.n_in = INPUTS, .n_to = s->scatters, .n_ops = s->n_ops, .in = inputs, .ops = ops};
    memcpy(ops, s->ops, sizeof ops);
    for (int k = 0; k < s->n_ops && !is_joined; k++)
        ops[k].arithmetic = BB_ARITHMETIC_NONE;
    inputs[G].local = s->strips ? n / s->strips * size : 0;
    lay(s, in);
    bb__map_prepare(&m, in, s->shape);
    bb__map_bind(&m, in);
    for (int64_t i = 0; i < s->strips; i++)
        bb__map_run_strip(&m, i, 0, i * (n / s->strips), n / s->strips);
    if (!s->strips)
        bb__map_run(&m, s->threads);
    *left_out = m.n_ops;
    return updates_of(&m);
}

/* Not a number is one whatever its bits. */
static void expect_same(const sweep *s, const char *what)
{
    enum { DOUBLES = sizeof memory / sizeof(double), FLOATS = sizeof memory / sizeof(float) };
    const double *a = memory[0], *b = joined[0];
    const float *p = (const float *)a, *q = (const float *)b;
    for (int i = 0; i < DOUBLES && s->dtype == BB_F64; i++)
        cr_assert((a[i] != a[i] && b[i] != b[i]) || memcmp(a + i, b + i, sizeof *a) == 0,
                  "%s: element %d is %g, not %g", what, i, b[i], a[i]);
    for (int i = 0; i < FLOATS && s->dtype == BB_F32; i++)
        cr_assert((p[i] != p[i] && q[i] != q[i]) || memcmp(p + i, q + i, sizeof *p) == 0,
                  "%s: element %d is %g, not %g", what, i, (double)q[i], (double)p[i]);
}

/* That it has so many updates, and `left` ops then, and the same results as its ops one by one;
 * left is 0 where it does not matter. */
static void expect(const sweep *s, int updates, int left, const char *what)
{
    for (int i = 0, n; i < SETS; i++) {
        fill(s, i);
        cr_assert_eq(run(s, true, &n), updates, "%s", what);
        cr_assert(left == 0 || n == left, "%s: %d ops, not %d", what, n, left);
        memcpy(joined, memory, sizeof memory);
        fill(s, i);
        cr_assert_eq(run(s, false, &n), 0, "%s", what);
        expect_same(s, what);
    }
}

static sweep apart(int dtype, int64_t n)
{
    sweep s = adam(dtype, n);
    s.ops[FIRST].out = array(M2);
    s.ops[SECOND].out = array(V2);
    s.ops[STEP].out = array(W2);
    return s;
}

/* An op is put before op k of a sweep. */
static void insert(sweep *s, int k, bb__map_op op)
{
    for (int i = s->n_ops++; i > k; i--) {
        s->ops[i] = s->ops[i - 1];
        for (int j = 0; j < s->ops[i].n_in; j++)
            s->ops[i].in[j] += s->ops[i].in[j] >= RESULT(k);
    }
    s->ops[k] = op;
}

#endif
