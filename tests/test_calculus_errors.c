/* SPDX-License-Identifier: MIT */
/* What the calculus refuses, to the letter. */
#include "probe.h"
#include "refusals.h"

TestSuite(calculus_errors, .init = refusals_begin, .fini = refusals_end);

Test(calculus_errors, operands)
{
    REFUSED(ARGUMENT, "vjp: variable 1 is NULL: x [2 3]", bb_vjp(w.x, NULL, w.x));
    REFUSED(ARGUMENT, "vjp: cotangent 1 is NULL: x [2 3]", bb_vjp(w.x, w.x, NULL));
    REFUSED(ARGUMENT, "vjp: function 1 is NULL: x [2 3]", bb_vjp(NULL, w.x, w.x));
    REFUSED(ARGUMENT, "jvp: variable 1 is NULL: x [2 3]", bb_jvp(w.x, NULL, w.x));
    REFUSED(ARGUMENT, "vmap: variable 1 is NULL: x [2 3]", bb_vmap(w.x, NULL, w.x));
    REFUSED(GRAPH, "jvp: direction 1 belongs to another graph: x [2 3]",
            bb_jvp(w.x, w.x, w.foreign));
    REFUSED(GRAPH, "jvp: function 1 is the result of a failed call: x [2 3]",
            bb_jvp(w.failed, w.x, w.x));
    REFUSED(ARGUMENT, "hvp: variable 1 is NULL: s []", bb_hvp(w.s, NULL, w.x));
    REFUSED(GRAPH, "jacobian: variable 1 belongs to another graph: x [2 3]",
            bb_jacobian(w.x, w.foreign));
    REFUSED(ARGUMENT, "hessian: operand 2 is NULL: s []", bb_hessian(w.s, NULL));
    REFUSED(ARGUMENT, "vmap: node of rows 1 is NULL: x [2 3]", bb_vmap(w.x, w.x, NULL));
    bb_node *p = bb_param(w.g, w.params, "p", BB_F32, BB_SCALAR, (bb_init){0});
    REFUSED(ARGUMENT, "jacobian: an effect has no value: assign#8 [0]",
            bb_jacobian(bb_assign(p, w.s), w.s));
    bb_node *failed = bb_jacobian(NULL, w.x);
    cr_assert_eq(bb_node_kind_of(failed), BB_NODE_INERT);
    cr_assert_not_null(
        strstr(bb_graph_error(bb_node_graph(failed)), ": jacobian: no operand has a graph"));
    cr_assert_null(bb_graph_error(w.g));
}

Test(calculus_errors, types_of_pairs)
{
    REFUSED(SHAPE, "vjp: the cotangent does not have the type of the function: x [2 3] x v [3]",
            bb_vjp(w.x, w.x, w.v));
    REFUSED(SHAPE,
            "vjp: the cotangent does not have the type of the function: x f32 [2 3] x d f64 [2 3]",
            bb_vjp(w.x, w.x, w.d));
    REFUSED(SHAPE, "jvp: the direction does not have the type of the variable: v [3] x x [2 3]",
            bb_jvp(w.x, w.v, w.x));
    REFUSED(SHAPE, "hvp: the direction does not have the type of the variable: v [3] x s []",
            bb_hvp(w.s, w.v, w.s));
}

Test(calculus_errors, no_floats)
{
    REFUSED(GRADIENT, "grad: only f32 and f64 have a gradient: i [2]", bb_vjp(w.i, w.x, w.i));
    REFUSED(GRADIENT, "grad: only f32 and f64 can be differentiated by: i [2]",
            bb_jvp(w.x, w.i, w.i));
    REFUSED(GRADIENT, "grad: only f32 and f64 have a gradient: i [2]", bb_jacobian(w.i, w.x));
    REFUSED(GRADIENT, "grad: only f32 and f64 can be differentiated by: m [2 3]",
            bb_jacobian(w.x, w.m));
    REFUSED(
        GRADIENT,
        "grad: it is no single number: take its sum or mean, or give bb_grads a cotangent: x [2 3]",
        bb_hessian(w.x, w.x));
    REFUSED(
        GRADIENT,
        "grad: it is no single number: take its sum or mean, or give bb_grads a cotangent: x [2 3]",
        bb_hvp(w.x, w.x, w.x));
    bb_node *picked = bb_sum(bb_gather(w.v, bb_argmax(w.x, 1), 0), BB_ALL);
    REFUSED(GRADIENT, "grad: the only way leads through an integer: x [2 3] x sum#9 []",
            bb_jvp(picked, w.x, w.x));
}

/* A call of one of the plural forms, at this line. */
#define PLURAL(call) (bb__site_push(__FILE__, __LINE__), bb__site_pop_node(((call), out[0])))

Test(calculus_errors, lists)
{
    bb_node *out[3] = {NULL, NULL, NULL};
    bb_nodes none = {0, NULL}, null = {1, NULL};
    REFUSED(ARGUMENT, "vjp: takes a cotangent for each function, got 1 for 2: x [2 3]",
            PLURAL((bb_vjps)(BB_NODES(w.x, w.v), BB_NODES(w.x), BB_NODES(w.x), out)));
    REFUSED(ARGUMENT, "jvp: takes a direction for each variable, got 2 for 1: x [2 3]",
            PLURAL((bb_jvps)(BB_NODES(w.x), BB_NODES(w.x), BB_NODES(w.x, w.x), out)));
    REFUSED(ARGUMENT, "vmap: takes a node of rows for each variable, got 0 for 1: x [2 3]",
            PLURAL((bb_vmaps)(BB_NODES(w.x), BB_NODES(w.x), none, out)));
    REFUSED(ARGUMENT, "hvp: there is no variable: s []",
            PLURAL(((bb_hvps)(w.s, none, none, out), out[0] = bb_exp(w.x))));
    REFUSED(ARGUMENT, "jvp: there is no function: x [2 3]",
            PLURAL(((bb_jvps)(none, BB_NODES(w.x), BB_NODES(w.x), out), out[0] = bb_exp(w.x))));
    REFUSED(ARGUMENT, "jvp: there is no variable: x [2 3]",
            PLURAL((bb_jvps)(BB_NODES(w.x), null, null, out)));
    REFUSED(ARGUMENT, "vjp: there is no cotangent: x [2 3]",
            PLURAL((bb_vjps)(BB_NODES(w.x), BB_NODES(w.x), null, out)));
    REFUSED(ARGUMENT, "custom_gradient: there is no operand: x [2 3]",
            bb_custom_gradient(w.x, null, NULL));
    REFUSED(GRADIENT, "grad: the list of nodes to differentiate by is NULL: s []",
            PLURAL((bb_grads)(w.s, NULL, null, out)));
    bb_status status = bb_jacobians(w.i, BB_NODES(w.x, w.v, w.s), out);
    cr_assert_eq(status, BB_BAD_GRADIENT);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(bb_node_kind_of(out[i]), BB_NODE_INERT);
}

Test(calculus_errors, ranks)
{
    bb_node *a = bb_input(w.g, "a", BB_F32, BB_SHAPE(1, 1, 1, 1, 1));
    bb_node *b = bb_reshape(a, BB_SHAPE(1, 1, 1, 1));
    REFUSED(SHAPE, "jacobian: rank 9 is over 8: reshape#8 [1 1 1 1] x a [1 1 1 1 1]",
            bb_jacobian(b, a));
    a = bb_input(w.g, "a", BB_F32, BB_SHAPE(1, 1, 1, 1, 1));
    REFUSED(SHAPE, "hessian: rank 10 is over 8: mul#16 [1 1 1 1 1] x a [1 1 1 1 1]",
            bb_hessian(bb_sum(bb_square(a), BB_ALL), a));
    bb_node *wide = bb_reshape(w.v, BB_SHAPE(1, 1, 1, 1, 1, 1, 1, 3));
    bb_node *y = bb_sum(bb_exp(wide), BB_ALL);
    REFUSED(SHAPE, "vmap: no dimension is left for an axis: reshape#7 [1 1 1 1 1 1 1 3]",
            bb_vmap(y, w.v, bb_reshape(w.x, BB_SHAPE(2, 3))));
}

Test(calculus_errors, rows)
{
    REFUSED(SHAPE, "vmap: the rows are not of the variable's type: v [3] x v [3]",
            bb_vmap(w.v, w.v, w.v));
    REFUSED(SHAPE, "vmap: the rows are not of the variable's type: v f32 [3] x d f64 [2 3]",
            bb_vmap(w.v, w.v, w.d));
    bb_node *out[1] = {NULL};
    REFUSED(SHAPE, "vmap: the variables have 2 and 3 rows: s [] x v [3]",
            PLURAL((bb_vmaps)(BB_NODES(w.s), BB_NODES(w.v, w.s), BB_NODES(w.x, w.v), out)));
}

static void nothing(const bb_call *call)
{
    (void)call;
}

static bb_node *wrong_batch(const bb_node *node, bb_node *const *in, const bool *batched)
{
    (void)node, (void)batched;
    return bb_sum(in[0], BB_ALL);
}

static const bb_op wrong = {
    .name = "wrong", .arity = 1, .infer = bb_infer_same, .forward = nothing, .batch = wrong_batch};

Test(calculus_errors, a_wrong_batching_rule)
{
    bb_node *y = bb_apply(&wrong, BB_NODES(w.v), NULL);
    REFUSED(SHAPE,
            "vmap: the batching rule of wrong gives a node of another type: wrong#7 [3] x sum#8 []",
            bb_vmap(y, w.v, w.x));
}

/* Rules that reverse mode takes but that cannot be transposed. */

static const bb_op opaque = {
    .name = "opaque", .arity = 1, .infer = bb_infer_same, .forward = nothing};

static bb_node *through_opaque(bb_node *y, bb_node *dy, int i)
{
    (void)y, (void)i;
    return bb_apply(&opaque, BB_NODES(dy), NULL);
}

static bb_node *through_stop(bb_node *y, bb_node *dy, int i)
{
    (void)y, (void)i;
    return bb_stop_gradient(dy);
}

static bb_node *squared(bb_node *y, bb_node *dy, int i)
{
    (void)y, (void)i;
    return bb_square(dy);
}

static bb_node *squared_sum(bb_node *y, bb_node *dy, int i)
{
    return bb_mul(bb_sum(dy, BB_ALL), bb_node_input(y, i));
}

static bb_node *ruled(bb_node *(*rule)(bb_node *y, bb_node *dy, int i))
{
    return bb_custom_gradient(bb_exp(w.v), BB_NODES(w.v), rule);
}

Test(calculus_errors, rules_that_cannot_be_transposed)
{
    REFUSED(GRADIENT, "jvp: a gradient rule that uses opaque cannot be transposed: opaque#11 [3]",
            bb_jvp(ruled(through_opaque), w.v, w.v));
    REFUSED(GRADIENT,
            "jvp: a gradient rule that uses stop_gradient cannot be transposed: "
            "stop_gradient#11 [3]",
            bb_jvp(ruled(through_stop), w.v, w.v));
    REFUSED(GRADIENT, "jvp: a gradient rule is not linear in its cotangent: custom_gradient#8 [3]",
            bb_jvp(ruled(squared), w.v, w.v));
    /* a Jacobian is then had by rows */
    bb_node *y = bb_broadcast(ruled(through_opaque), BB_SHAPE(20, 3));
    cr_assert_eq(bb_node_kind_of(bb_jacobian(y, w.v)), BB_NODE_OP, "%s", bb_graph_error(w.g));
}

Test(calculus_errors, custom_gradients)
{
    REFUSED(ARGUMENT, "custom_gradient: the rule is NULL: v [3] x v [3]",
            bb_custom_gradient(w.v, BB_NODES(w.v), NULL));
    REFUSED(ARGUMENT, "custom_gradient: there is no operand: v [3]",
            bb_custom_gradient(w.v, (bb_nodes){0, NULL}, squared));
    REFUSED(ARGUMENT, "custom_gradient: operand 1 is NULL: v [3]",
            bb_custom_gradient(w.v, BB_NODES(NULL), squared));
    bb_node *y = bb_custom_gradient(bb_sum(w.v, BB_ALL), BB_NODES(w.v), squared);
    int line = bb_node_line(y);
    bb_node *d = bb_grad(y, w.v);
    refused_at(__FILE__, line, BB_BAD_GRADIENT,
               "grad: the rule of custom_gradient gives operand 2 a gradient of another shape: "
               "v [3] x square#10 []",
               d);
}

/* What only a kernel computes: its gradient's gradient is an error at the line of the node that is
 * differentiated. */
Test(calculus_errors, second_derivative_of_an_opaque_rule)
{
    bb_node *y = ruled(through_opaque), *s = bb_sum(bb_square(y), BB_ALL);
    int line = bb_node_line(y);
    bb_node *d = bb_grad(s, w.v);
    cr_assert_null(bb_graph_error(w.g));
    d = bb_grad(bb_sum(d, BB_ALL), w.v);
    refused_at(__FILE__, line, BB_BAD_GRADIENT, "grad: opaque has no gradient rule: opaque#18 [3]",
               d);
    y = ruled(through_opaque);
    line = bb_node_line(y);
    d = bb_hessian(bb_sum(bb_square(y), BB_ALL), w.v);
    refused_at(__FILE__, line, BB_BAD_GRADIENT, "grad: opaque has no gradient rule: opaque#18 [3]",
               d);
}

Test(calculus_errors, gradient_ops)
{
    REFUSED(SHAPE, "straight_through: shapes differ: x [2 3] x v [3]",
            bb_straight_through(w.x, w.v));
    REFUSED(TYPE, "straight_through: types differ: x f32 [2 3] x d f64 [2 3]",
            bb_straight_through(w.x, w.d));
}

/* Memory that runs out: each allocation of these calls fails once. */

static bb_node *everything(bb_graph *g)
{
    bb_node *x = bb_input(g, "x", BB_F64, BB_SHAPE(3)), *v = bb_input(g, "v", BB_F64, BB_SHAPE(3));
    bb_node *y = bb_custom_gradient(bb_apply(&opaque, BB_NODES(x), NULL), BB_NODES(x), squared_sum);
    bb_node *rows = bb_vmap(y, x, bb_broadcast(v, BB_SHAPE(2, 3)));
    bb_node *smooth = bb_mul(bb_exp(x), bb_sum(x, BB_ALL)), *products[2];
    bb_nodes both = BB_NODES(smooth, rows), two = BB_NODES(x, v);
    bb_vjps(both, two, both, products);
    bb_node *sum = bb_add(bb_sum(products[0], BB_ALL), bb_sum(bb_jvp(smooth, x, v), BB_ALL));
    sum = bb_add(sum, bb_sum(bb_jacobian(smooth, x), BB_ALL));
    sum = bb_add(sum, bb_sum(bb_jacobian(bb_broadcast(smooth, BB_SHAPE(9, 3)), x), BB_ALL));
    sum = bb_add(sum, bb_sum(bb_hvp(bb_sum(smooth, BB_ALL), x, v), BB_ALL));
    return bb_add(sum, bb_sum(bb_hessian(bb_sum(smooth, BB_ALL), x), BB_ALL));
}

static bool build_with(long fails_at)
{
    probe_begin(fails_at);
    bb_graph *g = bb_graph_new();
    bool done = g && bb_node_kind_of(everything(g)) == BB_NODE_OP;
    cr_assert(!g || done == !bb_graph_error(g), "allocation %ld", fails_at);
    if (g && !done)
        cr_assert_eq(bb_graph_status(g), BB_OUT_OF_MEMORY, "%s", bb_graph_error(g));
    bb_graph_free(g);
    cr_assert_eq(probe.live, 0, "after allocation %ld failed", fails_at);
    return done;
}

Test(calculus_errors, memory)
{
    cr_assert(build_with(0));
    long calls = probe.calls;
    cr_assert_gt(calls, 30);
    for (long n = 1; n <= calls; n++)
        cr_assert(!build_with(n), "nobody noticed that allocation %ld failed", n);
    probe_end();
}
