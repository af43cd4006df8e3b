/* SPDX-License-Identifier: MIT */
/* Inference: weights that somebody trained are read from a file, and the network only runs forward.
 * Look at how one function serves batches and single images: both find the same digits, but a batch
 * multiplies matrices where an image multiplies a vector, which costs the processor more each. */
#include "lesson.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { LAYERS = 3, LARGEST_BATCH = 100 };

/* Layer i multiplies by W[i] [inputs, units] and adds b[i] [units]. */
typedef struct weights {
    bb_tensor *W[LAYERS], *b[LAYERS];
} weights;

/* part: network */
static bb_node *three_layer_net(bb_node *x, const weights *w)
{
    bb_graph *g = bb_node_graph(x);
    for (int i = 0; i < LAYERS; i++) {
        if (i > 0)
            x = bb_sigmoid(x);
        x = bb_add(bb_matmul(x, bb_constant(g, w->W[i])), bb_constant(g, w->b[i]));
    }
    return bb_softmax(x, 1);
}
/* end: network */

/* part: read */
static bb_tensor *read_array(lesson *l, bb_npz *z, char kind, int layer)
{
    char name[8];
    bb_error error = {BB_OK, "out of memory"};
    snprintf(name, sizeof name, "%c%d", kind, layer);
    bb_tensor *stored = bb_npz_read(z, name, &error);
    bb_tensor *t = stored ? bb_tensor_cast(stored, BB_F32) : NULL;
    lesson_need(l, t != NULL, error.text);
    bb_tensor_release(stored);
    return t;
}

static weights read_weights(lesson *l, const char *path)
{
    weights w;
    char text[BB_SHAPE_TEXT];
    bb_error error = {BB_OK, ""};
    bb_npz *z = bb_npz_open(path, &error);
    lesson_need(l, z != NULL, error.text);
    for (int i = 0; i < LAYERS; i++) {
        w.W[i] = read_array(l, z, 'W', i + 1);
        w.b[i] = read_array(l, z, 'b', i + 1);
        lesson_note(l, "W%d is %s", i + 1, bb_shape_text(bb_tensor_shape(w.W[i]), text));
    }
    bb_npz_close(z);
    return w;
}
/* end: read */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* part: batches */
/* The share of test images that are recognised, `batch` of them at a time; prints the speed. */
static double accuracy_of(lesson *l, const weights *w, const lesson_digits *d, int64_t batch,
                          const char *name)
{
    bb_shape shape = bb_tensor_shape(d->test_images);
    bb_graph *g = bb_graph_new();
    bb_node *x = bb_input(g, "x", BB_F32, BB_SHAPE(batch, shape.dim[1]));
    bb_node *digit = bb_argmax(three_layer_net(x, w), 1);
    bb_program *program = lesson_compile(l, g, BB_NODES(digit));
    bb_program_set_threads(program, 1); /* so that nothing but the batch makes the difference */
    const int32_t *label = bb_tensor_read(d->test_labels);
    int64_t right = 0;
    double start = now();
    for (int64_t first = 0; first < shape.dim[0]; first += batch) {
        bb_tensor *images = bb_tensor_rows(d->test_images, first, batch);
        lesson_need(l, images != NULL, "out of memory");
        lesson_run(l, program, BB_FEEDS({x, images}));
        const int32_t *found = bb_tensor_read(bb_program_value(program, digit));
        for (int64_t i = 0; i < batch; i++)
            right += found[i] == label[first + i];
        bb_tensor_release(images);
    }
    lesson_report(l, name, (double)shape.dim[0] / (now() - start), "images a second on one thread");
    bb_program_free(program);
    bb_graph_free(g);
    return (double)right / (double)shape.dim[0];
}
/* end: batches */

/* --- weights of our own, where none are given ---------------------------------------------------
 */

static void save(lesson *l, const bb_params *p, const char *path)
{
    bb_npz_entry arrays[2 * LAYERS];
    const char *names[] = {"W1", "b1", "W2", "b2", "W3", "b3"};
    for (int i = 0; i < 2 * LAYERS; i++) {
        char name[16];
        snprintf(name, sizeof name, "fc%d.%s", i / 2 + 1, i % 2 ? "bias" : "weight");
        arrays[i] = (bb_npz_entry){names[i], bb_params_find(p, name)};
    }
    bb_error error = {BB_OK, ""};
    lesson_need(l, bb_npz_write(path, 2 * LAYERS, arrays, true, &error) == BB_OK, error.text);
}

static void train_and_save(lesson *l, const lesson_digits *d, const char *path)
{
    bb_error error = {BB_OK, ""};
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(lesson_seed(l));
    bb_node *x = bb_input(g, "x", BB_F32, BB_SHAPE(50, d->side * d->side));
    bb_node *t = bb_input(g, "t", BB_I32, BB_SHAPE(50));
    bb_node *h = bb_sigmoid(bb_dense(x, p, "fc1", 50));
    h = bb_sigmoid(bb_dense(h, p, "fc2", 100));
    bb_node *loss = bb_softmax_cross_entropy(bb_dense(h, p, "fc3", 10), t);
    bb_program *train = lesson_compile(l, g, BB_NODES(bb_momentum(loss, p, 0.2, 0.9)));
    bb_batches *batches =
        bb_batches_new(d->train_images, d->train_labels, 50, BB_DRAWN, lesson_seed(l), &error);
    lesson_need(l, batches != NULL, error.text);
    const bb_tensor *images, *labels;
    for (int i = lesson_quick(l) ? 500 : 2000; i > 0; i--) {
        while (!bb_batches_next(batches, &images, &labels))
            continue; /* another epoch */
        lesson_run(l, train, BB_FEEDS({x, images}, {t, labels}));
    }
    save(l, p, path);
    bb_batches_free(batches);
    bb_program_free(train);
    bb_params_free(p);
    bb_graph_free(g);
}

static weights own_weights(lesson *l, const lesson_digits *d)
{
    char path[] = "/tmp/bibun-weights-XXXXXX";
    int file = mkstemp(path);
    lesson_need(l, file >= 0, "no file can be made in /tmp");
    close(file);
    lesson_note(l, "without --weights: a network is trained, saved as .npz and read back");
    train_and_save(l, d, path);
    weights w = read_weights(l, path);
    unlink(path);
    return w;
}

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "05", "Inference with trained weights");
    const char *path = lesson_weights(l);
    lesson_need(l, !path || lesson_mnist(l), "--weights needs the images: --mnist DIR");
    lesson_digits digits = lesson_read_digits(l);
    weights w = path ? read_weights(l, path) : own_weights(l, &digits);

    int64_t batch = LARGEST_BATCH;
    while (bb_tensor_count(digits.test_labels) % batch != 0)
        batch--;
    double together = accuracy_of(l, &w, &digits, batch, "in batches");
    double singly = accuracy_of(l, &w, &digits, 1, "one at a time");
    if (path) {
        lesson_exact(l, "accuracy in batches", 0.9352, together, 1e-9);
        lesson_exact(l, "accuracy one at a time", 0.9352, singly, 1e-9);
    } else {
        lesson_band(l, "accuracy in batches", 0.9, 1, together);
        lesson_exact(l, "accuracy one at a time, the same", together, singly, 0);
    }
    for (int i = 0; i < LAYERS; i++) {
        bb_tensor_release(w.W[i]);
        bb_tensor_release(w.b[i]);
    }
    return lesson_end(l);
}
