/* SPDX-License-Identifier: MIT */
/* Initialisation: 1,000 random examples pass through five layers of 100 units, whose weights are
 * normal with a deviation of 1, of 0.01, by Xavier or by He. Look at the histograms of the layers'
 * activations, which should stay spread out. Too large weights push them to the ends, where sigmoid
 * and tanh have no slope; with too small ones all examples look alike after a few layers. Xavier's
 * suit tanh. A ReLU throws half of the squares away and needs He's, which are twice as large in
 * variance: only with these its activations neither die nor grow. */
#include "lesson.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { EXAMPLES = 1000, UNITS = 100, VALUES = EXAMPLES * UNITS, LAYERS = 5, BINS = 40 };

enum { ONE, HUNDREDTH, XAVIER, HE, INITS };
static const char *const init_names[INITS] = {"deviation 1", "deviation 0.01", "Xavier", "He"};

/* Where to count, powers of ten if is_log, and the band of the deviation in the last layer. */
static const struct {
    const char *name;
    bb_node *(*activation)(bb_node *x);
    double low, high;
    bool is_log;
    double deviation[INITS][2];
} trials[] = {
    {"sigmoid", bb_sigmoid, 0, 1, false, {{.4, .48}, {.008, .018}, {.1, .15}, {.14, .21}}},
    {"tanh", bb_tanh, -1, 1, false, {{.94, .97}, {8e-6, 1.2e-5}, {.29, .36}, {.53, .61}}},
    {"ReLU", bb_relu, -8, 6, true, {{8e3, 3e4}, {8e-7, 3e-6}, {.08, .3}, {.45, 1.7}}},
};
enum { TRIALS = sizeof trials / sizeof trials[0] };

typedef struct activations {
    double layer[LAYERS][VALUES];
} activations;

/* part: layers */
static void pass(lesson *l, bb_node *(*activation)(bb_node *x), bb_init init, activations *out)
{
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(lesson_seed(l));
    bb_node *z[LAYERS + 1] = {bb_normal(g, BB_F64, BB_SHAPE(EXAMPLES, UNITS), 0, 1)};
    for (int i = 0; i < LAYERS; i++) {
        char name[16];
        snprintf(name, sizeof name, "fc%d", i + 1);
        const bb_dense_options options = {.weight = init};
        z[i + 1] = activation(bb_dense_with(z[i], p, name, UNITS, &options));
    }
    bb_program *program = lesson_compile(l, g, (bb_nodes){LAYERS, z + 1});
    bb_program_set_seed(program, lesson_seed(l));
    lesson_run(l, program, BB_NO_FEEDS);
    for (int i = 0; i < LAYERS; i++)
        memcpy(out->layer[i], bb_tensor_read(bb_program_value(program, z[i + 1])),
               sizeof out->layer[i]);
    bb_program_free(program);
    bb_params_free(p);
    bb_graph_free(g);
}
/* end: layers */

static double deviation(const double *value)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < VALUES; i++)
        sum += value[i];
    for (int i = 0; i < VALUES; i++)
        squares += (value[i] - sum / VALUES) * (value[i] - sum / VALUES);
    return sqrt(squares / VALUES);
}

/* The share of the values in each bin, over the bins' middles. */
static void draw_histogram(bb_plot *plot, const char *label, const double *value, int trial)
{
    double x[BINS], share[BINS] = {0}, low = trials[trial].low;
    double width = (trials[trial].high - low) / BINS;
    for (int i = 0; i < VALUES; i++) {
        double at = trials[trial].is_log ? log10(value[i]) : value[i];
        int bin = (int)fmax(-1, fmin((at - low) / width, BINS - 1)); /* -1: a ReLU's zeros */
        if (bin >= 0)
            share[bin] += 1.0 / VALUES;
    }
    for (int i = 0; i < BINS; i++) {
        double middle = low + (i + 0.5) * width;
        x[i] = trials[trial].is_log ? pow(10, middle) : middle;
    }
    bb_plot_line(plot, label, BINS, x, share);
}

/* A panel an initialisation; the deviations in the last layer. */
static void show(lesson *l, int trial, double deviation_out[INITS])
{
    static activations values;
    const bb_init inits[] = {bb_init_normal(1), bb_init_normal(0.01), bb_init_xavier(),
                             bb_init_he()};
    const char *name = trials[trial].name;
    bb_plot *plot = bb_plot_new(lesson_text(l, "Histograms of five layers' activations, %s", name));
    bb_plot_columns(plot, 2);
    for (int k = 0; k < INITS; k++) {
        pass(l, trials[trial].activation, inits[k], &values);
        bb_plot_panel(plot, init_names[k]);
        bb_plot_axes(plot, trials[trial].is_log ? "activation, where above 0" : "activation",
                     "share of all");
        bb_plot_log(plot, trials[trial].is_log, false);
        for (int i = 0; i < LAYERS; i++) {
            draw_histogram(plot, lesson_text(l, "layer %d", i + 1), values.layer[i], trial);
        }
        deviation_out[k] = deviation(values.layer[LAYERS - 1]);
        lesson_band(l, lesson_text(l, "%s, %s: last deviation", name, init_names[k]),
                    trials[trial].deviation[k][0], trials[trial].deviation[k][1], deviation_out[k]);
    }
    lesson_plot(l, plot, name);
}

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "19", "Initialisation of weights");
    double last[INITS]; /* of the ReLU in the end */
    for (int trial = 0; trial < TRIALS; trial++)
        show(l, trial, last);
    lesson_note(l, "ReLU(k x) is k ReLU(x) for k > 0, so weights k times as large make the fifth "
                   "layer k^5 times as large.");
    lesson_exact(l, "ReLU, deviation 1: 0.01 of it gives 1e10 less", 1e10,
                 last[ONE] / last[HUNDREDTH], 1e-12);
    lesson_exact(l, "ReLU, He over Xavier: sqrt(2)^5", 5.656854249492381, last[HE] / last[XAVIER],
                 1e-12);
    return lesson_end(l);
}
