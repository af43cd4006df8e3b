/* SPDX-License-Identifier: MIT */
/* psi: the digamma function of what is positive, and its derivatives, each the rule of the one
 * before. */
#include "gammas.h"
#include "kernels.h"
#include "support.h"

#include <math.h>
#include <stdio.h>

typedef struct psi_attrs {
    int64_t order;
} psi_attrs;

static bool infer(bb_infer *c)
{
    int64_t order = ((const psi_attrs *)c->attrs)->order;
    if (order < 0 || order > 100)
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "order %lld is not in 0 .. 100", (long long)order);
    return bb_infer_same(c);
}

BB_MAP1(tile, bb__psi((int)((const psi_attrs *)attrs)->order, (double)x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    const psi_attrs *a = bb_node_attrs(y);
    return bb_mul(dy, bb__psi_of(bb_node_input(y, i), (int)a->order + 1));
}

static void print_attrs(const void *attrs, char *buffer, size_t size)
{
    (void)snprintf(buffer, size, "order %lld", (long long)((const psi_attrs *)attrs)->order);
}

#define ORDER(n)                \
    .attrs = &(const psi_attrs) \
    {                           \
        n                       \
    }

static const bb_sample samples[] = {
    BB__SAMPLES1(ORDER(0), .low = 0.5, .high = 4),
    {.n_in = 1, .in = {BB_DIMS(5)}, ORDER(2), .low = 0.5, .high = 4},
    {.n_in = 1,
     .in = {BB_DIMS(7)},
     ORDER(0),
     .golden_in = {BB_NUMBERS(0.001, 0.5, 1, 7.25, 19.5, 50, 1000000)},
     .golden_out =
         BB_NUMBERS(-1000.5755719318103, -1.9635100260214235, -0.57721566490153287,
                    1.9104535268837359, 2.9445543434255952, 3.901989673427892, 13.815510057964191)},
    {.n_in = 1,
     .in = {BB_DIMS(7)},
     ORDER(1),
     .golden_in = {BB_NUMBERS(0.001, 0.5, 1, 7.25, 19.5, 50, 1000000)},
     .golden_out =
         BB_NUMBERS(1000001.6425331958, 4.934802200544679, 1.6449340668482264, 0.14787923315893217,
                    0.052619441213655929, 0.020201333226697125, 1.0000005000001667e-06)},
    {.n_in = 1,
     .in = {BB_DIMS(7)},
     ORDER(4),
     .golden_in = {BB_NUMBERS(0.001, 0.5, 1, 7.25, 19.5, 50, 1000000)},
     .golden_out = BB_NUMBERS(-24000000000000024, -771.47424982666723, -24.88626612344088,
                              -0.0028387579634221853, -4.5934241899830127e-05,
                              -9.9903982092274511e-07, -6.0000120000100003e-24)},
};

const bb_op bb__op_psi = {
    .name = "psi",
    .doc = "the digamma function of x > 0, or one of its derivatives; else NaN",
    .arity = 1,
    .attrs_size = sizeof(psi_attrs),
    .infer = infer,
    .map = BB_MAP(tile),
    .backward = backward,
    .print_attrs = print_attrs,
    BB_SAMPLES(samples),
};

bb_node *bb__psi_of(bb_node *x, int order)
{
    return bb__apply1(&bb__op_psi, x, &(psi_attrs){order});
}
