/* SPDX-License-Identifier: MIT */
/* Inference: weights that somebody trained are read from a file, and the network only runs forward.
 * Look at how one function serves batches and single images: both find the same digits, but a batch
 * multiplies matrices where an image multiplies a vector, which costs the processor more each. */
#include "lesson.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

enum { LARGEST_BATCH = 100, CLASSES = 10 };

/* part: network */
static bb_node *layer(bb_node *z, bb_params *p, const char *weight, const char *bias, int64_t units)
{
    bb_graph *g = bb_node_graph(z);
    bb_shape shape = BB_SHAPE(bb_node_shape(z).dim[1], units);
    bb_node *W = bb_param(g, p, weight, BB_F32, shape, bb_init_xavier());
    bb_node *b = bb_param(g, p, bias, BB_F32, BB_SHAPE(units), bb_init_zeros());
    return bb_add(bb_matmul(z, W), b);
}

/* The scores of the classes; their softmax would be the shares. */
static bb_node *three_layer_net(bb_node *x, bb_params *p)
{
    bb_node *z1 = bb_sigmoid(layer(x, p, "W1", "b1", 50));
    bb_node *z2 = bb_sigmoid(layer(z1, p, "W2", "b2", 100));
    return layer(z2, p, "W3", "b3", CLASSES);
}
/* end: network */

/* part: read */
/* The network's parameters with the file's numbers: a graph says what must be there. */
static bb_params *read_weights(lesson *l, const char *path, int64_t pixels)
{
    char text[BB_SHAPE_TEXT];
    bb_error error = {0};
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(0);
    three_layer_net(bb_input(g, "x", BB_F32, BB_SHAPE(1, pixels)), p);
    lesson_need(l, bb_params_load(p, path, &error) == BB_OK, error.text);
    for (int i = 0; i < bb_params_count(p); i++)
        lesson_note(l, "%s is %s", bb_params_name(p, i),
                    bb_shape_text(bb_tensor_shape(bb_params_tensor(p, i)), text));
    bb_graph_free(g);
    return p;
}
/* end: read */

/* part: batches */
/* The share of test images that are recognised, `batch` of them at a time; prints the speed. */
static double accuracy_of(lesson *l, bb_params *p, const lesson_digits *d, int64_t batch,
                          const char *name)
{
    bb_shape shape = bb_tensor_shape(d->test.images);
    bb_graph *g = bb_graph_new();
    bb_node *x = bb_input(g, "x", BB_F32, BB_SHAPE(batch, shape.dim[1]));
    bb_node *t = bb_input(g, "t", BB_I32, BB_SHAPE(batch));
    bb_node *accuracy = bb_accuracy(three_layer_net(x, p), t);
    bb_program *program = lesson_compile(l, g, BB_NODES(accuracy));
    bb_program_set_threads(program, 1); /* so that nothing but the batch makes the difference */
    bb_batches *batches = lesson_batches(l, d->test, batch, BB_IN_ORDER);
    const bb_tensor *images, *labels;
    int64_t right = 0;
    double start = lesson_seconds();
    while (bb_batches_next(batches, &images, &labels)) {
        lesson_run(l, program, BB_FEEDS({x, images}, {t, labels}));
        right += llround(bb_program_number(program, accuracy) * (double)batch);
    }
    lesson_report(l, name, (double)shape.dim[0] / (lesson_seconds() - start),
                  "images a second on one thread");
    bb_batches_free(batches);
    bb_program_free(program);
    bb_graph_free(g);
    return (double)right / (double)shape.dim[0];
}
/* end: batches */

/* Weights of our own, for where none are given. */
static void train_and_save(lesson *l, const lesson_digits *d, const char *path)
{
    bb_error error = {0};
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(lesson_seed(l));
    bb_node *x = bb_input(g, "x", BB_F32, BB_SHAPE(50, d->side * d->side));
    bb_node *t = bb_input(g, "t", BB_I32, BB_SHAPE(50));
    bb_node *loss = bb_softmax_cross_entropy(three_layer_net(x, p), t);
    bb_program *train = lesson_compile(l, g, BB_NODES(bb_momentum(loss, p, 0.2, 0.9)));
    bb_batches *batches = lesson_batches(l, d->train, 50, BB_DRAWN);
    bb_batches_set_endless(batches, true);
    const bb_tensor *images, *labels;
    int steps = lesson_quick(l) ? 500 : 2000;
    for (int i = 0; i < steps && bb_batches_next(batches, &images, &labels); i++)
        lesson_run(l, train, BB_FEEDS({x, images}, {t, labels}));
    lesson_need(l, bb_params_save(p, path, &error) == BB_OK, error.text);
    bb_batches_free(batches);
    bb_program_free(train);
    bb_params_free(p);
    bb_graph_free(g);
}

static bb_params *own_weights(lesson *l, const lesson_digits *d)
{
    char path[] = "/tmp/bibun-weights-XXXXXX";
    int file = mkstemp(path);
    lesson_need(l, file >= 0, "no file can be made in /tmp");
    close(file);
    lesson_note(l, "without --weights: a network is trained, saved as .npz and read back");
    train_and_save(l, d, path);
    bb_params *p = read_weights(l, path, d->side * d->side);
    unlink(path);
    return p;
}

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "05", "Inference with trained weights");
    const char *path = lesson_weights(l);
    lesson_need(l, !path || lesson_mnist(l), "--weights needs the images: --mnist DIR");
    lesson_digits d = lesson_read_digits(l);
    bb_params *p = path ? read_weights(l, path, d.side * d.side) : own_weights(l, &d);

    int64_t batch = LARGEST_BATCH;
    while (bb_tensor_count(d.test.labels) % batch != 0)
        batch--;
    double together = accuracy_of(l, p, &d, batch, "in batches");
    double singly = accuracy_of(l, p, &d, 1, "one at a time");
    if (path) {
        lesson_exact(l, "accuracy in batches", 0.9352, together, 1e-9);
        lesson_exact(l, "accuracy one at a time", 0.9352, singly, 1e-9);
    } else {
        lesson_band(l, "accuracy in batches", 0.9, 1, together);
        lesson_exact(l, "accuracy one at a time, the same", together, singly, 0);
    }
    bb_params_free(p);
    return lesson_end(l);
}
