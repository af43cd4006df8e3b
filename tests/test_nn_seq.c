/* SPDX-License-Identifier: MIT */
/* Layers of sequence models: results and gradients against PyTorch's, gradients of both orders
 * against differences, and what comes along with training. */
#include <bibun/bibun.h>
#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

#include "seq_figures.h"

typedef bb_node *(*build_fn)(bb_node *x, bb_params *p);

static bb_node *layer_norm(bb_node *x, bb_params *p)
{
    return bb_layer_norm(x, p, "m");
}
static bb_node *group_norm(bb_node *x, bb_params *p)
{
    return bb_group_norm(x, p, "m", 2);
}
static bb_node *instance_norm(bb_node *x, bb_params *p)
{
    return bb_instance_norm(x, p, "m");
}
static bb_node *rms_norm(bb_node *x, bb_params *p)
{
    return bb_rms_norm(x, p, "m");
}
static bb_node *batch_norm(bb_node *x, bb_params *p)
{
    return bb_batch_norm(x, p, "m", true);
}
static bb_node *rnn(bb_node *x, bb_params *p)
{
    return bb_rnn(x, p, "m", 3);
}
static bb_node *lstm(bb_node *x, bb_params *p)
{
    return bb_lstm(x, p, "m", 3);
}
static bb_node *gru(bb_node *x, bb_params *p)
{
    return bb_gru(x, p, "m", 3);
}
static bb_node *attention(bb_node *x, bb_params *p)
{
    return bb_multi_head_attention(x, p, "m", 2);
}
static bb_node *causal_attention(bb_node *x, bb_params *p)
{
    return bb_multi_head_attention_with(x, p, "m", 2, &(bb_attention_options){.causal = true});
}
static bb_node *transformer_block(bb_node *x, bb_params *p)
{
    bb_transformer_options options = {.causal = true, .hidden = 8};
    return bb_transformer_block_with(x, p, "m", 2, &options);
}
static const struct {
    const char *name;
    build_fn build;
    int64_t x[3];
} layers[] = {
    {"layer_norm", layer_norm, {2, 3, 4}},
    {"group_norm", group_norm, {2, 4, 3}},
    {"instance_norm", instance_norm, {2, 3, 4}},
    {"rms_norm", rms_norm, {2, 3, 4}},
    {"batch_norm", batch_norm, {4, 3, 2}},
    {"rnn", rnn, {2, 4, 2}},
    {"lstm", lstm, {2, 4, 2}},
    {"gru", gru, {2, 4, 2}},
    {"attention", attention, {2, 3, 4}},
    {"causal_attention", causal_attention, {2, 3, 4}},
    {"transformer_block", transformer_block, {2, 3, 4}},
};
enum { LAYERS = sizeof layers / sizeof layers[0], PARAMS = 12 };
_Static_assert(sizeof all_seq_figures / sizeof all_seq_figures[0] == LAYERS, "a figure a layer");

/* A layer of the figures in a graph of its own, with the figures' parameters. */
typedef struct trial {
    const seq_figures *figures;
    bb_graph *g;
    bb_params *params;
    bb_node *x, *y, *vars[1 + PARAMS]; /* x and the parameters, in the figures' order */
    int count;
    bb_tensor *value; /* of x */
} trial;

static void set(bb_params *p, const char *name, const double *numbers, int64_t count)
{
    bb_tensor *t = bb_params_find(p, name);
    cr_assert(t && bb_tensor_dtype(t) == BB_F64 && bb_tensor_count(t) == count, "%s", name);
    memcpy(bb_tensor_data(t), numbers, bb_tensor_bytes(t));
}

static bb_node *param_node(bb_graph *g, const char *name)
{
    for (int id = 0; id < bb_graph_node_count(g); id++)
        if (strcmp(bb_node_name(bb_graph_node(g, id)), name) == 0)
            return bb_graph_node(g, id);
    return NULL;
}

static trial trial_new(int i)
{
    trial t = {.figures = &all_seq_figures[i], .g = bb_graph_new(), .params = bb_params_new(1)};
    bb_shape shape = bb_shape_make(3, layers[i].x);
    cr_assert_str_eq(t.figures->name, layers[i].name);
    t.x = t.vars[t.count++] = bb_input(t.g, "x", BB_F64, shape);
    t.y = layers[i].build(t.x, t.params);
    cr_assert_null(bb_graph_error(t.g), "%s", bb_graph_error(t.g));
    t.value = bb_tensor_from(BB_F64, shape, t.figures->x);
    for (const seq_param *p = t.figures->params; p < t.figures->params + PARAMS && p->name; p++) {
        char name[64];
        snprintf(name, sizeof name, "m.%s", p->name);
        set(t.params, name, p->value, p->count);
        t.vars[t.count++] = param_node(t.g, name);
    }
    return t;
}

static void trial_free(trial *t)
{
    bb_tensor_release(t->value);
    bb_graph_free(t->g);
    bb_params_free(t->params);
}

static void expect_near(const char *what, const bb_tensor *t, const double *figures)
{
    cr_assert_not_null(t, "%s", what);
    for (int64_t i = 0; i < bb_tensor_count(t); i++) {
        double error = fabs(bb_tensor_at(t, i) - figures[i]);
        cr_assert(error <= 1e-12 * fmax(1, fabs(figures[i])), "%s [%d]: %.17g, not %.17g", what,
                  (int)i, bb_tensor_at(t, i), figures[i]);
    }
}

static void expect_figures(trial *t)
{
    bb_node *grads[1 + PARAMS];
    bb_node *weights = bb_constant_from(t->g, BB_F64, bb_node_shape(t->y), t->figures->weights);
    bb_grads(t->y, weights, (bb_nodes){t->count, t->vars}, grads);
    bb_node *outputs[2 + PARAMS] = {t->y};
    memcpy(outputs + 1, grads, (size_t)t->count * sizeof grads[0]);
    bb_program *program = bb_compile(t->g, (bb_nodes){t->count + 1, outputs});
    cr_assert(program, "%s", bb_graph_error(t->g));
    cr_assert_eq(bb_run(program, BB_FEEDS({t->x, t->value})), BB_OK);
    expect_near(t->figures->name, bb_program_value(program, t->y), t->figures->y);
    expect_near("x", bb_program_value(program, grads[0]), t->figures->dx);
    for (int i = 1; i < t->count; i++)
        expect_near(t->figures->params[i - 1].name, bb_program_value(program, grads[i]),
                    t->figures->params[i - 1].grad);
    bb_program_free(program);
}

Test(nn_seq, results_and_gradients_are_those_of_another_library)
{
    for (int i = 0; i < LAYERS; i++) {
        trial t = trial_new(i);
        expect_figures(&t);
        trial_free(&t);
    }
}

/* Differences need a function that bends little within a step. */
static void halve(bb_params *p)
{
    for (int i = 0; i < bb_params_count(p); i++) {
        bb_tensor *t = bb_params_tensor(p, i);
        for (int64_t e = 0; e < bb_tensor_count(t); e++)
            bb_tensor_set(t, e, bb_tensor_at(t, e) / 2);
    }
}

Test(nn_seq, gradients_of_both_orders_agree_with_differences)
{
    for (int i = 0; i < LAYERS; i++) {
        bb_gradcheck_report report;
        trial t = trial_new(i);
        halve(t.params);
        bb_gradcheck(t.y, (bb_nodes){t.count, t.vars}, BB_FEEDS({t.x, t.value}), NULL, &report);
        cr_assert(report.passed && report.compared_second > 0, "%s: %s", t.figures->name,
                  report.text);
        trial_free(&t);
    }
}

/* Attention. */

Test(nn_seq, a_row_that_is_closed_throughout_is_zero_with_its_gradients)
{
    static const uint8_t open[] = {1, 0, 0, 0};
    bb_graph *g = bb_graph_new();
    bb_node *x = bb_input(g, "x", BB_F64, BB_SHAPE(2, 2));
    bb_node *mask = bb_constant_from(g, BB_U8, BB_SHAPE(2, 2), open);
    bb_node *y = bb_scaled_dot_product_attention(x, x, x, mask, false, 0);
    bb_node *loss = bb_sum(bb_square(y), BB_ALL), *d = bb_grad(loss, x);
    bb_node *dd = bb_grad(bb_sum(bb_square(d), BB_ALL), x);
    bb_program *program = bb_compile(g, BB_NODES(y, d, dd));
    bb_tensor *value = bb_tensor_from(BB_F64, BB_SHAPE(2, 2), (double[]){1, 2, 3, 4});
    cr_assert_eq(bb_run(program, BB_FEEDS({x, value})), BB_OK);
    expect_near("y", bb_program_value(program, y), (double[]){1, 2, 0, 0});
    expect_near("d", bb_program_value(program, d), (double[]){2, 4, 0, 0});
    expect_near("dd", bb_program_value(program, dd), (double[]){8, 16, 0, 0});
    bb_tensor_release(value);
    bb_program_free(program);
    bb_graph_free(g);
}

/* Batch normalisation. */

Test(nn_seq, running_statistics_come_along_with_training)
{
    trial t = trial_new(4);
    bb_params *others = bb_params_new(2);
    bb_node *loss = bb_mean(bb_square(t.y), BB_ALL);
    bb_node *step = bb_sgd(loss, t.params, 0);
    bb_node *foreign = bb_param(t.g, others, "w", BB_F64, BB_SCALAR, bb_init_constant(1));
    bb_node *other_step = bb_sgd(bb_mul(foreign, loss), others, 0);
    bb_program *program = bb_compile(t.g, BB_NODES(other_step));
    cr_assert_eq(bb_run(program, BB_FEEDS({t.x, t.value})), BB_OK);
    cr_assert_eq(bb_tensor_at(bb_params_find(t.params, "m.running_mean"), 0), 0);
    bb_program_free(program);

    program = bb_compile(t.g, BB_NODES(loss, step));
    cr_assert_eq(bb_run(program, BB_FEEDS({t.x, t.value})), BB_OK);
    expect_near("mean", bb_params_find(t.params, "m.running_mean"), batch_norm_running_mean);
    expect_near("variance", bb_params_find(t.params, "m.running_variance"),
                batch_norm_running_variance);
    bb_node *y = bb_batch_norm(t.x, t.params, "m", false);
    bb_tensor *value = bb_eval(y, BB_FEEDS({t.x, t.value}), NULL);
    expect_near("evaluated", value, batch_norm_evaluated);
    bb_tensor_release(value);
    bb_program_free(program);
    trial_free(&t);
    bb_params_free(others);
}

Test(nn_seq, what_is_attached_can_be_asked_for_alone)
{
    trial t = trial_new(4);
    bb_node *attached = bb_attached(t.y, t.params), *none = bb_attached(t.x, t.params);
    bb_program *program = bb_compile(t.g, BB_NODES(attached, none));
    cr_assert(program, "%s", bb_graph_error(t.g));
    cr_assert_eq(bb_node_input_count(attached), 2);
    cr_assert_eq(bb_node_input_count(none), 0);
    cr_assert_eq(bb_node_effect(t.y, 1), bb_node_input(attached, 1));
    cr_assert_null(bb_node_effect(t.y, 2));
    cr_assert_eq(bb_run(program, BB_FEEDS({t.x, t.value})), BB_OK);
    expect_near("mean", bb_params_find(t.params, "m.running_mean"), batch_norm_running_mean);
    bb_program_free(program);
    trial_free(&t);
}

Test(nn_seq, batch_norm_evaluates_with_gradients)
{
    bb_gradcheck_report report;
    trial t = trial_new(4);
    bb_node *y = bb_batch_norm(t.x, t.params, "m", false);
    bb_gradcheck(y, (bb_nodes){t.count, t.vars}, BB_FEEDS({t.x, t.value}), NULL, &report);
    cr_assert(report.passed, "%s", report.text);
    trial_free(&t);
}
