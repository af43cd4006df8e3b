/* SPDX-License-Identifier: MIT */
/* The slope of log |gamma(x)|. */
#include "kernels.h"
#include "support.h"

#include <math.h>

BB_MAP1(tile, bb__digamma(x))

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *x = bb_node_input(y, 0);
    (void)i;
    return bb_mul(dy, bb_polygamma(x, 1));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(.low = 0.5, .high = 4),
    BB__SAMPLES1(.low = -1.75, .high = -1.25),
    {
        .n_in = 1,
        .in = {BB_DIMS(18)},
        .golden_in = {BB_NUMBERS(0.0, -0.0, INFINITY, -INFINITY, NAN, 1.0, 0.5, 1.5,
                                 9.9000000000000004, 10.300000000000001, 10000000000.0, 1e-10, -0.5,
                                 -2.2999999999999998, -100.7, -1e-10, -1.0, -7.0)},
        .golden_out = BB_NUMBERS(-INFINITY, INFINITY, INFINITY, NAN, NAN, -0.57721566490153287,
                                 -1.9635100260214235, 0.03648997397857652, 2.2411803166063815,
                                 2.2828154464391228, 23.025850929890456, -10000000000.577215,
                                 0.03648997397857652, 3.3173231575618227, 2.3346021567199009,
                                 9999999999.4227848, NAN, NAN),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(6)},
        .golden_in = {BB_NUMBERS(1.0, 0.5, 10.300000000000001, -0.5, -2.2999999999999998, 0.0)},
        .golden_out = BB_NUMBERS(-0.57721566490153287, -1.9635100260214235, 2.2828154464391228,
                                 0.03648997397857652, 3.3173231575618227, -INFINITY),
        .golden_slope = BB_NUMBERS(1.6449340668482264, 4.934802200544679, 0.10195259617099191,
                                   8.934802200544679, 14.725912160961292, INFINITY),
    },
};

const bb_op bb__op_digamma = {
    .name = "digamma",
    .doc = "the derivative of log |gamma(x)|; -infinity at 0, infinity at -0, NaN at negative "
           "integers; d is polygamma(x, 1)",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_digamma(bb_node *x)
{
    return bb__apply1(&bb__op_digamma, x, NULL);
}
