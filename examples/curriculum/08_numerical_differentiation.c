/* SPDX-License-Identifier: MIT */
/* Numerical differentiation: a slope from two values of the function, at a distance that must be
 * neither large nor tiny. Look at the picture, both axes logarithmic: the forward difference errs
 * by about h, the central one by h squared, until h is so small that the rounding of f, divided by
 * h, takes over; below 1e-16 x + h is x, and the slope is 0. */
#include "lesson.h"

#include <math.h>

enum { STEPS = 129 };

/* part: functions */
static bb_node *parabola(bb_node *x) /* 0.01 x^2 + 0.1 x */
{
    return bb_add(bb_mul_scalar(bb_square(x), 0.01), bb_mul_scalar(x, 0.1));
}

static bb_node *bowl(bb_node *x) /* x0^2 + x1^2 of each row */
{
    return bb_sum_keep(bb_square(x), BB_AXES(1));
}
/* end: functions */

/* part: differences */
typedef bb_node *(*function)(bb_node *x);

static bb_node *forward_difference(function f, bb_node *x, bb_node *h)
{
    return bb_div(bb_sub(f(bb_add(x, h)), f(x)), h);
}

static bb_node *central_difference(function f, bb_node *x, bb_node *h)
{
    return bb_div(bb_sub(f(bb_add(x, h)), f(bb_sub(x, h))), bb_mul_scalar(h, 2));
}
/* end: differences */

/* part: gradient */
/* Partial derivatives of each row of x [n 2]: one variable moves, the other stays. */
static bb_node *numerical_gradient(function f, bb_node *x, double h)
{
    bb_node *step = bb_number(x, h), *partial[2];
    for (int i = 0; i < 2; i++) {
        bb_node *move = bb_pad(bb_reshape(step, BB_SHAPE(1)), 0, i, 1 - i, 0);
        bb_node *rise = bb_sub(f(bb_add(x, move)), f(bb_sub(x, move)));
        partial[i] = bb_div(rise, bb_mul_scalar(step, 2));
    }
    return bb_concat(BB_NODES(partial[0], partial[1]), 1);
}
/* end: gradient */

static const struct {
    const char *name;
    double numeric, half_digit, exact; /* half a unit of the last digit printed */
} slopes[] = {
    {"0.01 x^2 + 0.1 x at 5", 0.1999999999990898, 5e-17, 0.2},
    {"0.01 x^2 + 0.1 x at 10", 0.2999999999986347, 5e-17, 0.3},
    {"x0^2 + x1^2 along x0, (3, 4)", 6.00000000000378, 5e-15, 6},
    {"x0^2 + x1^2 along x1, (3, 4)", 7.999999999999119, 5e-16, 8},
    {"x0^2 + x1^2 along x0, (0, 2)", 0, 5e-9, 0},
    {"x0^2 + x1^2 along x1, (0, 2)", 4, 5e-9, 4},
    {"x0^2 + x1^2 along x0, (3, 0)", 6, 5e-9, 6},
    {"x0^2 + x1^2 along x1, (3, 0)", 0, 5e-9, 0},
};
enum { SLOPES = sizeof slopes / sizeof slopes[0] };

/* Each slope by central differences and by the engine. */
static void check_slopes(lesson *l)
{
    bb_graph *g = bb_graph_new();
    bb_node *x = bb_constant_from(g, BB_F64, BB_SHAPE(2), (const double[]){5, 10});
    bb_node *at = bb_constant_from(g, BB_F64, BB_SHAPE(3, 2), (const double[]){3, 4, 0, 2, 3, 0});
    bb_node *numeric[] = {central_difference(parabola, x, bb_number(x, 1e-4)),
                          bb_reshape(numerical_gradient(bowl, at, 1e-4), BB_SHAPE(6))};
    bb_node *engine[] = {bb_grad(bb_sum(parabola(x), BB_ALL), x),
                         bb_reshape(bb_grad(bb_sum(bowl(at), BB_ALL), at), BB_SHAPE(6))};
    bb_tensor *by_differences = lesson_eval(l, bb_concat((bb_nodes){2, numeric}, 0), BB_NO_FEEDS);
    bb_tensor *by_engine = lesson_eval(l, bb_concat((bb_nodes){2, engine}, 0), BB_NO_FEEDS);
    for (int i = 0; i < SLOPES; i++) {
        lesson_exact(l, slopes[i].name, slopes[i].numeric, bb_tensor_at(by_differences, i),
                     slopes[i].half_digit);
        lesson_exact(l, lesson_text(l, "%s, engine", slopes[i].name), slopes[i].exact,
                     bb_tensor_at(by_engine, i), 1e-15);
    }
    bb_tensor_release(by_differences);
    bb_tensor_release(by_engine);
    bb_graph_free(g);
}

/* Draws |difference - slope| over h; returns the h of the least error. */
static double draw_errors(lesson *l, bb_plot *plot, const char *label, bb_node *difference,
                          double slope, const double *h)
{
    double error[STEPS];
    int best = 0;
    bb_tensor *t = lesson_eval(l, difference, BB_NO_FEEDS);
    for (int i = 0; i < STEPS; i++) {
        error[i] = fabs(bb_tensor_at(t, i) - slope);
        best = error[i] < error[best] ? i : best;
    }
    lesson_exact(l, lesson_text(l, "%s difference with h = 1e-50", label), 0,
                 bb_tensor_at(t, STEPS - 1), 0);
    bb_plot_line(plot, label, STEPS - 1, h, error);
    bb_tensor_release(t);
    return h[best];
}

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "08", "Numerical differentiation");
    check_slopes(l);

    double h[STEPS];
    for (int i = 0; i < STEPS; i++)
        h[i] = i < STEPS - 1 ? pow(10, -i / 8.0) : 1e-50;
    bb_graph *g = bb_graph_new();
    bb_node *steps = bb_constant_from(g, BB_F64, BB_SHAPE(STEPS), h), *x = bb_scalar(g, BB_F64, 1);
    bb_plot *plot = bb_plot_new("Error of differences, sin(x) at x = 1");
    bb_plot_axes(plot, "h", "error");
    bb_plot_log(plot, true, true);
    double forward =
        draw_errors(l, plot, "forward", forward_difference(bb_sin, x, steps), cos(1), h);
    double central =
        draw_errors(l, plot, "central", central_difference(bb_sin, x, steps), cos(1), h);
    lesson_band(l, "best h of the forward difference", 1e-9, 1e-7, forward);
    lesson_band(l, "best h of the central difference", 1e-6, 1e-4, central);
    lesson_plot(l, plot, "error");
    bb_graph_free(g);
    return lesson_end(l);
}
