/* SPDX-License-Identifier: MIT */
/* transpose: the permutation that exchanges the last two dimensions. */
#include <bibun/op.h>
#include <bibun/ops.h>

bb_node *bb_transpose(bb_node *x)
{
    int ndim = bb_node_shape(x).ndim;
    bb_axes order = {.count = ndim};
    if (ndim < 2)
        return bb_fail_node(x, NULL, "transpose", BB_BAD_SHAPE, "needs two dimensions");
    for (int i = 0; i < ndim - 2; i++)
        order.axis[i] = i;
    order.axis[ndim - 2] = ndim - 1;
    order.axis[ndim - 1] = ndim - 2;
    return bb_permute(x, order);
}
