/* SPDX-License-Identifier: MIT */
/* The derivatives of digamma, of any order up to a limit; the rule takes the next one. */
#include "kernels.h"
#include "support.h"

#include <math.h>
#include <stdio.h>

enum { MOST = 160 }; /* factorials of higher orders come near the end of double's range */

typedef struct polygamma_attrs {
    int64_t order;
} polygamma_attrs;

#define ORDER (((const polygamma_attrs *)attrs)->order)

BB_MAP1(tile, bb__polygamma(ORDER, x))

static bool infer(bb_infer *c)
{
    int64_t order = ((const polygamma_attrs *)c->attrs)->order;
    if (order < 0 || order > MOST)
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "order %lld is not in 0 .. %d", (long long)order,
                             MOST);
    return bb_infer_same(c);
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    const polygamma_attrs *a = bb_node_attrs(y);
    return bb_mul(dy, bb_polygamma(bb_node_input(y, i), a->order + 1));
}

static void print_attrs(const void *attrs, char *buffer, size_t size)
{
    (void)snprintf(buffer, size, "order %lld", (long long)ORDER);
}

static const polygamma_attrs first = {1}, second = {2};

static const bb_sample samples[] = {
    BB__SAMPLES1(.attrs = &first, .low = 0.5, .high = 4),
    {.n_in = 1, .in = {BB_DIMS(6)}, .attrs = &first, .low = -1.75, .high = -1.25},
    {.n_in = 1, .in = {BB_DIMS(4, 3)}, .attrs = &second, .low = 1, .high = 4},
    {
        .n_in = 1,
        .in = {BB_DIMS(8)},
        .attrs = &(const polygamma_attrs){0},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 1.0, 0.5,
                                 -2.2999999999999998)},
        .golden_out = BB_NUMBERS(-INFINITY, INFINITY, INFINITY, NAN, NAN, -0.57721566490153287,
                                 -1.9635100260214235, 3.3173231575618227),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(17)},
        .attrs = &(const polygamma_attrs){1},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 1.0, 0.5, 10.300000000000001,
                                 30.699999999999999, 10000000000.0, 9.9999999999999997e+199, 1e-10,
                                 -0.5, -2.2999999999999998, -100.7, -1e-10, -1.0)},
        .golden_out = BB_NUMBERS(
            INFINITY, INFINITY, 0.0, NAN, NAN, 1.6449340668482264, 4.934802200544679,
            0.10195259617099191, 0.033109558436155956, 1.00000000005e-10, 9.9999999999999998e-201,
            1e+20, 8.934802200544679, 14.725912160961292, 15.069532360278806, 1e+20, INFINITY),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(16)},
        .attrs = &(const polygamma_attrs){2},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 1.0, 0.5, 10.300000000000001,
                                 30.699999999999999, 10000000000.0, 1e-10, -0.25,
                                 -2.2999999999999998, -100.7, -1e-10, -1.0)},
        .golden_out =
            BB_NUMBERS(-INFINITY, INFINITY, 0.0, NAN, NAN, -2.4041138063191885, -16.82879664423432,
                       -0.010385386816300033, -0.001096142783564328, -1.0000000000999999e-20,
                       -1.9999999999999998e+30, 122.69736678366236, 68.713792529270307,
                       -68.83764135467294, 1.9999999999999998e+30, NAN),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(14)},
        .attrs = &(const polygamma_attrs){7},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 1.0, 0.5, 10.300000000000001,
                                 30.699999999999999, 10000000000.0, 1e-10, -0.5,
                                 -2.2999999999999998, -1.0)},
        .golden_out =
            BB_NUMBERS(INFINITY, INFINITY, 0.0, NAN, NAN, 5060.5498752376398, 1290440.218185598,
                       8.0975486541983328e-05, 3.1345455203676619e-08, 7.2000000025199997e-68,
                       5.039999999999999e+83, 2580680.218185598, 76905683.920589224, INFINITY),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(12)},
        .attrs = &(const polygamma_attrs){100},
        .low = 36.5,
        .high = 37.5,
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 1.0, 0.5, 10.300000000000001,
                                 130.69999999999999, 10000000000.0, -2.2999999999999998, -1.0)},
        .golden_out = BB_NUMBERS(-INFINITY, INFINITY, 0.0, NAN, NAN, -9.3326215443944151e+157,
                                 -2.3661006604908971e+188, -4.714996909234893e+55,
                                 -3.1490842656496534e-56, 0.0, 6.0361069759370935e+210, NAN),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(6)},
        .attrs = &(const polygamma_attrs){1},
        .golden_in = {BB_NUMBERS(1.0, 0.5, 10.300000000000001, -0.25, -2.2999999999999998, 0.0)},
        .golden_out = BB_NUMBERS(1.6449340668482264, 4.934802200544679, 0.10195259617099191,
                                 18.541879647671607, 14.725912160961292, INFINITY),
        .golden_slope = BB_NUMBERS(-2.4041138063191885, -16.82879664423432, -0.010385386816300033,
                                   122.69736678366236, 68.713792529270307, -INFINITY),
    },
};

const bb_op bb__op_polygamma = {
    .name = "polygamma",
    .doc = "the derivative of digamma of an order from 0 to 160; at poles infinite, but NaN at "
           "negative integers where sides differ (even orders); d is polygamma of the next order",
    .arity = 1,
    .attrs_size = sizeof(polygamma_attrs),
    .infer = infer,
    .map = BB_MAP(tile),
    .backward = backward,
    .print_attrs = print_attrs,
    BB_SAMPLES(samples),
};

bb_node *bb_polygamma(bb_node *x, int64_t order)
{
    return bb__apply1(&bb__op_polygamma, x, &(polygamma_attrs){order});
}
