/* SPDX-License-Identifier: MIT */
/* First to third derivatives of elementwise functions where naive formulas overflow or lose their
 * digits, those at kinks and poles of functions of two operands, and signs of zeros. */
#include <bibun/bibun.h>
#include <criterion/criterion.h>
#include <math.h>

enum { ORDERS = 3 };

typedef struct derivatives {
    const char *name;
    bb_node *(*build)(bb_node *x);
    double x, figures[ORDERS];
} derivatives;

/* From mpmath, as scripts/golden_maps.py prints them. */
static const derivatives cases[] = {
    {"log1p", bb_log1p, 0.5, {0.66666666666666663, -0.44444444444444442, 0.59259259259259256}},
    {"log1p",
     bb_log1p,
     -0.99999999989999999,
     {9999999172.5963593, -9.9999983451927855e+19, 1.9999995035578562e+30}},
    {"log1p",
     bb_log1p,
     1e+20,
     {9.9999999999999995e-21, -9.9999999999999993e-41, 1.9999999999999999e-60}},
    {"expm1", bb_expm1, 0.5, {1.6487212707001282, 1.6487212707001282, 1.6487212707001282}},
    {"expm1",
     bb_expm1,
     -40.0,
     {4.2483542552915889e-18, 4.2483542552915889e-18, 4.2483542552915889e-18}},
    {"expm1", bb_expm1, 1e-10, {1.0000000001, 1.0000000001, 1.0000000001}},
    {"log2", bb_log2, 1.5, {0.96179669392597555, -0.64119779595065041, 0.85493039460086717}},
    {"log2",
     bb_log2,
     1e-50,
     {1.4426950408889635e+50, -1.4426950408889634e+100, 2.8853900817779267e+150}},
    {"log2",
     bb_log2,
     1.0000000000000001e+50,
     {1.4426950408889634e-50, -1.4426950408889631e-100, 2.8853900817779261e-150}},
    {"exp2", bb_exp2, 0.5, {0.98025814346854723, 0.67946316836614984, 0.47096797944732421}},
    {"exp2",
     bb_exp2,
     -100.0,
     {5.4679671230791056e-31, 3.7901059947567577e-31, 2.6271012842889935e-31}},
    {"rsqrt", bb_rsqrt, 1.5, {-0.27216552697590868, 0.27216552697590868, -0.45360921162651446}},
    {"rsqrt", bb_rsqrt, 1e-50, {-4.9999999999999996e+74, 7.4999999999999994e+124, -1.875e+175}},
    {"rsqrt",
     bb_rsqrt,
     1.0000000000000001e+50,
     {-4.9999999999999992e-76, 7.4999999999999984e-126, -1.8749999999999996e-175}},
    {"cbrt", bb_cbrt, -1.5, {0.25438094278962931, 0.11305819679539081, 0.12562021866154532}},
    {"cbrt",
     bb_cbrt,
     1e-50,
     {7.1814489667729462e+32, -4.7876326445152971e+82, 7.9793877408588284e+132}},
    {"cbrt",
     bb_cbrt,
     1.0000000000000001e+50,
     {1.5471962778709261e-34, -1.0314641852472841e-84, 1.7191069754121399e-134}},
    {"reciprocal",
     bb_reciprocal,
     -1.5,
     {-0.44444444444444442, -0.59259259259259256, -1.1851851851851851}},
    {"reciprocal", bb_reciprocal, 1e-50, {-1e+100, 2e+150, -5.9999999999999998e+200}},
    {"reciprocal",
     bb_reciprocal,
     1.0000000000000001e+50,
     {-9.9999999999999989e-101, 1.9999999999999995e-150, -5.9999999999999987e-200}},
    {"tan", bb_tan, 0.5, {1.2984464104095248, 1.4186890138709114, 4.9219928425941815}},
    {"tan", bb_tan, 1.5700000000000001, {1576948.220797328, 3960554630.5113492, 14920587838662.27}},
    {"asin", bb_asin, 0.5, {1.1547005383792515, 0.76980035891950105, 3.0792014356780042}},
    {"asin",
     bb_asin,
     -0.99999999989999999,
     {70710.675195108837, -353553346704731.44, 5.3032997618623694e+24}},
    {"acos", bb_acos, 0.5, {-1.1547005383792515, -0.76980035891950105, -3.0792014356780042}},
    {"acos",
     bb_acos,
     0.99999999989999999,
     {-70710.675195108837, -353553346704731.44, -5.3032997618623694e+24}},
    {"atan", bb_atan, 0.5, {0.80000000000000004, -0.64000000000000001, -0.25600000000000001}},
    {"atan",
     bb_atan,
     1000000.0,
     {9.9999999999899993e-13, -1.999999999996e-18, 5.9999999999800003e-24}},
    {"atan",
     bb_atan,
     -9.9999999999999995e+59,
     {1.0000000000000002e-120, 2.0000000000000005e-180, 6.0000000000000009e-240}},
    {"sinh", bb_sinh, 0.5, {1.1276259652063807, 0.52109530549374738, 1.1276259652063807}},
    {"sinh", bb_sinh, -20.0, {242582597.70489514, -242582597.70489514, 242582597.70489514}},
    {"cosh", bb_cosh, 0.5, {0.52109530549374738, 1.1276259652063807, 0.52109530549374738}},
    {"cosh", bb_cosh, 20.0, {242582597.70489514, 242582597.70489514, 242582597.70489514}},
    {"asinh", bb_asinh, 0.5, {0.89442719099991586, -0.35777087639996635, -0.2862167011199731}},
    {"asinh",
     bb_asinh,
     -1000000.0,
     {9.9999999999949999e-07, 9.9999999999849991e-13, 1.9999999999940001e-18}},
    {"asinh",
     bb_asinh,
     9.9999999999999995e+59,
     {1.0000000000000001e-60, -1.0000000000000002e-120, 2.0000000000000005e-180}},
    {"acosh", bb_acosh, 1.5, {0.89442719099991586, -1.0733126291998991, 3.148383712319704}},
    {"acosh",
     bb_acosh,
     1.0000001000000001,
     {2236.0679209453092, -11180340157.215664, 1.6770509946523312e+17}},
    {"acosh",
     bb_acosh,
     9.9999999999999995e+59,
     {1.0000000000000001e-60, -1.0000000000000002e-120, 2.0000000000000005e-180}},
    {"atanh", bb_atanh, 0.5, {1.3333333333333333, 1.7777777777777777, 8.2962962962962958}},
    {"atanh",
     bb_atanh,
     -0.99999999989999999,
     {4999999586.5481796, -4.9999991725963928e+19, 9.9999975177892812e+29}},
    {"erf", bb_erf, 0.5, {0.87878257893544476, -0.87878257893544476, -0.87878257893544476}},
    {"erf", bb_erf, -5.0, {1.5670866531017336e-11, 1.5670866531017336e-10, 1.5357449200396988e-09}},
    {"erf",
     bb_erf,
     12.0,
     {3.2662518238988043e-63, -7.8390043773571293e-62, 1.8748285469179134e-60}},
    {"erfc", bb_erfc, 0.5, {-0.87878257893544476, 0.87878257893544476, 0.87878257893544476}},
    {"erfc",
     bb_erfc,
     -5.0,
     {-1.5670866531017336e-11, -1.5670866531017336e-10, -1.5357449200396988e-09}},
    {"erfc",
     bb_erfc,
     12.0,
     {-3.2662518238988043e-63, 7.8390043773571293e-62, -1.8748285469179134e-60}},
    {"erfinv", bb_erfinv, 0.5, {1.1125848189719498, 1.1807463499933999, 5.26058253926122}},
    {"erfinv",
     bb_erfinv,
     -0.99999000000000005,
     {15289.601636085938, -1460332624.887136, 286105647106185.38}},
    {"erfinv",
     bb_erfinv,
     0.99999999989999999,
     {1068953387.1289288, 1.0450380624683858e+19, 2.0677446084779998e+29}},
    {"lgamma", bb_lgamma, 0.5, {-1.9635100260214235, 4.934802200544679, -16.82879664423432}},
    {"lgamma", bb_lgamma, 1e-10, {-10000000000.577215, 1e+20, -1.9999999999999998e+30}},
    {"lgamma", bb_lgamma, 30.5, {3.4012436689616612, 0.033330248112801608, -0.0011108026689359417}},
    {"lgamma",
     bb_lgamma,
     -2.2999999999999998,
     {3.3173231575618227, 14.725912160961292, 68.713792529270307}},
    {"lgamma",
     bb_lgamma,
     10000000000.0,
     {23.025850929890456, 1.00000000005e-10, -1.0000000000999999e-20}},
    {"digamma", bb_digamma, 0.5, {4.934802200544679, -16.82879664423432, 97.409091034002444}},
    {"digamma", bb_digamma, 1e-10, {1e+20, -1.9999999999999998e+30, 5.9999999999999995e+40}},
    {"digamma",
     bb_digamma,
     30.5,
     {0.033330248112801608, -0.0011108026689359417, 7.4032961754388476e-05}},
    {"digamma", bb_digamma, -2.25, {19.379410511869139, 123.89694977406016, 1558.4550231887144}},
    {"digamma",
     bb_digamma,
     10000000000.0,
     {1.00000000005e-10, -1.0000000000999999e-20, 2.0000000003e-30}},
};

static double value_at(bb_node *node, bb_feeds feeds)
{
    bb_error error;
    bb_tensor *value = bb_eval(node, feeds, &error);
    cr_assert_not_null(value, "%s", error.text);
    double number = bb_tensor_at(value, 0);
    bb_tensor_release(value);
    return number;
}

static bb_node *derivative(bb_node *y, bb_node *x)
{
    bb_node *d = NULL;
    cr_assert_eq(bb_grads(y, bb_ones_like(y), BB_NODES(x), &d), BB_OK, "%s",
                 bb_graph_error(bb_node_graph(x)));
    return d;
}

static void check(const derivatives *c)
{
    bb_graph *g = bb_graph_new();
    bb_node *x = bb_input(g, "x", BB_F64, BB_SCALAR), *y = c->build(x);
    bb_tensor *at = bb_tensor_from(BB_F64, BB_SCALAR, &c->x);
    for (int order = 1; order <= ORDERS; order++) {
        y = derivative(y, x);
        double got = value_at(y, BB_FEEDS({x, at})), wanted = c->figures[order - 1];
        cr_expect(fabs(got - wanted) <= 1e-12 * fabs(wanted),
                  "%s at %g, derivative %d: got %.17g, wanted %.17g", c->name, c->x, order, got,
                  wanted);
    }
    bb_tensor_release(at);
    bb_graph_free(g);
}

Test(maps_derivatives, of_one_operand)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(&cases[i]);
}

/* Figures cannot tell -0 from 0. Long enough for whole vectors and a rest. */
static void keeps_the_sign_of_zero(bb_node *(*build)(bb_node *), bb_dtype dtype, double small)
{
    double numbers[37];
    for (int i = 0; i < 37; i++)
        numbers[i] = i % 3 ? -small : small;
    bb_graph *g = bb_graph_new();
    bb_node *x = bb_input(g, "x", dtype, BB_SHAPE(37)), *y = build(x);
    bb_tensor *drawn = bb_tensor_from(BB_F64, BB_SHAPE(37), numbers);
    bb_tensor *at = bb_tensor_cast(drawn, dtype), *got = bb_eval(y, BB_FEEDS({x, at}), NULL);
    for (int i = 0; i < 37; i++) {
        double zero = bb_tensor_at(got, i);
        cr_expect(zero == 0 && !signbit(zero) == !signbit(numbers[i]), "%s, %s, element %d: %g",
                  bb_node_op_name(y), bb_dtype_text(dtype), i, zero);
    }
    bb_tensor_release(drawn);
    bb_tensor_release(at);
    bb_tensor_release(got);
    bb_graph_free(g);
}

Test(maps_derivatives, zeros_have_signs)
{
    static bb_node *(*const odd[])(bb_node *) = {bb_log1p,  bb_expm1, bb_cbrt,  bb_tan,   bb_asin,
                                                 bb_atan,   bb_sinh,  bb_asinh, bb_atanh, bb_erf,
                                                 bb_erfinv, bb_floor, bb_ceil,  bb_round, bb_trunc};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        keeps_the_sign_of_zero(odd[i], BB_F32, 0);
        keeps_the_sign_of_zero(odd[i], BB_F64, 0);
    }
    keeps_the_sign_of_zero(bb_round, BB_F32, 0.5);
    keeps_the_sign_of_zero(bb_trunc, BB_F64, 0.75);
}

/* The derivatives of a function of two numbers: first in x and y, then twice. */
typedef struct slopes {
    double x, y, xx, xy, yy;
} slopes;

static slopes slopes_at(bb_node *(*build)(bb_node *, bb_node *), bb_dtype dtype, double a, double b)
{
    bb_graph *g = bb_graph_new();
    bb_node *x = bb_input(g, "x", dtype, BB_SCALAR), *y = bb_input(g, "y", dtype, BB_SCALAR);
    bb_tensor *at_x = bb_tensor_from(BB_F64, BB_SCALAR, &a);
    bb_tensor *at_y = bb_tensor_from(BB_F64, BB_SCALAR, &b);
    bb_tensor *cast_x = bb_tensor_cast(at_x, dtype), *cast_y = bb_tensor_cast(at_y, dtype);
    bb_feeds feeds = BB_FEEDS({x, cast_x}, {y, cast_y});
    bb_node *z = build(x, y), *dx = derivative(z, x), *dy = derivative(z, y);
    slopes s = {value_at(dx, feeds), value_at(dy, feeds), value_at(derivative(dx, x), feeds),
                value_at(derivative(dx, y), feeds), value_at(derivative(dy, y), feeds)};
    bb_tensor_release(at_x), bb_tensor_release(at_y);
    bb_tensor_release(cast_x), bb_tensor_release(cast_y);
    bb_graph_free(g);
    return s;
}

static void expect(slopes got, slopes wanted, double tolerance)
{
    const double *a = &got.x, *b = &wanted.x;
    for (int i = 0; i < 5; i++)
        cr_expect(fabs(a[i] - b[i]) <= tolerance * fabs(b[i]),
                  "derivative %d: got %.17g, wanted %.17g", i, a[i], b[i]);
}

Test(maps_derivatives, of_hypot)
{
    slopes usual = {0.6, 0.8, 0.128, -0.096, 0.072};
    slopes far = {0.6, 0.8, 0.128e-30, -0.096e-30, 0.072e-30};
    expect(slopes_at(bb_hypot, BB_F64, 3, 4), usual, 1e-14);
    expect(slopes_at(bb_hypot, BB_F32, 3e30, 4e30), far, 1e-6);
    expect(slopes_at(bb_hypot, BB_F64, 0, 0), (slopes){0, 0, 0, 0, 0}, 0);
    expect(slopes_at(bb_hypot, BB_F64, 0, -2), (slopes){0, -1, 0.5, 0, 0}, 1e-14);
}

Test(maps_derivatives, of_atan2)
{
    slopes usual = {0.16, -0.12, -0.0384, -0.0112, 0.0384};
    slopes near = {0.16e15, -0.12e15, -0.0384e30, -0.0112e30, 0.0384e30};
    expect(slopes_at(bb_atan2, BB_F64, 3, 4), usual, 1e-14);
    expect(slopes_at(bb_atan2, BB_F32, 3e-15, 4e-15), near, 2e-6);
    slopes nowhere = slopes_at(bb_atan2, BB_F64, 0, 0);
    cr_expect(isnan(nowhere.x) && isnan(nowhere.y));
    expect(slopes_at(bb_atan2, BB_F64, 0, -2), (slopes){-0.5, 0, 0, -0.25, 0}, 1e-14);
}

Test(maps_derivatives, of_fmod)
{
    expect(slopes_at(bb_fmod, BB_F64, 5.5, 2), (slopes){1, -2, 0, 0, 0}, 0);
    expect(slopes_at(bb_fmod, BB_F64, -5.5, 2), (slopes){1, 2, 0, 0, 0}, 0);
    expect(slopes_at(bb_fmod, BB_F64, 6, -2), (slopes){1, 3, 0, 0, 0}, 0);
    /* The double 0.1 is above 1/10, so 1 / 0.1 is below 10, but rounded to 10. */
    expect(slopes_at(bb_fmod, BB_F64, 1, 0.1), (slopes){1, -9, 0, 0, 0}, 0);
    expect(slopes_at(bb_fmod, BB_F64, 1, INFINITY), (slopes){1, 0, 0, 0, 0}, 0);
}
