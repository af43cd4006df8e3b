/* SPDX-License-Identifier: MIT */
/* The check of an op's other rules. What `batch` and `join` build must give what the op itself
 * gives, row by row and added up: nodes are applied to plain operands, in the graph of one trial;
 * where a rule returns NULL there is nothing to check. The op must find fault where `index` says,
 * and leave alone what lies between the rows of a result that is strided. */
#include "trial.h"

#include <bibun/ops.h>

/* Draws of a sample beside its own. */
enum { ANOTHER = 1, YET_ANOTHER = 2 };

static bb_status open_other(bb__op_check *c, bb__trial *t, int sample, int draw)
{
    bb__op_check other = *c;
    other.sample = sample;
    other.options.seed += (uint64_t)draw;
    return bb__trial_open(&other, t, BB__PLAIN, false);
}

static bb_status compare(bb__op_check *c, const bb__trial *t, bb_node *got, bb_node *wanted,
                         const char *what)
{
    bb_tensor *a = NULL, *b = NULL;
    bb_status status = bb__trial_evaluate(c, t, got, &a);
    if (status == BB_OK)
        status = bb__trial_evaluate(c, t, wanted, &b);
    if (status == BB_OK && !bb__trial_agree(c->op, a, b))
        status = bb__trial_fail(c, BB_CHECK_FAILED, what);
    bb_tensor_release(a);
    bb_tensor_release(b);
    return status;
}

/* Two rows along a new axis. */
static bb_node *stacked(bb_node *first, bb_node *second)
{
    bb_shape row = bb_node_shape(first);
    for (int axis = row.ndim++; axis > 0; axis--)
        row.dim[axis] = row.dim[axis - 1];
    row.dim[0] = 1;
    return bb_concat(BB_NODES(bb_reshape(first, row), bb_reshape(second, row)), 0);
}

/* The rule for some of the operands, by bits, of which `second` holds the other row. */
static bb_status check_choice(bb__op_check *c, const bb__trial *t, bb_node *const *second,
                              int chosen)
{
    bb_node *in[BB_SAMPLE_INPUTS], *other[BB_SAMPLE_INPUTS];
    bool batched[BB_SAMPLE_INPUTS];
    for (int i = 0; i < t->n; i++) {
        batched[i] = chosen >> i & 1;
        in[i] = batched[i] ? stacked(t->leaf[i], second[i]) : t->leaf[i];
        other[i] = batched[i] ? second[i] : t->leaf[i];
    }
    bb_node *got = c->op->batch(t->y, in, batched);
    bb_node *y = bb_apply_in(t->g, c->op, (bb_nodes){t->n, other}, t->sample->attrs);
    return got ? compare(c, t, got, stacked(t->y, y), "batch: not what the op gives row by row")
               : BB_OK;
}

static bool has_room(const bb__trial *t)
{
    bool has = bb_node_shape(t->y).ndim < BB_MAX_DIMS;
    for (int i = 0; i < t->n; i++)
        has = has && bb_node_shape(t->leaf[i]).ndim < BB_MAX_DIMS;
    return has;
}

/* Every choice of few operands; of many, one alone and all. */
bb_status bb__check_batch(bb__op_check *c)
{
    enum { FEW = 3 };
    bb__trial t, other = {0};
    bb_node *second[BB_SAMPLE_INPUTS];
    bb_status status = bb__trial_open(c, &t, BB__PLAIN, false);
    if (status == BB_OK)
        status = open_other(c, &other, c->sample, ANOTHER);
    for (int i = 0; status == BB_OK && i < t.n; i++)
        second[i] = bb_constant(t.g, other.value[i]);
    const int all = (1 << t.n) - 1;
    for (int chosen = 1; status == BB_OK && has_room(&t) && chosen <= all; chosen++)
        if (t.n <= FEW || chosen == all || (chosen & (chosen - 1)) == 0)
            status = check_choice(c, &t, second, chosen);
    bb__trial_close(&other);
    bb__trial_close(&t);
    return status;
}

/* The op on another draw of a sample, in the graph of t; NULL where its type is another one. */
static bb_node *part_of(bb__op_check *c, const bb__trial *t, int sample, int draw,
                        bb_status *status_out)
{
    bb__trial other;
    bb_node *in[BB_SAMPLE_INPUTS], *part = NULL;
    *status_out = open_other(c, &other, sample, draw);
    if (*status_out == BB_OK && bb_node_dtype(other.y) == bb_node_dtype(t->y) &&
        bb_shape_equal(bb_node_shape(other.y), bb_node_shape(t->y))) {
        for (int i = 0; i < other.n; i++)
            in[i] = bb_constant(t->g, other.value[i]);
        part = bb_apply_in(t->g, c->op, (bb_nodes){other.n, in}, other.sample->attrs);
    }
    bb__trial_close(&other);
    return part;
}

static bb_status check_parts(bb__op_check *c, const bb__trial *t, bb_nodes parts)
{
    bb_node *joined = c->op->join(parts), *sum = parts.items[0];
    for (int i = 1; i < parts.count; i++)
        sum = bb_add(sum, parts.items[i]);
    return joined ? compare(c, t, joined, sum, "join: not the sum of the parts") : BB_OK;
}

/* The sample's node with one of every sample of its type, in both orders, and with two. */
bb_status bb__check_join(bb__op_check *c)
{
    bb__trial t;
    bb_status status = bb__trial_open(c, &t, BB__PLAIN, false);
    const bool is_float = status == BB_OK && bb_dtype_is_float(bb_node_dtype(t.y));
    for (int sample = 0; status == BB_OK && is_float && sample < c->op->n_samples; sample++) {
        bb_node *second = part_of(c, &t, sample, ANOTHER, &status), *third = NULL;
        if (status == BB_OK && second)
            third = part_of(c, &t, sample, YET_ANOTHER, &status);
        if (status == BB_OK && third)
            status = check_parts(c, &t, BB_NODES(t.y, second));
        if (status == BB_OK && third)
            status = check_parts(c, &t, BB_NODES(second, t.y));
        if (status == BB_OK && third)
            status = check_parts(c, &t, BB_NODES(t.y, second, third));
    }
    bb__trial_close(&t);
    return status;
}

/* What the op says of an index that is this number all over. */
static bb_status status_with(bb__op_check *c, bb__trial *t, int operand, int64_t number)
{
    int32_t *index = bb_tensor_data(t->value[operand]);
    for (int64_t e = 0; e < bb_tensor_count(t->value[operand]); e++)
        index[e] = (int32_t)number;
    bb_error error;
    bb_tensor *y = bb_eval(t->y, bb__trial_feeds(c, t), &error);
    const bb_status status = y ? BB_OK : error.status;
    bb_tensor_release(y);
    return status;
}

static const char *trouble_with_index(bb__op_check *c, bb__trial *t)
{
    bb_type in[BB_SAMPLE_INPUTS];
    for (int i = 0; i < t->n; i++)
        in[i] = (bb_type){bb_node_dtype(t->leaf[i]), bb_node_shape(t->leaf[i])};
    int64_t bound = 0;
    const int operand = c->op->index(bb_node_attrs(t->y), in, &bound);
    if (operand < 0 || operand >= t->n || in[operand].dtype != BB_I32)
        return "index: no operand of i32";
    if (bb_shape_count(in[operand].shape) == 0 || bound > INT32_MAX)
        return NULL;
    if (bound > 0 && status_with(c, t, operand, bound - 1) != BB_OK)
        return "index: a fault at a number below the bound";
    if (status_with(c, t, operand, bound) != BB_BAD_VALUE)
        return "index: no fault at the bound";
    return status_with(c, t, operand, -1) != BB_BAD_VALUE ? "index: no fault at -1" : NULL;
}

bb_status bb__check_index(bb__op_check *c)
{
    bb__trial t;
    bb_status status = bb__trial_open(c, &t, BB__PLAIN, false);
    const char *trouble = status == BB_OK ? trouble_with_index(c, &t) : NULL;
    if (trouble)
        status = bb__trial_fail(c, BB_CHECK_FAILED, trouble);
    bb__trial_close(&t);
    return status;
}

/* Numbers of y's type and shape that a map makes in the run, so that they lie where they are put
 * together with y. */
static bb_node *neighbour_of(const bb__trial *t, double k)
{
    const bb_dtype dtype = bb_node_dtype(t->y);
    int i = 0;
    while (i < t->n && bb_node_dtype(t->leaf[i]) != dtype)
        i++;
    if (i == t->n || !bb_dtype_is_float(dtype))
        return bb_full(t->g, dtype, bb_node_shape(t->y), k);
    bb_node *sum = bb_sum(t->leaf[i], BB_ALL);
    return bb_add_scalar(bb_broadcast(sum, bb_node_shape(t->y)), k);
}

static bb_node *applied_anew(const bb__op_check *c, bb__trial *t)
{
    return bb_apply_in(t->g, c->op, (bb_nodes){t->n, t->leaf}, t->sample->attrs);
}

/* Rows between others, of which some are written before and some after them. */
static bb_status check_rows(bb__op_check *c, bb__trial *t)
{
    static const char reason[] = "writes_strided: not what the op gives, or rows of others written";
    const int64_t n = bb_node_shape(t->y).dim[bb_node_shape(t->y).ndim - 1];
    bb_node *before = neighbour_of(t, 1), *y = applied_anew(c, t), *after = neighbour_of(t, 2);
    bb_node *all = bb_concat(BB_NODES(before, y, after), -1);
    bb_node *const alone[] = {before, t->y, after};
    bb_status status = BB_OK;
    for (int i = 0; status == BB_OK && i < 3; i++)
        status = compare(c, t, bb_slice(all, -1, i * n, (i + 1) * n, 1), alone[i], reason);
    return status;
}

/* Rows of which those of the first axis are closer together than the others. */
static bb_status check_exchanged(bb__op_check *c, bb__trial *t)
{
    const bb_shape shape = bb_node_shape(t->y);
    const int d = shape.ndim - 2;
    bb_axes order = {.count = shape.ndim};
    for (int i = 0; i < shape.ndim; i++)
        order.axis[i] = i == 0 ? d : i == d ? 0 : i;
    bb_node *turned = bb_permute(applied_anew(c, t), order);
    bb_node *flat = bb_reshape(turned, BB_SHAPE(bb_shape_count(shape)));
    return compare(c, t, bb_permute(bb_reshape(flat, bb_node_shape(turned)), order), t->y,
                   "writes_strided: not what the op gives where other axes come first");
}

bb_status bb__check_strided(bb__op_check *c)
{
    bb__trial t;
    bb_status status = bb__trial_open(c, &t, BB__PLAIN, false);
    const bb_shape shape = status == BB_OK ? bb_node_shape(t.y) : BB_SCALAR;
    if (shape.ndim >= 2)
        status = check_rows(c, &t);
    if (status == BB_OK && shape.ndim >= 3) {
        const int d = shape.ndim - 2;
        c->strided |= shape.dim[0] > 1 && shape.dim[d] > 1 && shape.dim[d + 1] > 1;
        status = check_exchanged(c, &t);
    }
    bb__trial_close(&t);
    return status;
}
