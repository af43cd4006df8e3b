/* SPDX-License-Identifier: MIT */
/* A variational auto-encoder (Kingma and Welling 2014) learns to draw digits. The encoder gives a
 * normal distribution over a few latent numbers; a sample of it, mean + deviation times noise so
 * that gradients pass, is decoded to the probability of ink in each pixel. What is maximised is the
 * evidence lower bound (ELBO), in nats a digit: the log likelihood of the pixels, less the
 * divergence of that distribution from the standard normal one, from which new digits are drawn at
 * the end. A grey pixel counts as so much of a black and a white one, whose likelihoods no model
 * can bring to 1, so the ELBO levels out well below 0. Without --mnist FOLDER it learns the
 * embedded digits; --picture FILE, .svg or .png, draws with gnuplot what is otherwise printed.
 * --help lists the options. */
#include "digits.h"
#include "options.h"

#include <math.h>
#include <stdio.h>

enum { BATCH = 50, HIDDEN = 200, LATENT = 8, DRAWN = 12, WIDTH = 120 };

typedef struct settings {
    const char *mnist, *picture;
    int64_t epochs, seed;
} settings;

#define AT(field) offsetof(settings, field)
static const option accepted[] = {
    {"--mnist", "a folder", "with MNIST's IDX files, plain or gz", TEXT, AT(mnist), 0, 0},
    {"--picture", "a file", ".svg or .png, for digits that are otherwise printed", TEXT,
     AT(picture), 0, 0},
    {"--epochs", "1 to 10000", "times that all digits are learnt from", WHOLE, AT(epochs), 1,
     10000},
    {"--seed", "0 to 2147483647", "of weights, split and batches", WHOLE, AT(seed), 0, INT32_MAX},
    {0},
};

/* The logits of the pixels. */
static bb_node *decode(bb_node *z, bb_params *p, int64_t pixels)
{
    return bb_dense(bb_relu(bb_dense(z, p, "decoder", HIDDEN)), p, "pixels", pixels);
}

/* The ELBO of digits [n, pixels], a digit's on average. */
static bb_node *bound_of(bb_node *x, bb_params *p)
{
    double pixels = (double)bb_node_shape(x).dim[1];
    bb_node *h = bb_relu(bb_dense(x, p, "encoder", HIDDEN));
    bb_node *mean = bb_dense(h, p, "mean", LATENT);
    bb_node *log_variance = bb_dense(h, p, "log_variance", LATENT);
    bb_node *z = bb_normal_around(mean, bb_exp(bb_mul_scalar(log_variance, 0.5)));
    bb_node *logits = decode(z, p, (int64_t)pixels);
    bb_node *unlikely = bb_mul_scalar(bb_binary_cross_entropy_with_logits(logits, x), pixels);

    bb_node *square = bb_add(bb_square(mean), bb_exp(log_variance));
    bb_node *each = bb_add_scalar(bb_sub(square, log_variance), -1);
    bb_node *divergence = bb_mul_scalar(bb_mean(bb_sum(each, BB_AXES(1)), BB_ALL), 0.5);
    return bb_neg(bb_add(unlikely, divergence));
}

/* All test digits at once. */
static bb_status test(const digits *d, bb_params *p, double *bound_out, bb_error *error)
{
    bb_graph *g = bb_graph_new();
    error->status = BB_OK;
    *bound_out = bb_eval_number(bound_of(digits_pixels(d, bb_constant(g, d->images)), p),
                                BB_NO_FEEDS, error);
    bb_graph_free(g);
    return error->status;
}

static bb_status train_epoch(bb_program *run, bb_node *x, bb_node *bound, bb_batches *batches,
                             double *mean_out, bb_error *error)
{
    const bb_tensor *images, *labels;
    double sum = 0;
    while (bb_batches_next(batches, &images, &labels)) {
        bb_status status = bb_run(run, BB_FEEDS({x, images}));
        if (status != BB_OK)
            return bb_fail(error, status, "%s", bb_program_error(run));
        sum += bb_program_number(run, bound);
    }
    *mean_out = sum / (double)bb_batches_per_epoch(batches);
    return BB_OK;
}

static bb_status train(const settings *s, digit_sets *sets, bb_params *p, bb_error *error)
{
    bb_graph *g = bb_graph_new();
    int64_t pixels = bb_tensor_shape(sets->train.images).dim[1];
    bb_node *x = bb_input(g, "x", BB_U8, BB_SHAPE(BATCH, pixels));
    bb_node *bound = bound_of(digits_pixels(&sets->train, x), p);
    bb_program *run = bb_compile(g, BB_NODES(bound, bb_adam(bb_neg(bound), p, 0.002)));
    bb_batches *batches = bb_batches_new(sets->train.images, sets->train.labels, BATCH, BB_SHUFFLED,
                                         (uint64_t)s->seed, error);
    bb_status status = !run      ? bb_fail(error, bb_graph_status(g), "%s", bb_graph_error(g))
                       : batches ? BB_OK
                                 : error->status;
    double trained = 0, tested = 0;
    for (int64_t epoch = 1; status == BB_OK && epoch <= s->epochs; epoch++) {
        status = train_epoch(run, x, bound, batches, &trained, error);
        if (status == BB_OK)
            status = test(&sets->test, p, &tested, error);
        if (status == BB_OK)
            printf("epoch %lld: ELBO %.3f, of test digits %.3f\n", (long long)epoch, trained,
                   tested);
        fflush(stdout);
    }
    bb_batches_free(batches);
    bb_program_free(run);
    bb_graph_free(g);
    return status;
}

static void print_digits(const bb_tensor *ink, int64_t side)
{
    const int64_t in_row = WIDTH / (2 * side + 1);
    for (int64_t first = 0; first < DRAWN; first += in_row)
        for (int64_t row = 0; row < side; row++, putchar('\n'))
            for (int64_t i = first; i < first + in_row && i < DRAWN; i++, putchar(' '))
                for (int64_t at = 0; at < side; at++) {
                    double pixel = bb_tensor_at(ink, (i * side + row) * side + at);
                    char shade = " .:-=+*#%@"[(int)(9.99 * pixel)];
                    printf("%c%c", shade, shade);
                }
}

static bb_status save_digits(const bb_tensor *ink, int64_t side, const char *path, bb_error *error)
{
    bb_tensor *doubles = bb_tensor_cast(ink, BB_F64);
    bb_plot *plot = bb_plot_new(NULL);
    bb_plot_columns(plot, 6);
    for (int64_t i = 0; doubles && i < DRAWN; i++) {
        bb_plot_panel(plot, NULL);
        bb_plot_image(plot, side, side, (const double *)bb_tensor_read(doubles) + i * side * side);
    }
    bb_status status = bb_plot_save(plot, path, NULL, error);
    bb_plot_free(plot);
    bb_tensor_release(doubles);
    return status;
}

/* Decodes latent numbers drawn from the standard normal distribution. */
static bb_status draw(const settings *s, int64_t pixels, bb_params *p, bb_error *error)
{
    bb_graph *g = bb_graph_new();
    bb_node *z = bb_normal(g, BB_F32, BB_SHAPE(DRAWN, LATENT), 0, 1);
    bb_tensor *ink = bb_eval(bb_sigmoid(decode(z, p, pixels)), BB_NO_FEEDS, error);
    bb_status status = ink ? BB_OK : error->status;
    int64_t side = llround(sqrt((double)pixels));
    if (ink && s->picture)
        status = save_digits(ink, side, s->picture, error);
    else if (ink)
        print_digits(ink, side);
    bb_tensor_release(ink);
    bb_graph_free(g);
    return status;
}

int main(int argc, char **argv)
{
    settings s = {.epochs = 30, .seed = 1};
    const int answer = options_read("Learns to draw handwritten digits.", accepted, &s, argc, argv);
    if (answer >= 0)
        return answer;
    digit_sets sets = {0};
    bb_error error = {0};
    bb_params *p = bb_params_new((uint64_t)s.seed);
    bb_status status =
        s.mnist ? digits_read_mnist(s.mnist, &sets, &error)
                : digits_read_csv(BIBUN_DATA "/digits.csv.gz", (uint64_t)s.seed, &sets, &error);
    if (status == BB_OK)
        status = train(&s, &sets, p, &error);
    if (status == BB_OK)
        status = draw(&s, bb_tensor_shape(sets.train.images).dim[1], p, &error);
    if (status != BB_OK)
        fprintf(stderr, "vae: %s\n", error.text);
    bb_params_free(p);
    digits_free(&sets);
    return status == BB_OK ? 0 : 1;
}
