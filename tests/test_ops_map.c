/* SPDX-License-Identifier: MIT */
/* What ops.h says of elementwise ops at ties and singular points, where no difference quotient can
 * tell, and the errors of their builders. */
#include <criterion/criterion.h>

#include <bibun/bibun.h>

#include <math.h>
#include <string.h>

typedef bb_node *(*binary)(bb_node *x, bb_node *y);

static bb_node *power(bb_node *x, bb_node *y)
{
    return bb_pow(x, y);
}

static bb_node *larger(bb_node *x, bb_node *y)
{
    return bb_maximum(x, y);
}

static bb_node *smaller(bb_node *x, bb_node *y)
{
    return bb_minimum(x, y);
}

static double value_at(bb_node *node, bb_node *const *variables, const double *at)
{
    bb_tensor *x = bb_tensor_from(BB_F64, BB_SCALAR, &at[0]);
    bb_tensor *y = bb_tensor_from(BB_F64, BB_SCALAR, &at[1]);
    bb_error error;
    bb_tensor *t = bb_eval(node, BB_FEEDS({variables[0], x}, {variables[1], y}), &error);
    cr_assert(t, "%s", error.text);
    double value = bb_tensor_at(t, 0);
    bb_tensor_release(t);
    bb_tensor_release(x);
    bb_tensor_release(y);
    return value;
}

/* The derivative of f(x, y) by operand `first`, and by `second` if that is not -1. */
static double slope(binary f, double x, double y, int first, int second)
{
    bb_graph *g = bb_graph_new();
    bb_node *variables[] = {bb_input(g, "x", BB_F64, BB_SCALAR),
                            bb_input(g, "y", BB_F64, BB_SCALAR)};
    bb_node *d = bb_grad(f(variables[0], variables[1]), variables[first]);
    if (second >= 0)
        d = bb_grad(d, variables[second]);
    double value = value_at(d, variables, (const double[]){x, y});
    bb_graph_free(g);
    return value;
}

typedef struct slope_case {
    binary f;
    double x, y;
    int first, second;
    double expected; /* NaN: must be NaN */
} slope_case;

static const slope_case slopes[] = {
    {larger, 2, 1, 0, -1, 1},
    {larger, 2, 1, 1, -1, 0},
    {larger, 3, 3, 0, -1, 0.5},
    {larger, 3, 3, 1, -1, 0.5},
    {larger, INFINITY, INFINITY, 0, -1, 0.5},
    {smaller, 2, 1, 0, -1, 0},
    {smaller, 2, 1, 1, -1, 1},
    {smaller, 3, 3, 0, -1, 0.5},
    {smaller, 3, 3, 1, -1, 0.5},
    {smaller, 3, 3, 0, 0, 0},

    {power, 0, 0, 0, -1, 0},
    {power, 0, 0, 1, -1, 0},
    {power, 0, 1, 0, -1, 1},
    {power, 0, 2, 0, -1, 0},
    {power, 0, 2, 1, -1, 0},
    {power, 0, 0.5, 0, -1, INFINITY},
    {power, 0, -1, 0, -1, -INFINITY},
    {power, 5, 0, 0, -1, 0},
    {power, 1e-310, 0, 0, -1, 0},
    {power, NAN, 0, 0, -1, 0},
    {power, INFINITY, 0, 0, -1, 0},
    {power, -2, 3, 0, -1, 12},
    {power, -2, 3, 1, -1, NAN},
    {power, -2, 0.5, 0, -1, NAN},
    {power, -1, 0, 0, -1, 0},
    {power, 1, 7, 1, -1, 0},

    {power, 0, 2, 0, 0, 2},
    {power, 0, 3, 0, 0, 0},
    {power, 0, 1, 0, 0, 0},
    {power, 0, 0, 0, 0, 0},
    {power, -2, 3, 0, 0, -12},
    {power, 4, 0, 0, 1, 0.25},
    {power, 4, 0, 1, 0, 0.25},
    {power, -4, 0, 0, 1, NAN},
    {power, 0, 2, 0, 1, 0},
    {power, 0, 2, 1, 0, 0},
    {power, 0, 2, 1, 1, 0},
};

Test(ops_map, have_the_slopes_that_are_documented)
{
    for (size_t i = 0; i < sizeof slopes / sizeof slopes[0]; i++) {
        const slope_case *c = &slopes[i];
        double got = slope(c->f, c->x, c->y, c->first, c->second);
        bool same = isnan(c->expected) ? isnan(got) : got == c->expected;
        cr_assert(same, "case %zu at (%g, %g), by %d and %d: %g, not %g", i, c->x, c->y, c->first,
                  c->second, got, c->expected);
    }
}

/* The third derivative of x^2 at 0 is 0, of x^3 it is 6. */
Test(ops_map, power_can_be_differentiated_three_times)
{
    for (int exponent = 2; exponent <= 3; exponent++) {
        bb_graph *g = bb_graph_new();
        bb_node *x = bb_input(g, "x", BB_F64, BB_SCALAR), *y = bb_input(g, "y", BB_F64, BB_SCALAR);
        bb_node *d = bb_pow(x, bb_number(x, exponent));
        for (int i = 0; i < 3; i++)
            d = bb_grad(d, x);
        bb_node *variables[] = {x, y};
        cr_assert_eq(value_at(d, variables, (const double[]){0, 0}), exponent == 2 ? 0 : 6);
        bb_graph_free(g);
    }
}

static bool says(bb_graph *g, const char *text)
{
    const char *error = bb_graph_error(g);
    bool found = error && strstr(error, text);
    if (!found)
        cr_log_error("\"%s\" does not say \"%s\"", error ? error : "no error", text);
    bb_graph_free(g);
    return found;
}

typedef bb_node *(*mistake)(bb_graph *g, bb_node *x);

static bb_node *clip_upside_down(bb_graph *g, bb_node *x)
{
    (void)g;
    return bb_clip(x, 2, 1);
}

static bb_node *clip_low_nan(bb_graph *g, bb_node *x)
{
    (void)g;
    return bb_clip(x, NAN, 1);
}

static bb_node *clip_high_nan(bb_graph *g, bb_node *x)
{
    (void)g;
    return bb_clip(x, 0, NAN);
}

static bb_node *cast_to_nothing(bb_graph *g, bb_node *x)
{
    (void)g;
    return bb_cast(x, (bb_dtype)9);
}

static bb_node *where_without_mask(bb_graph *g, bb_node *x)
{
    (void)g;
    return bb_where(x, x, x);
}

static bb_node *where_of_two_types(bb_graph *g, bb_node *x)
{
    return bb_where(bb_less(x, x), x, bb_input(g, "y", BB_F32, BB_SHAPE(2, 3)));
}

static bb_node *where_of_two_shapes(bb_graph *g, bb_node *x)
{
    return bb_where(bb_less(x, x), x, bb_input(g, "y", BB_F64, BB_SHAPE(4, 3)));
}

static bb_node *add_of_two_types(bb_graph *g, bb_node *x)
{
    return bb_add(x, bb_input(g, "y", BB_F32, BB_SHAPE(3)));
}

static bb_node *add_of_two_shapes(bb_graph *g, bb_node *x)
{
    return bb_add(x, bb_input(g, "y", BB_F64, BB_SHAPE(2)));
}

static bb_node *neg_of_integers(bb_graph *g, bb_node *x)
{
    (void)x;
    return bb_neg(bb_input(g, "labels", BB_I32, BB_SHAPE(2)));
}

static bb_node *axis_too_high(bb_graph *g, bb_node *x)
{
    (void)g;
    return bb_sum(x, BB_AXES(0, 3));
}

static bb_node *axis_too_low(bb_graph *g, bb_node *x)
{
    (void)g;
    return bb_sum(x, BB_AXES(-3));
}

static bb_node *axis_twice(bb_graph *g, bb_node *x)
{
    (void)g;
    return bb_sum(x, BB_AXES(1, -1));
}

static bb_node *too_many_axes(bb_graph *g, bb_node *x)
{
    (void)g;
    return bb_sum(x, (bb_axes){9, {0}});
}

static const struct {
    mistake make;
    const char *text;
} mistakes[] = {
    {clip_upside_down, "clip: low 2 is above high 1: x "},
    {clip_low_nan, "clip: low is NaN: x "},
    {clip_high_nan, "clip: high is NaN: x "},
    {cast_to_nothing, "cast: 9 is no element type: x "},
    {where_without_mask, "where: the mask is not u8: x "},
    {where_of_two_types, "where: types differ: "},
    {where_of_two_shapes, "where: shapes do not broadcast: "},
    {add_of_two_types, "add: types differ: x "},
    {add_of_two_shapes, "add: shapes do not broadcast: x "},
    {neg_of_integers, "neg: needs f32 or f64: labels "},
    {axis_too_high, "sum: axis 3 is out of range for rank 2: x "},
    {axis_too_low, "sum: axis -3 is out of range for rank 2: x "},
    {axis_twice, "sum: axis -1 is named twice: x "},
    {too_many_axes, "sum: the count of axes is 9: x "},
};

Test(ops_map, say_what_is_wrong)
{
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        bb_graph *g = bb_graph_new();
        bb_node *node = mistakes[i].make(g, bb_input(g, "x", BB_F64, BB_SHAPE(2, 3)));
        cr_assert_eq(bb_node_kind_of(node), BB_NODE_INERT);
        cr_assert(says(g, mistakes[i].text));
    }
}

Test(ops_map, cast_to_the_same_type_is_the_node_itself)
{
    bb_graph *g = bb_graph_new();
    bb_node *x = bb_input(g, "x", BB_F64, BB_SHAPE(2));
    cr_assert_eq(bb_cast(x, BB_F64), x);
    cr_assert_eq(bb_node_dtype(bb_cast(x, BB_F32)), BB_F32);
    bb_graph_free(g);
}

/* A number's power is the same in any company, and of 2 and 3 it is the product. */
Test(ops_map, powers_do_not_depend_on_their_neighbours)
{
    enum { N = 1000 };
    static const double exponents[] = {2, 3, 2.5, -1};
    for (bb_dtype dtype = BB_F32; dtype <= BB_F64; dtype++) {
        bb_graph *g = bb_graph_new();
        bb_node *x = bb_input(g, "x", dtype, BB_SHAPE(N)),
                *y = bb_input(g, "y", dtype, BB_SHAPE(N));
        bb_tensor *xs = bb_tensor_new(dtype, BB_SHAPE(N)), *ys = bb_tensor_new(dtype, BB_SHAPE(N));
        bb_tensor_fill_normal(xs, 0, 2, 1);
        for (int64_t i = 0; i < N; i++)
            bb_tensor_set(ys, i, exponents[i / 4 % 4]);
        bb_node *outputs[5] = {bb_pow(x, y)};
        for (int k = 0; k < 4; k++)
            outputs[1 + k] = bb_pow(x, bb_full(g, dtype, BB_SHAPE(1), exponents[k]));
        bb_program *p = bb_compile(g, (bb_nodes){5, outputs});
        cr_assert_eq(bb_run(p, BB_FEEDS({x, xs}, {y, ys})), BB_OK);
        for (int64_t i = 0; i < N; i++) {
            const double v = bb_tensor_at(xs, i),
                         mixed = bb_tensor_at(bb_program_value(p, outputs[0]), i);
            const double alone = bb_tensor_at(bb_program_value(p, outputs[1 + i / 4 % 4]), i);
            cr_assert(mixed == alone || (isnan(mixed) && isnan(alone)));
            const double product = dtype == BB_F32 ? (double)((float)v * (float)v) : v * v;
            if (i / 4 % 4 == 0)
                cr_assert_eq(alone, product);
            if (i / 4 % 4 == 1)
                cr_assert_eq(alone,
                             dtype == BB_F32 ? (double)((float)product * (float)v) : product * v);
        }
        bb_program_free(p);
        bb_tensor_release(xs);
        bb_tensor_release(ys);
        bb_graph_free(g);
    }
}

/* Of either type, any numbers, those of like size, and products that are whole, or nearly so. */
static void draw_pair(bb_rng *rng, int64_t i, bool is_float, double *x_out, double *y_out)
{
    static const double special[] = {0,
                                     -0.0,
                                     1,
                                     -3,
                                     INFINITY,
                                     -INFINITY,
                                     NAN,
                                     0x1p-149,
                                     0x1p-1074,
                                     0x1.fffffep127,
                                     0x1.fffffffffffffp1023,
                                     0x1p990,
                                     0x1p52};
    enum { SPECIAL = sizeof special / sizeof *special };
    const int low = is_float ? -149 : -1074, high = is_float ? 127 : 1023;
    const int at = low + (int)bb_rng_below(rng, (uint64_t)(high - low));
    double y = ldexp(1 + bb_rng_uniform(rng), at);
    double x = ldexp(1 + bb_rng_uniform(rng), low + (int)bb_rng_below(rng, (uint64_t)(high - low)));
    if (i % 4 == 1)
        x = ldexp(1 + bb_rng_uniform(rng), at + (int)bb_rng_below(rng, 60) - 2);
    y = is_float ? (double)(float)y : y;
    if (i % 4 == 2)
        x = y * rint(ldexp(bb_rng_uniform(rng), (int)bb_rng_below(rng, 55)));
    x = is_float ? (double)(float)x : x;
    if (i % 8 == 6)
        x = is_float ? (double)nextafterf((float)x, 0) : nextafter(x, 0);
    if (i % 64 == 63) {
        x = special[bb_rng_below(rng, SPECIAL)];
        y = bb_rng_below(rng, 2) ? special[bb_rng_below(rng, SPECIAL)] : y;
    }
    *x_out = bb_rng_below(rng, 2) ? x : -x;
    *y_out = bb_rng_below(rng, 2) ? y : -y;
}

/* Also where a run takes denormals, which halves of small factors would be, for 0. */
Test(ops_map, remainders_of_small_numbers_in_a_run_that_flushes)
{
    enum { N = 1000 };
    bb_rng rng = {23, 0};
    bb_graph *g = bb_graph_new();
    bb_node *x = bb_input(g, "x", BB_F64, BB_SHAPE(N)), *y = bb_input(g, "y", BB_F64, BB_SHAPE(N));
    bb_tensor *xs = bb_tensor_new(BB_F64, BB_SHAPE(N)), *ys = bb_tensor_new(BB_F64, BB_SHAPE(N));
    for (int64_t i = 0; i < N; i++) {
        bb_tensor_set(xs, i, ldexp(1 + bb_rng_uniform(&rng), -960));
        bb_tensor_set(ys, i, ldexp(1 + bb_rng_uniform(&rng), -990));
    }
    bb_node *r = bb_fmod(x, y);
    bb_program *p = bb_compile(g, BB_NODES(r));
    bb_program_set_flush_denormals(p, true);
    cr_assert_eq(bb_run(p, BB_FEEDS({x, xs}, {y, ys})), BB_OK);
    for (int64_t i = 0; i < N; i++)
        cr_assert_eq(bb_tensor_at(bb_program_value(p, r), i),
                     fmod(bb_tensor_at(xs, i), bb_tensor_at(ys, i)));
    bb_program_free(p);
    bb_graph_free(g);
    bb_tensor_release(xs);
    bb_tensor_release(ys);
}

/* The bits of C's function; N is no multiple of what is computed at once. */
Test(ops_map, remainders_are_those_of_libm)
{
    enum { N = 100007 };
    bb_rng rng = {19, 0};
    for (int round = 0; round < 8; round++) {
        const bb_dtype dtype = round % 2 ? BB_F32 : BB_F64;
        bb_graph *g = bb_graph_new();
        bb_node *x = bb_input(g, "x", dtype, BB_SHAPE(N)),
                *y = bb_input(g, "y", dtype, BB_SHAPE(N));
        bb_tensor *xs = bb_tensor_new(dtype, BB_SHAPE(N)), *ys = bb_tensor_new(dtype, BB_SHAPE(N));
        for (int64_t i = 0; i < N; i++) {
            double a, b;
            draw_pair(&rng, round < 4 ? i : i % 32, dtype == BB_F32, &a, &b);
            bb_tensor_set(xs, i, a);
            bb_tensor_set(ys, i, b);
        }
        bb_node *r = bb_fmod(x, y);
        bb_program *p = bb_compile(g, BB_NODES(r));
        cr_assert_eq(bb_run(p, BB_FEEDS({x, xs}, {y, ys})), BB_OK);
        for (int64_t i = 0; i < N; i++) {
            const double a = bb_tensor_at(xs, i), b = bb_tensor_at(ys, i);
            const double got = bb_tensor_at(bb_program_value(p, r), i);
            const double wanted = dtype == BB_F32 ? (double)fmodf((float)a, (float)b) : fmod(a, b);
            cr_assert(isnan(wanted) ? isnan(got)
                                    : got == wanted && !signbit(got) == !signbit(wanted),
                      "fmod(%a, %a) is %a, not %a", a, b, got, wanted);
        }
        bb_program_free(p);
        bb_tensor_release(xs);
        bb_tensor_release(ys);
        bb_graph_free(g);
    }
}
