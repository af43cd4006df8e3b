/* SPDX-License-Identifier: MIT */
/* Every op with kernels for f32 and f64, and composites of such: the first must give what the
 * second gives of the same numbers, to 4 units in the last place of a float, with every
 * instruction set; what cannot is named with its bound. */
#include <bibun/bibun.h>
#include <bibun/op.h>
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PER_DECADE = 24, LOWEST = -8, HIGHEST = 8, RANDOM = 2000, BOUND = 4, MOST_OPS = 1024 };
enum { LOG_SPACED = 2 * PER_DECADE * (HIGHEST - LOWEST), COUNT = LOG_SPACED + 2 * RANDOM };

typedef struct exception {
    const char *name;
    double bound;
    const char *reason;
} exception;

static const exception exceptions[] = {
    {"axpby", 4096, "its two products are rounded, and may nearly cancel"},
    {NULL, 0, NULL}, /* the end */
};

static double bound_of(const char *name)
{
    for (const exception *e = exceptions; e->name; e++)
        if (strcmp(e->name, name) == 0)
            return e->bound;
    return BOUND;
}

/* Both signs, spaced evenly in the exponent; then of usual size; then close to whole numbers. */
static double argument(int i, bb_rng *rng)
{
    double size = pow(10, LOWEST + (double)(i / 2) / PER_DECADE);
    if (i < LOG_SPACED)
        return (float)(i % 2 ? -size : size);
    double u = bb_rng_uniform(rng), near = bb_rng_normal(rng) / 1024;
    return (float)(i < LOG_SPACED + RANDOM ? 30 * u - 15 : rint(8 * u - 4) + near);
}

/* The first operand has the arguments in order, the others shuffled. */
static bb_tensor *arguments(const bb_sample *s, int operand, bb_dtype real)
{
    static double numbers[COUNT];
    bb_rng rng = {bb_rng_key(3, 0), 0};
    for (int i = 0; i < COUNT; i++)
        numbers[i] = argument(i, &rng);
    for (int i = COUNT - 1; i > 0 && operand > 0; i--) {
        int other = (int)bb_rng_below(&rng, (uint64_t)i + 1);
        double held = numbers[i];
        numbers[i] = numbers[other];
        numbers[other] = held;
    }
    for (int i = 0; i < COUNT && s->is_mask[operand]; i++)
        numbers[i] = numbers[i] > 0;
    bb_tensor *drawn = bb_tensor_from(BB_F64, BB_SHAPE(COUNT), numbers);
    bb_tensor *cast = bb_tensor_cast(drawn, s->is_mask[operand] ? BB_U8 : real);
    bb_tensor_release(drawn);
    return cast;
}

static bb_tensor *run(const bb_op *op, const bb_sample *s, bb_dtype real)
{
    static const char *const names[BB_MAP_INPUTS] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    bb_graph *g = bb_graph_new();
    bb_node *in[BB_MAP_INPUTS];
    bb_feed feeds[BB_MAP_INPUTS];
    bb_tensor *value[BB_MAP_INPUTS];
    bb_error error;
    for (int i = 0; i < s->n_in; i++) {
        value[i] = arguments(s, i, real);
        in[i] = bb_input(g, names[i], bb_tensor_dtype(value[i]), BB_SHAPE(COUNT));
        feeds[i] = (bb_feed){in[i], value[i]};
    }
    bb_node *y = bb_apply(op, (bb_nodes){s->n_in, in}, s->attrs);
    bb_tensor *got = bb_eval(y, (bb_feeds){s->n_in, feeds}, &error);
    cr_assert_not_null(got, "%s: %s", op->name, error.text);
    for (int i = 0; i < s->n_in; i++)
        bb_tensor_release(value[i]);
    bb_graph_free(g);
    return got;
}

/* How many units in the last place of the wanted float lie between; infinite where only one is NaN
 * or only the exact result is infinite. Beyond the largest float exponents go on. */
static double distance(double got, double exact)
{
    double wanted = (double)(float)exact;
    if (isnan(got) || isnan(wanted))
        return isnan(got) && isnan(wanted) ? 0 : INFINITY;
    if (got == wanted)
        return 0;
    double finite = isinf(got) ? copysign(ldexp(1, FLT_MAX_EXP), got) : got;
    if (isinf(wanted))
        return fabs(finite - exact) / ldexp(1, FLT_MAX_EXP - FLT_MANT_DIG);
    int exponent = wanted == 0 ? FLT_MIN_EXP : ilogb(wanted) + 1;
    exponent = exponent < FLT_MIN_EXP ? FLT_MIN_EXP : exponent;
    return fabs(finite - wanted) / ldexp(1, exponent - FLT_MANT_DIG);
}

/* Composites that are made of kernels for each other. */
static const char *const composites[] = {"gelu"};

static bool has_both(const bb_op *op)
{
    bool is_listed = false;
    for (size_t i = 0; i < sizeof composites / sizeof composites[0]; i++)
        is_listed |= strcmp(op->name, composites[i]) == 0;
    return is_listed || (op->map[BB_F32] && op->map[BB_F64]);
}

/* The argument at which the sample's kernels are farthest apart. */
static double worst(const bb_op *op, const bb_sample *s, int *at_out)
{
    double largest = 0;
    bb_tensor *single = run(op, s, BB_F32), *exact = run(op, s, BB_F64);
    for (int i = 0; i < COUNT; i++) {
        double d = distance(bb_tensor_at(single, i), bb_tensor_at(exact, i));
        if (!(d <= largest)) {
            largest = d;
            *at_out = i;
        }
    }
    bb_tensor_release(single);
    bb_tensor_release(exact);
    return largest;
}

/* An op at one of the instruction sets; each case is a process, for sets are asked for once. */
typedef struct target {
    int op, simd;
} target;

static const char *const simd_names[] = {"base", "avx2", "avx512"};

ParameterizedTestParameters(maps_ulp, floats_are_near_doubles)
{
    static target targets[3 * MOST_OPS];
    size_t n = 0;
    for (int i = 0; i < bb_op_count(); i++)
        for (int simd = 0; has_both(bb_op_at(i)) && simd < 3; simd++)
            targets[n++] = (target){i, simd};
    return cr_make_param_array(target, targets, n);
}

ParameterizedTest(target *t, maps_ulp, floats_are_near_doubles)
{
    const bb_op *op = bb_op_at(t->op);
    cr_assert_eq(setenv("BIBUN_SIMD", simd_names[t->simd], 1), 0);
    for (int k = 0; k < op->n_samples; k++) {
        const bb_sample *s = &op->samples[k];
        bool is_known = false;
        for (int j = 0; j < k; j++)
            is_known |= op->attrs_size == 0 || s->attrs == op->samples[j].attrs;
        if (is_known)
            continue;
        int at = 0;
        double d = worst(op, s, &at);
        cr_expect(d <= bound_of(op->name), "%s, sample %d, %s: %g units apart at argument %d",
                  op->name, k, simd_names[t->simd], d, at);
    }
}

Test(maps_ulp, exceptions_are_ops_with_reasons)
{
    for (const exception *e = exceptions; e->name; e++)
        cr_expect(bb_op_find(e->name) && e->bound > BOUND && e->reason, "%s", e->name);
}

Test(maps_ulp, units_are_counted)
{
    double unit = ldexp(1, -23);
    cr_expect(distance(1, 1 + unit / 4) == 0);
    cr_expect(distance(1 + 3 * unit, 1) == 3);
    cr_expect(distance(-1 + 5 * unit / 2, -1 + unit / 2) == 4);
    cr_expect(distance(0, ldexp(1, -148)) == 2);
    cr_expect(distance(INFINITY, FLT_MAX) == 1);
    cr_expect(distance(FLT_MAX, ldexp(1, 128)) == 1);
    cr_expect(distance(INFINITY, ldexp(1, 300)) == 0);
    cr_expect(isinf(distance(FLT_MAX, INFINITY)));
    cr_expect(isinf(distance(INFINITY, -INFINITY)));
    cr_expect(isinf(distance(1, NAN)));
    cr_expect(isinf(distance(NAN, 1)));
}
