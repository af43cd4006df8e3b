/* SPDX-License-Identifier: MIT */
/* Functions over a new axis: whole functions, what does not vary, and ops without a batching rule.
 * The rules of the library's ops are test_calculus_ops.c's. */
#include "derivatives.h"

#include <stdlib.h>

TestSuite(vmap, .init = derivatives_begin, .fini = derivatives_end);

/* The gradient of each example's loss, which a batch's gradient sums. */
Test(vmap, gradients_of_examples)
{
    bb_node *x = varied("x", BB_SHAPE(3)), *rows = varied("r", BB_SHAPE(4, 3));
    bb_node *w = varied("w", BB_SHAPE(3, 5));
    bb_node *loss = bb_sum(bb_square(bb_tanh(bb_matmul(x, w))), BB_ALL), *d = bb_grad(loss, w);
    bb_node *each = bb_vmap(d, x, rows);
    cr_assert(bb_shape_equal(bb_node_shape(each), BB_SHAPE(4, 3, 5)));
    bb_node *whole = bb_sum(bb_square(bb_tanh(bb_matmul(rows, w))), BB_ALL);
    expect_same(bb_sum(each, BB_AXES(0)), bb_grad(whole, w));
    /* and it can be differentiated again */
    bb_node *twice = bb_grad(bb_sum(bb_square(each), BB_ALL), rows);
    expect_same(
        bb_slice(twice, 0, 0, 1, 1),
        bb_reshape(bb_vmap(bb_grad(bb_sum(bb_square(d), BB_ALL), x), x, bb_slice(rows, 0, 0, 1, 1)),
                   BB_SHAPE(1, 3)));
}

/* What is standardised has a rule of its own, over axes that count one more then. */
Test(vmap, gradients_of_what_is_standardised)
{
    bb_node *x = varied("x", BB_SHAPE(3, 17)), *rows = varied("r", BB_SHAPE(2, 3, 17));
    bb_node *w = varied("w", BB_SHAPE(3, 17));
    for (int axis = 0; axis < 2; axis++) {
        bb_node *y = bb_standardise(x, BB_AXES(axis), 0.1);
        bb_node *all = bb_standardise(rows, BB_AXES(axis + 1), 0.1);
        bb_node *each = bb_sum(bb_mul(bb_vmap(y, x, rows), w), BB_ALL);
        bb_node *whole = bb_sum(bb_mul(all, w), BB_ALL);
        expect_same(bb_grad(each, rows), bb_grad(whole, rows));
        bb_node *d = bb_grad(bb_sum(bb_mul(y, w), BB_ALL), x);
        expect_same(bb_vmap(d, x, rows), bb_grad(whole, rows));
    }
}

Test(vmap, what_does_not_vary)
{
    bb_node *x = varied("x", BB_SHAPE(2)), *rows = varied("r", BB_SHAPE(3, 2));
    bb_node *z = varied("z", BB_SHAPE(4)), *ys[3];
    bb_node *far = bb_exp(z), *near = bb_add(x, bb_slice(far, 0, 0, 2, 1));
    cr_assert_eq(bb_vmaps(BB_NODES(far, x, near), BB_NODES(x), BB_NODES(rows), ys), BB_OK);
    expect_same(ys[0], bb_broadcast(far, BB_SHAPE(3, 4)));
    cr_assert_eq(ys[1], rows);
    expect_same(ys[2], bb_add(rows, bb_slice(far, 0, 0, 2, 1)));
    cr_assert_eq(stats_of(BB_NODES(ys[2])).flops, 4 + 3 * 2, "exp runs once");
}

/* A variable that another one computes is cut off from it. */
Test(vmap, variables_within_variables)
{
    bb_node *x = varied("x", BB_SHAPE(2)), *h = bb_square(x), *y = bb_add(bb_exp(h), x);
    bb_node *xs = varied("r", BB_SHAPE(3, 2)), *hs = varied("s", BB_SHAPE(3, 2)), *out;
    cr_assert_eq(bb_vmaps(BB_NODES(y), BB_NODES(x, h), BB_NODES(xs, hs), &out), BB_OK);
    expect_same(out, bb_add(bb_exp(hs), xs));
}

Test(vmap, rows_of_rows)
{
    bb_node *x = varied("x", BB_SCALAR), *z = varied("z", BB_SHAPE(3));
    bb_node *y = bb_mul(bb_sum(bb_sin(z), BB_ALL), x);
    bb_node *each =
        bb_vmap(bb_vmap(y, x, varied("r", BB_SHAPE(2))), z, varied("s", BB_SHAPE(5, 3)));
    bb_node *sums = bb_sum(bb_sin(varied("s", BB_SHAPE(5, 3))), BB_AXES(1));
    expect_same(each, bb_mul(bb_reshape(sums, BB_SHAPE(5, 1)), varied("r", BB_SHAPE(2))));
}

Test(vmap, no_rows_and_one)
{
    bb_node *x = varied("x", BB_SHAPE(2)), *y = bb_matmul(x, varied("w", BB_SHAPE(2, 3)));
    bb_node *none = bb_vmap(y, x, varied("n", BB_SHAPE(0, 2)));
    cr_assert(bb_shape_equal(bb_node_shape(none), BB_SHAPE(0, 3)));
    expect_zero(none, BB_SHAPE(0, 3));
    expect_same(bb_vmap(y, x, bb_reshape(x, BB_SHAPE(1, 2))), bb_reshape(y, BB_SHAPE(1, 3)));
}

/* Ops of the user's. */

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void sort_forward(const bb_call *call)
{
    size_t n = (size_t)call->out->shape.dim[0];
    double *y = call->out->data;
    const double *x = call->in[0].data;
    for (size_t i = 0; i < n; i++)
        y[i] = x[i];
    qsort(y, n, sizeof *y, compare_doubles);
}

/* Only for one dimension, so that it cannot run on the new axis by chance. */
static bool one_dimension(bb_infer *c)
{
    return bb_infer_same(c) &&
           (c->in[0].shape.ndim == 1 || bb_infer_fail(c, BB_BAD_SHAPE, "needs one dimension"));
}

static const bb_op sort = {.name = "sort",
                           .arity = 1,
                           .infer = one_dimension,
                           .forward = sort_forward,
                           .needs_contiguous = true};

Test(vmap, an_op_without_a_rule)
{
    bb_node *x = varied("x", BB_SHAPE(3));
    bb_node *rows = variable("r", BB_F64, BB_SHAPE(2, 3), (const double[]){3, 1, 2, 0, -1, -2});
    bb_node *y = bb_mul_scalar(bb_apply(&sort, BB_NODES(x), NULL), 10);
    expect(bb_vmap(y, x, rows), BB_SHAPE(2, 3), (const double[]){10, 20, 30, -20, -10, 0});
    bb_node *none = bb_vmap(y, x, varied("n", BB_SHAPE(0, 3)));
    expect_zero(none, BB_SHAPE(0, 3));
}
