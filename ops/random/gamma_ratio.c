/* SPDX-License-Identifier: MIT */
/* gamma_ratio: a derivative by the shape a of the distribution function P(a, x) of the gamma
 * distribution, over its density p(a, x). The derivatives of all orders follow from those of p,
 * which are p times Bell's polynomials of the derivatives of log p. */
#include "gammas.h"
#include "kernels.h"
#include "support.h"

#include <math.h>
#include <stdio.h>

typedef struct ratio_attrs {
    int64_t order;
} ratio_attrs;

static bool infer(bb_infer *c)
{
    int64_t order = ((const ratio_attrs *)c->attrs)->order;
    if (order < 1 || order > BB__GAMMA_ORDERS)
        return bb_infer_fail(c, BB_BAD_GRADIENT,
                             "derivative %lld of the gamma distribution by its shape is not in "
                             "1 .. %d",
                             (long long)order, (int)BB__GAMMA_ORDERS);
    return bb_infer_same(c);
}

BB_MAP2(tile, bb__gamma_ratio((int)((const ratio_attrs *)attrs)->order, (double)x, (double)y))

/* The derivative of log p by a. */
static bb_node *slope_of_log(bb_node *a, bb_node *x)
{
    return bb_sub(bb_log(x), bb_digamma(a));
}

/* The derivative of that order of p by a, over p. */
static bb_node *slope_of_density(bb_node *a, bb_node *x, int order)
{
    bb_node *bell[BB__GAMMA_ORDERS + 1] = {bb_number(x, 1)};
    for (int n = 0; n < order; n++) {
        double binomial = n;
        bell[n + 1] = bb_mul(bell[n], slope_of_log(a, x));
        for (int i = 1; i <= n; i++) {
            bb_node *part = bb_mul(bell[n - i], bb_polygamma(a, i));
            bell[n + 1] = bb_sub(bell[n + 1], bb_mul_scalar(part, binomial));
            binomial *= (double)(n - i) / (i + 1);
        }
    }
    return bell[order];
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *a = bb_node_input(y, 0), *x = bb_node_input(y, 1);
    int order = (int)((const ratio_attrs *)bb_node_attrs(y))->order;
    if (i == 0) {
        bb_node *next = bb__gamma_ratio_of(a, x, order + 1);
        return bb_mul(dy, bb_sub(next, bb_mul(y, slope_of_log(a, x))));
    }
    bb_node *of_log = bb_add_scalar(bb_div(bb_add_scalar(a, -1), x), -1); /* of p, by x */
    return bb_mul(dy, bb_sub(slope_of_density(a, x, order), bb_mul(y, of_log)));
}

static void print_attrs(const void *attrs, char *buffer, size_t size)
{
    (void)snprintf(buffer, size, "order %lld", (long long)((const ratio_attrs *)attrs)->order);
}

#define ORDER(n)                  \
    .attrs = &(const ratio_attrs) \
    {                             \
        n                         \
    }

static const bb_sample samples[] = {
    BB__SAMPLES2(ORDER(1), .low = 0.5, .high = 4),
    {.n_in = 2, .in = {BB_DIMS(5), BB_DIMS(5)}, ORDER(3), .low = 0.5, .high = 4},
    {.n_in = 2,
     .in = {BB_DIMS(10), BB_DIMS(10)},
     ORDER(1),
     .golden_in = {BB_NUMBERS(0.050000000000000003, 0.29999999999999999, 1, 2.5, 10, 10, 100, 9000,
                              20000, 1000000),
                   BB_NUMBERS(0.02, 0.5, 0.001, 2, 9, 25, 110, 9100, 19800, 1002000)},
     .golden_out = BB_NUMBERS(-1.3993036008232005, -1.9920848433114757, -0.0073344562448837856,
                              -0.95346270291861646, -0.96418272428479557, -1.5522439909006023,
                              -1.0501606212457175, -1.0055537141317137, -0.99499154103705212,
                              -1.000999500832418)},
    {.n_in = 2,
     .in = {BB_DIMS(7), BB_DIMS(7)},
     ORDER(2),
     .golden_in = {BB_NUMBERS(0.050000000000000003, 0.29999999999999999, 1, 2.5, 10, 10, 100),
                   BB_NUMBERS(0.02, 0.5, 0.001, 2, 9, 25, 110)},
     .golden_out = BB_NUMBERS(4.1919442622044381, -0.24668821141818173, 0.053122349238821413,
                              0.23294581531775635, 0.10325698072115588, -1.4328875095027975,
                              -0.1001657434870076)},
};

const bb_op bb__op_gamma_ratio = {
    .name = "gamma_ratio",
    .doc = "a derivative of the gamma distribution by its shape, over its density",
    .arity = 2,
    .attrs_size = sizeof(ratio_attrs),
    .infer = infer,
    .map = BB_MAP(tile),
    .backward = backward,
    .print_attrs = print_attrs,
    BB_SAMPLES(samples),
};

bb_node *bb__gamma_ratio_of(bb_node *a, bb_node *x, int order)
{
    bb_node *operands[] = {a, x};
    return bb_apply(&bb__op_gamma_ratio, (bb_nodes){2, operands}, &(ratio_attrs){order});
}
