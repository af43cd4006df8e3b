/* SPDX-License-Identifier: MIT */
/* Samples whose parameters are nodes: their moments within five standard errors, their gradients,
 * and that runs, seeds and threads matter just as they should. */
#include <bibun/bibun.h>

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <string.h>

enum { MANY = 1 << 15 };

static bb_graph *g;

static void begin(void)
{
    g = bb_graph_new();
}

static void end(void)
{
    bb_graph_free(g);
}

TestSuite(distributions, .init = begin, .fini = end);

static bb_node *many_of(bb_dtype dtype, double value)
{
    return bb_full(g, dtype, BB_SHAPE(MANY), value);
}

static bb_tensor *drawn(bb_node *node)
{
    bb_error error = {0};
    bb_tensor *t = bb_eval(node, BB_NO_FEEDS, &error);
    cr_assert(t, "%s", error.text);
    return t;
}

/* The mean of the powers of what is left of the centre. */
static double moment(const bb_tensor *t, double centre, int power)
{
    double sum = 0;
    for (int64_t i = 0; i < bb_tensor_count(t); i++)
        sum += pow(bb_tensor_at(t, i) - centre, power);
    return sum / (double)bb_tensor_count(t);
}

static void expect_moments(bb_node *node, double mean, double variance, double fourth)
{
    bb_tensor *t = drawn(node);
    cr_expect_float_eq(moment(t, 0, 1), mean, 5 * sqrt(variance / MANY));
    cr_expect_float_eq(moment(t, mean, 2), variance,
                       5 * sqrt((fourth - variance * variance) / MANY));
    bb_tensor_release(t);
}

Test(distributions, bernoulli)
{
    for (int dtype = BB_F32; dtype <= BB_F64; dtype++) {
        const double p = 0.3, q = 1 - p, v = p * q;
        expect_moments(bb_bernoulli(many_of((bb_dtype)dtype, p)), p, v, v * (1 - 3 * v));
    }
    bb_tensor *never = drawn(bb_bernoulli(many_of(BB_F32, 0)));
    bb_tensor *always = drawn(bb_bernoulli(many_of(BB_F32, 1)));
    cr_expect_eq(moment(never, 0, 1), 0);
    cr_expect_eq(moment(always, 0, 1), 1);
    cr_expect_eq(bb_tensor_dtype(always), BB_U8);
    bb_tensor_release(never);
    bb_tensor_release(always);
}

Test(distributions, exponential)
{
    for (int dtype = BB_F32; dtype <= BB_F64; dtype++)
        expect_moments(bb_exponential(many_of((bb_dtype)dtype, 2)), 0.5, 0.25, 9.0 / 16);
}

Test(distributions, normal_around)
{
    bb_node *mean = many_of(BB_F64, 3), *deviation = bb_scalar(g, BB_F64, 2), *d[2];
    bb_node *x = bb_normal_around(mean, deviation);
    expect_moments(x, 3, 4, 48);
    cr_assert_eq(bb_grads(bb_mean(bb_square(x), BB_ALL), NULL, BB_NODES(mean, deviation), d),
                 BB_OK);
    bb_tensor *by_mean = drawn(bb_sum(d[0], BB_ALL)), *by_deviation = drawn(d[1]);
    cr_expect_float_eq(bb_tensor_at(by_mean, 0), 6, 5 * sqrt(16.0 / MANY));
    cr_expect_float_eq(bb_tensor_at(by_deviation, 0), 4, 5 * sqrt(68.0 / MANY));
    bb_tensor_release(by_mean);
    bb_tensor_release(by_deviation);
}

static void expect_shares(bb_dtype dtype)
{
    const double share[] = {0.5, 0, 0.2, 0.3};
    double logits[4];
    for (int i = 0; i < 4; i++)
        logits[i] = log(share[i]) + 700;
    bb_node *x = bb_cast(bb_constant_from(g, BB_F64, BB_SHAPE(4), logits), dtype);
    bb_tensor *t = drawn(bb_categorical(bb_broadcast(x, BB_SHAPE(MANY, 4))));
    cr_expect(bb_tensor_dtype(t) == BB_I32 && bb_tensor_count(t) == MANY);
    for (int k = 0; k < 4; k++) {
        double count = 0;
        for (int64_t i = 0; i < MANY; i++)
            count += bb_tensor_at(t, i) == k;
        cr_expect_float_eq(count / MANY, share[k], 5 * sqrt(share[k] * (1 - share[k]) / MANY));
    }
    bb_tensor_release(t);
}

Test(distributions, categorical)
{
    expect_shares(BB_F32);
    expect_shares(BB_F64);
}

Test(distributions, gamma)
{
    static const double shapes[] = {0.1, 0.7, 1, 4.5, 300, 20000};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int dtype = BB_F32; dtype <= BB_F64; dtype++) {
            double a = shapes[i];
            expect_moments(bb_gamma(many_of((bb_dtype)dtype, a)), a, a, 3 * a * a + 6 * a);
        }
}

/* The mean is alpha, so that its derivative is 1; of the mean logarithm it is the trigamma
 * function. */
Test(distributions, gradient_of_gamma)
{
    static const double cases[][2] = {{0.5, 4.9348022005446793}, {3, 0.39493406684822644}};
    for (size_t i = 0; i < 2; i++) {
        bb_node *alpha = bb_scalar(g, BB_F64, cases[i][0]);
        bb_node *x = bb_gamma(bb_broadcast(alpha, BB_SHAPE(MANY)));
        bb_tensor *of_mean = drawn(bb_grad(bb_mean(x, BB_ALL), alpha));
        bb_tensor *of_log = drawn(bb_grad(bb_mean(bb_log(x), BB_ALL), alpha));
        cr_expect_float_eq(bb_tensor_at(of_mean, 0), 1, 0.03);
        cr_expect_float_eq(bb_tensor_at(of_log, 0), cases[i][1], 0.03 * cases[i][1]);
        bb_tensor_release(of_mean);
        bb_tensor_release(of_log);
    }
}

/* Shapes so small that samples vanish give the smallest normal number; what is no shape gives NaN.
 * */
Test(distributions, gamma_at_its_ends)
{
    const double shapes[] = {1e-300, 1e-12, 0, -1, NAN, INFINITY};
    bb_node *x = bb_constant_from(g, BB_F64, BB_SHAPE(6), shapes);
    bb_tensor *t = drawn(bb_gamma(x)), *single = drawn(bb_gamma(bb_cast(x, BB_F32)));
    for (int i = 0; i < 2; i++)
        cr_expect_eq(bb_tensor_at(t, i), DBL_MIN);
    cr_expect_eq(bb_tensor_at(single, 1), (double)FLT_MIN);
    for (int i = 2; i < 6; i++)
        cr_expect(isnan(bb_tensor_at(t, i)), "%g", bb_tensor_at(t, i));
    bb_tensor_release(t);
    bb_tensor_release(single);
}

/* Eight derivatives by alpha, and then a sentence. */
Test(distributions, derivatives_of_gamma_end_with_an_error)
{
    bb_node *alpha = bb_input(g, "alpha", BB_F64, BB_SCALAR), *d = bb_gamma(alpha);
    for (int order = 1; order <= 8; order++)
        d = bb_grad(d, alpha);
    cr_assert_null(bb_graph_error(g));
    bb_grad(d, alpha);
    const char *text = bb_graph_error(g);
    cr_assert(text && strstr(text, "gamma_ratio: derivative 9 of the gamma distribution by its "
                                   "shape is not in 1 .. 8"),
              "%s", text);
    cr_assert_eq(bb_graph_status(g), BB_BAD_GRADIENT);
}

static bool differ(const bb_tensor *a, const bb_tensor *b)
{
    return memcmp(bb_tensor_read(a), bb_tensor_read(b), bb_tensor_bytes(a)) != 0;
}

Test(distributions, new_numbers_each_run_and_the_same_for_any_threads)
{
    enum { NODES = 5 };
    bb_node *half = many_of(BB_F32, 0.5), *logits = bb_reshape(half, BB_SHAPE(MANY / 4, 4));
    bb_node *all[NODES] = {bb_bernoulli(half), bb_exponential(half), bb_normal_around(half, half),
                           bb_gamma(half), bb_categorical(logits)};
    bb_program *p = bb_compile(g, (bb_nodes){NODES, all});
    cr_assert_not_null(p);
    bb_tensor *first[NODES];
    cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_OK);
    for (int i = 0; i < NODES; i++)
        first[i] = bb_tensor_cast(bb_program_value(p, all[i]), bb_node_dtype(all[i]));
    cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_OK);
    for (int i = 0; i < NODES; i++)
        cr_expect(differ(first[i], bb_program_value(p, all[i])));
    for (int threads = 1; threads <= 3; threads += 2) {
        bb_program_set_threads(p, threads);
        bb_program_set_step(p, 0);
        cr_assert_eq(bb_run(p, BB_NO_FEEDS), BB_OK);
        for (int i = 0; i < NODES; i++)
            cr_expect(!differ(first[i], bb_program_value(p, all[i])));
    }
    for (int i = 0; i < NODES; i++)
        bb_tensor_release(first[i]);
    bb_program_free(p);
}
