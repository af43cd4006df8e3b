/* SPDX-License-Identifier: MIT */
/* Constants of any shape: one stored number, repeated. */
#include <bibun/ops.h>

bb_node *bb_full(bb_graph *g, bb_dtype dtype, bb_shape shape, double value)
{
    bb_node *number = bb_scalar(g, dtype, value);
    return shape.ndim == 0 ? number : bb_broadcast(number, shape);
}

bb_node *bb_zeros_like(bb_node *x)
{
    return bb_full(bb_node_graph(x), bb_node_dtype(x), bb_node_shape(x), 0);
}

bb_node *bb_ones_like(bb_node *x)
{
    return bb_full(bb_node_graph(x), bb_node_dtype(x), bb_node_shape(x), 1);
}
