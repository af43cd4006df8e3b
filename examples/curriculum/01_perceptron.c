/* SPDX-License-Identifier: MIT */
/* The perceptron: a neuron adds its weighted inputs and a bias and fires, 1, when the sum is above
 * 0. Look at the picture: one neuron cuts the plane along one straight line, which is enough for
 * AND, NAND and OR; XOR needs two lines, hence a second layer.
 *
 * The study report says that a perceptron learns only what a line can separate because its outputs
 * are 0 and 1. It is the single layer: XOR below is made of outputs 0 and 1. */
#include "lesson.h"

#include <math.h>

enum { CORNERS = 4, GATES = 4, GRID = 112 };
#define LOW (-0.5)
#define HIGH 1.5

/* part: neuron */
static bb_node *perceptron(bb_node *x1, bb_node *x2, double w1, double w2, double b)
{
    bb_node *a = bb_add(bb_mul_scalar(x1, w1), bb_mul_scalar(x2, w2));
    return bb_step(bb_add_scalar(a, b));
}

static bb_node *and_gate(bb_node *x1, bb_node *x2)
{
    return perceptron(x1, x2, 0.5, 0.5, -0.7);
}

static bb_node *nand_gate(bb_node *x1, bb_node *x2)
{
    return perceptron(x1, x2, -0.5, -0.5, 0.7);
}

static bb_node *or_gate(bb_node *x1, bb_node *x2)
{
    return perceptron(x1, x2, 0.5, 0.5, -0.2);
}

static bb_node *xor_gate(bb_node *x1, bb_node *x2)
{
    return and_gate(nand_gate(x1, x2), or_gate(x1, x2));
}
/* end: neuron */

static const struct {
    const char *name;
    bb_node *(*build)(bb_node *x1, bb_node *x2);
    double truth[CORNERS];
} gates[GATES] = {
    {"AND", and_gate, {0, 0, 0, 1}},
    {"NAND", nand_gate, {1, 1, 1, 0}},
    {"OR", or_gate, {0, 1, 1, 1}},
    {"XOR", xor_gate, {0, 1, 1, 0}},
};

static const double corner_x1[CORNERS] = {0, 0, 1, 1}, corner_x2[CORNERS] = {0, 1, 0, 1};

/* The outputs of gate `i` for n pairs of inputs; the caller releases them. */
static bb_tensor *outputs(lesson *l, int i, int64_t n, const double *x1, const double *x2)
{
    bb_graph *g = bb_graph_new();
    bb_node *n1 = bb_constant_from(g, BB_F64, BB_SHAPE(n), x1);
    bb_node *n2 = bb_constant_from(g, BB_F64, BB_SHAPE(n), x2);
    bb_tensor *ys = lesson_eval(l, gates[i].build(n1, n2), BB_NO_FEEDS);
    bb_graph_free(g);
    return ys;
}

static void check_truth_table(lesson *l, int i)
{
    bb_tensor *y = outputs(l, i, CORNERS, corner_x1, corner_x2);
    for (int k = 0; k < CORNERS; k++) {
        lesson_exact(l, lesson_text(l, "%.0f %s %.0f", corner_x1[k], gates[i].name, corner_x2[k]),
                     gates[i].truth[k], bb_tensor_at(y, k), 0);
    }
    bb_tensor_release(y);
}

/* Where gate `i` changes its mind, as the contour at 0.5, and the corners that give 0 and 1. */
static void draw_gate(lesson *l, bb_plot *plot, int i)
{
    static double x1[GRID * GRID], x2[GRID * GRID];
    for (int k = 0; k < GRID * GRID; k++) {
        x1[k] = LOW + (HIGH - LOW) * (k % GRID) / (GRID - 1);
        x2[k] = LOW + (HIGH - LOW) * (k / GRID) / (GRID - 1);
    }
    bb_tensor *y = outputs(l, i, (int64_t)GRID * GRID, x1, x2);
    bb_plot_panel(plot, gates[i].name);
    bb_plot_axes(plot, "x1", "x2");
    bb_plot_contours(plot, GRID, GRID, bb_tensor_read(y), LOW, HIGH, LOW, HIGH, 1,
                     (const double[]){0.5});
    for (int value = 0; value <= 1; value++) {
        double shown[CORNERS]; /* NaN leaves a corner out */
        for (int k = 0; k < CORNERS; k++)
            shown[k] = gates[i].truth[k] == value ? corner_x2[k] : NAN;
        bb_plot_points(plot, value ? "fires: 1" : "silent: 0", CORNERS, corner_x1, shown);
    }
    bb_tensor_release(y);
}

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "01", "The perceptron: a neuron is a straight line");
    bb_plot *plot = bb_plot_new("Where each gate changes between 0 and 1");
    bb_plot_columns(plot, 2);
    for (int i = 0; i < GATES; i++) {
        check_truth_table(l, i);
        draw_gate(l, plot, i);
    }
    lesson_plot(l, plot, "gates");
    return lesson_end(l);
}
