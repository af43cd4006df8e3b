/* SPDX-License-Identifier: MIT */
/* Samples of ops as graphs. Numbers are floats' even in f64, so that both types see the same. */
#include "samples.h"

#include <string.h>

static double draw(const bb_sample *s, int i, int64_t e, bb_rng *rng)
{
    bool is_default = s->low == 0 && s->high == 0;
    double low = is_default ? -2 : s->low, high = is_default ? 2 : s->high;
    if (!s->is_integer[i] && !s->is_mask[i])
        return (float)(low + (high - low) * bb_rng_uniform(rng));
    if (s->golden_in[i])
        return s->golden_in[i][e];
    return (double)bb_rng_below(rng, s->is_mask[i] ? 2 : (uint64_t)s->bound);
}

static double with_weight(const bb_sample *s, int i, int64_t e, double drawn)
{
    if (!s->is_dominant[i] || s->in[i].ndim < 2)
        return drawn;
    int64_t rows = s->in[i].dim[s->in[i].ndim - 2], columns = s->in[i].dim[s->in[i].ndim - 1];
    return (float)(drawn + bb_sample_weight(s, i, e / columns % rows, e % columns));
}

static bb_tensor *new_value(const bb_sample *s, int i, bb_dtype dtype)
{
    bb_tensor *drawn = bb_tensor_new(BB_F64, s->in[i]);
    double *x = bb_tensor_data(drawn);
    bb_rng rng = {bb_rng_key(7, (uint64_t)i), 0};
    for (int64_t e = 0; e < bb_tensor_count(drawn); e++)
        x[e] = with_weight(s, i, e, draw(s, i, e, &rng));
    bb_tensor *value = bb_tensor_cast(drawn, dtype);
    bb_tensor_release(drawn);
    return value;
}

sample_graph sample_graph_new(const bb_op *op, const bb_sample *s, bb_dtype real)
{
    sample_graph sg = {.g = bb_graph_new(), .n = s->n_in};
    for (int i = 0; i < s->n_in; i++) {
        const char *names[BB_SAMPLE_INPUTS] = {"a", "b", "c", "d", "e", "f", "g", "h"};
        bb_dtype dtype = s->is_integer[i] ? BB_I32 : s->is_mask[i] ? BB_U8 : real;
        sg.in[i] = bb_input(sg.g, names[i], dtype, s->in[i]);
        sg.value[i] = new_value(s, i, dtype);
        sg.feeds[i] = (bb_feed){sg.in[i], sg.value[i]};
    }
    sg.y = bb_apply_in(sg.g, op, (bb_nodes){sg.n, sg.in}, s->attrs);
    return sg;
}

void sample_graph_free(sample_graph *sg)
{
    for (int i = 0; i < sg->n; i++)
        bb_tensor_release(sg->value[i]);
    bb_graph_free(sg->g);
}

bb_feeds sample_feeds(const sample_graph *sg)
{
    return (bb_feeds){sg->n, sg->feeds};
}

bool sample_has_gradient(const sample_graph *sg)
{
    bool has_float = false;
    for (int i = 0; i < sg->n; i++)
        has_float |= bb_dtype_is_float(bb_node_dtype(sg->in[i]));
    bool is_effect = bb_node_op(sg->y) && bb_node_op(sg->y)->is_effect;
    return has_float && bb_node_dtype(sg->y) == BB_F64 && !is_effect;
}

bool op_has_gradient(const bb_op *op)
{
    bool has = false;
    for (int i = 0; i < op->n_samples && !has; i++) {
        sample_graph sg = sample_graph_new(op, &op->samples[i], BB_F64);
        has = !bb_graph_error(sg.g) && sample_has_gradient(&sg);
        sample_graph_free(&sg);
    }
    return has;
}

bb_gradcheck_options check_options(const bb_op *op)
{
    return (bb_gradcheck_options){.zero_by_definition = strcmp(op->name, "stop_gradient") == 0};
}
