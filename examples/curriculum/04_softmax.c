/* SPDX-License-Identifier: MIT */
/* Softmax turns any numbers into shares of 1 that keep their order: e^a over the sum of e^a. The
 * same constant added to all of a cancels, so taking away the largest first changes nothing but
 * that e^a cannot overflow. Look at the picture: the formula as it stands is NaN from 709 on, where
 * e^a is infinite, and below -745, where all e^a are 0; bb_softmax is a straight line.
 *
 * A slip in the documents: one bullet swaps the output layers; the identity is for regression,
 * softmax for classification. */
#include "lesson.h"

#include <math.h>

enum { CLASSES = 3, SHIFTS = 401 };

/* part: naive */
static bb_node *naive_softmax(bb_node *a)
{
    bb_node *e = bb_exp(a);
    return bb_div(e, bb_sum_keep(e, BB_AXES(-1)));
}
/* end: naive */

/* Rows of `a` through bb_softmax and through the formula. */
static void both(lesson *l, int64_t rows, const double *a, double *stable_out, double *naive_out)
{
    bb_graph *g = bb_graph_new();
    bb_node *x = bb_input(g, "a", BB_F64, BB_SHAPE(rows, CLASSES));
    bb_node *stable = bb_softmax(x, -1), *naive = naive_softmax(x);
    bb_tensor *xs = bb_tensor_from(BB_F64, BB_SHAPE(rows, CLASSES), a);
    bb_program *program = lesson_compile(l, g, BB_NODES(stable, naive));
    lesson_run(l, program, BB_FEEDS({x, xs}));
    for (int64_t i = 0; i < rows * CLASSES; i++) {
        stable_out[i] = bb_tensor_at(bb_program_value(program, stable), i);
        naive_out[i] = bb_tensor_at(bb_program_value(program, naive), i);
    }
    bb_program_free(program);
    bb_graph_free(g);
    bb_tensor_release(xs);
}

static const struct {
    const char *name;
    double a[CLASSES], y[CLASSES], half_digit[CLASSES]; /* of the last digit printed */
    double naive;                                       /* y1 by the formula */
} cases[] = {
    {"[0.3 2.9 4.0]",
     {0.3, 2.9, 4.0},
     {0.01821127, 0.24519181, 0.73659691},
     {5e-9, 5e-9, 5e-9},
     0.01821127},
    {"[1010 1000 990]",
     {1010, 1000, 990},
     {9.99954600e-01, 4.53978686e-05, 2.06106005e-09},
     {5e-10, 5e-14, 5e-18},
     NAN},
};

static void check_case(lesson *l, int i)
{
    double stable[CLASSES], naive[CLASSES], sum = 0;
    both(l, 1, cases[i].a, stable, naive);
    for (int k = 0; k < CLASSES; k++) {
        lesson_exact(l, lesson_text(l, "softmax of %s, y%d", cases[i].name, k + 1), cases[i].y[k],
                     stable[k], cases[i].half_digit[k]);
        sum += stable[k];
    }
    lesson_exact(l, lesson_text(l, "softmax of %s, sum", cases[i].name), 1, sum, 1e-15);
    lesson_exact(l, lesson_text(l, "naive softmax of %s, y1", cases[i].name), cases[i].naive,
                 naive[0], 5e-9);
}

/* The shares of [0.3 2.9 4.0] + C for C from -1000 to 1000. */
static void draw_shifts(lesson *l)
{
    static double shift[SHIFTS], a[SHIFTS * CLASSES], stable[SHIFTS * CLASSES];
    static double naive[SHIFTS * CLASSES];
    for (int i = 0; i < SHIFTS; i++) {
        shift[i] = -1000 + 2000.0 * i / (SHIFTS - 1);
        for (int k = 0; k < CLASSES; k++)
            a[i * CLASSES + k] = cases[0].a[k] + shift[i];
    }
    both(l, SHIFTS, a, stable, naive);
    bb_plot *plot = bb_plot_new("Softmax of [0.3 2.9 4.0] + C");
    for (int which = 0; which < 2; which++) {
        bb_plot_panel(plot, which ? "bb_softmax" : "the formula as it stands");
        bb_plot_axes(plot, "C", "share");
        bb_plot_x_range(plot, -1000, 1000);
        bb_plot_y_range(plot, 0, 1);
        for (int k = 0; k < CLASSES; k++) {
            double y[SHIFTS];
            for (int i = 0; i < SHIFTS; i++)
                y[i] = (which ? stable : naive)[i * CLASSES + k];
            bb_plot_line(plot, lesson_text(l, "y%d", k + 1), SHIFTS, shift, y);
        }
    }
    lesson_plot(l, plot, "shift");
}

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "04", "Softmax that cannot overflow");
    for (int i = 0; i < 2; i++)
        check_case(l, i);
    draw_shifts(l);
    return lesson_end(l);
}
