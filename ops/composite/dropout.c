/* SPDX-License-Identifier: MIT */
/* dropout: zeros at random, the rest scaled so that the expectation stays. */
#include <bibun/op.h>
#include <bibun/ops.h>

bb_node *bb_dropout(bb_node *x, double rate)
{
    bb_dtype dtype = bb_node_dtype(x);
    if (!(rate >= 0 && rate < 1))
        return bb_fail_node(x, NULL, "dropout", BB_BAD_ARGUMENT, "rate %g is not in [0, 1)", rate);
    if (!bb_dtype_is_float(dtype))
        return bb_fail_node(x, NULL, "dropout", BB_BAD_TYPE, "needs f32 or f64");
    if (x && rate == 0)
        return x;
    bb_node *u = bb_uniform(bb_node_graph(x), dtype, bb_node_shape(x), 0, 1);
    bb_node *dropped = bb_less(u, bb_number(u, rate));
    return bb_where(dropped, bb_number(x, 0), bb_mul_scalar(x, 1 / (1 - rate)));
}
