/* SPDX-License-Identifier: MIT */
/* What reductions share. The count of ties is constant almost everywhere, so it is made of
 * constants, and derivatives of any order pass it by. */
#include "reductions.h"

#include "kernels.h"

size_t bb__reduction_scratch(const void *attrs, int n_in, const bb_array *in, const bb_array *out)
{
    (void)n_in;
    (void)out;
    return bb__reduce_scratch(&in[0], ((const bb__reduce_attrs *)attrs)->axes);
}

double bb__reduction_flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    (void)attrs;
    (void)out;
    return (double)bb_shape_count(in[0].shape);
}

bb_node *bb__batch_reduction(const bb_node *node, bb_node *const *in, const bool *batched)
{
    bb__reduce_attrs attrs = *(const bb__reduce_attrs *)bb_node_attrs(node);
    attrs.axes <<= 1;
    return bb_batch_with(node, in, batched, &attrs);
}

bb_node *bb__unreduced(bb_node *reduced, const bb_node *y)
{
    const bb__reduce_attrs *attrs = bb_node_attrs(y);
    return bb__restore_axes(reduced, bb_node_input(y, 0), attrs->axes);
}

bb_node *bb__count_ties(bb_node *tied, const bb_node *y)
{
    const bb__reduce_attrs *attrs = bb_node_attrs(y);
    bb_axes axes = {0};
    for (int i = 0; i < bb_node_shape(tied).ndim; i++)
        if (attrs->axes >> i & 1U)
            axes.axis[axes.count++] = i;
    const bb_node *x = bb_node_input(y, 0);
    bb_node *one = bb_scalar(bb_node_graph(x), bb_node_dtype(x), 1);
    return bb_maximum(bb_sum_keep(bb_where(tied, one, bb_number(one, 0)), axes), one);
}

bb_node *bb__share_among_ties(bb_node *y, bb_node *dy)
{
    bb_node *tied = bb_equal(bb_node_input(y, 0), bb__unreduced(y, y));
    bb_node *share = bb_div(bb__unreduced(dy, y), bb__count_ties(tied, y));
    return bb_where(tied, share, bb_number(dy, 0));
}
