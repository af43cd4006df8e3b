/* SPDX-License-Identifier: MIT */
/* Samples of an op as graphs: values drawn or golden, operands as they are or as views.
 *
 * A sample's integer inputs are its golden ones when it has some; its float inputs are golden only
 * where figures are compared, for these may lie at kinks and infinities. */
#include "trial.h"

#include <bibun/ops.h>
#include <bibun/rng.h>
#include <math.h>
#include <stdio.h>

static const char *const layout_texts[BB__LAYOUTS] = {"", ", transposed operands",
                                                      ", broadcast operands"};

bb_status bb__trial_fail(bb__op_check *c, bb_status status, const char *reason)
{
    snprintf(c->total->text, sizeof c->total->text, "%.40s, sample %d%s: %.160s", c->op->name,
             c->sample, layout_texts[c->layout], reason ? reason : "out of memory");
    return status;
}

static bb_dtype dtype_of(const bb_sample *s, int i)
{
    return s->is_integer[i] ? BB_I32 : s->is_mask[i] ? BB_U8 : BB_F64;
}

static bool is_viewed(const bb_sample *s, int i)
{
    return dtype_of(s, i) == BB_F64 && s->in[i].ndim >= 2;
}

/* The shape of the leaf that a layout turns into operand i. */
static bb_shape leaf_shape(const bb_sample *s, int i, bb__sample_layout how)
{
    bb_shape shape = s->in[i];
    if (how == BB__TRANSPOSED && is_viewed(s, i))
        for (int axis = 0; axis < shape.ndim; axis++)
            shape.dim[axis] = s->in[i].dim[shape.ndim - 1 - axis];
    int axes = s->is_dominant[i] ? shape.ndim - 2 : shape.ndim;
    for (int axis = 0; how == BB__REPEATED && is_viewed(s, i) && axis < axes; axis++)
        if (shape.dim[axis] > 1) {
            shape.dim[axis] = 1;
            break;
        }
    return shape;
}

static bb_node *view_of(bb_node *leaf, const bb_sample *s, int i, bb__sample_layout how)
{
    bb_axes reversed = {s->in[i].ndim, {0}};
    for (int axis = 0; axis < s->in[i].ndim; axis++)
        reversed.axis[axis] = s->in[i].ndim - 1 - axis;
    if (!is_viewed(s, i) || how == BB__PLAIN)
        return leaf;
    return how == BB__TRANSPOSED ? bb_permute(leaf, reversed) : bb_broadcast(leaf, s->in[i]);
}

bool bb__layout_has_views(const bb_sample *s, bb__sample_layout how)
{
    bool differs = false;
    for (int i = 0; i < s->n_in; i++)
        differs |= how == BB__TRANSPOSED ? is_viewed(s, i)
                                         : !bb_shape_equal(leaf_shape(s, i, how), s->in[i]);
    return differs;
}

/* The sample that says from where random inputs are drawn. */
static const bb_sample *range_of(const bb__op_check *c)
{
    const bb_sample *own = &c->op->samples[c->sample];
    for (int i = 0; own->golden_out && own->low == own->high && i < c->op->n_samples; i++)
        if (!c->op->samples[i].golden_out)
            return &c->op->samples[i];
    return own;
}

static double draw(const bb__op_check *c, const bb_sample *s, int i, bb_rng *rng)
{
    const bb_sample *range = range_of(c);
    bool is_default = range->low == 0 && range->high == 0;
    double low = is_default ? -2 : range->low, high = is_default ? 2 : range->high;
    if (s->is_integer[i])
        return (double)bb_rng_below(rng, s->bound > 0 ? (uint64_t)s->bound : 0);
    return s->is_mask[i] ? (double)bb_rng_below(rng, 2) : low + (high - low) * bb_rng_uniform(rng);
}

/* The weight of element e of a leaf, where the operand is the leaf as the layout has it. */
static double weight(const bb_sample *s, int i, bb_shape leaf, bb__sample_layout how, int64_t e)
{
    int64_t at[BB_MAX_DIMS] = {0};
    int last = leaf.ndim - 1;
    if (!s->is_dominant[i] || last < 1)
        return 0;
    for (int axis = last; axis >= 0; axis--) {
        at[axis] = e % leaf.dim[axis];
        e /= leaf.dim[axis];
    }
    return how == BB__TRANSPOSED ? bb_sample_weight(s, i, at[1], at[0])
                                 : bb_sample_weight(s, i, at[last - 1], at[last]);
}

double bb_sample_weight(const bb_sample *s, int i, int64_t row, int64_t column)
{
    const bb_shape *shape = &s->in[i];
    if (shape->ndim < 2)
        return 0;
    int64_t rows = shape->dim[shape->ndim - 2], columns = shape->dim[shape->ndim - 1];
    double longer = (double)(rows > columns ? rows : columns);
    double largest = s->low == 0 && s->high == 0 ? 2 : fmax(fabs(s->low), fabs(s->high));
    return row == column ? largest * (longer + 1 + 4 * (double)row) : 0;
}

static bb_tensor *new_value(const bb__op_check *c, const bb_sample *s, int i, bb__sample_layout how,
                            bool golden)
{
    bb_shape shape = leaf_shape(s, i, how);
    uint64_t key = bb_rng_key_text(bb_rng_key(c->options.seed, (uint64_t)c->sample), c->op->name);
    bb_rng rng = {bb_rng_key(key, (uint64_t)i), 0};
    bb_tensor *drawn = bb_tensor_new(BB_F64, shape), *value = NULL;
    double *x = drawn ? bb_tensor_data(drawn) : NULL;
    bool is_golden = s->golden_in[i] && (golden || dtype_of(s, i) != BB_F64);
    for (int64_t e = 0; drawn && e < bb_tensor_count(drawn); e++)
        x[e] = is_golden ? s->golden_in[i][e] : draw(c, s, i, &rng) + weight(s, i, shape, how, e);
    if (drawn)
        value = bb_tensor_cast(drawn, dtype_of(s, i));
    bb_tensor_release(drawn);
    return value;
}

static bb_node *new_leaf(const bb__op_check *c, bb__trial *t, int i)
{
    char name[16];
    bb_dtype dtype = bb_tensor_dtype(t->value[i]);
    bb_shape shape = bb_tensor_shape(t->value[i]);
    snprintf(name, sizeof name, "x%d", i);
    if (!c->op->is_effect)
        return bb_input(t->g, name, dtype, shape);
    return bb_param(t->g, t->params, name, dtype, shape, (bb_init){NULL, 0});
}

void bb__trial_close(bb__trial *t)
{
    bb_graph_free(t->g);
    bb_params_free(t->params);
    for (int i = 0; i < t->n; i++)
        bb_tensor_release(t->value[i]);
}

bb_status bb__trial_build(bb__op_check *c, bb__trial *t, bb__sample_layout how)
{
    t->g = bb_graph_new();
    t->params = bb_params_new(0);
    if (!t->g || !t->params)
        return bb__trial_fail(c, BB_OUT_OF_MEMORY, NULL);
    for (int i = 0; i < t->n; i++) {
        if (!t->value[i])
            return bb__trial_fail(c, BB_OUT_OF_MEMORY, NULL);
        t->leaf[i] = new_leaf(c, t, i);
        t->operand[i] = view_of(t->leaf[i], t->sample, i, how);
        t->feeds[i] = (bb_feed){t->leaf[i], t->value[i]};
    }
    t->y = bb_apply_in(t->g, c->op, (bb_nodes){t->n, t->operand}, t->sample->attrs);
    if (bb_graph_error(t->g))
        return bb__trial_fail(c, bb_graph_status(t->g), bb_graph_error(t->g));
    c->output = bb_node_dtype(t->y);
    return BB_OK;
}

bb_status bb__trial_open(bb__op_check *c, bb__trial *t, bb__sample_layout how, bool golden)
{
    const bb_sample *s = &c->op->samples[c->sample];
    *t = (bb__trial){.sample = s, .n = s->n_in};
    for (int i = 0; i < t->n; i++)
        t->value[i] = new_value(c, s, i, how, golden);
    return bb__trial_build(c, t, how);
}

bb_feeds bb__trial_feeds(const bb__op_check *c, const bb__trial *t)
{
    return (bb_feeds){c->op->is_effect ? 0 : t->n, t->feeds};
}

bb_status bb__trial_evaluate(bb__op_check *c, const bb__trial *t, bb_node *node, bb_tensor **out)
{
    bb_error error;
    *out = bb_eval(node, bb__trial_feeds(c, t), &error);
    return *out ? BB_OK : bb__trial_fail(c, error.status, error.text);
}

bool bb__trial_agree(const bb_op *op, const bb_tensor *a, const bb_tensor *b)
{
    double largest = 1, allowed = 0;
    bool same = bb_shape_equal(bb_tensor_shape(a), bb_tensor_shape(b)) &&
                bb_tensor_dtype(a) == bb_tensor_dtype(b);
    for (int64_t e = 0; same && e < bb_tensor_count(a); e++)
        if (isfinite(bb_tensor_at(a, e)))
            largest = fmax(largest, fabs(bb_tensor_at(a, e)));
    if (!op->map[BB_F64] && bb_dtype_is_float(bb_tensor_dtype(a)))
        allowed = 1e-12 * largest;
    for (int64_t e = 0; same && e < bb_tensor_count(a); e++) {
        double x = bb_tensor_at(a, e), y = bb_tensor_at(b, e);
        same = x == y || (isnan(x) && isnan(y)) || fabs(x - y) <= allowed;
    }
    return same;
}
