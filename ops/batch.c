/* SPDX-License-Identifier: MIT */
/* What batching rules share. The new axis is always the first, so other axes count one more. */
#include "moves.h"

#include <assert.h>
#include <string.h>

bb_shape bb__with_rows(int64_t rows, bb_shape shape)
{
    bb_shape wide = {.ndim = shape.ndim + 1};
    wide.dim[0] = rows;
    for (int i = 1; i < wide.ndim && i < BB_MAX_DIMS; i++)
        wide.dim[i] = shape.dim[i - 1];
    return wide;
}

int64_t bb__batch_rows(const bb_node *node, bb_node *const *in, const bool *batched)
{
    int i = 0;
    while (i < bb_node_input_count(node) - 1 && !batched[i])
        i++;
    return bb_node_shape(in[i]).dim[0];
}

bb_node *bb__batch_operand(const bb_node *node, bb_node *const *in, const bool *batched, int i)
{
    if (batched[i])
        return in[i];
    return bb_broadcast(in[i],
                        bb__with_rows(bb__batch_rows(node, in, batched), bb_node_shape(in[i])));
}

bb_node *bb_batch_with(const bb_node *node, bb_node *const *in, const bool *batched,
                       const void *attrs)
{
    enum { FEW = 8 };
    int n = bb_node_input_count(node);
    bb_node *few[FEW], **wide = n > FEW ? bb_memory_zeroed((size_t)n, sizeof(bb_node *)) : few;
    if (!wide)
        return bb_fail_node(in[0], NULL, bb_node_op_name(node), BB_OUT_OF_MEMORY, "out of memory");
    for (int i = 0; i < n; i++)
        wide[i] = bb__batch_operand(node, in, batched, i);
    bb_node *y = bb_apply(bb_node_op(node), (bb_nodes){n, wide}, attrs);
    if (wide != few)
        bb_memory_release(wide);
    return y;
}

bb_node *bb_batch_same(const bb_node *node, bb_node *const *in, const bool *batched)
{
    return bb_batch_with(node, in, batched, bb_node_attrs(node));
}

uint32_t bb_rows_of_images(const void *attrs, const bb_type *in, const bb_type *out)
{
    (void)attrs;
    (void)in;
    return out->shape.ndim > 2 ? UINT32_MAX : 0;
}

uint32_t bb__rows_across_axis(const void *attrs, const bb_type *in, const bb_type *out)
{
    (void)in;
    (void)out;
    return *(const int64_t *)attrs == 0 ? 0 : UINT32_MAX;
}

bb_node *bb__batch_axis(const bb_node *node, bb_node *const *in, const bool *batched)
{
    int64_t attrs[8] = {0};
    assert(bb_node_op(node)->attrs_size <= sizeof attrs);
    memcpy(attrs, bb_node_attrs(node), bb_node_op(node)->attrs_size);
    attrs[0]++;
    return bb_batch_with(node, in, batched, attrs);
}
