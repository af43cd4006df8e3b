/* SPDX-License-Identifier: MIT */
/* Ops broken on purpose: copies of a descriptor whose rule is spoiled in one way.
 *
 * Whether a way of breaking a rule changes it is decided by the structure of what the rule built,
 * never by what the check finds. */
#include "mutants.h"
#include "samples.h"

#include <stdlib.h>
#include <string.h>

enum { AXES = 5, ANY_AXIS = 1 };

typedef struct mutant mutant;

/* A way to break a rule. `spoil` returns NULL where it would change nothing. */
typedef struct breakage {
    const char *name;
    int axes; /* how many axes it is tried along */
    bb_node *(*spoil)(const mutant *m, bb_node *y, bb_node *dy, bb_node *gradient);
    bool keeps_first_order;
} breakage;

struct mutant {
    bb_op op; /* first, so that a node's op is its mutant */
    const bb_op *original;
    const breakage *how;
    int input, axis;
    bool changed;
};

static bool is_named(const bb_node *node, const char *op_name)
{
    return strcmp(bb_node_op_name(node), op_name) == 0;
}

static bool *new_marks(const bb_node *node)
{
    return calloc((size_t)bb_graph_node_count(bb_node_graph(node)), sizeof(bool));
}

static bool depends_on(bb_node *node, bb_node *source)
{
    bool *marks = new_marks(node);
    marks[bb_node_id(source)] = true;
    for (int id = bb_node_id(source) + 1; id <= bb_node_id(node); id++) {
        const bb_node *n = bb_graph_node(bb_node_graph(node), id);
        for (int k = 0; k < bb_node_input_count(n); k++)
            marks[id] |= marks[bb_node_id(bb_node_input(n, k))];
    }
    bool result = marks[bb_node_id(node)];
    free(marks);
    return result;
}

/* Whether the gradient depends on what the op was given other than by dy, and has a derivative
 * there. */
static bool is_curved(bb_node *gradient, bb_node *y, bb_node *dy)
{
    bool *marks = new_marks(gradient);
    for (int k = 0; k < bb_node_input_count(y); k++)
        marks[bb_node_id(bb_node_input(y, k))] =
            bb_dtype_is_float(bb_node_dtype(bb_node_input(y, k)));
    marks[bb_node_id(y)] = true;
    for (int id = bb_node_id(y) + 1; id <= bb_node_id(gradient); id++) {
        const bb_node *n = bb_graph_node(bb_node_graph(y), id);
        const bb_op *op = bb_node_op(n);
        bool passes = n != dy && op && op->backward && op->backward != bb_backward_zero &&
                      bb_dtype_is_float(bb_node_dtype(n));
        for (int k = 0; passes && k < bb_node_input_count(n); k++)
            marks[id] |= marks[bb_node_id(bb_node_input(n, k))];
    }
    bool result = marks[bb_node_id(gradient)] && gradient != dy;
    free(marks);
    return result;
}

static bool is_map(const bb_op *op)
{
    return op && op->map[BB_F64];
}

static bool repeats_along(const bb_node *broadcast, int axis)
{
    bb_shape from = bb_node_shape(bb_node_input(broadcast, 0));
    int inner = axis - (bb_node_shape(broadcast).ndim - from.ndim);
    return inner < 0 || from.dim[inner] == 1;
}

/* False when the node is made such that it cannot vary along the axis. */
static bool varies_along(bb_node *node, int axis)
{
    bool *constant = new_marks(node);
    for (int id = 0; id <= bb_node_id(node); id++) {
        const bb_node *n = bb_graph_node(bb_node_graph(node), id);
        if (!bb_shape_equal(bb_node_shape(n), bb_node_shape(node)))
            continue;
        constant[id] = is_named(n, "broadcast") ? repeats_along(n, axis) : is_map(bb_node_op(n));
        for (int k = 0; is_map(bb_node_op(n)) && k < bb_node_input_count(n); k++)
            constant[id] &= constant[bb_node_id(bb_node_input(n, k))];
    }
    bool result = !constant[bb_node_id(node)];
    free(constant);
    return result;
}

static bool can_move_along(const mutant *m, bb_node *dy, bb_node *gradient)
{
    bb_shape shape = bb_node_shape(gradient);
    return m->axis < shape.ndim && shape.dim[m->axis] > 1 && bb_shape_count(shape) > 0 &&
           depends_on(gradient, dy) && varies_along(gradient, m->axis);
}

static bool has_numbers(bb_node *dy, bb_node *gradient)
{
    return bb_shape_count(bb_node_shape(gradient)) > 0 && bb_shape_count(bb_node_shape(dy)) > 0 &&
           depends_on(gradient, dy);
}

static bb_node *flip_sign(const mutant *m, bb_node *y, bb_node *dy, bb_node *gradient)
{
    (void)m, (void)y;
    return has_numbers(dy, gradient) ? bb_neg(gradient) : NULL;
}

static bb_node *double_it(const mutant *m, bb_node *y, bb_node *dy, bb_node *gradient)
{
    (void)m, (void)y;
    return has_numbers(dy, gradient) ? bb_mul_scalar(gradient, 2) : NULL;
}

static bb_node *scale_slightly(const mutant *m, bb_node *y, bb_node *dy, bb_node *gradient)
{
    (void)m, (void)y;
    return has_numbers(dy, gradient) ? bb_mul_scalar(gradient, 1.0001) : NULL;
}

static bb_node *drop(const mutant *m, bb_node *y, bb_node *dy, bb_node *gradient)
{
    (void)m, (void)y;
    return has_numbers(dy, gradient) ? bb_zeros_like(gradient) : NULL;
}

static bb_node *add_constant(const mutant *m, bb_node *y, bb_node *dy, bb_node *gradient)
{
    (void)m, (void)y;
    bool has = bb_shape_count(bb_node_shape(gradient)) > 0 && bb_shape_count(bb_node_shape(dy)) > 0;
    return has ? bb_add_scalar(gradient, 1e-3) : NULL;
}

/* Right at first order, but a constant to the second. */
static bb_node *stop_it(const mutant *m, bb_node *y, bb_node *dy, bb_node *gradient)
{
    (void)m, (void)y;
    return has_numbers(dy, gradient) ? bb_stop_gradient(gradient) : NULL;
}

/* The same, but still linear in dy: the slope at x is taken as a constant. */
static bb_node *freeze_slope(const mutant *m, bb_node *y, bb_node *dy, bb_node *gradient)
{
    bb_node *frozen[BB_SAMPLE_INPUTS];
    if (!has_numbers(dy, gradient) || !is_curved(gradient, y, dy))
        return NULL;
    for (int k = 0; k < bb_node_input_count(y); k++)
        frozen[k] = bb_stop_gradient(bb_node_input(y, k));
    bb_node *twin =
        bb_apply(m->original, (bb_nodes){bb_node_input_count(y), frozen}, bb_node_attrs(y));
    return m->original->backward(twin, dy, m->input);
}

static bb_node *roll(const mutant *m, bb_node *y, bb_node *dy, bb_node *gradient)
{
    (void)y;
    if (!can_move_along(m, dy, gradient))
        return NULL;
    int64_t size = bb_node_shape(gradient).dim[m->axis];
    bb_node *last = bb_slice(gradient, m->axis, size - 1, size, 1);
    return bb_concat(BB_NODES(last, bb_slice(gradient, m->axis, 0, size - 1, 1)), m->axis);
}

static bb_node *average(const mutant *m, bb_node *y, bb_node *dy, bb_node *gradient)
{
    (void)y;
    if (!can_move_along(m, dy, gradient))
        return NULL;
    return bb_broadcast(bb_mean_keep(gradient, BB_AXES(m->axis)), bb_node_shape(gradient));
}

static bb_node *transpose(const mutant *m, bb_node *y, bb_node *dy, bb_node *gradient)
{
    (void)m, (void)y;
    bb_shape s = bb_node_shape(gradient);
    bool is_square = s.ndim >= 2 && s.dim[s.ndim - 1] == s.dim[s.ndim - 2] && s.dim[s.ndim - 1] > 1;
    bool differs = is_square && has_numbers(dy, gradient) &&
                   (varies_along(gradient, s.ndim - 1) || varies_along(gradient, s.ndim - 2));
    return differs ? bb_transpose(gradient) : NULL;
}

/* Whether the gradient is nothing but a sum over dy. */
static bool is_sum_of(const bb_node *gradient, const bb_node *dy)
{
    bool sums = false;
    while (gradient != dy && (is_named(gradient, "sum") || is_named(gradient, "reshape"))) {
        sums |= is_named(gradient, "sum");
        gradient = bb_node_input(gradient, 0);
    }
    return sums && gradient == dy;
}

/* The first slice in place of the sum over what was repeated. */
static bb_node *forget_sum(const mutant *m, bb_node *y, bb_node *dy, bb_node *gradient)
{
    (void)m, (void)y;
    bb_shape from = bb_node_shape(dy), to = bb_node_shape(gradient);
    if (!is_sum_of(gradient, dy) || !has_numbers(dy, gradient) ||
        bb_shape_count(from) == bb_shape_count(to))
        return NULL;
    bb_node *slice = dy;
    for (int axis = 0; axis < from.ndim; axis++) {
        int inner = axis - (from.ndim - to.ndim);
        if (inner < 0 || to.dim[inner] != from.dim[axis])
            slice = bb_slice(slice, axis, 0, 1, 1);
    }
    return bb_reshape(slice, to);
}

static const breakage breakages[] = {
    {"sign flipped", ANY_AXIS, flip_sign, false},
    {"factor 2", ANY_AXIS, double_it, false},
    {"factor 1.0001", ANY_AXIS, scale_slightly, false},
    {"dropped", ANY_AXIS, drop, false},
    {"constant added", ANY_AXIS, add_constant, false},
    {"stopped after the first order", ANY_AXIS, stop_it, true},
    {"slope frozen at the second order", ANY_AXIS, freeze_slope, true},
    {"rolled", AXES, roll, false},
    {"averaged", AXES, average, false},
    {"transposed", ANY_AXIS, transpose, false},
    {"slice in place of a sum", ANY_AXIS, forget_sum, false},
};

/* A zero that a rule only says is broken by making it a node. */
static bb_node *gradient_or_zero(const mutant *m, bb_node *y, bb_node *gradient)
{
    bool says_zero = m->original->backward == bb_backward_zero && m->how->spoil == add_constant;
    return !gradient && says_zero ? bb_zeros_like(bb_node_input(y, m->input)) : gradient;
}

static bb_node *broken_rule(bb_node *y, bb_node *dy, int i)
{
    mutant *m = (mutant *)bb_node_op(y);
    bb_node *gradient = m->original->backward(y, dy, i);
    if (i != m->input)
        return gradient;
    gradient = gradient_or_zero(m, y, gradient);
    bb_node *spoilt = gradient ? m->how->spoil(m, y, dy, gradient) : NULL;
    m->changed |= spoilt != NULL;
    return spoilt ? spoilt : gradient;
}

/* Composites with ops of their own, which are no others': these are broken within them. */

enum { MOST_PRIVATE = 8 };

/* What stands in the place of whose op in `composite`; where that is an op of its gradient,
 * `bearer` is the op of the value whose rule makes it, in whose place `bearing` stands. Tests run
 * one thread each. */
static const bb_op *composite, *bearer;
static const mutant *substitute;
static bb_op bearing;

static const bb_op *stand_in(const bb_op *op)
{
    return op == substitute->original ? &substitute->op : op == bearer ? &bearing : op;
}

/* y, and the nodes from `first` on that it needs, with those that stand for others. */
static bb_node *copied(bb_graph *g, int first, bb_node *y)
{
    bb_node **copies = calloc((size_t)bb_node_id(y) + 1, sizeof *copies);
    for (int id = 0; id <= bb_node_id(y); id++) {
        const bb_node *node = bb_graph_node(g, id);
        const bb_op *op = bb_node_op(node);
        bb_node *inputs[BB_SAMPLE_INPUTS];
        for (int k = 0; id >= first && k < bb_node_input_count(node); k++)
            inputs[k] = copies[bb_node_id(bb_node_input(node, k))];
        copies[id] = id < first || !op ? (bb_node *)node
                                       : bb_apply_in(g, stand_in(op),
                                                     (bb_nodes){bb_node_input_count(node), inputs},
                                                     bb_node_attrs(node));
    }
    y = copies[bb_node_id(y)];
    free(copies);
    return y;
}

static bb_node *rebuilt(bb_graph *g, bb_nodes in, const void *attrs)
{
    const int first = bb_graph_node_count(g);
    return copied(g, first, composite->build(g, in, attrs));
}

static bb_node *bearing_rule(bb_node *y, bb_node *dy, int i)
{
    bb_graph *g = bb_node_graph(y);
    const int first = bb_graph_node_count(g);
    bb_node *gradient = bearer->backward(y, dy, i);
    return gradient ? copied(g, first, gradient) : NULL;
}

/* The ops to break: of a composite those that it alone has, first those of its value, of which the
 * last gives it, then those of its gradient. */
typedef struct private_ops {
    const bb_op *items[MOST_PRIVATE];
    int count, giver; /* giver: of the value */
} private_ops;

static void find_private(private_ops *found, bb_graph *g, int first)
{
    for (int id = first; id < bb_graph_node_count(g) && found->count < MOST_PRIVATE; id++) {
        const bb_op *op = bb_node_op(bb_graph_node(g, id));
        if (op && op->backward && bb_op_find(op->name) != op)
            found->items[found->count++] = op;
    }
}

static private_ops ops_within(const bb_op *op)
{
    private_ops found = {{op}, 1, 0};
    if (!op->build)
        return found;
    found.count = 0;
    sample_graph sg = sample_graph_new(op, &op->samples[0], BB_F64);
    const int n = bb_graph_node_count(sg.g);
    find_private(&found, sg.g, 0);
    found.giver = found.count - 1;
    if (found.count > 0) {
        bb_grad(bb_sum(sg.y, BB_ALL), sg.in[0]);
        find_private(&found, sg.g, n);
    }
    sample_graph_free(&sg);
    return found;
}

/* `within` is the op that gives the value, whose rule may make m's; NULL when it is m's. */
static void try_mutant(mutant *m, const bb_op *whole, const bb_op *within, mutant_count *count,
                       FILE *log)
{
    bb_gradcheck_report report;
    bb_gradcheck_options options = check_options(whole);
    bb_op outer = *whole;
    outer.build = rebuilt;
    composite = whole;
    substitute = m;
    bearer = within;
    if (within)
        bearing = *within;
    bearing.backward = bearing_rule;
    bb_status status = bb_gradcheck_op(whole->build ? &outer : &m->op, &options, &report);
    if (!m->changed)
        return;
    count->made++;
    count->caught += status == BB_CHECK_FAILED;
    if (status != BB_CHECK_FAILED)
        fprintf(log, "missed: %s in %s, %s, input %d, axis %d: %s\n", m->op.name, whole->name,
                m->how->name, m->input, m->axis, report.text);
}

static int most_inputs(const bb_op *op)
{
    int most = op->arity;
    for (int i = 0; i < op->n_samples; i++)
        most = op->samples[i].n_in > most ? op->samples[i].n_in : most;
    return most;
}

/* The rule of an op that does not give the value is asked at the second order, and only a third
 * would show that it stops there. */
static void break_one(const bb_op *op, const bb_op *whole, const bb_op *within, mutant_count *count,
                      FILE *log)
{
    for (size_t b = 0; b < sizeof breakages / sizeof *breakages; b++)
        for (int input = 0; input < most_inputs(op); input++)
            for (int axis = 0; axis < breakages[b].axes; axis++) {
                mutant m = {
                    .op = *op, .original = op, .how = &breakages[b], .input = input, .axis = axis};
                m.op.backward = broken_rule;
                if (!within || !m.how->keeps_first_order)
                    try_mutant(&m, whole, within, count, log);
            }
}

mutant_count break_rule(const bb_op *op, FILE *log)
{
    mutant_count count = {0, 0};
    const private_ops of = ops_within(op);
    for (int i = 0; i < of.count; i++)
        if (of.items[i]->backward)
            break_one(of.items[i], op, i == of.giver ? NULL : of.items[of.giver], &count, log);
    return count;
}
