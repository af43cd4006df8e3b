/* SPDX-License-Identifier: MIT */
/* The gradient check: what it is given, its two orders, and that it leaves everything as it was.
 *
 * Whatever happens, the report is written and parameters get their numbers back. */
#include "parts.h"

#include <float.h>
#include <math.h>
#include <string.h>

static bb_gradcheck_options with_defaults(const bb_gradcheck_options *given)
{
    bb_gradcheck_options o = given ? *given : (bb_gradcheck_options){0};
    o.tolerance = o.tolerance == 0 ? 1e-7 : o.tolerance;
    o.step = o.step == 0 ? cbrt(DBL_EPSILON) : o.step;
    o.order = o.order == 0 ? 2 : o.order;
    o.full_limit = o.full_limit == 0 ? 4096 : o.full_limit;
    o.directions = o.directions == 0 ? 6 : o.directions;
    o.resample_limit = o.resample_limit == 0 ? 0.05 : o.resample_limit;
    return o;
}

static bb_status need_f64(bb__check *c, const bb_node *node)
{
    if (bb_node_dtype(node) == BB_F64)
        return BB_OK;
    return bb__check_error(c, BB_BAD_TYPE, "gradient check: %.80s is %s; it needs f64",
                           bb__check_node_label(node), bb_dtype_text(bb_node_dtype(node)));
}

static bb_status validate(bb__check *c, const bb_node *y, bb_nodes wrt)
{
    const bb_gradcheck_options *o = &c->options;
    if (!y)
        return bb__check_error(c, BB_BAD_ARGUMENT, "gradient check: y is NULL");
    if (!c->graph)
        return bb__check_error(c, BB_OUT_OF_MEMORY, "gradient check: out of memory");
    if (bb_graph_has_failed(c->graph))
        return bb__check_error(c, bb_graph_status(c->graph), "%s", bb_graph_error(c->graph));
    if (o->order < 1 || o->order > 2)
        return bb__check_error(c, BB_BAD_ARGUMENT, "gradient check: order %d; it may be 1 or 2",
                               o->order);
    if (!(o->tolerance > 0 && o->step > 0 && o->resample_limit > 0) || o->full_limit < 0 ||
        o->directions < 0)
        return bb__check_error(c, BB_BAD_ARGUMENT,
                               "gradient check: an option is negative or not a number");
    bb_status status = need_f64(c, y);
    for (int i = 0; status == BB_OK && i < wrt.count; i++) {
        bb_node_kind kind = wrt.items[i] ? bb_node_kind_of(wrt.items[i]) : BB_NODE_INERT;
        if (kind != BB_NODE_INPUT && kind != BB_NODE_PARAM)
            return bb__check_error(
                c, BB_BAD_ARGUMENT, "gradient check: %.80s is neither input nor parameter",
                kind == BB_NODE_INERT ? "wrt" : bb__check_node_label(wrt.items[i]));
        if (bb_node_graph(wrt.items[i]) != c->graph)
            return bb__check_error(c, BB_BAD_GRAPH, "gradient check: %.80s is of another graph",
                                   bb__check_node_label(wrt.items[i]));
        status = need_f64(c, wrt.items[i]);
    }
    return status;
}

/* A parameter is perturbed where it lies, for programs read it there; its numbers are put back at
 * the end. */
static bb_tensor *tensor_in_place(const bb_node *parameter)
{
    return (bb_tensor *)bb_node_tensor(parameter);
}

static int feed_of(bb_feeds at, const bb_node *input)
{
    for (int i = 0; i < at.count; i++)
        if (at.items[i].input == input)
            return i;
    return -1;
}

static bb_status open_input(bb__check *c, bb__variable *v, bb_node *node, bb_feeds at)
{
    int i = feed_of(at, node);
    char text[BB_SHAPE_TEXT];
    if (i < 0 || !at.items[i].value)
        return bb__check_error(c, BB_BAD_FEED, "gradient check: no value for %.80s",
                               bb__check_node_label(node));
    if (bb_tensor_dtype(at.items[i].value) != BB_F64 ||
        !bb_shape_equal(bb_tensor_shape(at.items[i].value), bb_node_shape(node)))
        return bb__check_error(c, BB_BAD_FEED, "gradient check: the value for %.60s is not f64 %s",
                               bb__check_node_label(node),
                               bb_shape_text(bb_node_shape(node), text));
    bb_tensor *copy = bb_tensor_cast(at.items[i].value, BB_F64);
    if (!copy)
        return bb__check_error(c, BB_OUT_OF_MEMORY, "gradient check: out of memory");
    bb_status status = bb__variable_open(c, v, node, copy);
    bb_tensor_release(copy);
    return status == BB_OK ? bb__check_feed(c, node, copy) : status;
}

static bool is_variable(const bb__check *c, const bb_node *node)
{
    for (int i = 0; i < c->n_variables; i++)
        if (c->variables[i].node == node)
            return true;
    return false;
}

static bb_status open_variables(bb__check *c, bb_nodes wrt, bb_feeds at)
{
    bb_status status = BB_OK;
    c->variables = bb_memory_zeroed((size_t)wrt.count + 1, sizeof *c->variables);
    if (!c->variables)
        return bb__check_error(c, BB_OUT_OF_MEMORY, "gradient check: out of memory");
    c->n_variables = wrt.count + 1;
    for (int i = 0; status == BB_OK && i < wrt.count; i++) {
        bb_node *node = wrt.items[i];
        if (is_variable(c, node))
            return bb__check_error(c, BB_BAD_ARGUMENT, "gradient check: %.80s is named twice",
                                   bb__check_node_label(node));
        if (bb_node_kind_of(node) == BB_NODE_INPUT)
            status = open_input(c, &c->variables[i], node, at);
        else
            status = bb__variable_open(c, &c->variables[i], node, tensor_in_place(node));
    }
    for (int i = 0; status == BB_OK && i < at.count; i++)
        if (!is_variable(c, at.items[i].input))
            status = bb__check_feed(c, at.items[i].input, at.items[i].value);
    return status;
}

static bb_status check_function(bb__check *c, bb__function *f)
{
    bb_status status = BB_OK;
    for (int i = 0; status == BB_OK && i < f->n; i++)
        status = bb__check_jacobian(c, f, i);
    return status == BB_OK ? bb__check_bits(c, f) : status;
}

static void judge_vacuity(bb__check *c, int order, int64_t compared)
{
    bool may_be_zero = c->options.zero_expected || c->options.zero_by_definition;
    if (compared == 0 || c->nonzero || may_be_zero)
        return;
    c->report->vacuous++;
    bb__check_fault(
        c, "gradient check failed: vacuous: all numbers of order %d are zero on both sides", order);
}

/* Every gradient of `first`, with respect to the variables and to the cotangent of `first`. */
static bb_status check_second(bb__check *c, const bb__function *first)
{
    bb_status status = BB_OK;
    c->nonzero = false;
    for (int i = 0; status == BB_OK && i < first->n; i++) {
        bb__function second = {
            .order = 2, .gradient_of = i, .y = first->grads[i], .n = first->n + 1};
        int n_feeds = c->n_feeds;
        status = bb__function_open(c, &second);
        if (status == BB_OK)
            status = check_function(c, &second);
        bb__function_close(&second);
        c->n_feeds = n_feeds;
    }
    judge_vacuity(c, 2, c->report->compared_second);
    return status;
}

static bb_status check_first(bb__check *c, bb_node *y)
{
    bb__function first = {.order = 1, .y = y, .n = c->n_variables - 1};
    bb_status status = bb__function_open(c, &first);
    if (status == BB_OK)
        status = check_function(c, &first);
    if (status == BB_OK)
        judge_vacuity(c, 1, c->report->compared);
    if (status == BB_OK && !c->report->text[0] && c->options.order == 2) {
        bb__fill_cotangent(c, first.cotangent, false);
        status =
            bb__variable_open(c, &c->variables[first.n], first.cotangent_node, first.cotangent);
        if (status == BB_OK)
            status = check_second(c, &first);
    }
    bb__function_close(&first);
    return status;
}

/* Copies of all that a check must leave alone. */
typedef struct untouched {
    int count;
    const bb_tensor **tensors;
    bb_tensor **copies;
} untouched;

static bool keep(untouched *u, const bb_tensor *t)
{
    u->tensors[u->count] = t;
    u->copies[u->count] = bb_tensor_cast(t, bb_tensor_dtype(t));
    return u->copies[u->count++] != NULL;
}

static bb_status keep_all(bb__check *c, untouched *u, bb_feeds at)
{
    int nodes = bb_graph_node_count(c->graph);
    size_t capacity = (size_t)nodes + (size_t)at.count + 1;
    u->tensors = bb_memory_zeroed(capacity, sizeof *u->tensors);
    u->copies = bb_memory_zeroed(capacity, sizeof *u->copies);
    bool kept = u->tensors && u->copies;
    for (int i = 0; kept && i < at.count; i++)
        kept = !at.items[i].value || keep(u, at.items[i].value);
    for (int id = 0; kept && id < nodes; id++) {
        const bb_node *node = bb_graph_node(c->graph, id);
        kept = bb_node_kind_of(node) != BB_NODE_PARAM || keep(u, bb_node_tensor(node));
    }
    return kept ? BB_OK : bb__check_error(c, BB_OUT_OF_MEMORY, "gradient check: out of memory");
}

static void compare_kept(bb__check *c, untouched *u)
{
    for (int i = 0; i < u->count; i++) {
        size_t bytes = u->copies[i] ? bb_tensor_bytes(u->copies[i]) : 0;
        if (bytes &&
            memcmp(bb_tensor_read(u->tensors[i]), bb_tensor_read(u->copies[i]), bytes) != 0)
            bb__check_fault(c, "gradient check failed: a feed or parameter was changed");
        bb_tensor_release(u->copies[i]);
    }
    bb_memory_release(u->tensors);
    bb_memory_release(u->copies);
}

static bb_status check_all(bb__check *c, bb_node *y, bb_nodes wrt, bb_feeds at)
{
    untouched u = {0};
    bb_status status = keep_all(c, &u, at);
    if (status == BB_OK)
        status = open_variables(c, wrt, at);
    if (status == BB_OK)
        status = check_first(c, y);
    for (int i = 0; i < c->n_variables; i++)
        bb__variable_close(&c->variables[i]);
    compare_kept(c, &u);
    bb_memory_release(c->variables);
    bb_memory_release(c->feeds);
    return status;
}

bb_status bb__gradcheck(bb_node *y, bb_nodes wrt, bb_feeds at, const bb_gradcheck_options *options,
                        bool may_be_empty, bb_gradcheck_report *report_out)
{
    if (!report_out)
        return BB_BAD_ARGUMENT;
    *report_out = (bb_gradcheck_report){0};
    bb__check c = {.options = with_defaults(options), .report = report_out};
    c.graph = y ? bb_node_graph(y) : NULL;
    c.rng = (bb_rng){bb_rng_key_text(c.options.seed, "gradcheck"), 0};
    bb_status status = validate(&c, y, wrt);
    if (status == BB_OK)
        status = check_all(&c, y, wrt, at);
    return status == BB_OK ? bb__check_verdict(&c, may_be_empty) : status;
}

bb_status bb_gradcheck(bb_node *y, bb_nodes wrt, bb_feeds at, const bb_gradcheck_options *options,
                       bb_gradcheck_report *report_out)
{
    return bb__gradcheck(y, wrt, at, options, false, report_out);
}
