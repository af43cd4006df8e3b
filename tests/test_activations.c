/* SPDX-License-Identifier: MIT */
/* What map.h says of activations far out: values and derivatives up to the third are numbers, or
 * the limits that they should be, and never NaN. */
#include <bibun/bibun.h>

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ORDERS = 4, PLACES = 14 };

/* f and its derivatives at the places, in one type. */
static void derivatives(const char *name, const void *attrs, bb_dtype dtype, const double *at,
                        double out[ORDERS][PLACES])
{
    bb_graph *g = bb_graph_new();
    bb_node *x = bb_input(g, "x", dtype, BB_SHAPE(PLACES));
    bb_node *y = bb_apply(bb_op_find(name), BB_NODES(x), attrs);
    bb_tensor *wide = bb_tensor_from(BB_F64, BB_SHAPE(PLACES), at);
    bb_tensor *value = bb_tensor_cast(wide, dtype);
    for (int order = 0; order < ORDERS; order++) {
        bb_error error = {0};
        bb_tensor *t = bb_eval(y, BB_FEEDS({x, value}), &error);
        cr_assert(t, "%s, order %d: %s", name, order, error.text);
        for (int i = 0; i < PLACES; i++)
            out[order][i] = bb_tensor_at(t, i);
        bb_tensor_release(t);
        bb_grads(y, bb_ones_like(y), BB_NODES(x), &y);
    }
    bb_tensor_release(wide);
    bb_tensor_release(value);
    bb_graph_free(g);
}

typedef struct line {
    const char *name;
    const void *attrs;
    double left_value, left_slope, right_value, right_slope; /* NAN: not constant */
} line;

static const double low_high[] = {-1, 1};
static const line lines[] = {
    {"softplus", NULL, 0, 0, INFINITY, 1},
    {"log_sigmoid", NULL, -INFINITY, 1, 0, 0},
    {"normal_cdf", NULL, 0, 0, 1, 0},
    {"normal_pdf", NULL, 0, 0, 0, 0},
    {"gelu", NULL, 0, 0, INFINITY, 1},
    {"gelu_tanh", NULL, 0, 0, INFINITY, 1},
    {"silu", NULL, 0, 0, INFINITY, 1},
    {"mish", NULL, 0, 0, INFINITY, 1},
    {"elu", &(const double){1}, -1, 0, INFINITY, 1},
    {"celu", &(const double){0.5}, -0.5, 0, INFINITY, 1},
    {"hard_sigmoid", NULL, 0, 0, 1, 0},
    {"hard_swish", NULL, 0, 0, INFINITY, 1},
    {"hard_tanh", low_high, -1, 0, 1, 0},
    {"softsign", NULL, -1, 0, 1, 0},
};

static void check_end(const line *l, const char *type, double x, double got[ORDERS])
{
    double value = x < 0 ? l->left_value : l->right_value;
    double slope = x < 0 ? l->left_slope : l->right_slope;
    if (isinf(value))
        value = fabs(x) * (value > 0 ? 1 : -1);
    cr_expect_float_eq(got[0] == value ? 0 : got[0] - value, 0, 1e-9, "%s of %g in %s is %g",
                       l->name, x, type, got[0]);
    cr_expect_float_eq(got[1] - slope, 0, 1e-9, "%s: slope at %g in %s is %g", l->name, x, type,
                       got[1]);
    for (int order = 2; order < ORDERS; order++)
        cr_expect_float_eq(got[order], 0, 1e-9, "%s: derivative %d at %g in %s is %g", l->name,
                           order, x, type, got[order]);
}

Test(activations, are_straight_far_out)
{
    const double ends[] = {2e10,      -2e10, 1e20,  -1e20, 3e38,  -3e38, INFINITY,
                           -INFINITY, 4e15,  -4e15, 1e12,  -1e12, 5e30,  -5e30};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        for (int dtype = BB_F32; dtype <= BB_F64; dtype++) {
            double got[ORDERS][PLACES], far[PLACES];
            for (int k = 0; k < PLACES; k++) {
                far[k] = dtype == BB_F32 ? (double)(float)ends[k] : ends[k];
                if (dtype == BB_F64 && fabs(ends[k]) == 3e38)
                    far[k] = ends[k] > 0 ? DBL_MAX : -DBL_MAX;
            }
            derivatives(lines[i].name, lines[i].attrs, (bb_dtype)dtype, far, got);
            for (int k = 0; k < PLACES; k++) {
                double column[ORDERS] = {got[0][k], got[1][k], got[2][k], got[3][k]};
                check_end(&lines[i], bb_dtype_text((bb_dtype)dtype), far[k], column);
            }
        }
}

/* On the way out, where exponentials overflow and vanish. */
Test(activations, are_numbers_everywhere)
{
    const double at[] = {-1e4, -1001, -999, -746, -710, -104, -88, -51, -38, 38, 51, 89, 709, 1e3};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        for (int dtype = BB_F32; dtype <= BB_F64; dtype++) {
            double got[ORDERS][PLACES];
            derivatives(lines[i].name, lines[i].attrs, (bb_dtype)dtype, at, got);
            for (int order = 0; order < ORDERS; order++)
                for (int k = 0; k < PLACES; k++)
                    cr_expect(isfinite(got[order][k]), "%s: derivative %d at %g is %g",
                              lines[i].name, order, at[k], got[order][k]);
        }
}

/* Those that are 0 at 0 are of its sign there, and those that vanish far left are of x's. */
Test(activations, zeros_have_signs)
{
    static const char *const names[] = {"gelu", "gelu_tanh", "silu", "mish", "elu"};
    const double one = 1, at[PLACES] = {0, -0.0, -2000, -(double)INFINITY};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (int dtype = BB_F32; dtype <= BB_F64; dtype++) {
            double got[ORDERS][PLACES];
            const bool is_elu = strcmp(names[i], "elu") == 0;
            derivatives(names[i], is_elu ? &one : NULL, (bb_dtype)dtype, at, got);
            for (int k = 0; k < 4; k++) {
                cr_expect(got[0][k] == (k > 1 && is_elu ? -1 : 0), "%s of %g", names[i], at[k]);
                cr_expect(!signbit(got[0][k]) == !signbit(at[k]), "%s of %g", names[i], at[k]);
            }
        }
}

Test(activations, softplus_of_1000_has_slope_1)
{
    double at[PLACES] = {1000}, got[ORDERS][PLACES];
    derivatives("softplus", NULL, BB_F64, at, got);
    cr_assert_eq(got[0][0], 1000);
    cr_assert_eq(got[1][0], 1);
    cr_assert_eq(got[2][0], 0);
}

typedef struct slope_of_xlogy {
    double x, y, dx, dy, dxdy;
} slope_of_xlogy;

static double at_point(bb_node *node, bb_node *x, bb_node *y, const slope_of_xlogy *c)
{
    bb_tensor *tx = bb_tensor_from(BB_F64, BB_SCALAR, &c->x);
    bb_tensor *ty = bb_tensor_from(BB_F64, BB_SCALAR, &c->y);
    bb_error error = {0};
    bb_tensor *t = bb_eval(node, BB_FEEDS({x, tx}, {y, ty}), &error);
    cr_assert(t, "%s", error.text);
    double value = bb_tensor_at(t, 0);
    bb_tensor_release(t);
    bb_tensor_release(tx);
    bb_tensor_release(ty);
    return value;
}

Test(activations, xlogy_at_zero)
{
    static const slope_of_xlogy cases[] = {
        {0, 0, 0, 0, 0},
        {0, 4, 1.38629436111989062, 0, 0.25},
        {0, -1, 0, 0, 0},
        {2, 4, 1.38629436111989062, 0.5, 0.25},
    };
    bb_graph *g = bb_graph_new();
    bb_node *x = bb_input(g, "x", BB_F64, BB_SCALAR), *y = bb_input(g, "y", BB_F64, BB_SCALAR);
    bb_node *out = bb_xlogy(x, y), *dx = bb_grad(out, x), *dy = bb_grad(out, y);
    bb_node *mixed[] = {bb_grad(dx, y), bb_grad(dy, x)};
    bb_node *along = bb_jvp(out, x, bb_number(x, 1)); /* asks for a rule that is linear */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const slope_of_xlogy *c = &cases[i];
        cr_expect_float_eq(at_point(dx, x, y, c), c->dx, 1e-15);
        cr_expect_float_eq(at_point(dy, x, y, c), c->dy, 1e-15);
        cr_expect_float_eq(at_point(along, x, y, c), c->dx, 1e-15);
        for (int k = 0; k < 2; k++)
            cr_expect_float_eq(at_point(mixed[k], x, y, c), c->dxdy, 1e-15);
    }
    bb_graph_free(g);
}
