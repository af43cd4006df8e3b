/* SPDX-License-Identifier: MIT */
/* Activation functions: what stands between two layers must not be linear, and must have a slope to
 * learn by. Look at each curve beside its derivative, which the engine took: the step's is 0
 * wherever it is defined, so no change of a weight seems to change anything; the sigmoid's fades to
 * both sides; ReLU's is 1 for all that passes.
 *
 * A slip in the documents: the ReLU slide shows the step's formula, 0 or 1; ReLU is 0 for x <= 0
 * and x, not 1, for x > 0. Another: the study report's step is 1 at 0, the slides' is 0 there, as
 * Bibun's. */
#include "lesson.h"

enum { POINTS = 1001, PAIRS = 100 };
#define EDGE 5.0

/* part: functions */
static bb_node *identity(bb_node *x)
{
    return x;
}

static bb_node *leaky_relu(bb_node *x)
{
    return bb_leaky_relu(x, 0.1);
}

/* The share of the first of three classes with inputs x, 1 and 0. */
static bb_node *softmax_of_three(bb_node *x)
{
    bb_shape column = BB_SHAPE(bb_node_shape(x).dim[0], 1);
    bb_node *zero = bb_zeros_like(bb_reshape(x, column));
    bb_node *a = bb_concat(BB_NODES(bb_reshape(x, column), bb_add_scalar(zero, 1), zero), 1);
    return bb_reshape(bb_slice(bb_softmax(a, 1), 1, 0, 1, 1), bb_node_shape(x));
}
/* end: functions */

static const struct {
    const char *name;
    bb_node *(*build)(bb_node *x);
    /* at 0, slope at 0, slope at 5, and at how many of the points there is a slope */
    double expected[4];
    bool linear;
} functions[] = {
    {"identity", identity, {0, 1, 1, POINTS}, true},
    {"step", bb_step, {0, 0, 0, 0}, false},
    {"sigmoid", bb_sigmoid, {0.5, 0.25, 0.006648056670790155, POINTS}, false},
    {"tanh", bb_tanh, {0, 1, 0.00018158323094380632, POINTS}, false},
    {"ReLU", bb_relu, {0, 0, 1, POINTS / 2}, false},
    {"leaky ReLU", leaky_relu, {0, 0.1, 1, POINTS}, false},
    {"softmax of (x, 1, 0)",
     softmax_of_three,
     {0.21194155761708545, 0.1670223337719291, 0.02384387059574503, POINTS},
     false},
};
enum { FUNCTIONS = sizeof functions / sizeof functions[0] };

/* Each element of y depends on its own x alone, so the gradient of the sum of y is the slope of the
 * curve at every x. */
static void draw_curve(lesson *l, bb_plot *plot, int i, bb_tensor *xs)
{
    bb_graph *g = bb_graph_new();
    /* part: slope */
    bb_node *x = bb_input(g, "x", BB_F64, BB_SHAPE(POINTS));
    bb_node *y = functions[i].build(x);
    bb_node *slope = bb_grad(bb_sum(y, BB_ALL), x);
    /* end: slope */
    bb_program *program = lesson_compile(l, g, BB_NODES(y, slope));
    lesson_run(l, program, BB_FEEDS({x, xs}));
    const bb_tensor *ys = bb_program_value(program, y);
    const bb_tensor *slopes = bb_program_value(program, slope);

    int sloped = 0;
    for (int k = 0; k < POINTS; k++)
        sloped += bb_tensor_at(slopes, k) != 0;
    const double obtained[] = {bb_tensor_at(ys, POINTS / 2), bb_tensor_at(slopes, POINTS / 2),
                               bb_tensor_at(slopes, POINTS - 1), sloped};
    for (int k = 0; k < 4; k++) {
        static const char *const what[] = {"at 0", "slope at 0", "slope at 5", "points with slope"};
        lesson_exact(l, lesson_text(l, "%s, %s", functions[i].name, what[k]),
                     functions[i].expected[k], obtained[k], 1e-12);
    }

    bb_plot_panel(plot, functions[i].name);
    bb_plot_axes(plot, "x", "y, dy/dx");
    bb_plot_x_range(plot, -EDGE, EDGE);
    bb_plot_y_range(plot, -1.2, 1.2);
    bb_plot_line(plot, "y", POINTS, bb_tensor_read(xs), bb_tensor_read(ys));
    bb_plot_line(plot, "dy/dx", POINTS, bb_tensor_read(xs), bb_tensor_read(slopes));
    bb_program_free(program);
    bb_graph_free(g);
}

/* Linear is what adds, f(x + y) = f(x) + f(y), and scales, f(kx) = k f(x). The largest gaps over
 * random pairs are 0 for the identity alone; k = -2, since ReLU does scale by what is positive. */
static void check_linear(lesson *l, int i)
{
    bb_node *(*f)(bb_node *) = functions[i].build;
    bb_graph *g = bb_graph_new();
    /* part: linear */
    bb_node *x = bb_normal(g, BB_F64, BB_SHAPE(PAIRS), 0, 2);
    bb_node *y = bb_normal(g, BB_F64, BB_SHAPE(PAIRS), 0, 2);
    bb_node *adds = bb_sub(f(bb_add(x, y)), bb_add(f(x), f(y)));
    bb_node *scales = bb_sub(f(bb_mul_scalar(x, -2)), bb_mul_scalar(f(x), -2));
    bb_node *gap[] = {bb_max(bb_abs(adds), BB_ALL), bb_max(bb_abs(scales), BB_ALL)};
    /* end: linear */
    bb_program *program = lesson_compile(l, g, BB_NODES(gap[0], gap[1]));
    bb_program_set_seed(program, lesson_seed(l));
    lesson_run(l, program, BB_NO_FEEDS);
    for (int k = 0; k < 2; k++) {
        bool holds = bb_program_number(program, gap[k]) == 0;
        const char *name =
            lesson_text(l, "%s %s %s", functions[i].name, functions[i].linear ? "is" : "is not",
                        k ? "homogeneous" : "additive");
        lesson_true(l, name, holds == functions[i].linear);
    }
    bb_program_free(program);
    bb_graph_free(g);
}

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "02", "Activation functions and their slopes");
    double x[POINTS];
    for (int i = 0; i < POINTS; i++)
        x[i] = EDGE * (i - POINTS / 2) / (POINTS / 2);
    bb_tensor *xs = bb_tensor_from(BB_F64, BB_SHAPE(POINTS), x);
    bb_plot *plot = bb_plot_new("Activation functions with their derivatives");
    bb_plot_columns(plot, 3);
    for (int i = 0; i < FUNCTIONS; i++) {
        draw_curve(l, plot, i, xs);
        check_linear(l, i);
    }
    lesson_plot(l, plot, "curves");
    bb_tensor_release(xs);
    return lesson_end(l);
}
