/* SPDX-License-Identifier: MIT */
/* Elementwise values that are computed on what a product has just finished. */
#include "plans.h"

static const bb_compile_options single = {.no_fuse = true};
static bb_graph *g;
static bb_params *params;
static bb_node *x, *w, *b;
static bb_tensor *xs;

enum { ROWS = 30, INNER = 17, COLUMNS = 22 };

static void begin(void)
{
    g = bb_graph_new();
    params = bb_params_new(1);
    x = bb_input(g, "x", BB_F64, BB_SHAPE(ROWS, INNER));
    w = bb_param(g, params, "w", BB_F64, BB_SHAPE(INNER, COLUMNS), bb_init_normal(0.5));
    b = bb_param(g, params, "b", BB_F64, BB_SHAPE(COLUMNS), bb_init_normal(0.5));
    xs = bb_tensor_new(BB_F64, BB_SHAPE(ROWS, INNER));
    bb_tensor_fill_normal(xs, 0, 1, 1);
}

static void end(void)
{
    bb_tensor_release(xs);
    bb_graph_free(g);
    bb_params_free(params);
}

TestSuite(tails, .init = begin, .fini = end);

static int steps_within(bb_nodes outputs, double tolerance)
{
    for (int threads = 1; threads <= 2; threads++)
        expect_agreement(g, outputs, BB_FEEDS({x, xs}), &single, tolerance, threads);
    return stats_with(g, outputs, NULL).steps;
}

static int steps_of(bb_nodes outputs)
{
    return steps_within(outputs, 0);
}

Test(tails, bias_and_activation)
{
    cr_expect_eq(steps_of(BB_NODES(bb_relu(bb_add(bb_matmul(x, w), b)))), 1);
}

/* The product itself is asked for too. */
Test(tails, and_the_product)
{
    bb_node *y = bb_matmul(x, w);
    cr_expect_eq(steps_of(BB_NODES(bb_tanh(y), y)), 1);
    cr_expect_eq(steps_of(BB_NODES(bb_tanh(y), bb_sum(y, BB_AXES(0)), bb_exp(y))), 2);
}

/* What was numbered before the product joins as well. */
Test(tails, of_earlier_values)
{
    bb_node *shift = bb_exp(bb_broadcast(b, BB_SHAPE(ROWS, COLUMNS)));
    bb_node *early = bb_mul(shift, shift);
    cr_expect_eq(steps_of(BB_NODES(bb_sub(bb_matmul(x, w), early))), 1);
}

/* A unit has one head; the other product comes before it. */
Test(tails, of_two_products)
{
    bb_node *a = bb_matmul(x, w), *c = bb_matmul(bb_neg(x), bb_sin(w));
    bb_node *u = bb_add(bb_relu(a), c), *v = bb_add(bb_relu(c), a);
    cr_expect_eq(steps_of(BB_NODES(u, v)), 4, "neg, sin, one product, the other with all else");
}

/* Through a reshape, which is all of the product in its order; not through a transpose. */
Test(tails, through_views)
{
    bb_node *y = bb_matmul(x, w);
    bb_node *cube = bb_tanh(bb_reshape(y, BB_SHAPE(5, 6, COLUMNS)));
    cr_expect_eq(steps_of(BB_NODES(cube)), 1);
    cr_expect_eq(steps_of(BB_NODES(bb_tanh(bb_transpose(y)))), 2);
    bb_node *both[] = {bb_tanh(y), cube};
    cr_expect_eq(steps_of((bb_nodes){2, both}), 2, "one shape joins");
}

/* An update of the parameter that the product's operands do not read is done in its place. */
Test(tails, that_store)
{
    bb_node *h = bb_matmul(x, w), *loss = bb_mean(bb_square(h), BB_ALL);
    bb_node *step = bb_sgd(loss, params, 0.1);
    bb_program *p = bb_compile(g, BB_NODES(loss, step));
    cr_expect_gt(bb_program_stats_of(p).inplace, 0);
    double before = 0, after = 0;
    for (int i = 0; i < 5; i++) {
        cr_assert_eq(bb_run(p, BB_FEEDS({x, xs})), BB_OK);
        after = bb_program_number(p, loss);
        cr_expect(i == 0 || after < before);
        before = after;
    }
    bb_program_free(p);
}

/* W <- W - W (W W): the product reads what the tail would change. */
Test(tails, that_must_not_store_over_operands)
{
    bb_node *v = bb_param(g, params, "v", BB_F64, BB_SHAPE(40, 40), bb_init_normal(0.1));
    bb_node *old = bb_mul_scalar(v, 1), *moved = bb_sub(v, bb_mul(v, bb_matmul(v, v)));
    bb_tensor *wanted = bb_eval(moved, BB_NO_FEEDS, NULL);
    bb_program *p = bb_compile(g, BB_NODES(bb_assign(v, moved), old));
    cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_OK);
    const bb_tensor *got = bb_params_tensor(params, 2);
    cr_assert_eq(bb_tensor_count(got), 1600);
    for (int i = 0; i < 1600; i++)
        cr_assert_eq(bb_tensor_at(got, i), bb_tensor_at(wanted, i));
    bb_program_free(p);
    bb_tensor_release(wanted);
}

/* Of batches of matrices, of vectors, and of sums of nothing. */
Test(tails, of_other_products)
{
    bb_node *a = bb_reshape(bb_slice(x, 1, 0, 16, 1), BB_SHAPE(5, 6, 16));
    bb_node *batch = bb_matmul(a, bb_permute(a, BB_AXES(0, 2, 1)));
    steps_of(BB_NODES(bb_exp(bb_mul_scalar(batch, 0.1))));
    bb_node *row = bb_matmul(bb_slice(x, 0, 0, 1, 1), w);
    cr_expect_eq(steps_of(BB_NODES(bb_tanh(bb_add(row, b)))), 1);
    bb_node *nothing = bb_matmul(bb_slice(x, 1, 0, 0, 1), bb_slice(w, 0, 0, 0, 1));
    cr_expect_eq(steps_of(BB_NODES(bb_add(nothing, b))), 1);
}

/* Of convolutions and their adjoints, in blocks of images, by oneDNN or by our own kernels. */
Test(tails, of_convolutions)
{
    const bb_conv usual = {.groups = 1};
    for (int64_t images = 1; images <= 9; images += 4) {
        bb_graph *h = bb_graph_new();
        bb_node *pictures = bb_input(h, "pictures", BB_F32, BB_SHAPE(images, 16, 12, 12));
        bb_node *filters =
            bb_param(h, params, "filters", BB_F32, BB_SHAPE(32, 16, 3, 3), bb_init_normal(0.1));
        bb_node *shift =
            bb_param(h, params, "shift", BB_F32, BB_SHAPE(32, 1, 1), bb_init_normal(1));
        bb_node *y = bb_relu(bb_add(bb_conv2d(pictures, filters, usual), shift));
        bb_node *loss = bb_sum(
            bb_square(bb_conv2d(y, bb_permute(filters, BB_AXES(1, 0, 2, 3)), usual)), BB_ALL);
        bb_node *dx = bb_grad(loss, pictures);
        bb_tensor *values = bb_tensor_new(BB_F32, BB_SHAPE(images, 16, 12, 12));
        bb_tensor_fill_normal(values, 0, 1, 7);
        for (int threads = 1; threads <= 2; threads++)
            expect_agreement(h, BB_NODES(y, loss, dx), BB_FEEDS({pictures, values}), &single, 0,
                             threads);
        cr_expect_eq(stats_with(h, BB_NODES(y), NULL).steps, 1);
        bb_tensor_release(values);
        bb_graph_free(h);
    }
}

static bb_node *rule_of_ones(bb_node *y, bb_node *dy, int i)
{
    (void)y;
    (void)i;
    return dy;
}

/* A view with further operands is there only when these are, which may be after the head. */
Test(tails, not_through_views_that_wait)
{
    bb_node *h = bb_matmul(x, w),
            *given = bb_custom_gradient(h, BB_NODES(bb_sum(h, BB_ALL)), rule_of_ones);
    cr_expect_eq(steps_of(BB_NODES(bb_tanh(given))), 3);
    bb_node *before = bb_tanh(w), *total = bb_sum(before, BB_ALL), *p = bb_matmul(x, before);
    bb_node *late = bb_exp(bb_custom_gradient(p, BB_NODES(total), rule_of_ones));
    steps_of(BB_NODES(bb_add(late, bb_sum(p, BB_ALL))));
}

/* Twice transposed it is all of the head again, but there is a view between that is not. */
Test(tails, not_through_views_of_other_orders)
{
    bb_node *square = bb_matmul(x, bb_transpose(x));
    bb_node *twice = bb_transpose(bb_transpose(square));
    cr_expect_eq(steps_of(BB_NODES(bb_tanh(bb_mul_scalar(twice, 0.01)))), 2);
    bb_node *z = bb_matmul(x, w), *gram = bb_matmul(z, bb_transpose(z));
    bb_node *loss = bb_add(bb_mean(bb_square(gram), BB_ALL), bb_mean(bb_square(z), BB_ALL));
    steps_of(BB_NODES(loss, bb_grad(loss, w)));
}

/* What finds fault with the head's data does so before a parameter is changed. */
Test(tails, of_what_is_early)
{
    bb_node *square = bb_matmul(x, bb_transpose(x));
    bb_node *v = bb_param(g, params, "v", BB_F64, BB_SHAPE(2, ROWS * ROWS / 2), bb_init_zeros());
    bb_node *step = bb_assign(v, bb_sub(v, bb_reshape(square, BB_SHAPE(2, ROWS * ROWS / 2))));
    bb_program *p = bb_compile(g, BB_NODES(step, bb_cholesky(bb_neg(square))));
    cr_assert_eq(bb_run(p, BB_FEEDS({x, xs})), BB_BAD_VALUE);
    cr_expect_eq(bb_tensor_at(bb_params_tensor(params, 2), 0), 0);
    bb_program_free(p);
}

/* Many views of the head are one operand, and the others are as many as a unit may have. The units
 * go through strips together, in which some of OpenBLAS's kernels round otherwise. */
Test(tails, of_many_operands)
{
    bb_node *square = bb_matmul(x, bb_transpose(x)), *sum = bb_tanh(square);
    for (int i = 2; i <= 6; i++)
        sum = bb_add(
            sum, bb_reshape(bb_reshape(square, BB_SHAPE(i * 5, 180 / i)), BB_SHAPE(ROWS, ROWS)));
    for (int i = 0; i < 30; i++) {
        char name[24];
        snprintf(name, sizeof name, "p%d", i);
        sum =
            bb_add(sum, bb_param(g, params, name, BB_F64, BB_SHAPE(ROWS, ROWS), bb_init_normal(1)));
    }
    cr_expect_lt(steps_within(BB_NODES(sum), 1e-14), 5);
}

/* Where groups of rows are summed, what follows is in their strips and not behind the product. */
Test(tails, none_beside_a_sum_in_stages)
{
    enum { MANY = 4096, FEW = 32 };
    bb_node *large = bb_input(g, "large", BB_F64, BB_SHAPE(MANY, FEW));
    bb_tensor *values = bb_tensor_new(BB_F64, BB_SHAPE(MANY, FEW));
    bb_tensor_fill_normal(values, 0, 1, 2);
    bb_node *y = bb_matmul(large, bb_matmul(bb_transpose(large), large));
    bb_node *kept = bb_sum(y, BB_AXES(0)), *turned = bb_sum(bb_sin(y), BB_AXES(1));
    const bb_compile_options whole = {.no_strips = true};
    const int steps = stats_with(g, BB_NODES(turned, kept), NULL).steps;
    cr_expect_eq(stats_with(g, BB_NODES(turned, kept), &whole).steps, 4);
    cr_expect_eq(steps, 6, "%d steps", steps); /* sin, and the second stage */
    expect_agreement(g, BB_NODES(turned, kept), BB_FEEDS({large, values}), &whole, 1e-9, 2);
    bb_tensor_release(values);
}

/* The gradient of normalised rows may be written over what they became, but not where its tail
 * reads that, in an op with a lower number than its own. */
Test(tails, of_what_is_written_over)
{
    bb_node *z = bb_standardise(x, BB_AXES(-1), 0.1), *first = bb_mul_scalar(z, 3);
    bb_node *of_dx = bb_vjp(z, x, x), *of_sine = bb_vjp(z, x, bb_sin(x));
    expect_agreement(g, BB_NODES(bb_add(of_dx, first)), BB_FEEDS({x, xs}), &single, 1e-12, 1);
    bb_node *twice = bb_mul(of_sine, bb_square(z)), *after = bb_sub(of_dx, bb_exp(x));
    expect_agreement(g, BB_NODES(twice), BB_FEEDS({x, xs}), &single, 1e-12, 2);
    expect_agreement(g, BB_NODES(after, z), BB_FEEDS({x, xs}), &single, 1e-12, 1);
    expect_agreement(g, BB_NODES(after), BB_FEEDS({x, xs}), &single, 1e-12, 1);
}
