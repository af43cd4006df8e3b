/* SPDX-License-Identifier: MIT */
/* Losses: one number that says how wrong a prediction is, and has a slope to learn by. Look at how
 * both losses rank the two predictions, and at the picture: cross-entropy grows without bound as
 * the true class's share goes to 0, the squared error does not.
 *
 * Slips in the documents: they call half the sum of squares the mean squared error; the study
 * report's error of a sample lacks the square; and they add 1e-7 inside the logarithm, which its
 * gradient then ignores. Here that is `epsilon`, to be seen; Bibun's loss takes the scores before
 * softmax, needs none, and is the function that its gradient belongs to. */
#include "lesson.h"

#include <math.h>
#include <stdio.h>

enum { CLASSES = 10, SAMPLES = 4, BATCH = 2, POINTS = 200 };

/* part: cross-entropy */
/* For each row of one-hot t the logarithm of the one share that counts. As the documents' sum of
 * t log y it would be NaN where a share is 0, for 0 log 0 is, but for their epsilon. */
static bb_node *cross_entropy_each(bb_node *y, bb_node *t, double epsilon)
{
    bb_node *share = bb_sum(bb_mul(y, t), BB_AXES(-1));
    return bb_neg(bb_log(bb_add_scalar(share, epsilon)));
}

/* The documents' form. */
static bb_node *cross_entropy_sum(bb_node *y, bb_node *t, double epsilon)
{
    return bb_neg(bb_sum(bb_mul(t, bb_log(bb_add_scalar(y, epsilon))), BB_ALL));
}
/* end: cross-entropy */

/* part: binary */
/* A sigmoid is the softmax of two scores, 0 and x, so binary cross-entropy is that of two classes,
 * and stable for any x [n]. */
static bb_node *binary_cross_entropy(bb_node *x, bb_node *label)
{
    bb_node *column = bb_reshape(x, BB_SHAPE(-1, 1));
    return bb_softmax_cross_entropy(bb_concat(BB_NODES(bb_zeros_like(column), column), 1), label);
}
/* end: binary */

/* The documents' predictions, of a 2 and of a 7, twice, and the labels: the first batch is right
 * and wrong, the second right twice. */
static const double predicted[2][CLASSES] = {{0.1, 0.05, 0.6, 0, 0.05, 0.1, 0, 0.1, 0, 0},
                                             {0.1, 0.05, 0.1, 0, 0.05, 0.1, 0, 0.6, 0, 0}};
static const int32_t labels[SAMPLES] = {2, 2, 2, 7};
#define RIGHT 0.510825623765991 /* -log 0.6 */
#define WRONG 2.302585092994046 /* -log 0.1 */

static void check(lesson *l, const char *of, const char *what, bb_node *node, double expected,
                  double tolerance)
{
    double number = lesson_number(l, node, BB_NO_FEEDS);
    lesson_exact(l, lesson_text(l, "%s: %s", of, what), expected, number, tolerance);
}

static void check_single(lesson *l, bb_graph *g, int i, const double expected[4])
{
    bb_node *y = bb_constant_from(g, BB_F64, BB_SHAPE(CLASSES), predicted[i]);
    bb_node *label = bb_constant_from(g, BB_I32, BB_SCALAR, labels);
    bb_node *t = bb_one_hot(label, BB_F64, CLASSES);
    const char *taken = i ? "2 taken for 7" : "2 taken for 2";
    check(l, taken, "half the summed squares", bb_half_squared_error(y, t), expected[0], 1e-12);
    check(l, taken, "mean squared error", bb_mean_squared_error(y, t), expected[1], 1e-12);
    check(l, taken, "cross-entropy", cross_entropy_each(y, t, 0), expected[2], 1e-12);
    check(l, taken, "integer label", bb_neg(bb_log(bb_gather(y, label, 0))), expected[2], 1e-12);
    check(l, taken, "with 1e-7", cross_entropy_sum(y, t, 1e-7), expected[3], 5e-10);
    check(l, taken, "sum without 1e-7", cross_entropy_sum(y, t, 0), NAN, 0);
}

/* part: batches */
/* The error of a sample, the mean of a batch, the sum of an epoch; integer labels and one-hot rows
 * say the same. */
static void check_batches(lesson *l, bb_graph *g)
{
    bb_node *y = bb_constant_from(g, BB_F64, BB_SHAPE(2, CLASSES), predicted);
    y = bb_concat(BB_NODES(y, y), 0);
    bb_node *label = bb_constant_from(g, BB_I32, BB_SHAPE(SAMPLES), labels);
    bb_node *t = bb_one_hot(label, BB_F64, CLASSES);

    bb_node *each = cross_entropy_each(y, t, 0);
    bb_node *batches = bb_mean(bb_reshape(each, BB_SHAPE(-1, BATCH)), BB_AXES(1));
    bb_node *sample = bb_slice(each, 0, 0, 1, 1);
    bb_node *first = bb_slice(batches, 0, 0, 1, 1), *second = bb_slice(batches, 0, 1, 2, 1);
    check(l, "cross-entropy", "a sample", sample, RIGHT, 1e-12);
    check(l, "cross-entropy", "mean of batch 1", first, (RIGHT + WRONG) / 2, 1e-12);
    check(l, "cross-entropy", "mean of batch 2", second, RIGHT, 1e-12);
    check(l, "cross-entropy", "sum of the epoch", bb_sum(each, BB_ALL), 3 * RIGHT + WRONG, 1e-12);

    bb_node *scores = bb_log(y); /* their softmax is y */
    double mean = (3 * RIGHT + WRONG) / SAMPLES;
    const char *ours = "bb_softmax_cross_entropy";
    check(l, ours, "integer labels", bb_softmax_cross_entropy(scores, label), mean, 1e-12);
    check(l, ours, "one-hot labels", bb_softmax_cross_entropy(scores, t), mean, 1e-12);
}
/* end: batches */

static void check_binary(lesson *l, bb_graph *g, double score, double loss, double slope)
{
    bb_node *x = bb_constant_from(g, BB_F64, BB_SHAPE(1), &score);
    bb_node *binary =
        binary_cross_entropy(x, bb_constant_from(g, BB_I32, BB_SHAPE(1), &(int32_t){1}));
    char name[48];
    snprintf(name, sizeof name, "binary, label 1, score %.3g", score);
    bb_node *ours = bb_binary_cross_entropy_with_logits(x, bb_ones_like(x));
    check(l, name, "loss", binary, loss, 1e-12);
    check(l, name, "the library's own", ours, loss, 1e-12);
    check(l, name, "sigmoid(x) - t", bb_grad(binary, x), slope, 1e-12);
}

/* Both losses of two classes over the true class's share y. */
static void draw(lesson *l)
{
    double y[POINTS], entropy[POINTS], squared[POINTS];
    for (int i = 0; i < POINTS; i++) {
        y[i] = (i + 1.0) / POINTS;
        entropy[i] = -log(y[i]);
        squared[i] = (1 - y[i]) * (1 - y[i]);
    }
    bb_plot *plot = bb_plot_new("Two classes: the loss over the true class's share");
    bb_plot_axes(plot, "share of the true class", "loss");
    bb_plot_line(plot, "cross-entropy", POINTS, y, entropy);
    bb_plot_line(plot, "half the summed squares", POINTS, y, squared);
    lesson_plot(l, plot, "share");
}

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "07", "Losses");
    bb_graph *g = bb_graph_new();
    check_single(l, g, 0, (const double[]){0.0975, 0.0195, RIGHT, 0.510825457});
    check_single(l, g, 1, (const double[]){0.5975, 0.1195, WRONG, 2.302584093});
    check_batches(l, g);
    check_binary(l, g, log(0.6 / 0.4), RIGHT, -0.4);
    check_binary(l, g, -800, 800, -1);
    bb_node *naive = bb_neg(bb_log(bb_sigmoid(bb_scalar(g, BB_F64, -800))));
    check(l, "-log(sigmoid(x))", "loss at -800", naive, INFINITY, 0);
    draw(l);
    bb_graph_free(g);
    return lesson_end(l);
}
