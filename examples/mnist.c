/* SPDX-License-Identifier: MIT */
/* Mini-batch learning: a network of two layers, trained by stochastic gradient descent, reads
 * handwritten digits. --help lists the options; the last line is the accuracy on test data. */
#include "digits.h"
#include "settings.h"

#include <math.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { REPORTS = 20 }; /* accuracies are printed about so often, at most once an epoch */

typedef struct trainer {
    const settings *s;
    const digit_sets *sets;
    bb_params *params;
    bb_batches *batches;
    bb_program *program;
    bb_node *x, *t, *loss;
    bb_progress *progress;
    double scoring_seconds;
} trainer;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The same function builds the graph for training and the graph for scoring. Weights are small
 * normal numbers: of deviation 0.01 for MNIST's 784 pixels, 0.1 for images of few pixels. */
static bb_node *two_layer_net(bb_node *x, bb_params *p, const settings *s)
{
    bb_dense_options small = {.weight = bb_init_normal(s->mnist ? 0.01 : 0.1)};
    bb_node *h = s->activation(bb_dense_with(x, p, "fc1", s->hidden, &small));
    return bb_dense_with(h, p, "fc2", DIGIT_CLASSES, &small);
}

static bb_program *compile(bb_graph *g, bb_nodes outputs, const settings *s, bb_error *error)
{
    bb_program *program = bb_compile(g, outputs);
    if (!program)
        bb_fail(error, bb_graph_status(g), "%s", bb_graph_error(g));
    else if (s->threads)
        bb_program_set_threads(program, (int)s->threads);
    return program;
}

static bb_status run(bb_program *program, bb_feeds feeds, bb_error *error)
{
    bb_status status = bb_run(program, feeds);
    return status == BB_OK ? BB_OK : bb_fail(error, status, "%s", bb_program_error(program));
}

/* The share of all digits of a set that the network reads correctly, a thousand or fewer at a time,
 * whose numbers stay in the cache. */
static bb_status score(const digits *d, bb_params *p, const settings *s, double *accuracy_out,
                       bb_error *error)
{
    const int64_t count = bb_tensor_count(d->labels), rows = digits_part(d);
    bb_graph *g = bb_graph_new();
    bb_node *x = bb_input(g, "x", BB_U8, BB_SHAPE(rows, bb_tensor_shape(d->images).dim[1]));
    bb_node *t = bb_input(g, "t", BB_I32, BB_SHAPE(rows));
    bb_node *accuracy = bb_accuracy(two_layer_net(digits_pixels(d, x), p, s), t);

    bb_program *program = compile(g, BB_NODES(accuracy), s, error);
    bb_status status = program ? BB_OK : error->status;
    double sum = 0;
    for (int64_t first = 0; status == BB_OK && first < count; first += rows) {
        bb_tensor *images = bb_tensor_rows(d->images, first, rows);
        bb_tensor *labels = bb_tensor_rows(d->labels, first, rows);
        status = run(program, BB_FEEDS({x, images}, {t, labels}), error);
        sum += status == BB_OK ? bb_program_number(program, accuracy) : 0;
        bb_tensor_release(images);
        bb_tensor_release(labels);
    }
    if (status == BB_OK)
        *accuracy_out = sum * (double)rows / (double)count;
    bb_program_free(program);
    bb_graph_free(g);
    return status;
}

static bb_status print_scores(trainer *r, int64_t epoch, double *test_out, bb_error *error)
{
    double start = now(), train = 0;
    bb_status status = score(&r->sets->train, r->params, r->s, &train, error);
    if (status == BB_OK)
        status = score(&r->sets->test, r->params, r->s, test_out, error);
    if (status == BB_OK) {
        if (isatty(STDERR_FILENO))
            fputs("\r\033[K", stderr); /* the progress bar makes way */
        printf("epoch %lld: loss %.4f, training accuracy %.4f, test accuracy %.4f\n",
               (long long)epoch, bb_program_number(r->program, r->loss), train, *test_out);
        fflush(stdout);
    }
    r->scoring_seconds += now() - start;
    return status;
}

/* One iteration on the next batch. */
static bb_status iterate(trainer *r, const bb_tensor *images, const bb_tensor *labels,
                         int64_t iteration, bb_error *error)
{
    bb_status status = run(r->program, BB_FEEDS({r->x, images}, {r->t, labels}), error);
    if (status != BB_OK)
        return status;
    double loss = bb_program_number(r->program, r->loss);
    if (!isfinite(loss))
        return bb_fail(error, BB_BAD_VALUE, "loss is %s at iteration %lld",
                       isnan(loss) ? "nan" : "infinite", (long long)iteration);
    char note[32];
    snprintf(note, sizeof note, "loss %.4f", loss);
    bb_progress_update(r->progress, iteration, note);
    return BB_OK;
}

static bb_status train(trainer *r, double *test_out, bb_error *error)
{
    int64_t epochs = r->s->iterations / bb_batches_per_epoch(r->batches);
    int64_t every = (epochs + REPORTS - 1) / REPORTS;
    int64_t done = 0;
    bb_status status = BB_OK;
    for (int64_t epoch = 1; status == BB_OK && done < r->s->iterations; epoch++) {
        const bb_tensor *images, *labels;
        while (status == BB_OK && done < r->s->iterations &&
               bb_batches_next(r->batches, &images, &labels))
            status = iterate(r, images, labels, ++done, error);
        bool report = done == r->s->iterations || (every > 0 && epoch % every == 0);
        if (status == BB_OK && report)
            status = print_scores(r, epoch, test_out, error);
    }
    return status;
}

static bb_status train_timed(trainer *r, bb_error *error)
{
    double start = now(), test = 0;
    r->progress = bb_progress_new(stderr, "training", r->s->iterations);
    bb_status status = train(r, &test, error);
    bb_progress_free(r->progress);
    if (status != BB_OK)
        return status;
    printf("%lld iterations in %.2f s, accuracies in %.2f s\n", (long long)r->s->iterations,
           now() - start - r->scoring_seconds, r->scoring_seconds);
    printf("test accuracy %.4f\n", test);
    return BB_OK;
}

static bb_status build_and_train(trainer *r, bb_graph *g, bb_error *error)
{
    const settings *s = r->s;
    const digits *train = &r->sets->train;
    r->x = bb_input(g, "x", BB_U8, BB_SHAPE(s->batch, bb_tensor_shape(train->images).dim[1]));
    r->t = bb_input(g, "t", BB_I32, BB_SHAPE(s->batch));
    bb_node *logits = two_layer_net(digits_pixels(train, r->x), r->params, s);
    r->loss = bb_softmax_cross_entropy(logits, r->t);
    bb_node *step = bb_sgd(r->loss, r->params, s->rate);

    r->batches =
        bb_batches_new(train->images, train->labels, s->batch, BB_DRAWN, (uint64_t)s->seed, error);
    if (!r->batches)
        return error->status;
    r->program = compile(g, BB_NODES(r->loss, step), s, error);
    if (!r->program)
        return error->status;
    bb_status status = s->dot ? bb_dot_save(g, s->dot, NULL) : BB_OK;
    if (status != BB_OK)
        return bb_fail(error, status, "%s: %s", s->dot, bb_status_text(status));
    return train_timed(r, error);
}

static bb_status learn(const settings *s, const digit_sets *sets, bb_error *error)
{
    bb_graph *g = bb_graph_new();
    trainer r = {.s = s, .sets = sets, .params = bb_params_new((uint64_t)s->seed)};
    bb_status status = build_and_train(&r, g, error);
    bb_batches_free(r.batches);
    bb_program_free(r.program);
    bb_params_free(r.params);
    bb_graph_free(g);
    return status;
}

int main(int argc, char **argv)
{
    settings s = {.digits = BIBUN_DATA "/digits.csv.gz",
                  .activation = bb_relu,
                  .rate = 0.1,
                  .hidden = 50,
                  .iterations = 10000,
                  .batch = 100,
                  .seed = 1};
    if (!settings_read(&s, argc, argv))
        return 2;
    if (s.help) {
        settings_print_help(argv[0]);
        return 0;
    }
    digit_sets sets = {0};
    bb_error error = {0};
    bb_status status = s.mnist ? digits_read_mnist(s.mnist, &sets, &error)
                               : digits_read_csv(s.digits, (uint64_t)s.seed, &sets, &error);
    if (status == BB_OK)
        status = learn(&s, &sets, &error);
    if (status != BB_OK)
        fprintf(stderr, "%s: %s\n", argv[0], error.text);
    digits_free(&sets);
    return status == BB_OK ? 0 : 1;
}
