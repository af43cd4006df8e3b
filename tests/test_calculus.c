/* SPDX-License-Identifier: MIT */
/* Products with Jacobians and Hessians, and both as wholes, against closed forms and against
 * gradients one by one; what they cost in counted operations. */
#include "derivatives.h"

TestSuite(calculus, .init = derivatives_begin, .fini = derivatives_end);

/* Closed forms. */

static const double a_numbers[] = {1, -2, 3, 0.5, 4, -1, 2, 2.5, -3};

/* x'Ax / 2: the gradient is Sx and the Hessian S, for S = (A + A') / 2. */
Test(calculus, quadratic_form)
{
    bb_node *a = variable("a", BB_F64, BB_SHAPE(3, 3), a_numbers);
    bb_node *x = variable("x", BB_F64, BB_SHAPE(3), (const double[]){1, 2, -1});
    bb_node *v = variable("v", BB_F64, BB_SHAPE(3), (const double[]){3, 0, -2});
    bb_node *y = bb_mul_scalar(bb_matmul(x, bb_matmul(a, x)), 0.5);
    const double s[] = {1, -0.75, 2.5, -0.75, 4, 0.75, 2.5, 0.75, -3};
    expect(bb_hessian(y, x), BB_SHAPE(3, 3), s);
    expect(bb_hvp(y, x, v), BB_SHAPE(3), (const double[]){-2, -3.75, 13.5});
    expect(bb_vjp(y, x, bb_number(y, 2)), BB_SHAPE(3), (const double[]){-6, 13, 14});
    expect(bb_jvp(y, x, v), BB_SCALAR, (const double[]){-3.0 * 3 - 2.0 * 7});
    /* dy/da is the outer product of x with itself, halved */
    expect(bb_jacobian(y, a), BB_SHAPE(3, 3),
           (const double[]){0.5, 1, -0.5, 1, 2, -1, -0.5, -1, 0.5});
}

Test(calculus, linear_map)
{
    bb_node *a = variable("a", BB_F64, BB_SHAPE(3, 3), a_numbers);
    bb_node *x = varied("x", BB_SHAPE(3)), *v = varied("v", BB_SHAPE(3)), *y = bb_matmul(a, x);
    expect(bb_jacobian(y, x), BB_SHAPE(3, 3), a_numbers);
    expect_same(bb_jvp(y, x, v), bb_matmul(a, v));
    expect_same(bb_vjp(y, x, v), bb_matmul(v, a));
    expect_zero(bb_jvp(bb_jvp(y, x, v), x, v), BB_SHAPE(3));
}

/* (1 - x)^2 + 100 (y - x^2)^2 (Rosenbrock 1960). */
static bb_node *rosenbrock(bb_node *x)
{
    bb_node *a = bb_slice(x, 0, 0, 1, 1), *b = bb_slice(x, 0, 1, 2, 1);
    bb_node *valley = bb_square(bb_sub(b, bb_square(a)));
    return bb_sum(bb_add(bb_square(bb_sub(bb_number(a, 1), a)), bb_mul_scalar(valley, 100)),
                  BB_ALL);
}

Test(calculus, rosenbrock)
{
    bb_node *x = variable("x", BB_F64, BB_SHAPE(2), (const double[]){-1.2, 1});
    bb_node *v = variable("v", BB_F64, BB_SHAPE(2), (const double[]){2, -1}), *y = rosenbrock(x);
    expect(bb_grad(y, x), BB_SHAPE(2), (const double[]){-215.6, -88});
    expect(bb_hessian(y, x), BB_SHAPE(2, 2), (const double[]){1330, 480, 480, 200});
    expect(bb_hvp(y, x, v), BB_SHAPE(2), (const double[]){2180, 760});
}

/* diag(s) - ss' */
Test(calculus, softmax)
{
    bb_node *x = varied("x", BB_SHAPE(4)), *s = bb_softmax(x, 0);
    bb_tensor *t = value_of(s);
    double wanted[16];
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++)
            wanted[4 * i + j] = bb_tensor_at(t, i) * ((i == j ? 1.0 : 0.0) - bb_tensor_at(t, j));
    bb_tensor_release(t);
    expect(bb_jacobian(s, x), BB_SHAPE(4, 4), wanted);
    expect(bb_hessian(bb_logsumexp(x, BB_ALL), x), BB_SHAPE(4, 4), wanted);
}

/* Y = XX: dY[i,j] / dX[k,l] = [i = k] X[l,j] + [l = j] X[i,k]. */
Test(calculus, square_of_a_matrix)
{
    const double numbers[] = {2, -1, 0.5, 3};
    bb_node *x = variable("x", BB_F64, BB_SHAPE(2, 2), numbers);
    double wanted[16];
    for (int at = 0; at < 16; at++) {
        int i = at >> 3, j = at >> 2 & 1, k = at >> 1 & 1, l = at & 1;
        wanted[at] = (i == k ? numbers[2 * l + j] : 0) + (l == j ? numbers[2 * i + k] : 0);
    }
    expect(bb_jacobian(bb_matmul(x, x), x), BB_SHAPE(2, 2, 2, 2), wanted);
}

/* log det of a 2x2 matrix has the gradient X^-T. */
Test(calculus, log_determinant)
{
    bb_node *x = variable("x", BB_F64, BB_SHAPE(4), (const double[]){3, 1, 2, 4});
    bb_node *e[4];
    for (int i = 0; i < 4; i++)
        e[i] = bb_slice(x, 0, i, i + 1, 1);
    bb_node *y = bb_log(bb_sub(bb_mul(e[0], e[3]), bb_mul(e[1], e[2])));
    expect(bb_jacobian(y, x), BB_SHAPE(1, 4), (const double[]){0.4, -0.2, -0.1, 0.3});
}

/* Against gradients one by one. */

static bb_node *network(bb_node *x)
{
    bb_node *w = varied("w", BB_SHAPE(3, 5)), *b = varied("b", BB_SHAPE(5));
    bb_node *h = bb_tanh(bb_add(bb_matmul(x, w), b));
    return bb_sigmoid(bb_matmul(h, varied("c", BB_SHAPE(5, 2))));
}

static bb_node *element(bb_node *y, int i)
{
    bb_node *flat = bb_reshape(y, BB_SHAPE(-1));
    return bb_reshape(bb_slice(flat, 0, i, i + 1, 1), BB_SCALAR);
}

Test(calculus, jacobian_row_by_row)
{
    bb_node *x = varied("x", BB_SHAPE(4, 3)), *y = network(x), *j = bb_jacobian(y, x);
    cr_assert(bb_shape_equal(bb_node_shape(j), BB_SHAPE(4, 2, 4, 3)));
    bb_node *rows = bb_reshape(j, BB_SHAPE(8, 4, 3));
    for (int i = 0; i < 8; i++)
        expect_same(bb_reshape(bb_slice(rows, 0, i, i + 1, 1), BB_SHAPE(4, 3)),
                    bb_grad(element(y, i), x));
}

Test(calculus, hessian_row_by_row)
{
    bb_node *x = varied("x", BB_SHAPE(2, 3)), *y = bb_sum(bb_square(network(x)), BB_ALL);
    bb_node *h = bb_hessian(y, x), *d = bb_grad(y, x);
    cr_assert(bb_shape_equal(bb_node_shape(h), BB_SHAPE(2, 3, 2, 3)));
    bb_node *rows = bb_reshape(h, BB_SHAPE(6, 2, 3));
    for (int i = 0; i < 6; i++)
        expect_same(bb_reshape(bb_slice(rows, 0, i, i + 1, 1), BB_SHAPE(2, 3)),
                    bb_grad(element(d, i), x));
}

/* A Jacobian is a node: its gradient is the sum of second derivatives. */
Test(calculus, gradient_of_a_jacobian)
{
    bb_node *x = varied("x", BB_SHAPE(3)), *y = bb_mul(bb_sin(x), x);
    bb_node *d = bb_grad(bb_sum(bb_square(bb_jacobian(y, x)), BB_ALL), x);
    bb_node *first = bb_add(bb_mul(bb_cos(x), x), bb_sin(x));
    bb_node *second = bb_sub(bb_mul_scalar(bb_cos(x), 2), bb_mul(bb_sin(x), x));
    expect_same(d, bb_mul(bb_mul_scalar(first, 2), second));
}

Test(calculus, intermediate_nodes)
{
    bb_node *x = varied("x", BB_SHAPE(3)), *h = bb_exp(x), *y = bb_square(h);
    bb_node *diagonal = bb_jacobian(y, h);
    expect_same(bb_sum(diagonal, BB_AXES(0)), bb_mul_scalar(h, 2));
    expect_same(bb_jvp(y, h, x), bb_mul(bb_mul_scalar(h, 2), x));
    expect_same(bb_jvp(y, y, x), x);
    expect(bb_jacobian(y, y), BB_SHAPE(3, 3), (const double[]){1, 0, 0, 0, 1, 0, 0, 0, 1});
}

/* Several at once. */

Test(calculus, several_variables_and_functions)
{
    bb_node *x = varied("x", BB_SHAPE(3)), *z = varied("z", BB_SHAPE(3));
    bb_node *u = varied("u", BB_SHAPE(3)), *v = varied("v", BB_SHAPE(3));
    bb_node *y = bb_mul(x, bb_exp(z)), *s = bb_sum(bb_square(x), BB_ALL), *two = bb_number(x, 2);
    bb_node *p[2], *q[2];
    cr_assert_eq(bb_vjps(BB_NODES(y, s), BB_NODES(x, z), BB_NODES(u, two), p), BB_OK);
    expect_same(p[0], bb_add(bb_mul(u, bb_exp(z)), bb_mul_scalar(x, 4)));
    expect_same(p[1], bb_mul(u, y));
    cr_assert_eq(bb_jvps(BB_NODES(y, s), BB_NODES(x, z), BB_NODES(u, v), q), BB_OK);
    expect_same(q[0], bb_add(bb_mul(u, bb_exp(z)), bb_mul(v, y)));
    expect_same(q[1], bb_mul_scalar(bb_sum(bb_mul(x, u), BB_ALL), 2));
    bb_node *f = bb_sum(y, BB_ALL), *h[2], *j[2];
    cr_assert_eq(bb_hvps(f, BB_NODES(x, z), BB_NODES(u, v), h), BB_OK);
    expect_same(h[0], bb_mul(v, bb_exp(z)));
    expect_same(h[1], bb_add(bb_mul(u, bb_exp(z)), bb_mul(v, y)));
    cr_assert_eq(bb_jacobians(y, BB_NODES(x, z), j), BB_OK);
    expect_same(bb_sum(j[0], BB_AXES(1)), bb_exp(z));
    expect_same(bb_sum(j[1], BB_AXES(0)), y);
}

/* A Jacobian has its variable's type, whichever way it is computed. */
Test(calculus, types)
{
    bb_node *x = variable("x", BB_F32, BB_SHAPE(2), (const double[]){1, 2});
    bb_node *z = variable("z", BB_F64, BB_SHAPE(2), (const double[]){3, 4});
    bb_node *y = bb_mul(bb_cast(x, BB_F64), z), *tall = bb_broadcast(y, BB_SHAPE(7, 2)), *j[2];
    cr_assert_eq(bb_jacobians(y, BB_NODES(x, z), j), BB_OK);
    cr_assert_eq(bb_node_dtype(j[0]), BB_F32);
    cr_assert_eq(bb_node_dtype(j[1]), BB_F64);
    expect(j[0], BB_SHAPE(2, 2), (const double[]){3, 0, 0, 4});
    bb_node *columns = bb_jacobian(tall, x);
    cr_assert_eq(bb_node_dtype(columns), BB_F32);
    expect(bb_sum(columns, BB_AXES(0)), BB_SHAPE(2, 2), (const double[]){21, 0, 0, 28});
    cr_assert_eq(bb_node_dtype(bb_jvp(y, x, x)), BB_F64);
    cr_assert_eq(bb_node_dtype(bb_vjp(y, x, z)), BB_F32);
}

/* A cotangent that depends on the variable is constant all the same, and can itself be
 * differentiated by. */
Test(calculus, what_is_held_constant)
{
    bb_node *x = varied("x", BB_SHAPE(3)), *y = bb_square(x), *v = varied("v", BB_SHAPE(3));
    expect_same(bb_vjp(y, x, y), bb_mul_scalar(bb_mul(y, x), 2));
    expect_same(bb_jvp(y, x, y), bb_mul_scalar(bb_mul(y, x), 2));
    bb_node *d = bb_grad(bb_sum(bb_jvp(y, x, v), BB_ALL), v);
    expect_same(d, bb_mul_scalar(x, 2));
    bb_node *z = bb_sum(bb_mul(bb_square(x), x), BB_ALL), *p = bb_hvp(z, x, x);
    expect_same(p, bb_mul_scalar(bb_square(x), 6));
}

/* Third derivatives. */

static bb_node *thrice(bb_node *y, bb_node *x)
{
    return bb_grad(bb_grad(bb_grad(y, x), x), x);
}

Test(calculus, third_derivatives)
{
    const double at = 0.7;
    bb_node *x = variable("x", BB_F64, BB_SCALAR, &at), *one = bb_number(x, 1);
    bb_node *fifth = bb_mul(bb_square(bb_square(x)), x);
    expect(thrice(fifth, x), BB_SCALAR, (const double[]){60 * at * at});
    expect(thrice(bb_sin(x), x), BB_SCALAR, (const double[]){-cos(at)});
    double t = tanh(at), s = 1 - t * t;
    expect(thrice(bb_tanh(x), x), BB_SCALAR, (const double[]){s * (6 * t * t - 2)});
    /* tanh(sin x), by the formula of Faa di Bruno */
    double u = tanh(sin(at)), d1 = 1 - u * u, d2 = -2 * u * d1, d3 = d1 * (6 * u * u - 2);
    double wanted = d3 * pow(cos(at), 3) - 3 * d2 * cos(at) * sin(at) - d1 * cos(at);
    bb_node *y = bb_tanh(bb_sin(x));
    expect(thrice(y, x), BB_SCALAR, &wanted);
    expect(bb_jvp(bb_jvp(bb_jvp(y, x, one), x, one), x, one), BB_SCALAR, &wanted);
    expect(bb_jvp(bb_hvp(y, x, one), x, one), BB_SCALAR, &wanted);
}

/* f(x + hv) for h = -2k .. 2k gives the third derivative along v. */
Test(calculus, third_derivative_of_a_network)
{
    bb_node *x = varied("x", BB_SHAPE(2, 3)), *v = varied("v", BB_SHAPE(2, 3));
    bb_node *y = bb_sum(network(x), BB_ALL);
    bb_node *third = bb_jvp(bb_jvp(bb_jvp(y, x, v), x, v), x, v), *terms[4];
    const double step = 5e-3, weight[] = {-0.5, 1, -1, 0.5}, at[] = {-2, -1, 1, 2};
    for (int i = 0; i < 4; i++) {
        bb_node *moved = bb_add(x, bb_mul_scalar(v, at[i] * step));
        terms[i] = bb_mul_scalar(bb_sum(network(moved), BB_ALL), weight[i] / pow(step, 3));
    }
    bb_node *numeric = bb_add(bb_add(terms[0], terms[1]), bb_add(terms[2], terms[3]));
    bb_tensor *got = value_of(third), *wanted = value_of(numeric);
    double a = bb_tensor_at(got, 0), b = bb_tensor_at(wanted, 0);
    cr_assert(fabs(a) > 1e-2 && fabs(a - b) < 1e-3 * fabs(a), "%g beside %g", a, b);
    bb_tensor_release(got);
    bb_tensor_release(wanted);
    expect_same(bb_sum(bb_mul(bb_jvp(bb_hvp(y, x, v), x, v), v), BB_ALL), third);
}

/* Zeros, and shapes at the edge. */

Test(calculus, independent)
{
    bb_node *x = varied("x", BB_SHAPE(3)), *z = varied("z", BB_SHAPE(2));
    bb_node *y = bb_exp(z), *s = bb_sum(y, BB_ALL);
    expect_zero(bb_vjp(y, x, z), BB_SHAPE(3));
    expect_zero(bb_jvp(y, x, x), BB_SHAPE(2));
    expect_zero(bb_hvp(s, x, x), BB_SHAPE(3));
    expect_zero(bb_jacobian(y, x), BB_SHAPE(2, 3));
    expect_zero(bb_hessian(s, x), BB_SHAPE(3, 3));
    expect_zero(bb_hessian(bb_sum(x, BB_ALL), x), BB_SHAPE(3, 3));
    expect_zero(bb_jacobian(bb_stop_gradient(x), x), BB_SHAPE(3, 3));
}

Test(calculus, empty_and_single)
{
    bb_node *none = varied("none", BB_SHAPE(0, 2)), *x = varied("x", BB_SHAPE(3));
    bb_node *one = varied("one", BB_SHAPE(1, 1)), *point = varied("point", BB_SCALAR);
    bb_node *sum = bb_add(bb_sum(bb_square(none), BB_ALL), bb_sum(x, BB_ALL));
    expect_zero(bb_jacobian(bb_exp(none), none), BB_SHAPE(0, 2, 0, 2));
    expect_zero(bb_jacobian(sum, none), BB_SHAPE(0, 2));
    expect_zero(bb_hessian(sum, none), BB_SHAPE(0, 2, 0, 2));
    expect_zero(bb_jvp(sum, none, none), BB_SCALAR);
    bb_node *infinite = bb_logsumexp(none, BB_AXES(0)), *product;
    expect_zero(bb_jvp(bb_square(bb_tanh(infinite)), none, none), BB_SHAPE(2));
    cr_assert_eq(bb_jvps(BB_NODES(bb_sum(x, BB_ALL)), BB_NODES(none, x),
                         BB_NODES(none, bb_ones_like(x)), &product),
                 BB_OK);
    expect_same(product, bb_scalar(bb_node_graph(x), bb_node_dtype(x), 3));
    expect_zero(bb_vjp(bb_exp(none), none, none), BB_SHAPE(0, 2));
    expect_zero(bb_hvp(sum, none, none), BB_SHAPE(0, 2));
    bb_node *tall = bb_broadcast(bb_mul(point, sum), BB_SHAPE(40)), *j[3];
    cr_assert_eq(bb_jacobians(tall, BB_NODES(none, point, x), j), BB_OK);
    expect_zero(j[0], BB_SHAPE(40, 0, 2));
    expect_same(j[1], bb_broadcast(sum, BB_SHAPE(40)));
    expect_same(j[2], bb_broadcast(point, BB_SHAPE(40, 3)));
    cr_assert_eq(bb_jacobians(sum, BB_NODES(none, point, x), j), BB_OK);
    expect_zero(j[0], BB_SHAPE(0, 2));
    expect_zero(j[1], BB_SCALAR);
    expect_same(bb_jacobian(bb_square(point), point), bb_mul_scalar(point, 2));
    expect_same(bb_hessian(bb_exp(point), point), bb_exp(point));
    expect_same(bb_reshape(bb_jacobian(bb_exp(one), one), BB_SHAPE(1, 1)), bb_exp(one));
    cr_assert(bb_shape_equal(bb_node_shape(bb_jacobian(bb_exp(one), one)), BB_SHAPE(1, 1, 1, 1)));
    expect_same(bb_jacobian(bb_mul(point, x), point), x);
    expect(bb_jacobian(bb_sum(x, BB_ALL), x), BB_SHAPE(3), (const double[]){1, 1, 1});
}

/* Costs, in counted operations. */

/* A network of products large enough that all else counts for little. */
static bb_node *products(bb_node *x, bb_node **ws)
{
    for (int i = 0; i < 3; i++) {
        const char name[] = {(char)('a' + i), '\0'};
        ws[i] = varied(name, BB_SHAPE(60, 60));
        x = bb_tanh(bb_matmul(x, ws[i]));
    }
    return x;
}

static double flops_of(bb_nodes outputs)
{
    return stats_of(outputs).flops;
}

Test(calculus, costs_of_products)
{
    bb_node *ws[3], *y = products(varied("x", BB_SHAPE(30, 60)), ws), *vs[3], *d[4], *h[3], *t;
    bb_node *loss = bb_sum(bb_square(y), BB_ALL);
    for (int i = 0; i < 3; i++)
        vs[i] = varied((const char[]){(char)('u' + i), '\0'}, BB_SHAPE(60, 60));
    double f = flops_of(BB_NODES(loss));
    cr_assert_eq(bb_grads(loss, NULL, (bb_nodes){3, ws}, d), BB_OK);
    d[3] = loss;
    double gradient = flops_of((bb_nodes){4, d}) / f;
    cr_assert_eq(bb_hvps(loss, (bb_nodes){3, ws}, (bb_nodes){3, vs}, h), BB_OK);
    double hvp = flops_of((bb_nodes){3, h}) / f;
    cr_assert_eq(bb_jvps(BB_NODES(loss), (bb_nodes){3, ws}, (bb_nodes){3, vs}, &t), BB_OK);
    double jvp = flops_of(BB_NODES(t)) / f;
    cr_assert(gradient > 2 && gradient <= 3.1, "%g", gradient);
    cr_assert(hvp > 4 && hvp <= 9.1, "%g", hvp);
    cr_assert(jvp > 2 && jvp <= 3.1, "%g", jvp);
}

/* What the cotangent of a transposed product was does not matter, so it is gone. */
Test(calculus, cotangents_vanish)
{
    bb_node *x = varied("x", BB_SHAPE(3)), *v = varied("v", BB_SHAPE(3));
    bb_node *a = varied("a", BB_SHAPE(3, 3));
    cr_assert_eq(stats_of(BB_NODES(bb_jvp(bb_exp(x), x, v))).flops,
                 stats_of(BB_NODES(bb_mul(bb_exp(x), v))).flops);
    bb_program_stats stats = stats_of(BB_NODES(bb_jvp(bb_matmul(x, a), x, v)));
    bb_program_stats product = stats_of(BB_NODES(bb_matmul(v, a)));
    cr_assert_eq(stats.flops, product.flops);
    cr_assert_eq(stats.steps, product.steps);
}

/* A product for all rows: the steps do not depend on their number. */
Test(calculus, jacobians_keep_products_whole)
{
    int steps[2];
    for (int i = 0; i < 2; i++) {
        bb_node *a = varied(i ? "m" : "n", BB_SHAPE(9, 5 + i)), *ws[3];
        bb_node *x = varied(i ? "x" : "z", BB_SHAPE(60));
        bb_node *y = bb_matmul(a, bb_slice(products(x, ws), 0, 0, 5 + i, 1));
        steps[i] = stats_of(BB_NODES(bb_jacobian(y, x))).steps;
    }
    cr_assert_eq(steps[0], steps[1]);
    cr_assert_leq(steps[0], 24);
}

/* Rows of a wide function, columns of a tall one: neither costs the other's number of products. */
Test(calculus, the_cheaper_way)
{
    bb_node *ws[3], *wide = varied("x", BB_SHAPE(60)), *narrow = varied("z", BB_SHAPE(2));
    bb_node *short_y = bb_slice(products(wide, ws), 0, 0, 2, 1);
    bb_node *tall_y = products(bb_pad(narrow, 0, 0, 58, 0.5), ws);
    double f = flops_of(BB_NODES(tall_y));
    double rows = flops_of(BB_NODES(bb_jacobian(short_y, wide))) / f;
    double columns = flops_of(BB_NODES(bb_jacobian(tall_y, narrow))) / f;
    cr_assert(rows < 3.2, "%g", rows);
    cr_assert(columns < 3.2, "%g", columns);
}

Test(calculus, value_and_gradient_in_one_program)
{
    bb_node *ws[3], *loss = bb_sum(products(varied("x", BB_SHAPE(60)), ws), BB_ALL), *d[3];
    cr_assert_eq(bb_grads(loss, NULL, (bb_nodes){3, ws}, d), BB_OK);
    double both = flops_of(BB_NODES(loss, d[0], d[1], d[2]));
    double apart = flops_of(BB_NODES(loss)) + flops_of((bb_nodes){3, d});
    cr_assert_lt(both, 0.8 * apart);
}
