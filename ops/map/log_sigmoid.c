/* SPDX-License-Identifier: MIT */
/* log of the logistic function: -softplus(-x), so that no digits are lost on either side. */
#include "support.h"

#include <math.h>

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    (void)g, (void)attrs;
    return bb_neg(bb_softplus(bb_neg(in.items[0])));
}

static const bb_sample samples[] = {
    BB__SAMPLES1(),
    {.n_in = 1,
     .in = {BB_DIMS(15)},
     .golden_in = {BB_NUMBERS(0.0, -0.0, 0.5, -0.5, 2.5, -2.5, -10.0, 10.0, 1000.0, -1000.0,
                              1.0000000000000001e+300, -1.0000000000000001e+300, INFINITY,
                              -INFINITY, NAN)},
     .golden_out = BB_NUMBERS(-0.69314718055994529, -0.69314718055994529, -0.47407698418010669,
                              -0.97407698418010669, -0.078889734292549626, -2.5788897342925496,
                              -10.000045398899218, -4.5398899216864647e-05, -0.0, -1000.0, -0.0,
                              -1.0000000000000001e+300, 0.0, -INFINITY, NAN),
     .golden_slope = BB_NUMBERS(0.5, 0.5, 0.37754066879814546, 0.62245933120185459,
                                0.075858180021243546, 0.92414181997875644, 0.99995460213129761,
                                4.5397868702434395e-05, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, NAN)},
};

const bb_op bb__op_log_sigmoid = {
    .name = "log_sigmoid",
    .doc = "log(1 / (1 + e^-x)), without overflow",
    .arity = 1,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_log_sigmoid(bb_node *x)
{
    return build(NULL, BB_NODES(x), NULL);
}
