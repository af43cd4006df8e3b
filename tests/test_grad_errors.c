/* SPDX-License-Identifier: MIT */
/* What has no gradient, to the letter. */
#include "refusals.h"

TestSuite(grad_errors, .init = refusals_begin, .fini = refusals_end);

static bb_node *grad_with(bb_node *y, bb_node *cotangent, bb_node *x)
{
    bb_node *d = NULL;
    cr_assert_neq((bb_grads)(y, cotangent, BB_NODES(x), &d), BB_OK);
    return d;
}

/* A call of grad_with, at this line. */
#define GRAD_WITH(...) \
    (bb__site_push(__FILE__, __LINE__), bb__site_pop_node(grad_with(__VA_ARGS__)))

Test(grad_errors, operands)
{
    REFUSED(
        GRADIENT,
        "grad: it is no single number: take its sum or mean, or give bb_grads a cotangent: x [2 3]",
        bb_grad(w.x, w.x));
    REFUSED(GRADIENT, "grad: only f32 and f64 have a gradient: i [2]", bb_grad(w.i, w.x));
    REFUSED(GRADIENT, "grad: only f32 and f64 can be differentiated by: i [2]", bb_grad(w.s, w.i));
    REFUSED(GRAPH, "grad: operand 1 to differentiate by is NULL: s []", bb_grad(w.s, NULL));
    REFUSED(GRAPH, "grad: operand 1 to differentiate by belongs to another graph: s []",
            bb_grad(w.s, w.foreign));
    REFUSED(GRAPH, "grad: operand 1 to differentiate by is the result of a failed call: s []",
            bb_grad(w.s, w.failed));
    bb_node *p = bb_param(w.g, w.params, "p", BB_F32, BB_SCALAR, (bb_init){0});
    REFUSED(GRADIENT, "grad: only f32 and f64 have a gradient: assign#8 [0]",
            bb_grad(bb_assign(p, w.s), w.s));
}

Test(grad_errors, cotangents)
{
    static const char unlike[] =
        "grad: the cotangent does not have the type of what is differentiated: ";
    char text[200];
    snprintf(text, sizeof text, "%sx [2 3] x v [3]", unlike);
    REFUSED(SHAPE, text, GRAD_WITH(w.x, w.v, w.x));
    snprintf(text, sizeof text, "%sx f32 [2 3] x d f64 [2 3]", unlike);
    REFUSED(SHAPE, text, GRAD_WITH(w.x, w.d, w.x));
    REFUSED(SHAPE, "grad: the cotangent belongs to another graph: x [2 3] x z [2 3]",
            GRAD_WITH(w.x, w.foreign, w.x));
}

Test(grad_errors, every_gradient_is_inert)
{
    bb_node *grads[3] = {w.x, w.x, w.x};
    cr_assert_eq(bb_grads(w.s, NULL, BB_NODES(w.x, w.i, w.v), grads), BB_BAD_GRADIENT);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(bb_node_kind_of(grads[i]), BB_NODE_INERT);
    grads[0] = NULL;
    cr_assert_eq(bb_grads(NULL, NULL, BB_NODES(w.x), grads), BB_BAD_ARGUMENT);
    cr_assert_eq(bb_node_kind_of(grads[0]), BB_NODE_INERT);
}

Test(grad_errors, an_integer_of_what_is_said_to_be_constant)
{
    bb_node *mask = bb_less(bb_stop_gradient(w.x), bb_number(w.x, 0));
    bb_node *d = bb_grad(bb_sum(bb_cast(mask, BB_F32), BB_ALL), w.x);
    cr_assert_null(bb_graph_error(w.g));
    cr_assert(bb_shape_equal(bb_node_shape(d), BB_SHAPE(2, 3)));
}

Test(grad_errors, through_an_integer)
{
    bb_node *whole = bb_cast(w.x, BB_I32), *y = bb_sum(bb_cast(whole, BB_F32), BB_ALL);
    REFUSED(GRADIENT, "grad: the only way leads through an integer: x [2 3] x sum#9 []",
            bb_grad(y, w.x));
    bb_node *mask = bb_less(w.x, bb_number(w.x, 0));
    y = bb_named(bb_sum(bb_cast(mask, BB_F32), BB_ALL), "negative");
    REFUSED(GRADIENT, "grad: the only way leads through an integer: x [2 3] x negative []",
            bb_grad(y, w.x));
    y = bb_sum(bb_gather(w.v, bb_argmax(w.x, 1), 0), BB_ALL);
    REFUSED(GRADIENT, "grad: the only way leads through an integer: x [2 3] x sum#9 []",
            bb_grad(y, w.x));
    y = bb_named(bb_accuracy(w.x, w.i), "accuracy");
    REFUSED(GRADIENT, "grad: the only way leads through an integer: x [2 3] x accuracy []",
            bb_grad(y, w.x));
    bb_node *hot = bb_one_hot(bb_argmax(w.x, 1), BB_F32, 3);
    REFUSED(GRADIENT, "grad: one_hot has no gradient rule: one_hot#8 [2 3]",
            bb_grad(bb_sum(hot, BB_ALL), w.x));
}

/* Another way is there: the one through the mask counts for nothing. */
Test(grad_errors, another_way)
{
    bb_node *mask = bb_less(w.x, bb_number(w.x, 0));
    bb_node *y = bb_sum(bb_where(mask, bb_neg(w.x), w.x), BB_ALL);
    bb_node *picked = bb_sum(bb_gather(w.v, bb_argmax(w.v, 0), 0), BB_ALL);
    cr_assert_eq(bb_node_kind_of(bb_grad(y, w.x)), BB_NODE_OP);
    cr_assert_eq(bb_node_kind_of(bb_grad(picked, w.v)), BB_NODE_OP, "%s", bb_graph_error(w.g));
}

static void nothing(const bb_call *call)
{
    (void)call;
}

static bb_node *wrong_shape(bb_node *y, bb_node *dy, int i)
{
    (void)y, (void)i;
    return bb_sum(dy, BB_ALL);
}

Test(grad_errors, rules)
{
    const bb_op bare = {.name = "bare", .arity = 1, .infer = bb_infer_same, .forward = nothing};
    const bb_op wrong = {.name = "wrong",
                         .arity = 1,
                         .infer = bb_infer_same,
                         .forward = nothing,
                         .backward = wrong_shape};
    bb_node *y = bb_sum(bb_apply(&bare, BB_NODES(w.x), NULL), BB_ALL);
    REFUSED(GRADIENT, "grad: bare has no gradient rule: bare#7 [2 3]", bb_grad(y, w.x));
    y = bb_sum(bb_apply(&bare, BB_NODES(w.x), NULL), BB_ALL);
    cr_assert_eq(bb_node_kind_of(bb_grad(bb_mul(y, bb_sum(w.v, BB_ALL)), w.v)), BB_NODE_OP,
                 "a rule is missed only on the way");
    bb_node *h = bb_apply(&wrong, BB_NODES(w.x), NULL);
    int line = bb_node_line(h);
    bb_node *d = bb_grad(bb_sum(h, BB_ALL), w.x);
    refused_at(__FILE__, line, BB_BAD_GRADIENT,
               "grad: the rule of wrong gives operand 1 a gradient of another shape: x [2 3] x "
               "sum#20 []",
               d);
}
