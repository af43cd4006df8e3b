/* SPDX-License-Identifier: MIT */
/* The gradient check itself: what it must catch, what it must leave alone, and what it says. */
#include "identity.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bb_node *nan_rule(bb_node *y, bb_node *dy, int i)
{
    (void)y, (void)i;
    return bb_mul_scalar(dy, NAN);
}

/* Right for every cotangent e_j, but not linear. */
static bb_node *not_linear(bb_node *y, bb_node *dy, int i)
{
    (void)y, (void)i;
    return bb_mul(dy, bb_abs(dy));
}

/* Wrong in the one element whose number is 700. */
static bb_node *wrong_once(bb_node *y, bb_node *dy, int i)
{
    bb_tensor *factors = bb_tensor_new(BB_F64, bb_node_shape(y));
    double *f = bb_tensor_data(factors);
    (void)i;
    for (int64_t e = 0; e < bb_tensor_count(factors); e++)
        f[e] = e == 700 ? 1.01 : 1;
    bb_node *wrong = bb_mul(dy, bb_constant(bb_node_graph(y), factors));
    bb_tensor_release(factors);
    return wrong;
}

typedef struct fixture {
    bb_graph *g;
    bb_node *x;
    bb_tensor *at;
    bb_gradcheck_report report;
} fixture;

static fixture with_input(bb_shape shape, const double *numbers)
{
    fixture f = {.g = bb_graph_new()};
    f.x = bb_input(f.g, "x", BB_F64, shape);
    f.at = bb_tensor_new(BB_F64, shape);
    if (numbers)
        memcpy(bb_tensor_data(f.at), numbers, bb_tensor_bytes(f.at));
    else
        bb_tensor_fill_normal(f.at, 0, 1, 3);
    return f;
}

static bb_status check(fixture *f, bb_node *y, const bb_gradcheck_options *options)
{
    return bb_gradcheck(y, BB_NODES(f->x), BB_FEEDS({f->x, f->at}), options, &f->report);
}

static void done(fixture *f)
{
    bb_tensor_release(f->at);
    bb_graph_free(f->g);
}

static void expect_failure(fixture *f, bb_node *y, const char *text)
{
    cr_expect(check(f, y, NULL) == BB_CHECK_FAILED && !f->report.passed, "%s", f->report.text);
    cr_expect_str_eq(f->report.text, text);
    done(f);
}

Test(gradcheck, counts_what_it_compares)
{
    fixture f = with_input(BB_SHAPE(3), BB_NUMBERS(1, -2, 3));
    cr_expect(check(&f, bb_neg(f.x), NULL) == BB_OK);
    cr_expect(f.report.passed && f.report.skipped == 0 && f.report.vacuous == 0);
    cr_expect(f.report.compared == 9 + 9 + 9);
    cr_expect(f.report.compared_second == 18);
    cr_expect(f.report.largest_error < 1e-10);
    done(&f);
}

Test(gradcheck, passes_a_loss_with_parameters_and_restores_them_to_the_bit)
{
    bb_graph *g = bb_graph_new();
    bb_params *params = bb_params_new(1);
    bb_node *x = bb_input(g, "x", BB_F64, BB_SHAPE(4, 3));
    bb_node *w = bb_param(g, params, "w", BB_F64, BB_SHAPE(3, 2), bb_init_normal(1));
    bb_node *loss = bb_mean(bb_square(bb_tanh(bb_matmul(x, w))), BB_ALL);
    bb_tensor *at = bb_tensor_new(BB_F64, BB_SHAPE(4, 3));
    bb_tensor_fill_normal(at, 0, 1, 5);
    bb_tensor *w_before = bb_tensor_cast(bb_node_tensor(w), BB_F64);
    bb_tensor *at_before = bb_tensor_cast(at, BB_F64);
    bb_gradcheck_report report;
    cr_expect(bb_gradcheck(loss, BB_NODES(w, x), BB_FEEDS({x, at}), NULL, &report) == BB_OK, "%s",
              report.text);
    cr_expect(report.compared == 18 + (6 + 12) * (6 + 12 + 1));
    cr_expect_arr_eq(bb_tensor_read(w_before), bb_tensor_read(bb_node_tensor(w)),
                     bb_tensor_bytes(w_before));
    cr_expect_arr_eq(bb_tensor_read(at_before), bb_tensor_read(at), bb_tensor_bytes(at));
    bb_tensor_release(w_before);
    bb_tensor_release(at_before);
    bb_tensor_release(at);
    bb_params_free(params);
    bb_graph_free(g);
}

Test(gradcheck, says_where_a_gradient_is_wrong)
{
    bb_op op = identity(identity_doubled);
    fixture f = with_input(BB_SCALAR, BB_NUMBERS(1));
    bb_node *y = bb_apply(&op, BB_NODES(f.x), NULL);
    cr_expect(check(&f, y, NULL) == BB_CHECK_FAILED);
    cr_expect(f.report.worst_order == 1 && f.report.worst_wrt == 0 && f.report.worst_element == 0);
    cr_expect(f.report.worst_analytic == 2);
    cr_expect_float_eq(f.report.worst_numeric, 1, 1e-9);
    expect_failure(
        &f, y,
        "gradient check failed: of identity with respect to x, element 0: analytic 2, numeric 1, "
        "error 0.5");
}

Test(gradcheck, fails_for_a_gradient_of_nan)
{
    bb_op op = identity(nan_rule);
    fixture f = with_input(BB_SCALAR, BB_NUMBERS(1));
    bb_node *y = bb_apply(&op, BB_NODES(f.x), NULL);
    cr_expect(check(&f, y, NULL) == BB_CHECK_FAILED);
    cr_expect(isnan(f.report.largest_error));
    expect_failure(
        &f, y,
        "gradient check failed: of identity with respect to x, element 0: analytic nan, numeric 1, "
        "error nan");
}

Test(gradcheck, fails_for_a_value_of_nan)
{
    fixture f = with_input(BB_SCALAR, BB_NUMBERS(-1));
    expect_failure(
        &f, bb_log(f.x),
        "gradient check failed: of log with respect to x, element 0: analytic -1, numeric nan, "
        "error nan");
}

Test(gradcheck, fails_when_nothing_was_compared)
{
    fixture f = with_input(BB_SHAPE(0, 3), NULL);
    expect_failure(&f, bb_sum(f.x, BB_ALL), "gradient check failed: nothing was compared");
}

Test(gradcheck, fails_when_every_number_is_zero)
{
    fixture f = with_input(BB_SHAPE(5), NULL);
    expect_failure(&f, bb_sum(bb_softmax(f.x, 0), BB_ALL),
                   "gradient check failed: vacuous: all numbers of order 1 are zero on both sides");
}

Test(gradcheck, passes_a_zero_that_is_expected)
{
    bb_gradcheck_options options = {.zero_expected = true};
    fixture f = with_input(BB_SHAPE(5), NULL);
    cr_expect(check(&f, bb_sign(f.x), NULL) == BB_CHECK_FAILED);
    cr_expect(f.report.vacuous == 1);
    cr_expect(check(&f, bb_sign(f.x), &options) == BB_OK, "%s", f.report.text);
    done(&f);
}

Test(gradcheck, knows_a_zero_by_definition)
{
    bb_gradcheck_options options = {.zero_by_definition = true};
    fixture f = with_input(BB_SHAPE(5), NULL);
    cr_expect(check(&f, bb_stop_gradient(f.x), NULL) == BB_CHECK_FAILED);
    cr_expect(check(&f, bb_stop_gradient(f.x), &options) == BB_OK, "%s", f.report.text);
    cr_expect(check(&f, bb_neg(f.x), &options) == BB_CHECK_FAILED);
    done(&f);
}

Test(gradcheck, moves_a_point_off_a_kink)
{
    fixture f = with_input(BB_SHAPE(4), BB_NUMBERS(-1, 0, 1, 2));
    cr_expect(check(&f, bb_relu(f.x), NULL) == BB_OK, "%s", f.report.text);
    cr_expect(f.report.resampled == 1);
    cr_expect(bb_tensor_at(f.at, 1) == 0);
    done(&f);
}

Test(gradcheck, moves_a_point_off_a_kink_wherever_within_the_step_it_lies)
{
    for (int i = -12; i <= 12; i++) {
        fixture f = with_input(BB_SHAPE(2), BB_NUMBERS(1, 6.055e-6 * i / 12.3));
        cr_expect(check(&f, bb_abs(f.x), NULL) == BB_OK, "%d: %s", i, f.report.text);
        cr_expect(f.report.resampled == 1, "%d", i);
        done(&f);
    }
}

Test(gradcheck, takes_curvature_for_no_kink)
{
    fixture f = with_input(BB_SHAPE(4), BB_NUMBERS(-1, 0, 5, 9));
    cr_expect(check(&f, bb_exp(f.x), NULL) == BB_OK, "%s", f.report.text);
    cr_expect(f.report.resampled == 0);
    done(&f);
}

Test(gradcheck, fails_when_too_many_points_lie_at_kinks)
{
    fixture f = with_input(BB_SHAPE(4), BB_NUMBERS(0, 0, 1, 2));
    cr_expect(check(&f, bb_relu(f.x), NULL) == BB_CHECK_FAILED);
    cr_expect(f.report.skipped == 16 && f.report.compared == 0);
    expect_failure(
        &f, bb_relu(f.x),
        "gradient check failed: of relu with respect to x: 2 or more of 4 points lie at kinks, or "
        "curve too much for the step; try other inputs, a smaller step, or a larger "
        "resample_limit");
}

Test(gradcheck, finds_one_wrong_entry_among_many)
{
    bb_op op = identity(wrong_once);
    fixture f = with_input(BB_SHAPE(40, 50), NULL);
    bb_node *y = bb_apply(&op, BB_NODES(f.x), NULL);
    cr_expect(check(&f, y, NULL) == BB_CHECK_FAILED);
    cr_expect(f.report.worst_element == -1);
    cr_expect(f.report.compared == 6);
    op.backward = identity_right;
    cr_expect(check(&f, bb_apply(&op, BB_NODES(f.x), NULL), NULL) == BB_OK, "%s", f.report.text);
    cr_expect(f.report.compared == 6 + 12);
    done(&f);
}

Test(gradcheck, finds_a_wrong_factor_of_a_tiny_gradient)
{
    bb_op op = identity(identity_doubled);
    fixture f = with_input(BB_SHAPE(3), NULL);
    bb_node *y = bb_mul_scalar(bb_apply(&op, BB_NODES(f.x), NULL), 1e-9);
    cr_expect(check(&f, y, NULL) == BB_CHECK_FAILED);
    done(&f);
}

Test(gradcheck, finds_a_rule_that_is_not_linear_in_the_cotangent)
{
    bb_op op = identity(not_linear);
    fixture f = with_input(BB_SHAPE(3), NULL);
    bb_node *y = bb_apply(&op, BB_NODES(f.x), NULL);
    expect_failure(&f, y,
                   "gradient check failed: of identity with respect to x: twice the cotangent does "
                   "not give exactly twice");
}

Test(gradcheck, skips_what_rounding_hides_and_does_not_pass)
{
    fixture f = with_input(BB_SHAPE(3), NULL);
    bb_node *y = bb_add_scalar(f.x, 1e12);
    cr_expect(check(&f, y, NULL) == BB_CHECK_FAILED);
    cr_expect(f.report.skipped == 9 && f.report.compared == 0);
    expect_failure(&f, y,
                   "gradient check failed: of add with respect to x: rounding of such large values "
                   "hides the differences");
}

static void expect_refusal(bb_node *y, bb_nodes wrt, bb_feeds at, bb_status status,
                           const char *text)
{
    bb_gradcheck_report report;
    cr_expect(bb_gradcheck(y, wrt, at, NULL, &report) == status);
    cr_expect(!report.passed);
    cr_expect_str_eq(report.text, text);
}

Test(gradcheck, refuses_float32)
{
    bb_graph *g = bb_graph_new();
    bb_node *x = bb_input(g, "x", BB_F32, BB_SHAPE(2));
    expect_refusal(bb_neg(x), BB_NODES(x), BB_NO_FEEDS, BB_BAD_TYPE,
                   "gradient check: neg is f32; it needs f64");
    expect_refusal(bb_cast(x, BB_F64), BB_NODES(x), BB_NO_FEEDS, BB_BAD_TYPE,
                   "gradient check: x is f32; it needs f64");
    bb_graph_free(g);
}

Test(gradcheck, refuses_what_is_no_variable)
{
    fixture f = with_input(BB_SHAPE(2), NULL);
    bb_node *y = bb_neg(f.x);
    bb_feeds at = BB_FEEDS({f.x, f.at});
    expect_refusal(y, BB_NODES(y), at, BB_BAD_ARGUMENT,
                   "gradient check: neg is neither input nor parameter");
    expect_refusal(y, BB_NODES(f.x, f.x), at, BB_BAD_ARGUMENT, "gradient check: x is named twice");
    expect_refusal(y, BB_NODES(f.x), BB_NO_FEEDS, BB_BAD_FEED, "gradient check: no value for x");
    bb_tensor *other = bb_tensor_new(BB_F64, BB_SHAPE(3));
    expect_refusal(y, BB_NODES(f.x), BB_FEEDS({f.x, other}), BB_BAD_FEED,
                   "gradient check: the value for x is not f64 [2]");
    bb_gradcheck_options third = {.order = 3};
    cr_expect(check(&f, y, &third) == BB_BAD_ARGUMENT);
    cr_expect_str_eq(f.report.text, "gradient check: order 3; it may be 1 or 2");
    bb_tensor_release(other);
    done(&f);
}

Test(gradcheck, passes_on_the_errors_of_others)
{
    fixture f = with_input(BB_SHAPE(2), NULL);
    bb_node *z = bb_input(f.g, "z", BB_F64, BB_SHAPE(2));
    cr_expect(check(&f, bb_mul(f.x, z), NULL) == BB_BAD_FEED);
    cr_expect(strstr(f.report.text, "z"), "%s", f.report.text);
    bb_node *bad = bb_matmul(f.x, bb_full(f.g, BB_F64, BB_SHAPE(3, 3), 0));
    cr_expect(check(&f, bad, NULL) == BB_BAD_SHAPE);
    cr_expect(strncmp(f.report.text, bb_graph_error(f.g), 200) == 0);
    done(&f);
}

Test(gradcheck, of_nothing)
{
    fixture f = with_input(BB_SHAPE(2), NULL);
    bb_node *gradients[1] = {f.x};
    cr_expect(check(&f, NULL, NULL) == BB_BAD_ARGUMENT);
    cr_expect_str_eq(f.report.text, "gradient check: y is NULL");
    cr_expect(bb_gradcheck(f.x, BB_NODES(f.x), BB_NO_FEEDS, NULL, NULL) == BB_BAD_ARGUMENT);
    cr_expect(bb_gradcheck_op(NULL, NULL, &f.report) == BB_BAD_ARGUMENT);
    cr_expect(bb_gradcheck_op(bb_node_op(bb_exp(f.x)), NULL, NULL) == BB_BAD_ARGUMENT);
    cr_expect(bb_gradcheck_print(NULL, stderr) == BB_BAD_ARGUMENT);
    cr_expect(bb_gradcheck_print(&f.report, NULL) == BB_BAD_ARGUMENT);
    cr_expect(bb_grads(bb_sum(f.x, BB_ALL), NULL, BB_NODES(f.x), NULL) == BB_BAD_ARGUMENT);
    cr_expect(bb_grads(bb_sum(f.x, BB_ALL), NULL, BB_NODES(f.x), gradients) == BB_OK);
    done(&f);
}

Test(gradcheck, prints_its_sentence)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    bb_gradcheck_report report = {.passed = true,
                                  .text = "gradient check passed: 3 numbers compared"};
    cr_expect(bb_gradcheck_print(&report, file) == BB_OK);
    fclose(file);
    cr_expect_str_eq(text, "gradient check passed: 3 numbers compared\n");
    free(text);
}

/* Its default program runs in strips, which round otherwise than whole steps in branches do. */
Test(gradcheck, of_what_runs_in_strips)
{
    fixture f = with_input(BB_SHAPE(32, 48), NULL);
    bb_params *params = bb_params_new(7);
    bb_node *h = bb_tanh(bb_dense(f.x, params, "first", 32));
    bb_node *loss = bb_mean(
        bb_square(bb_dense(bb_tanh(bb_dense(h, params, "second", 16)), params, "out", 4)), BB_ALL);
    bb_node *dx = bb_grad(loss, f.x);
    bb_program *p = bb_compile(f.g, BB_NODES(loss, dx));
    cr_assert(bb_program_stats_of(p).stripped > 0);
    bb_program_free(p);
    cr_expect_eq(check(&f, loss, NULL), BB_OK, "%s", f.report.text);
    bb_params_free(params);
    done(&f);
}
