/* SPDX-License-Identifier: MIT */
/* Where operands lie in a value whose op puts them side by side: layouts, and no choices. */
#include "host.h"

/* The strides that a value would have if an operand, which has as many elements and is some view of
 * it, lay there; false where none say it. They hold only if the view, laid out anew, does. */
static bool strides_for(const bb__ir *ir, int in, const bb_layout *there, int64_t *stride_out)
{
    const bb__value *view = &ir->values[in], *root = &ir->values[view->root];
    bb_shape sorted = {0}; /* its dimensions as they follow one another in the value */
    int64_t own[BB_MAX_DIMS], other[BB_MAX_DIMS];
    for (int d = 0; d < view->type.shape.ndim; d++) {
        int at = sorted.ndim;
        if (view->type.shape.dim[d] == 1)
            continue;
        for (; at > 0 && own[at - 1] < view->layout.stride[d]; at--) {
            sorted.dim[at] = sorted.dim[at - 1];
            own[at] = own[at - 1];
            other[at] = other[at - 1];
        }
        sorted.dim[at] = view->type.shape.dim[d];
        own[at] = view->layout.stride[d];
        other[at] = there->stride[d];
        sorted.ndim++;
    }
    const int64_t count = bb_shape_count(view->type.shape);
    return view->layout.offset == 0 && count > 0 && count == bb_shape_count(root->type.shape) &&
           bb__restride(sorted, other, root->type.shape, stride_out);
}

bool bb__lay_chain(const bb__ir *ir, bb__chain *c, const bb_layout *there)
{
    const bb_shape *shape = &ir->values[c->at[0]].type.shape;
    c->layout[c->n - 1].offset = 0;
    if (!strides_for(ir, c->at[0], there, c->layout[c->n - 1].stride))
        return false;
    for (int i = c->n - 2; i >= 0; i--) {
        const bb__value *view = &ir->values[c->at[i]];
        const bb_type *type = &ir->values[c->at[i + 1]].type;
        if (!view->op->view(view->attrs, type, &c->layout[i + 1], &view->type, &c->layout[i]))
            return false;
    }
    for (int d = 0; d < shape->ndim; d++)
        if (shape->dim[d] != 1 && c->layout[0].stride[d] != there->stride[d])
            return false;
    return c->layout[0].offset == 0;
}

/* Where a part lies that a value's op puts beside others: from row-major strides of the value to
 * those that it has; false where a dimension of the part is not within one of the value's. */
static bool respace(const bb__value *value, const bb_type *part, bb_layout *there)
{
    const bb_shape *shape = &value->type.shape;
    const int64_t offset = there->offset;
    int64_t stride[BB_MAX_DIMS], last[BB_MAX_DIMS]; /* of the part, in each dimension */
    if (bb_shape_count(*shape) == 0 || bb_shape_count(part->shape) == 0)
        return false;
    bb__strides(*shape, stride);
    there->offset = 0;
    for (int k = 0; k < shape->ndim; k++) {
        last[k] = offset / stride[k] % shape->dim[k];
        there->offset += last[k] * value->layout.stride[k];
    }
    for (int d = 0; d < part->shape.ndim; d++) {
        const int64_t step = there->stride[d], size = part->shape.dim[d];
        int k = 0;
        while (k < shape->ndim && (shape->dim[k] == 1 || stride[k] > step))
            k++;
        if (size == 1)
            continue;
        if (k == shape->ndim || step % stride[k] != 0)
            return false;
        last[k] += (size - 1) * (step / stride[k]);
        there->stride[d] = step / stride[k] * value->layout.stride[k];
        if (last[k] >= shape->dim[k])
            return false;
    }
    return true;
}

bb_layout *bb__places_in(const bb__ir *ir, const bb__value *value)
{
    bb_layout *there = bb_memory_zeroed((size_t)value->n_in, sizeof *there);
    bb_type *types = bb_memory_zeroed((size_t)value->n_in, sizeof *types);
    if (!there || !types) {
        bb_memory_release(there);
        bb_memory_release(types);
        return NULL;
    }
    for (int i = 0; i < value->n_in; i++)
        types[i] = ir->values[value->in[i]].type;
    value->op->parts(value->attrs, value->n_in, types, there);
    for (int i = 0; !value->contiguous && i < value->n_in; i++)
        if (!respace(value, &types[i], &there[i]))
            there[i].offset = BB__NOWHERE;
    bb_memory_release(types);
    return there;
}
