/* SPDX-License-Identifier: MIT */
/* Gradient descent on f = x0^2 + x1^2 from (-3, 4): a step against the gradient, a hundred times.
 * Look at the arrows, the negative gradients, which all point to the lowest place here and are
 * longer the farther it is; and at the three learning rates, of which 10 flies off and 1e-10 stays
 * where it is.
 *
 * Slips in the documents: one update rule is written with a plus sign, which climbs, and one moves
 * x1 by the slope along x0; a gradient points up, it is its negative that descends. */
#include "lesson.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { STEPS = 100, PATH = STEPS + 1, GRID = 81, SIDE = 11, ARROWS = SIDE * SIDE };

static const struct {
    double rate;
    bool numerical;
    double end[2], half_digit; /* of the last digit printed; relative beyond 1 */
} runs[] = {
    {0.1, true, {-6.11110793e-10, 8.14814391e-10}, 5e-19},
    {0.1, false, {-6.11110793e-10, 8.14814391e-10}, 5e-19},
    {10, true, {-2.58983747e13, -1.29524862e12}, 5e-9},
    {10, false, {-2.2515487259475596e128, 3.0020649679300793e128}, 1e-12},
    {1e-10, true, {-2.99999994, 3.99999992}, 5e-9},
    {1e-10, false, {-2.99999994, 3.99999992}, 5e-9},
};
enum { RUNS = sizeof runs / sizeof runs[0] };

static bb_node *bowl(bb_node *x)
{
    return bb_sum(bb_square(x), BB_ALL);
}

/* part: numerical */
/* The documents' gradient, by central differences with their h, and their update. */
static bb_node *numerical_gradient(bb_node *x)
{
    bb_node *h = bb_number(x, 1e-4), *partial[2];
    for (int i = 0; i < 2; i++) {
        bb_node *move = bb_pad(bb_reshape(h, BB_SHAPE(1)), 0, i, 1 - i, 0);
        bb_node *rise = bb_sub(bowl(bb_add(x, move)), bowl(bb_sub(x, move)));
        partial[i] = bb_reshape(bb_div(rise, bb_mul_scalar(h, 2)), BB_SHAPE(1));
    }
    return bb_concat(BB_NODES(partial[0], partial[1]), 0);
}

static bb_node *numerical_descent(bb_node *x, double rate)
{
    return bb_assign(x, bb_sub(x, bb_mul_scalar(numerical_gradient(x), rate)));
}
/* end: numerical */

/* part: descent */
/* The places of run `i`, as columns x0, x1 and the distance from the lowest place. */
static void descend(lesson *l, int i, double path_out[3][PATH])
{
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(lesson_seed(l));
    bb_node *x = bb_param(g, p, "x", BB_F64, BB_SHAPE(2), bb_init_zeros());
    bb_node *step =
        runs[i].numerical ? numerical_descent(x, runs[i].rate) : bb_sgd(bowl(x), p, runs[i].rate);
    bb_program *program = lesson_compile(l, g, BB_NODES(step));

    double *at = bb_tensor_data(bb_params_find(p, "x"));
    memcpy(at, (const double[]){-3, 4}, 2 * sizeof *at);
    for (int k = 0; k < PATH; k++) {
        path_out[0][k] = at[0];
        path_out[1][k] = at[1];
        path_out[2][k] = hypot(at[0], at[1]);
        if (k < STEPS)
            lesson_run(l, program, BB_NO_FEEDS);
    }
    bb_program_free(program);
    bb_graph_free(g);
    bb_params_free(p);
}
/* end: descent */

static void draw_path(lesson *l, double path[3][PATH])
{
    static double z[GRID * GRID];
    for (int i = 0; i < GRID * GRID; i++)
        z[i] = pow(-5 + 10.0 * (i % GRID) / (GRID - 1), 2) +
               pow(-5 + 10.0 * (i / GRID) / (GRID - 1), 2);
    bb_plot *plot = bb_plot_new("Gradient descent over the contours of f, rate 0.1");
    bb_plot_axes(plot, "x0", "x1");
    bb_plot_equal_axes(plot);
    bb_plot_contours(plot, GRID, GRID, z, -5, 5, -5, 5, 5, (const double[]){1, 4, 9, 16, 25});
    bb_plot_path(plot, "100 steps from (-3, 4)", PATH, path[0], path[1]);
    lesson_plot(l, plot, "path");
}

/* The engine's gradients at a grid of places. */
static void draw_field(lesson *l)
{
    double at[2][ARROWS];
    for (int i = 0; i < ARROWS; i++) {
        at[0][i] = -2 + 4.0 * (i % SIDE) / (SIDE - 1);
        at[1][i] = -2 + 4.0 * (i / SIDE) / (SIDE - 1);
    }
    bb_graph *g = bb_graph_new();
    bb_node *x = bb_constant_from(g, BB_F64, BB_SHAPE(2, ARROWS), at);
    bb_node *twelfth = bb_mul_scalar(bb_grad(bowl(x), x), -1.0 / 12);
    bb_tensor *arrows = lesson_eval(l, twelfth, BB_NO_FEEDS);
    const double *arrow = bb_tensor_read(arrows);

    bb_plot *plot = bb_plot_new("Negative gradients of f, a twelfth as long");
    bb_plot_axes(plot, "x0", "x1");
    bb_plot_equal_axes(plot);
    bb_plot_arrows(plot, NULL, ARROWS, at[0], at[1], arrow, arrow + ARROWS);
    lesson_plot(l, plot, "field");
    bb_tensor_release(arrows);
    bb_graph_free(g);
}

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "09", "Gradient descent and its learning rate");
    bb_plot *plot = bb_plot_new("Distance from the lowest place");
    bb_plot_axes(plot, "step", "distance");
    bb_plot_log(plot, false, true);
    bb_plot_y_range(plot, 1e-10, 1e20);
    static double path[RUNS][3][PATH];
    for (int i = 0; i < RUNS; i++) {
        char label[48];
        descend(l, i, path[i]);
        snprintf(label, sizeof label, "rate %g, %s", runs[i].rate,
                 runs[i].numerical ? "numerical" : "analytic");
        for (int k = 0; k < 2; k++) {
            lesson_exact(l, lesson_text(l, "%s, x%d", label, k), runs[i].end[k], path[i][k][STEPS],
                         runs[i].half_digit);
        }
        if (runs[i].numerical || runs[i].rate > 1) /* else one line hides the other */
            bb_plot_line(plot, label, PATH, NULL, path[i][2]);
    }
    lesson_note(
        l, "With rate 10 a step multiplies x by -19. The numerical gradient stops it near "
           "1e13, where x + 1e-4 is x and the difference 0; where exactly is a matter of "
           "rounding. The analytic gradient has no h, and x goes on to 19^100 of where it began.");
    lesson_plot(l, plot, "rates");
    draw_path(l, path[0]);
    draw_field(l);
    return lesson_end(l);
}
