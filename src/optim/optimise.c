/* SPDX-License-Identifier: MIT */
/* What optimisers share: which parameters a loss depends on, their gradients, clipping, decay and
 * the rate, and one effect for all, in which those that layers attached come along. */
#include "attached.h"
#include "clip.h"
#include "limits.h"

#include <bibun/op.h>
#include <bibun/optim.h>

#include <math.h>

/* One call of bb_optimise. */
typedef struct job {
    bb_node *loss;
    bb_params *params;
    const bb_optimiser *optimiser;
    bb_optimise_options options;
    int count;
    int attached;                /* effects that come along with what the loss depends on */
    bb_node **w, **g, **effects; /* `count` parameters and gradients; one effect and those more */
    bb_node *rate;               /* f64; NULL when it is constant */
    bb_node *clip;               /* the factor of all gradients, f64; NULL for none */
} job;

bb_node *bb_update_state(const bb_update *u, const char *name)
{
    return bb_state_of(u->w, u->params, name, bb_node_dtype(u->w), bb_node_shape(u->w),
                       (bb_init){0});
}

/* w's gradient, clipped, with decay */
static bb_node *gradient_of(const job *j, bb_node *w, bb_node *g)
{
    if (j->clip)
        g = bb_mul(g, bb_cast(j->clip, bb_node_dtype(w)));
    if (j->options.weight_decay > 0)
        g = bb_add(g, bb_mul_scalar(w, j->options.weight_decay));
    return g;
}

/* The nodes of an update take the parameter's scope, as those of its gradient do. */
static bb_node *update(const job *j, bb_node *w, bb_node *g)
{
    bb_graph *graph = bb_node_graph(w);
    bool scoped = bb_node_scope(w)[0] != '\0';
    if (scoped)
        bb_scope_push(graph, bb_node_scope(w));
    bb_node *rate = j->rate ? bb_cast(j->rate, bb_node_dtype(w)) : bb_number(w, j->optimiser->rate);
    bb_update u = {j->params, w, gradient_of(j, w, g), rate, j->optimiser};
    bb_node *effect = j->optimiser->rule(&u);
    if (bb_node_graph(effect) != graph)
        effect = bb_fail_node(w, NULL, "optimise", BB_BAD_GRAPH,
                              "the rule returned no node of this graph");
    else if (bb_node_kind_of(effect) == BB_NODE_OP && !bb_node_op(effect)->is_effect)
        effect = bb_fail_node(w, effect, "optimise", BB_BAD_ARGUMENT,
                              "the rule returned a value, not an effect such as bb_assign's");
    if (scoped)
        bb_scope_pop(graph);
    return effect;
}

static bool is_scheduled(const bb_schedule *s)
{
    return s->rule || s->warm_up != 0;
}

/* Sets the rate from the iteration's number, and returns the effect that counts on. */
static bb_node *schedule_rate(job *j)
{
    bb_node *t = bb_state_of(j->w[0], j->params, "iteration", BB_F64, BB_SCALAR, (bb_init){0});
    j->rate = bb_mul_scalar(bb_schedule_factor(t, j->options.schedule), j->optimiser->rate);
    return bb_assign(t, bb_add_scalar(t, 1));
}

static bb_node *update_all(job *j)
{
    int effects = j->count + j->attached;
    if (bb_grads(j->loss, NULL, (bb_nodes){j->count, j->w}, j->g) != BB_OK)
        return j->g[0];
    if (j->options.clip_norm > 0)
        j->clip = bb__clip_factor((bb_nodes){j->count, j->g}, j->options.clip_norm);
    if (is_scheduled(&j->options.schedule))
        j->effects[effects++] = schedule_rate(j);
    for (int i = 0; i < j->count; i++)
        j->effects[i] = update(j, j->w[i], j->g[i]);
    return bb_group((bb_nodes){effects, j->effects});
}

static bb_node *no_memory(bb_node *loss)
{
    return bb_fail_node(loss, NULL, "optimise", BB_OUT_OF_MEMORY, "out of memory");
}

static bb_node *run_job(job *j)
{
    bool *needed = bb_memory_zeroed((size_t)bb_node_id(j->loss) + 1, sizeof *needed);
    if (!needed)
        return no_memory(j->loss);
    bb__mark_needed(j->loss, needed);
    j->count = bb__collect_trained(j->loss, j->params, needed, NULL);
    j->attached = bb__collect_attached(j->loss, j->params, needed, NULL);
    size_t size = 3 * (size_t)j->count + (size_t)j->attached + 1;
    bb_node *result, **block = bb_memory_zeroed(size, sizeof *block);
    if (!block) {
        result = no_memory(j->loss);
    } else if (j->count == 0) {
        result = bb_fail_node(j->loss, NULL, "optimise", BB_BAD_ARGUMENT,
                              "the loss depends on no trainable parameter of the given bb_params");
    } else {
        j->w = block;
        j->g = block + j->count;
        j->effects = j->g + j->count;
        bb__collect_trained(j->loss, j->params, needed, j->w);
        bb__collect_attached(j->loss, j->params, needed, j->effects + j->count);
        result = update_all(j);
    }
    bb_memory_release(block);
    bb_memory_release(needed);
    return result;
}

/* NULL, or the inert node when a constant is out of range. */
static bb_node *check_constants(const job *j)
{
    static const bb__limit of_optimiser[] = {
        {"rate", offsetof(bb_optimiser, rate), INFINITY},
        {"beta1", offsetof(bb_optimiser, beta1), 1},
        {"beta2", offsetof(bb_optimiser, beta2), 1},
        {"epsilon", offsetof(bb_optimiser, epsilon), INFINITY},
        {"decay", offsetof(bb_optimiser, decay), INFINITY},
    };
    static const bb__limit of_options[] = {
        {"clip_norm", offsetof(bb_optimise_options, clip_norm), INFINITY},
        {"weight_decay", offsetof(bb_optimise_options, weight_decay), INFINITY},
    };
    bb_node *failed =
        bb__check_limits(j->optimiser, of_optimiser, sizeof of_optimiser / sizeof of_optimiser[0],
                         j->loss, "optimise");
    return failed ? failed
                  : bb__check_limits(&j->options, of_options,
                                     sizeof of_options / sizeof of_options[0], j->loss, "optimise");
}

bb_node *bb_optimise(bb_node *loss, bb_params *params, bb_optimiser optimiser,
                     const bb_optimise_options *options)
{
    if (!loss)
        return bb_fail_node(loss, NULL, "optimise", BB_BAD_ARGUMENT, "the loss is NULL");
    if (bb_node_kind_of(loss) == BB_NODE_INERT)
        return loss;
    if (!params || !optimiser.rule)
        return bb_fail_node(loss, NULL, "optimise", BB_BAD_ARGUMENT,
                            params ? "the rule is NULL" : "bb_params is NULL");
    job j = {.loss = loss, .params = params, .optimiser = &optimiser};
    if (options)
        j.options = *options;
    bb_node *failed = check_constants(&j);
    return failed ? failed : run_job(&j);
}
