/* SPDX-License-Identifier: MIT */
/* Optimisers against steps that were computed outside the library, the places of the curriculum,
 * their state, and what stays in place. */
#include <bibun/nn.h>
#include <bibun/op.h>
#include <bibun/optim.h>
#include <bibun/program.h>
#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

#include "optim_figures.h"
#include "optim_fit.h"

/* --- against figures -----------------------------------------------------------------------------
 */

typedef bb_node *apply_fn(bb_node *loss, bb_params *params);

#define APPLY(name, ...)                                   \
    static bb_node *name(bb_node *loss, bb_params *params) \
    {                                                      \
        return __VA_ARGS__;                                \
    }
#define WITH(...)          \
    &(bb_optimise_options) \
    {                      \
        __VA_ARGS__        \
    }

APPLY(sgd, bb_sgd(loss, params, 0.1))
APPLY(momentum, bb_momentum(loss, params, 0.05, 0.9))
APPLY(nesterov, bb_nesterov(loss, params, 0.05, 0.9))
APPLY(adagrad, bb_adagrad(loss, params, 0.1))
APPLY(adadelta, bb_adadelta(loss, params, 1))
APPLY(rmsprop, bb_rmsprop(loss, params, 0.01))
APPLY(adam, bb_adam(loss, params, 0.02))
APPLY(adamw, bb_adamw(loss, params, 0.02, 0.1))
APPLY(momentum_decay,
      bb_optimise(loss, params, bb_optimiser_momentum(0.05, 0.9), WITH(.weight_decay = 0.1)))
APPLY(adam_decay, bb_optimise(loss, params, bb_optimiser_adam(0.02), WITH(.weight_decay = 0.1)))
APPLY(sgd_clip, bb_optimise(loss, params, bb_optimiser_sgd(0.5), WITH(.clip_norm = 0.3)))
APPLY(sgd_clip_decay,
      bb_optimise(loss, params, bb_optimiser_sgd(0.5), WITH(.clip_norm = 0.3, .weight_decay = 0.1)))

static bb_node *adam_other(bb_node *loss, bb_params *params)
{
    bb_optimiser other = bb_optimiser_adam(0.02);
    other.beta1 = 0.5;
    other.beta2 = 0.75;
    other.epsilon = 0.01;
    return bb_optimise(loss, params, other, NULL);
}

static bb_node *warm_cosine(bb_node *loss, bb_params *params, bb_optimiser optimiser)
{
    bb_schedule schedule = bb_schedule_warm_up(2, bb_schedule_cosine(3, 0.1));
    return bb_optimise(loss, params, optimiser, WITH(.schedule = schedule));
}

APPLY(adam_warm, warm_cosine(loss, params, bb_optimiser_adam(0.02)))
APPLY(adamw_warm, warm_cosine(loss, params, bb_optimiser_adamw(0.02, 0.1)))

static const struct {
    const char *name;
    apply_fn *apply;
} cases[] = {
    {"sgd", sgd},
    {"momentum", momentum},
    {"nesterov", nesterov},
    {"adagrad", adagrad},
    {"adadelta", adadelta},
    {"rmsprop", rmsprop},
    {"adam", adam},
    {"adam with other constants", adam_other},
    {"adamw", adamw},
    {"momentum with weight decay", momentum_decay},
    {"adam with weight decay", adam_decay},
    {"sgd with clipping", sgd_clip},
    {"sgd with clipping and weight decay", sgd_clip_decay},
    {"adam with warm-up and cosine", adam_warm},
    {"adamw with warm-up and cosine", adamw_warm},
};
enum { CASES = sizeof cases / sizeof cases[0], STEPS = 5 };

typedef struct network {
    bb_graph *g;
    bb_params *params;
    bb_node *loss;
} network;

static bb_node *filled(network *n, const char *name, bb_dtype dtype, bb_shape shape,
                       const double *numbers)
{
    bb_node *node = bb_param(n->g, n->params, name, dtype, shape, (bb_init){0});
    bb_tensor *t = bb_params_find(n->params, name);
    for (int64_t i = 0; i < bb_tensor_count(t); i++)
        if (dtype == BB_F32)
            ((float *)bb_tensor_data(t))[i] = (float)numbers[i];
        else
            ((double *)bb_tensor_data(t))[i] = numbers[i];
    return node;
}

static network network_new(const figures *f, bb_dtype dtype)
{
    network n = {bb_graph_new(), bb_params_new(1), NULL};
    bb_node *x = bb_cast(fixed(n.g, BB_SHAPE(4, 2), f->x), dtype);
    bb_node *t = bb_cast(fixed(n.g, BB_SHAPE(4, 1), f->t), dtype);
    bb_node *w = filled(&n, "w", dtype, BB_SHAPE(2, 3), f->start);
    bb_node *b = filled(&n, "b", dtype, BB_SHAPE(3), f->start + 6);
    bb_node *v = filled(&n, "v", dtype, BB_SHAPE(3, 1), f->start + 9);
    bb_node *y = bb_matmul(bb_tanh(bb_add(bb_matmul(x, w), b)), v);
    n.loss = bb_mean_squared_error(y, t);
    return n;
}

static void expect_step(network n, const char *name, int step, const double *numbers,
                        double tolerance)
{
    static const char *const names[] = {"w", "b", "v"};
    for (int k = 0; k < 3; k++) {
        const bb_tensor *t = bb_params_find(n.params, names[k]);
        for (int64_t i = 0; i < bb_tensor_count(t); i++, numbers++)
            cr_assert(fabs(bb_tensor_at(t, i) - *numbers) <= tolerance * fmax(1, fabs(*numbers)),
                      "%s, step %d: %s[%d] is %.17g, not %.17g", name, step + 1, names[k], (int)i,
                      bb_tensor_at(t, i), *numbers);
    }
}

static void expect_steps(int k, bb_dtype dtype, double tolerance)
{
    const figures *f = &all_figures[k];
    cr_assert_str_eq(f->name, cases[k].name);
    network n = network_new(f, dtype);
    bb_program *p = bb_compile(n.g, BB_NODES(cases[k].apply(n.loss, n.params)));
    cr_assert(p, "%s: %s", f->name, bb_graph_error(n.g));
    for (int i = 0; i < STEPS; i++) {
        cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_OK);
        expect_step(n, f->name, i, f->after[i], tolerance);
    }
    bb_program_free(p);
    bb_graph_free(n.g);
    bb_params_free(n.params);
}

Test(optim, figures_in_f64)
{
    cr_assert_eq((int)CASES, (int)(sizeof all_figures / sizeof all_figures[0]));
    for (int k = 0; k < CASES; k++)
        expect_steps(k, BB_F64, 1e-13);
}

Test(optim, figures_in_f32)
{
    for (int k = 0; k < CASES; k++)
        expect_steps(k, BB_F32, 1e-6);
}

/* --- the curriculum's valley ---------------------------------------------------------------------
 */

/* Where 30 steps on x^2 / 20 + y^2 from (-7, 2) end. */
static void expect_end(const char *name, apply_fn *apply, double x, double y, double tolerance)
{
    static const double start[] = {-7, 2}, slopes[] = {0.05, 1};
    network n = {bb_graph_new(), bb_params_new(1), NULL};
    bb_node *at = filled(&n, "at", BB_F64, BB_SHAPE(2), start);
    bb_node *f = bb_sum(bb_mul(bb_square(at), fixed(n.g, BB_SHAPE(2), slopes)), BB_ALL);
    bb_program *p = bb_compile(n.g, BB_NODES(apply(f, n.params)));
    cr_assert(p, "%s", bb_graph_error(n.g));
    for (int i = 0; i < 30; i++)
        cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_OK);
    const bb_tensor *end = bb_params_find(n.params, "at");
    cr_assert(fabs(bb_tensor_at(end, 0) - x) <= 5e-5 && fabs(bb_tensor_at(end, 1) - y) <= tolerance,
              "%s ends at %.6g %.6g", name, bb_tensor_at(end, 0), bb_tensor_at(end, 1));
    bb_program_free(p);
    bb_graph_free(n.g);
    bb_params_free(n.params);
}

APPLY(valley_sgd, bb_sgd(loss, params, 0.95))
APPLY(valley_momentum, bb_momentum(loss, params, 0.1, 0.9))
APPLY(valley_adagrad, bb_adagrad(loss, params, 1.5))
APPLY(valley_adam, bb_adam(loss, params, 0.3))

Test(optim, ends_in_a_valley)
{
    expect_end("sgd", valley_sgd, -0.3504, 0.0848, 5e-5);
    expect_end("momentum", valley_momentum, 0.8964, 0.0881, 5e-5);
    expect_end("adagrad", valley_adagrad, -0.1202, 2.5e-17, 5e-19);
    expect_end("adam", valley_adam, 0.1360, 0.3182, 5e-5);
}

/* --- the plan ------------------------------------------------------------------------------------
 */

/* Parameters are computed where they lie: a run stores none of them by a step of its own. */
Test(optim, updates_stay_in_place)
{
    for (int k = 0; k < CASES; k++) {
        network n = network_new(&all_figures[k], BB_F32);
        bb_node *step = cases[k].apply(n.loss, n.params);
        bb_program *p = bb_compile(n.g, BB_NODES(step));
        bb_program *plain =
            bb_compile_with(n.g, BB_NODES(step), &(bb_compile_options){.no_inplace = true});
        cr_assert(p && plain, "%s", bb_graph_error(n.g));
        int saved = bb_program_stats_of(plain).steps - bb_program_stats_of(p).steps;
        cr_assert_geq(saved, 3, "%s: %d of 3", cases[k].name, saved);
        cr_assert_eq(bb_program_stats_of(p).copies, 0, "%s", cases[k].name);
        bb_program_free(p);
        bb_program_free(plain);
        bb_graph_free(n.g);
        bb_params_free(n.params);
    }
}

/* --- state ---------------------------------------------------------------------------------------
 */

Test(optim, states)
{
    static const char *const names[][CASES] = {{"velocity"},    {"velocity"},
                                               {"square_sum"},  {"mean_square", "mean_square_step"},
                                               {"mean_square"}, {"m", "v", "updates"}};
    for (int k = 0; k < 6; k++) {
        network n = network_new(&all_figures[0], BB_F32);
        cases[k + 1].apply(n.loss, n.params);
        int states = 0;
        for (; names[k][states]; states++) {
            char name[64];
            snprintf(name, sizeof name, "b/%s", names[k][states]);
            cr_assert(bb_params_find(n.params, name), "%s has no %s", cases[k + 1].name, name);
        }
        cr_assert_eq(bb_params_count(n.params), 3 + 3 * states, "%s", cases[k + 1].name);
        bb_graph_free(n.g);
        bb_params_free(n.params);
    }
}

static void expect_near(const bb_params *params, const char *name, const double *numbers)
{
    const bb_tensor *t = bb_params_find(params, name);
    cr_assert(t, "no %s", name);
    for (int64_t i = 0; i < bb_tensor_count(t); i++)
        cr_assert(fabs(bb_tensor_at(t, i) - numbers[i]) <= 1e-14, "%s[%d] is %.17g, not %.17g",
                  name, (int)i, bb_tensor_at(t, i), numbers[i]);
}

Test(optim, momentum_goes_on_in_another_graph)
{
    static const double w[] = {0.254296875, 1.000390625, -0.49609375};
    static const double v[] = {-0.011328125, 0.859765625, -0.87109375};
    fit f = fit_new();
    for (int i = 0; i < 2; i++) {
        bb_graph *g = bb_graph_new();
        bb_scope_push(g, "line");
        bb_node *same = bb_param(g, f.params, "w", BB_F64, BB_SHAPE(3), (bb_init){0});
        bb_scope_pop(g);
        bb_program *p =
            bb_compile(g, BB_NODES(bb_momentum(fit_loss(g, same), f.params, 0.05, 0.9)));
        cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_OK);
        bb_program_free(p);
        bb_graph_free(g);
    }
    expect_near(f.params, "line.w", w);
    expect_near(f.params, "line.w/velocity", v);
    fit_free(f);
}

Test(optim, names_and_scopes_of_state_and_updates)
{
    fit f = fit_new();
    bb_scope_push(f.g, "training");
    bb_node *step = bb_momentum(f.loss, f.params, 0.05, 0.9);
    bb_scope_pop(f.g);
    cr_assert_null(bb_graph_error(f.g));
    cr_assert_str_eq(bb_node_scope(step), "training");
    cr_assert_str_eq(bb_node_scope(bb_node_input(step, 0)), "training.line");
    cr_assert_eq(bb_params_count(f.params), 2);
    cr_assert_str_eq(bb_params_name(f.params, 1), "line.w/velocity");
    cr_assert_not(bb_params_is_trainable(f.params, 1));
    cr_assert_str_eq(bb_node_scope(bb_neg(f.w)), "");
    fit_free(f);
}

/* --- which parameters a rule is called for -------------------------------------------------------
 */

typedef struct calls {
    int count;
    bb_node *w[8];
} calls;

static bb_node *note(const bb_update *u)
{
    calls *c = *(calls *const *)u->optimiser->data;
    c->w[c->count++] = u->w;
    return bb_assign(u->w, u->g);
}

Test(optim, a_rule_sees_what_the_loss_depends_on)
{
    bb_graph *g = bb_graph_new();
    bb_params *params = bb_params_new(1), *others = bb_params_new(2);
    bb_node *b = bb_param(g, params, "b", BB_F64, BB_SCALAR, (bb_init){0});
    bb_node *a = bb_param(g, params, "a", BB_F64, BB_SCALAR, (bb_init){0});
    bb_node *unused = bb_param(g, params, "unused", BB_F64, BB_SCALAR, (bb_init){0});
    bb_node *foreign = bb_param(g, others, "a", BB_F64, BB_SCALAR, (bb_init){0});
    bb_node *state = bb_state(g, params, "s", BB_F64, BB_SCALAR, (bb_init){0});
    bb_node *loss = bb_mul(bb_mul(a, a), bb_mul(bb_mul(b, foreign), state));
    bb_node *later = bb_param(g, params, "later", BB_F64, BB_SCALAR, (bb_init){0});
    calls seen = {0}, *to_seen = &seen;
    bb_node *step = bb_optimise(loss, params, (bb_optimiser){.rule = note, .data = &to_seen}, NULL);
    cr_assert_null(bb_graph_error(g));
    cr_assert(unused && later);
    cr_assert_eq(seen.count, 2);
    cr_assert(seen.w[0] == b && seen.w[1] == a);
    cr_assert_str_eq(bb_node_op_name(step), "group");
    cr_assert_eq(bb_node_input_count(step), 2);
    bb_graph_free(g);
    bb_params_free(params);
    bb_params_free(others);
}

Test(optim, a_long_chain_needs_no_stack)
{
    bb_graph *g = bb_graph_new();
    bb_params *params = bb_params_new(1);
    bb_node *w = bb_param(g, params, "w", BB_F64, BB_SCALAR, (bb_init){0}), *y = w;
    for (int i = 0; i < 100000; i++)
        y = bb_neg(y);
    bb_node *step = bb_sgd(y, params, 0.5);
    bb_program *p = bb_compile(g, BB_NODES(step));
    cr_assert(p, "%s", bb_graph_error(g));
    cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_OK);
    cr_assert_eq(bb_tensor_at(bb_params_find(params, "w"), 0), -0.5);
    bb_program_free(p);
    bb_graph_free(g);
    bb_params_free(params);
}

Test(optim, two_layers_learn)
{
    static const float x[] = {0, 0, 0, 1, 1, 0, 1, 1};
    static const int32_t t[] = {0, 1, 1, 0};
    bb_graph *g = bb_graph_new();
    bb_params *params = bb_params_new(42);
    bb_node *in = bb_input(g, "x", BB_F32, BB_SHAPE(4, 2));
    bb_node *target = bb_input(g, "t", BB_I32, BB_SHAPE(4));
    bb_node *h = bb_tanh(bb_dense(in, params, "fc1", 8));
    bb_node *loss = bb_softmax_cross_entropy(bb_dense(h, params, "fc2", 2), target);
    bb_node *step = bb_momentum(loss, params, 0.1, 0.9);
    bb_program *p = bb_compile(g, BB_NODES(loss, step));
    cr_assert(p, "%s", bb_graph_error(g));
    bb_tensor *xs = bb_tensor_from(BB_F32, BB_SHAPE(4, 2), x);
    bb_tensor *ts = bb_tensor_from(BB_I32, BB_SHAPE(4), t);
    for (int i = 0; i < 300; i++)
        cr_assert_eq(bb_run(p, BB_FEEDS({in, xs}, {target, ts})), BB_OK);
    cr_assert_lt(bb_program_number(p, loss), 0.05);
    bb_tensor_release(xs);
    bb_tensor_release(ts);
    bb_program_free(p);
    bb_graph_free(g);
    bb_params_free(params);
}
