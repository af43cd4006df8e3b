/* SPDX-License-Identifier: MIT */
/* What loss.h says of losses where a formula taken literally gives NaN, and what they become when
 * their options do nothing. */
#include <bibun/bibun.h>

#include <criterion/criterion.h>
#include <math.h>

enum { MOST = 8 };

static bb_graph *g;

static void begin(void)
{
    g = bb_graph_new();
}

static void end(void)
{
    bb_graph_free(g);
}

TestSuite(losses, .init = begin, .fini = end);

static bb_node *row(const double *numbers, int n)
{
    return bb_constant_from(g, BB_F64, BB_SHAPE(n), numbers);
}

static bb_node *table(const double *numbers, int rows, int columns)
{
    return bb_constant_from(g, BB_F64, BB_SHAPE(rows, columns), numbers);
}

static void expect(bb_node *node, int n, const double *wanted)
{
    bb_error error = {0};
    bb_tensor *t = bb_eval(node, BB_NO_FEEDS, &error);
    cr_assert(t, "%s", error.text);
    cr_assert_eq(bb_tensor_count(t), n);
    for (int i = 0; i < n; i++) {
        double got = bb_tensor_at(t, i);
        cr_expect(got == wanted[i] || fabs(got - wanted[i]) < 1e-14 * fmax(1, fabs(wanted[i])),
                  "element %d is %.17g, not %.17g", i, got, wanted[i]);
    }
    bb_tensor_release(t);
}

static void expect_number(bb_node *node, double wanted)
{
    expect(node, 1, &wanted);
}

/* Certain and right costs nothing, and pulls nowhere; certain and wrong is infinite. */
Test(losses, binary_cross_entropy_of_certainties)
{
    bb_node *right = row((double[]){INFINITY, -INFINITY}, 2), *t = row((double[]){1, 0}, 2);
    bb_node *loss = bb_binary_cross_entropy_with_logits(right, t), *d = NULL;
    expect_number(loss, 0);
    cr_assert_eq(bb_grads(loss, NULL, BB_NODES(right), &d), BB_OK);
    expect(d, 2, (double[]){0, 0});
    expect_number(bb_binary_cross_entropy_with_logits(bb_neg(right), t), INFINITY);

    bb_node *p = row((double[]){1, 0}, 2);
    loss = bb_binary_cross_entropy(p, t);
    expect_number(loss, 0);
    cr_assert_eq(bb_grads(loss, NULL, BB_NODES(p), &d), BB_OK);
    expect(d, 2, (double[]){-0.5, 0.5});
    expect_number(bb_binary_cross_entropy(row((double[]){0, 0}, 2), t), INFINITY);
}

Test(losses, weights_of_one_change_nothing)
{
    bb_node *x = row((double[]){-1, 0.5, 3}, 3), *t = row((double[]){0, 1, 0.5}, 3);
    bb_node *one = bb_number(x, 1), *plain = bb_binary_cross_entropy_with_logits(x, t);
    expect_number(bb_sub(plain, bb_binary_cross_entropy_with_logits_weighted(x, t, one, one)), 0);

    bb_node *logits = table((double[]){1, 2, -1, 0, 3, 1}, 2, 3),
            *ones = row((double[]){1, 1, 1}, 3);
    bb_node *labels = bb_constant_from(g, BB_I32, BB_SHAPE(2), (int32_t[]){2, 0});
    plain = bb_softmax_cross_entropy(logits, labels);
    expect_number(bb_sub(plain, bb_softmax_cross_entropy_weighted(logits, labels, ones)), 0);
    expect_number(bb_sub(plain, bb_softmax_cross_entropy_smooth(logits, labels, 0)), 0);
    bb_node *log_p = bb_log_softmax(logits, 1);
    expect_number(bb_sub(plain, bb_negative_log_likelihood(log_p, labels)), 0);
    expect_number(bb_sub(plain, bb_negative_log_likelihood_weighted(log_p, labels, ones)), 0);
}

/* Classes that cannot be, and are not the label, take no part. */
Test(losses, impossible_classes)
{
    bb_node *log_q = table((double[]){0, -INFINITY, log(0.5), log(0.5)}, 2, 2);
    bb_node *p = table((double[]){1, 0, 0.5, 0.5}, 2, 2), *d = NULL;
    bb_node *labels = bb_constant_from(g, BB_I32, BB_SHAPE(2), (int32_t[]){0, 1});
    bb_node *divergence = bb_kl_divergence(log_q, p);
    expect_number(divergence, 0);
    cr_assert_eq(bb_grads(divergence, NULL, BB_NODES(log_q), &d), BB_OK);
    expect(d, 4, (double[]){-0.5, 0, -0.25, -0.25});
    bb_node *likelihood = bb_negative_log_likelihood(log_q, labels);
    expect_number(likelihood, log(2) / 2);
    cr_assert_eq(bb_grads(likelihood, NULL, BB_NODES(log_q), &d), BB_OK);
    expect(d, 4, (double[]){-0.5, 0, 0, -0.5});
}

Test(losses, a_label_out_of_range_is_an_error_of_the_run)
{
    bb_node *x = table((double[]){0, 0, 0, 0}, 2, 2), *weights = row((double[]){1, 1}, 2);
    bb_node *labels = bb_constant_from(g, BB_I32, BB_SHAPE(2), (int32_t[]){0, 2});
    bb_node *all[] = {bb_negative_log_likelihood(x, labels),
                      bb_negative_log_likelihood_weighted(x, labels, weights),
                      bb_softmax_cross_entropy_weighted(x, labels, weights),
                      bb_softmax_cross_entropy_smooth(x, labels, 0.5)};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        bb_error error = {0};
        cr_assert_null(bb_eval(all[i], BB_NO_FEEDS, &error));
        cr_assert_eq(error.status, BB_BAD_VALUE, "%s", error.text);
    }
}

/* Slopes of errors: -inf, beyond, at the bound, inside, none. */
Test(losses, huber_is_straight_beyond_delta)
{
    bb_node *x = row((double[]){-3, -2, 0.5, 0, 2, 1e300}, 6), *zero = bb_zeros_like(x), *d = NULL;
    cr_assert_eq(bb_grads(bb_huber(x, zero, 2), NULL, BB_NODES(x), &d), BB_OK);
    expect(bb_mul_scalar(d, 6), 6, (double[]){-2, -2, 0.5, 0, 2, 2});
    cr_assert_eq(bb_grads(bb_smooth_l1(x, zero, 2), NULL, BB_NODES(x), &d), BB_OK);
    expect(bb_mul_scalar(d, 6), 6, (double[]){-1, -1, 0.25, 0, 1, 1});
}

Test(losses, cosine_of_a_zero_vector_is_zero)
{
    bb_node *x = table((double[]){0, 0, 3, 4, 1e-310, 0, 1e308, 1e308}, 4, 2), *d[2];
    bb_node *y = table((double[]){1, 2, 0, 0, 1e308, 0, -1e308, -1e308}, 4, 2);
    bb_node *cosine = bb_cosine_similarity(x, y, -1);
    expect(cosine, 4, (double[]){0, 0, 1, -1});
    cr_assert_eq(bb_grads(cosine, bb_ones_like(cosine), BB_NODES(x, y), d), BB_OK);
    for (int k = 0; k < 2; k++) {
        bb_node *zeros = bb_slice(d[k], 0, 0, 2, 1);
        expect(zeros, 4, (double[]){0, 0, 0, 0});
    }
}
