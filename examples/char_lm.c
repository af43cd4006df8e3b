/* SPDX-License-Identifier: MIT */
/* Training, validation and sampling of character models. One model builds three graphs over the
 * same parameters: with dropout and optimiser, without them, and of a single text that grows. */
#include "char_lm.h"
#include "char_options.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

enum { REPORTS = 20, VALIDATION_CHARACTERS = 32768 };

/* A graph, its program and its inputs. */
typedef struct part {
    bb_graph *g;
    bb_program *program;
    bb_node *x, *t, *y; /* y: the loss, or the probabilities of what follows */
} part;

typedef struct trainer {
    const char_lm *s;
    text text;
    bb_params *params;
    part train, validate, sample;
    bb_tensor *xs, *ts;
    bb_rng rng;
} trainer;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bb_status compile(part *p, bb_nodes outputs, const char_lm *s, bb_error *error)
{
    p->program = bb_compile(p->g, outputs);
    if (!p->program)
        return bb_fail(error, bb_graph_status(p->g), "%s", bb_graph_error(p->g));
    if (s->threads)
        bb_program_set_threads(p->program, (int)s->threads);
    bb_program_set_seed(p->program, (uint64_t)s->seed);
    return BB_OK;
}

static bb_status run(part *p, bb_feeds feeds, bb_error *error)
{
    bb_status status = bb_run(p->program, feeds);
    return status == BB_OK ? BB_OK : bb_fail(error, status, "%s", bb_program_error(p->program));
}

/* The mean over all places of the cross-entropy of what follows, in nats. */
static void build_loss(part *p, bb_params *params, const char_lm *s, bool training)
{
    bb_shape shape = BB_SHAPE(s->batch, s->context);
    p->g = bb_graph_new();
    p->x = bb_input(p->g, "x", BB_I32, shape);
    p->t = bb_input(p->g, "t", BB_I32, shape);
    bb_node *logits = s->model(p->x, params, s, training);
    p->y = bb_softmax_cross_entropy(bb_reshape(logits, BB_SHAPE(-1, s->vocabulary)),
                                    bb_reshape(p->t, BB_SHAPE(-1)));
}

/* AdamW with a warm-up, a cosine down to a tenth of the rate, and clipped gradients. */
static bb_node *step_of(bb_node *loss, bb_params *params, const char_lm *s)
{
    int64_t warm_up = s->iterations / 20, rest = s->iterations - warm_up;
    bb_optimiser adamw = bb_optimiser_adamw(s->rate, 0.01);
    adamw.beta2 = 0.99;
    bb_optimise_options options = {
        .clip_norm = 1, .schedule = bb_schedule_warm_up(warm_up, bb_schedule_cosine(rest, 0.1))};
    return bb_optimise(loss, params, adamw, &options);
}

static bb_status build(trainer *r, bb_error *error)
{
    const char_lm *s = r->s;
    r->xs = bb_tensor_new(BB_I32, BB_SHAPE(s->batch, s->context));
    r->ts = bb_tensor_new(BB_I32, BB_SHAPE(s->batch, s->context));
    if (!r->params || !r->xs || !r->ts)
        return bb_fail(error, BB_OUT_OF_MEMORY, "out of memory");
    build_loss(&r->train, r->params, s, true);
    bb_node *step = step_of(r->train.y, r->params, s);
    build_loss(&r->validate, r->params, s, false);
    part *p = &r->sample;
    p->g = bb_graph_new();
    p->x = bb_input(p->g, "x", BB_I32, BB_SHAPE(1, s->context));
    p->y = bb_softmax(bb_mul_scalar(s->model(p->x, r->params, s, false), 1 / 0.8), -1);
    bb_status status = compile(&r->train, BB_NODES(r->train.y, step), s, error);
    if (status == BB_OK)
        status = compile(&r->validate, BB_NODES(r->validate.y), s, error);
    return status == BB_OK ? compile(p, BB_NODES(p->y), s, error) : status;
}

static bb_status validate(trainer *r, double *loss_out, bb_error *error)
{
    double sum = 0;
    int64_t rows = r->s->batch, most = VALIDATION_CHARACTERS / r->s->context;
    int64_t windows = (r->text.length - r->text.train - 1) / r->s->context;
    int64_t batches = ((windows < most ? windows : most) + rows - 1) / rows;
    for (int64_t i = 0; i < batches; i++) {
        text_validate(&r->text, i * rows, r->xs, r->ts);
        bb_status status =
            run(&r->validate, BB_FEEDS({r->validate.x, r->xs}, {r->validate.t, r->ts}), error);
        if (status != BB_OK)
            return status;
        sum += bb_program_number(r->validate.program, r->validate.y);
    }
    *loss_out = sum / (double)batches;
    return BB_OK;
}

/* Trains to the next report, and prints it. */
static bb_status train_on(trainer *r, int64_t from, int64_t to, bb_error *error)
{
    double start = now(), sum = 0, validation = 0;
    for (int64_t i = from; i < to; i++) {
        text_draw(&r->text, &r->rng, r->xs, r->ts);
        bb_status status =
            run(&r->train, BB_FEEDS({r->train.x, r->xs}, {r->train.t, r->ts}), error);
        if (status != BB_OK)
            return status;
        sum += bb_program_number(r->train.program, r->train.y);
    }
    double seconds = now() - start, steps = (double)(to - from);
    bb_status status = validate(r, &validation, error);
    if (status != BB_OK)
        return status;
    if (!isfinite(sum))
        return bb_fail(error, BB_BAD_VALUE, "loss is not finite by iteration %lld", (long long)to);
    printf("iteration %lld: training loss %.4f, validation loss %.4f nats, %.0f characters/s\n",
           (long long)to, sum / steps, validation,
           steps * (double)(r->s->batch * r->s->context) / seconds);
    fflush(stdout);
    return BB_OK;
}

/* The last character of the n in `seen` is followed by one drawn by its probability. */
static bb_status draw_next(trainer *r, bb_tensor *seen, int64_t n, int32_t *next_out,
                           bb_error *error)
{
    bb_status status = run(&r->sample, BB_FEEDS({r->sample.x, seen}), error);
    if (status != BB_OK)
        return status;
    const bb_tensor *shares = bb_program_value(r->sample.program, r->sample.y);
    double rest = bb_rng_uniform(&r->rng);
    int32_t code = 0;
    while (code < r->text.vocabulary - 1 &&
           (rest -= bb_tensor_at(shares, (n - 1) * r->text.vocabulary + code)) >= 0)
        code++;
    *next_out = code;
    return BB_OK;
}

/* Writes a text from the validation part's first character on; the model sees a context of it. */
static bb_status print_sample(trainer *r, bb_error *error)
{
    bb_tensor *seen = bb_tensor_new(BB_I32, BB_SHAPE(1, r->s->context));
    if (!seen)
        return bb_fail(error, BB_OUT_OF_MEMORY, "out of memory");
    int32_t *codes = bb_tensor_data(seen), next = 0;
    int64_t n = 1;
    bb_status status = BB_OK;
    codes[0] = r->text.codes[r->text.train];
    for (int64_t i = 0; i < r->s->sample && status == BB_OK; i++) {
        status = draw_next(r, seen, n, &next, error);
        if (status == BB_OK)
            putchar(r->text.chars[next]);
        for (int64_t k = 1; n == r->s->context && k < n; k++)
            codes[k - 1] = codes[k];
        n -= n == r->s->context;
        codes[n++] = next;
    }
    putchar('\n');
    bb_tensor_release(seen);
    return status;
}

static bb_status learn(trainer *r, bb_error *error)
{
    int64_t all = r->s->iterations, every = (all + REPORTS - 1) / REPORTS;
    bb_status status = build(r, error);
    for (int64_t from = 0; from < all && status == BB_OK; from += every)
        status = train_on(r, from, from + every < all ? from + every : all, error);
    return status == BB_OK ? print_sample(r, error) : status;
}

static void part_free(part *p)
{
    bb_program_free(p->program);
    bb_graph_free(p->g);
}

int char_lm_run(char_lm *s, int argc, char **argv)
{
    bb_error error = {0};
    int status = char_options_read(s, argc, argv);
    if (status >= 0)
        return status;
    trainer r = {.s = s, .params = bb_params_new((uint64_t)s->seed)};
    r.rng = (bb_rng){(uint64_t)s->seed, 0};
    bb_status result = text_read(s->text, s->context, &r.text, &error);
    s->vocabulary = r.text.vocabulary;
    if (result == BB_OK)
        result = learn(&r, &error);
    if (result != BB_OK)
        fprintf(stderr, "%s: %s\n", argv[0], error.text);
    part_free(&r.train);
    part_free(&r.validate);
    part_free(&r.sample);
    bb_tensor_release(r.xs);
    bb_tensor_release(r.ts);
    bb_params_free(r.params);
    text_free(&r.text);
    return result == BB_OK ? 0 : 1;
}
