/* SPDX-License-Identifier: MIT */
/* mean: the sum over the number of terms; of no terms 0 / 0, which is NaN. */
#include "support.h"

static bb_node *divide(bb_node *sum)
{
    if (bb_node_kind_of(sum) != BB_NODE_OP)
        return sum;
    bb_shape shape = bb_node_shape(bb_node_input(sum, 0));
    const bb__reduce_attrs *attrs = bb_node_attrs(sum);
    double terms = 1;
    for (int i = 0; i < shape.ndim; i++)
        terms *= attrs->axes >> i & 1U ? (double)shape.dim[i] : 1;
    return bb_div(sum, bb_number(sum, terms));
}

bb_node *bb_mean(bb_node *x, bb_axes axes)
{
    return divide(bb_sum(x, axes));
}

bb_node *bb_mean_keep(bb_node *x, bb_axes axes)
{
    return divide(bb_sum_keep(x, axes));
}
