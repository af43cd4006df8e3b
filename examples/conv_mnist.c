/* SPDX-License-Identifier: MIT */
/* A convolutional network reads handwritten digits: two convolutions, each with a maximum over
 * 2 x 2 windows, and two dense layers, trained by Adam. Without --mnist FOLDER it learns the
 * embedded digits. --help lists the options; the last line is the accuracy on test data. */
#include "digits.h"
#include "options.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

typedef struct settings {
    const char *mnist;
    int64_t epochs, batch, seed, threads; /* threads 0: as many as there are cores */
} settings;

#define AT(field) offsetof(settings, field)
static const option accepted[] = {
    {"--mnist", "a folder", "with MNIST's IDX files, plain or gz", TEXT, AT(mnist), 0, 0},
    {"--epochs", "1 to 10000", "times that all digits are learnt from", WHOLE, AT(epochs), 1,
     10000},
    {"--batch", "1 to 1000000", "digits in a batch", WHOLE, AT(batch), 1, 1000000},
    {"--seed", "0 to 2147483647", "of weights, split and batches", WHOLE, AT(seed), 0, INT32_MAX},
    {"--threads", "1 to 1024", "[as many as there are cores]", WHOLE, AT(threads), 1, 1024},
    {0},
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* One network for training, which drops units at random, and for reading. Rows of pixels are square
 * images of one channel. */
static bb_node *conv_net(bb_node *x, bb_params *p, bool is_training)
{
    const bb_conv same3 = {.padding = {1, 1}}, same5 = {.padding = {2, 2}};
    const bb_pool by_two = {.window = {2, 2}};
    const bb_dense_options he = {.weight = bb_init_he()};
    bb_shape rows = bb_node_shape(x);
    int64_t side = llround(sqrt((double)rows.dim[1]));

    bb_node *h = bb_reshape(x, BB_SHAPE(rows.dim[0], 1, side, side));
    h = bb_max_pool2d(bb_relu(bb_convolution(h, p, "conv1", 16, 5, same5)), by_two);
    h = bb_max_pool2d(bb_relu(bb_convolution(h, p, "conv2", 32, 3, same3)), by_two);
    h = bb_reshape(h, BB_SHAPE(rows.dim[0], 32 * (side / 4) * (side / 4)));
    h = bb_relu(bb_dense_with(h, p, "fc1", 100, &he));
    if (is_training)
        h = bb_dropout(h, 0.5);
    return bb_dense(h, p, "fc2", DIGIT_CLASSES);
}

typedef struct model {
    bb_graph *g;
    bb_node *x, *t, *number; /* the loss, or the accuracy */
    bb_program *program;
} model;

static void model_free(model *m)
{
    bb_program_free(m->program);
    bb_graph_free(m->g);
}

static model new_model(bb_params *p, const settings *s, const digits *d, int64_t rows,
                       bool is_training, int64_t iterations)
{
    model m = {.g = bb_graph_new()};
    m.x = bb_input(m.g, "x", BB_U8, BB_SHAPE(rows, bb_tensor_shape(d->images).dim[1]));
    m.t = bb_input(m.g, "t", BB_I32, BB_SHAPE(rows));
    bb_node *logits = conv_net(digits_pixels(d, m.x), p, is_training);
    if (is_training) {
        bb_optimise_options options = {.schedule = bb_schedule_cosine(iterations, 0)};
        m.number = bb_softmax_cross_entropy(logits, m.t);
        bb_node *step = bb_optimise(m.number, p, bb_optimiser_adam(0.002), &options);
        m.program = bb_compile(m.g, BB_NODES(m.number, step));
    } else {
        m.number = bb_accuracy(logits, m.t);
        m.program = bb_compile(m.g, BB_NODES(m.number));
    }
    if (m.program && s->threads)
        bb_program_set_threads(m.program, (int)s->threads);
    return m;
}

static bb_status run(model *m, const bb_tensor *images, const bb_tensor *labels, double *number_out,
                     bb_error *error)
{
    if (!m->program)
        return bb_fail(error, bb_graph_status(m->g), "%s", bb_graph_error(m->g));
    bb_status status = bb_run(m->program, BB_FEEDS({m->x, images}, {m->t, labels}));
    if (status != BB_OK)
        return bb_fail(error, status, "%s", bb_program_error(m->program));
    *number_out = bb_program_number(m->program, m->number);
    return BB_OK;
}

/* The share of digits that are read correctly, a thousand or fewer at a time. */
static bb_status score(const digits *d, bb_params *p, const settings *s, double *accuracy_out,
                       bb_error *error)
{
    const int64_t count = bb_tensor_count(d->labels), rows = digits_part(d);
    model m = new_model(p, s, d, rows, false, 0);
    double sum = 0, accuracy = 0;
    bb_status status = BB_OK;
    for (int64_t first = 0; status == BB_OK && first < count; first += rows) {
        bb_tensor *images = bb_tensor_rows(d->images, first, rows);
        bb_tensor *labels = bb_tensor_rows(d->labels, first, rows);
        status = run(&m, images, labels, &accuracy, error);
        sum += accuracy * (double)rows;
        bb_tensor_release(images);
        bb_tensor_release(labels);
    }
    model_free(&m);
    if (status == BB_OK)
        *accuracy_out = sum / (double)count;
    return status;
}

static bb_status train_epoch(model *m, bb_batches *batches, double *loss_out, bb_error *error)
{
    const bb_tensor *images, *labels;
    double loss = 0, sum = 0;
    bb_status status = BB_OK;
    while (status == BB_OK && bb_batches_next(batches, &images, &labels)) {
        status = run(m, images, labels, &loss, error);
        sum += loss;
    }
    *loss_out = sum / (double)bb_batches_per_epoch(batches);
    return status;
}

static bb_status train(model *m, bb_batches *batches, const digit_sets *sets, bb_params *p,
                       const settings *s, bb_error *error)
{
    double seconds = 0, loss = 0, accuracy = 0;
    bb_status status = BB_OK;
    for (int64_t epoch = 1; status == BB_OK && epoch <= s->epochs; epoch++) {
        double start = now();
        status = train_epoch(m, batches, &loss, error);
        seconds += now() - start;
        if (status == BB_OK)
            status = score(&sets->test, p, s, &accuracy, error);
        if (status == BB_OK)
            printf("epoch %lld: loss %.4f, test accuracy %.4f\n", (long long)epoch, loss, accuracy);
        fflush(stdout);
    }
    if (status == BB_OK)
        printf("trained in %.2f s\ntest accuracy %.4f\n", seconds, accuracy);
    return status;
}

static bb_status learn(const settings *s, const digit_sets *sets, bb_error *error)
{
    bb_params *p = bb_params_new((uint64_t)s->seed);
    bb_batches *batches = bb_batches_new(sets->train.images, sets->train.labels, s->batch,
                                         BB_SHUFFLED, (uint64_t)s->seed, error);
    bb_status status = batches ? BB_OK : error->status;
    if (status == BB_OK) {
        model m = new_model(p, s, &sets->train, s->batch, true,
                            s->epochs * bb_batches_per_epoch(batches));
        status = train(&m, batches, sets, p, s, error);
        model_free(&m);
    }
    bb_batches_free(batches);
    bb_params_free(p);
    return status;
}

int main(int argc, char **argv)
{
    settings s = {.epochs = 5, .batch = 100, .seed = 1};
    const int answer = options_read("Trains a convolutional network to read handwritten digits.",
                                    accepted, &s, argc, argv);
    if (answer >= 0)
        return answer;
    digit_sets sets = {0};
    bb_error error = {0};
    bb_status status =
        s.mnist ? digits_read_mnist(s.mnist, &sets, &error)
                : digits_read_csv(BIBUN_DATA "/digits.csv.gz", (uint64_t)s.seed, &sets, &error);
    if (status == BB_OK)
        status = learn(&s, &sets, &error);
    if (status != BB_OK)
        fprintf(stderr, "%s: %s\n", argv[0], error.text);
    digits_free(&sets);
    return status == BB_OK ? 0 : 1;
}
