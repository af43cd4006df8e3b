/* SPDX-License-Identifier: MIT */
/* elu with the two numbers of self-normalising networks (Klambauer et al. 2017). */
#include "support.h"

#include <math.h>

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    (void)g, (void)attrs;
    static const double alpha = 1.67326324235437728481, scale = 1.05070098735548049342;
    return bb_mul_scalar(bb_elu(in.items[0], alpha), scale);
}

static const bb_sample samples[] = {
    BB__SAMPLES1(),
    {.n_in = 1,
     .in = {BB_DIMS(15)},
     .golden_in = {BB_NUMBERS(0.0, -0.0, 0.5, -0.5, 2.5, -2.5, -10.0, 10.0, 1000.0, -1000.0,
                              1.0000000000000001e+300, -1.0000000000000001e+300, INFINITY,
                              -INFINITY, NAN)},
     .golden_out =
         BB_NUMBERS(0.0, 0.0, 0.52535049367774023, -0.69175818780287135, 2.6267524683887014,
                    -1.6137857588732425, -1.7580195232607869, 10.507009873554805,
                    1050.7009873554805, -1.7580993408473768, 1.0507009873554805e+300,
                    -1.7580993408473768, INFINITY, -1.7580993408473768, NAN),
     .golden_slope = BB_NUMBERS(1.7580993408473768, 1.7580993408473768, 1.0507009873554805,
                                1.0663411530445055, 1.0507009873554805, 0.1443135819741343,
                                7.981758658994182e-05, 1.0507009873554805, 1.0507009873554805, 0.0,
                                1.0507009873554805, 0.0, 1.0507009873554805, 0.0, NAN)},
};

const bb_op bb__op_selu = {
    .name = "selu",
    .doc = "1.0507 elu(x, 1.6733); d at 0 is that of the negative side",
    .arity = 1,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_selu(bb_node *x)
{
    return build(NULL, BB_NODES(x), NULL);
}
