/* SPDX-License-Identifier: MIT */
/* The study report's fourth notebook: a network with two hidden layers reads handwritten digits.
 * Look at both accuracies over the epochs, and at the digits that it still reads wrongly: some of
 * them would be hard for us. */
#include "lesson.h"

enum { BATCH = 100, CLASSES = 10, MAX_EPOCHS = 30, SHOWN = 10 };

static bb_node *network(bb_node *x, bb_params *p)
{
    bb_node *z1 = bb_relu(bb_dense(x, p, "fc1", 40));
    bb_node *z2 = bb_relu(bb_dense(z1, p, "fc2", 20));
    return bb_dense(z2, p, "fc3", CLASSES);
}

/* The label that the network gives to each image. */
static bb_tensor *read_all(lesson *l, bb_params *p, const bb_tensor *images)
{
    bb_graph *g = bb_graph_new();
    bb_node *x = bb_input(g, "x", BB_F32, bb_tensor_shape(images));
    bb_tensor *labels = lesson_eval(l, bb_argmax(network(x, p), 1), BB_FEEDS({x, images}));
    bb_graph_free(g);
    return labels;
}

static double accuracy(lesson *l, bb_params *p, lesson_set s)
{
    bb_tensor *found = read_all(l, p, s.images);
    int64_t right = 0, count = bb_tensor_count(s.labels);
    for (int64_t i = 0; i < count; i++)
        right += bb_tensor_at(found, i) == bb_tensor_at(s.labels, i);
    bb_tensor_release(found);
    return (double)right / (double)count;
}

static void show_misread(lesson *l, bb_params *p, const lesson_digits *d)
{
    int64_t pixels = d->side * d->side;
    bb_tensor *found = read_all(l, p, d->test.images);
    bb_tensor *images = bb_tensor_cast(d->test.images, BB_F64);
    lesson_need(l, images != NULL, "out of memory");
    const double *pixel = bb_tensor_read(images);
    bb_plot *plot = bb_plot_new("Test digits read wrongly: what was read, and what it is");
    bb_plot_columns(plot, SHOWN / 2);
    for (int64_t i = 0, shown = 0; i < bb_tensor_count(found) && shown < SHOWN; i++) {
        int read = (int)bb_tensor_at(found, i), is = (int)bb_tensor_at(d->test.labels, i);
        if (read == is)
            continue;
        bb_plot_panel(plot, lesson_text(l, "read %d, is %d", read, is));
        bb_plot_image(plot, d->side, d->side, pixel + i * pixels);
        shown++;
    }
    lesson_plot(l, plot, "misread");
    bb_tensor_release(found);
    bb_tensor_release(images);
}

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "16d", "Digits with two hidden layers");
    lesson_digits d = lesson_read_digits(l);
    bool is_mnist = lesson_mnist(l) != NULL;
    int epochs = is_mnist ? 5 : MAX_EPOCHS;
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(lesson_seed(l));
    bb_node *x = bb_input(g, "x", BB_F32, BB_SHAPE(BATCH, d.side * d.side));
    bb_node *t = bb_input(g, "t", BB_I32, BB_SHAPE(BATCH));
    bb_node *loss = bb_softmax_cross_entropy(network(x, p), t);
    bb_program *step = lesson_compile(l, g, BB_NODES(bb_sgd(loss, p, 0.1)));
    bb_batches *batches = lesson_batches(l, d.train, BATCH, BB_SHUFFLED);

    double train[MAX_EPOCHS + 1], test[MAX_EPOCHS + 1];
    for (int epoch = 0; epoch <= epochs; epoch++) {
        train[epoch] = accuracy(l, p, d.train);
        test[epoch] = accuracy(l, p, d.test);
        const bb_tensor *images, *labels;
        while (epoch < epochs && bb_batches_next(batches, &images, &labels))
            lesson_run(l, step, BB_FEEDS({x, images}, {t, labels}));
    }
    lesson_band(l, "test accuracy", is_mnist ? 0.95 : 0.91, is_mnist ? 0.972 : 0.99, test[epochs]);
    bb_plot *plot = bb_plot_new("Accuracy while learning");
    bb_plot_axes(plot, "epoch", "share of digits read correctly");
    bb_plot_path(plot, "training digits", epochs + 1, NULL, train);
    bb_plot_path(plot, "test digits", epochs + 1, NULL, test);
    lesson_plot(l, plot, "accuracy");
    show_misread(l, p, &d);
    bb_batches_free(batches);
    bb_program_free(step);
    bb_params_free(p);
    bb_graph_free(g);
    return lesson_end(l);
}
