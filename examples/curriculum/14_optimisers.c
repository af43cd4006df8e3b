/* SPDX-License-Identifier: MIT */
/* Optimisers: seven update rules go from (-7, 2) down the valley x^2/20 + y^2. Look at how plain
 * descent zigzags across the valley, how momentum overshoots, and how the others scale each
 * coordinate by its own gradients. The seminar's slide puts Adam's epsilon under the root; Kingma
 * and Ba have it outside, as here. */
#include "lesson.h"

#include <math.h>

enum { STEPS = 30, PATH = STEPS + 1, GRID = 81 };

/* end: where the path must end, to the tolerance. */
typedef struct rule {
    const char *name;
    bb_optimiser optimiser;
    bool has_end;
    double end[2], tolerance[2];
} rule;

static void valley_path(lesson *l, bb_optimiser optimiser, double *xs, double *ys)
{
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(0);
    bb_node *x = bb_param(g, p, "x", BB_F64, BB_SCALAR, bb_init_constant(-7));
    bb_node *y = bb_param(g, p, "y", BB_F64, BB_SCALAR, bb_init_constant(2));
    bb_node *f = bb_add(bb_mul_scalar(bb_square(x), 1.0 / 20), bb_square(y));
    bb_node *step = bb_optimise(f, p, optimiser, NULL);
    bb_program *program = lesson_compile(l, g, BB_NODES(step));

    for (int i = 0; i < PATH; i++) {
        xs[i] = bb_tensor_at(bb_node_tensor(x), 0);
        ys[i] = bb_tensor_at(bb_node_tensor(y), 0);
        if (i < STEPS)
            lesson_run(l, program, BB_NO_FEEDS);
    }
    bb_program_free(program);
    bb_params_free(p);
    bb_graph_free(g);
}

static void add_contours(bb_plot *plot)
{
    static double z[GRID * GRID];
    const double levels[] = {0.1, 0.5, 1, 2, 4, 6};
    for (int i = 0; i < GRID * GRID; i++) {
        double x = -8 + 16.0 * (i % GRID) / (GRID - 1);
        double y = -4 + 8.0 * (i / GRID) / (GRID - 1);
        z[i] = x * x / 20 + y * y;
    }
    bb_plot_contours(plot, GRID, GRID, z, -8, 8, -4, 4, 6, levels);
}

static void show_path(lesson *l, bb_plot *plot, const rule *r)
{
    double xs[PATH], ys[PATH];
    valley_path(l, r->optimiser, xs, ys);
    bb_plot_panel(plot, r->name);
    bb_plot_axes(plot, "x", "y");
    add_contours(plot);
    bb_plot_path(plot, NULL, PATH, xs, ys);

    const double end[] = {xs[STEPS], ys[STEPS]};
    for (int i = 0; i < 2; i++) {
        const char *name = lesson_text(l, "%s ends at %c", r->name, "xy"[i]);
        if (r->has_end)
            lesson_exact(l, name, r->end[i], end[i], r->tolerance[i]);
        else
            lesson_report(l, name, end[i], NULL);
    }
}

/* With no steps to go by, Adadelta's first is sqrt(epsilon / (1 - rho)) = 10^-2.5 along either
 * coordinate: the slopes of 0.7 and 4 cancel, and so does their unit. */
static void first_step(lesson *l)
{
    double xs[PATH], ys[PATH];
    valley_path(l, bb_optimiser_adadelta(1), xs, ys);
    lesson_exact(l, "Adadelta's first step along x", pow(10, -2.5), fabs(xs[1] - xs[0]), 1e-7);
    lesson_exact(l, "Adadelta's first step along y", pow(10, -2.5), fabs(ys[1] - ys[0]), 1e-7);
}

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "14", "Optimisers");
    const double half_4 = 0.5e-4, half_18 = 0.5e-18; /* half a unit of the last printed digit */
    const rule rules[] = {
        {"SGD", bb_optimiser_sgd(0.95), true, {-.3504, .0848}, {half_4, half_4}},
        {"Momentum", bb_optimiser_momentum(0.1, 0.9), true, {.8964, .0881}, {half_4, half_4}},
        {"Nesterov", bb_optimiser_nesterov(0.1, 0.9), false, {0}, {0}},
        {"AdaGrad", bb_optimiser_adagrad(1.5), true, {-.1202, 2.5e-17}, {half_4, half_18}},
        {"Adadelta", bb_optimiser_adadelta(1), false, {0}, {0}},
        {"RMSProp", bb_optimiser_rmsprop(0.3), false, {0}, {0}},
        {"Adam", bb_optimiser_adam(0.3), true, {.1360, .3182}, {half_4, half_4}},
    };
    int count = (int)(sizeof rules / sizeof rules[0]);
    bb_plot *plot = bb_plot_new("30 steps from (-7, 2) on x^2/20 + y^2");
    bb_plot_columns(plot, 3);
    for (int k = 0; k < count; k++)
        show_path(l, plot, rules + k);
    first_step(l);
    lesson_plot(l, plot, "paths");
    return lesson_end(l);
}
