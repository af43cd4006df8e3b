/* SPDX-License-Identifier: MIT */
/* What the ops that move numbers share; attributes made here hold no byte that was not set. */
#include "moves.h"

#include "kernels.h"

#include <stdio.h>

bb__shape_attrs bb__shape_to_attrs(bb_shape shape)
{
    bb__shape_attrs attrs = {.ndim = shape.ndim};
    for (int i = 0; i < shape.ndim && i < BB_MAX_DIMS; i++)
        attrs.dim[i] = shape.dim[i];
    return attrs;
}

bb_shape bb__shape_from_attrs(const bb__shape_attrs *attrs)
{
    return bb_shape_make((int)attrs->ndim, attrs->dim);
}

void bb__print_shape(const void *attrs, char *buffer, size_t size)
{
    char text[BB_SHAPE_TEXT];
    snprintf(buffer, size, "%s", bb_shape_text(bb__shape_from_attrs(attrs), text));
}

void bb__print_axis(const void *attrs, char *buffer, size_t size)
{
    snprintf(buffer, size, "axis %lld", (long long)((const bb__axis_attrs *)attrs)->axis);
}

bool bb__infer_along(bb_infer *c, int64_t *axis)
{
    return bb_infer_same(c) && bb_infer_axis(c, axis, c->in[0].shape.ndim);
}

int bb__count_axis(int axis, int ndim)
{
    return axis < -ndim || axis >= ndim ? -1 : axis < 0 ? axis + ndim : axis;
}

bb_node *bb__fail_axis(bb_node *x, const char *op_name, int axis, int ndim)
{
    return bb_fail_node(x, NULL, op_name, BB_BAD_ARGUMENT, "axis %d is out of range for rank %d",
                        axis, ndim);
}

static void *element(const bb_array *a, int64_t offset)
{
    return (char *)a->data + offset * (int64_t)bb_dtype_size(a->dtype);
}

void bb__forward_view(const bb_call *call)
{
    const bb_array *x = &call->in[0];
    bb_type in_type = {x->dtype, x->shape}, out_type = {call->out->dtype, call->out->shape};
    bb_layout in = {0}, out = {0};
    for (int i = 0; i < x->shape.ndim; i++)
        in.stride[i] = x->stride[i];
    if (!call->op->view(call->attrs, &in_type, &in, &out_type, &out))
        return;
    bb_array seen = {element(x, out.offset), x->dtype, out_type.shape, {0}};
    for (int i = 0; i < seen.shape.ndim; i++)
        seen.stride[i] = out.stride[i];
    bb__copy(&seen, call->out, call->threads);
}

double bb__no_flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    (void)attrs, (void)in, (void)out;
    return 0;
}

bool bb__infer_gathered(bb_infer *c, int64_t *axis, bb_shape *out)
{
    bb_shape x = c->in[0].shape, index = c->in[1].shape;
    if (c->in[1].dtype != BB_I32)
        return bb_infer_fail(c, BB_BAD_TYPE, "the index must be i32");
    if (!bb_infer_axis(c, axis, x.ndim))
        return false;
    int ndim = x.ndim - 1 + index.ndim;
    if (ndim > BB_MAX_DIMS)
        return bb_infer_fail(c, BB_BAD_SHAPE, "rank %d is over %d", ndim, (int)BB_MAX_DIMS);
    *out = (bb_shape){.ndim = ndim};
    for (int i = 0, k = 0; i < x.ndim; i++) {
        if (i != *axis)
            out->dim[k++] = x.dim[i];
        else
            for (int j = 0; j < index.ndim; j++)
                out->dim[k++] = index.dim[j];
    }
    return true;
}

bool bb__infer_along_axis(bb_infer *c, int64_t *axis)
{
    bb_shape x = c->in[0].shape, index = c->in[1].shape;
    if (c->in[1].dtype != BB_I32)
        return bb_infer_fail(c, BB_BAD_TYPE, "the index must be i32");
    if (!bb_infer_axis(c, axis, x.ndim))
        return false;
    if (index.ndim == x.ndim)
        x.dim[*axis] = index.dim[*axis];
    return bb_shape_equal(x, index) ||
           bb_infer_fail(c, BB_BAD_SHAPE, "sizes of the index differ off axis %lld",
                         (long long)*axis);
}

int bb__index_along_axis(const void *attrs, const bb_type *in, int64_t *bound_out)
{
    *bound_out = in[0].shape.dim[((const bb__axis_attrs *)attrs)->axis];
    return 1;
}

/* Beyond the corners k makes no difference, and is brought to them. */
bool bb__infer_band(bb_infer *c)
{
    bb__diagonal_attrs *a = c->attrs;
    bb_shape shape = c->in[0].shape;
    if (shape.ndim < 2)
        return bb_infer_fail(c, BB_BAD_SHAPE, "needs two dimensions");
    int64_t rows = shape.dim[shape.ndim - 2], columns = shape.dim[shape.ndim - 1];
    a->k = a->k > columns ? columns : a->k < -rows ? -rows : a->k;
    c->out = c->in[0];
    return true;
}

void bb__print_diagonal(const void *attrs, char *buffer, size_t size)
{
    snprintf(buffer, size, "diagonal %lld", (long long)((const bb__diagonal_attrs *)attrs)->k);
}

bb_node *bb__insert_axis(bb_node *x, int axis)
{
    bb_shape shape = bb_node_shape(x);
    for (int i = shape.ndim; i > axis && i < BB_MAX_DIMS; i--)
        shape.dim[i] = shape.dim[i - 1];
    if (axis < BB_MAX_DIMS)
        shape.dim[axis] = 1;
    shape.ndim++;
    return bb_reshape(x, shape);
}
