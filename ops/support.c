/* SPDX-License-Identifier: MIT */
/* What op files share: broadcasting of operands, and sets of axes. Nothing here fails by itself: a
 * mistake is passed on to the op's infer, which names the op and its operands. */
#include "support.h"

#include <stdio.h>

static bool is_usable(const bb_node *node)
{
    return node && bb_node_kind_of(node) != BB_NODE_INERT;
}

static int64_t size_from_back(bb_shape shape, int i)
{
    return i < shape.ndim ? shape.dim[shape.ndim - 1 - i] : 1;
}

/* Widens `common` by `shape` as NumPy does; false when the two do not broadcast. */
static bool widen(bb_shape *common, bb_shape shape)
{
    bb_shape wide = {.ndim = common->ndim > shape.ndim ? common->ndim : shape.ndim};
    for (int i = 0; i < wide.ndim; i++) {
        int64_t a = size_from_back(*common, i), b = size_from_back(shape, i);
        if (a != b && a != 1 && b != 1)
            return false;
        wide.dim[wide.ndim - 1 - i] = a == 1 ? b : a;
    }
    *common = wide;
    return true;
}

bb_node *bb__refuse_null(bb_node *x, bb_node *y, const char *name)
{
    return x && y ? NULL
                  : bb_fail_node(x, y, name, BB_BAD_ARGUMENT, "operand %d is NULL", x ? 2 : 1);
}

bb_node *bb__refuse_pair(bb_node *x, bb_node *y, const char *name)
{
    if (!is_usable(x) || !is_usable(y))
        return bb__refuse_null(x, y, name);
    if (!bb_dtype_is_float(bb_node_dtype(x)))
        return bb_fail_node(x, y, name, BB_BAD_TYPE, "needs f32 or f64");
    if (bb_node_dtype(x) != bb_node_dtype(y))
        return bb_fail_node(x, y, name, BB_BAD_TYPE, "types differ");
    return NULL;
}

void bb__broadcast_operands(int n, bb_node **operands)
{
    bb_shape common = {0};
    for (int i = 0; i < n; i++)
        if (!is_usable(operands[i]) || bb_node_graph(operands[i]) != bb_node_graph(operands[0]) ||
            !widen(&common, bb_node_shape(operands[i])))
            return;
    for (int i = 0; i < n; i++)
        if (!bb_shape_equal(bb_node_shape(operands[i]), common))
            operands[i] = bb_broadcast(operands[i], common);
}

bb_node *bb__apply1(const bb_op *op, bb_node *x, const void *attrs)
{
    return bb_apply(op, BB_NODES(x), attrs);
}

bb_node *bb__apply2_broadcast(const bb_op *op, bb_node *x, bb_node *y)
{
    bb_node *operands[] = {x, y};
    if (x && y && bb_node_dtype(x) == bb_node_dtype(y))
        bb__broadcast_operands(2, operands);
    return bb_apply(op, (bb_nodes){2, operands}, NULL);
}

bool bb__infer_logical(bb_infer *c)
{
    for (int i = 0; i < c->n_in; i++)
        if (c->in[i].dtype != BB_U8)
            return bb_infer_fail(c, BB_BAD_TYPE, "needs u8 masks");
    return bb_infer_compare(c);
}

static bb__reduce_attrs mistaken(bb__axes_mistake mistake, int culprit)
{
    return (bb__reduce_attrs){.mistake = mistake, .culprit = culprit};
}

static bb__reduce_attrs axes_to_bits(bb_axes axes, int ndim, bool keep)
{
    if (axes.count < -1 || axes.count > BB_MAX_DIMS)
        return mistaken(BB__AXES_COUNT, axes.count);
    bb__reduce_attrs attrs = {.keep = keep};
    if (axes.count == -1)
        attrs.axes = (1U << ndim) - 1U;
    for (int i = 0; i < axes.count; i++) {
        int axis = axes.axis[i];
        if (axis < -ndim || axis >= ndim)
            return mistaken(BB__AXES_OUT_OF_RANGE, axis);
        uint32_t bit = 1U << (axis < 0 ? axis + ndim : axis);
        if (attrs.axes & bit)
            return mistaken(BB__AXES_TWICE, axis);
        attrs.axes |= bit;
    }
    return attrs;
}

bb__reduce_attrs bb__reduce_attrs_of(const bb_node *x, bb_axes axes, bool keep)
{
    return axes_to_bits(axes, is_usable(x) ? bb_node_shape(x).ndim : 0, keep);
}

bb_axes bb__axes_of_bits(uint32_t bits)
{
    bb_axes axes = {0};
    for (int axis = 0; axis < BB_MAX_DIMS; axis++)
        if (bits >> axis & 1U)
            axes.axis[axes.count++] = axis;
    return axes;
}

bb_node *bb__apply_reduce(const bb_op *op, bb_node *x, bb_axes axes, bool keep)
{
    bb__reduce_attrs attrs = bb__reduce_attrs_of(x, axes, keep);
    return bb_apply(op, BB_NODES(x), &attrs);
}

enum { MISTAKE_TEXT = 64 };

/* What is wrong with the axes of an operand of that rank; false when nothing is. */
static bool has_mistake(const bb__reduce_attrs *attrs, int ndim, char text[MISTAKE_TEXT])
{
    int beyond = ndim;
    while (beyond < 32 && !(attrs->axes >> beyond & 1U))
        beyond++;
    if (attrs->mistake == BB__AXES_COUNT)
        (void)snprintf(text, MISTAKE_TEXT, "the count of axes is %d", (int)attrs->culprit);
    else if (attrs->mistake == BB__AXES_TWICE)
        (void)snprintf(text, MISTAKE_TEXT, "axis %d is named twice", (int)attrs->culprit);
    else if (attrs->mistake == BB__AXES_OUT_OF_RANGE || beyond < 32)
        (void)snprintf(text, MISTAKE_TEXT, "axis %d is out of range for rank %d",
                       attrs->mistake ? (int)attrs->culprit : beyond, ndim);
    else
        return false;
    return true;
}

bb_node *bb__refuse_reduction(bb_node *x, const char *op_name, bb_axes axes)
{
    const bb__reduce_attrs attrs = bb__reduce_attrs_of(x, axes, false);
    char text[MISTAKE_TEXT];
    if (!is_usable(x))
        return NULL;
    if (bb_node_dtype(x) != BB_F32 && bb_node_dtype(x) != BB_F64)
        return bb_fail_node(x, NULL, op_name, BB_BAD_TYPE, "needs f32 or f64");
    return has_mistake(&attrs, bb_node_shape(x).ndim, text)
               ? bb_fail_node(x, NULL, op_name, BB_BAD_ARGUMENT, "%s", text)
               : NULL;
}

static bool infer_reduce(bb_infer *c)
{
    const bb__reduce_attrs *attrs = c->attrs;
    char mistake[MISTAKE_TEXT];
    if (has_mistake(attrs, c->in[0].shape.ndim, mistake))
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "%s", mistake);
    bb_shape shape = c->in[0].shape, out = {0};
    for (int axis = 0; axis < shape.ndim; axis++) {
        bool reduced = attrs->axes >> axis & 1U;
        if (!reduced || attrs->keep)
            out.dim[out.ndim++] = reduced ? 1 : shape.dim[axis];
    }
    c->out = (bb_type){c->in[0].dtype, out};
    return true;
}

bool bb__infer_reduce(bb_infer *c)
{
    return bb_infer_need_float(c) && infer_reduce(c);
}

bool bb__infer_reduce_mask(bb_infer *c)
{
    if (c->in[0].dtype != BB_U8)
        return bb_infer_fail(c, BB_BAD_TYPE, "needs u8");
    return infer_reduce(c);
}

void bb__print_reduce(const void *attrs, char *buffer, size_t size)
{
    const bb__reduce_attrs *a = attrs;
    int used = snprintf(buffer, size, "axes");
    for (int axis = 0; axis < BB_MAX_DIMS; axis++)
        if (a->axes >> axis & 1U && (size_t)used < size)
            used += snprintf(buffer + used, size - (size_t)used, " %d", axis);
    if (a->keep && (size_t)used < size)
        (void)snprintf(buffer + used, size - (size_t)used, " keep");
}

bb_node *bb__restore_axes(bb_node *reduced, const bb_node *x, uint32_t axes)
{
    bb_shape shape = bb_node_shape(x);
    for (int axis = 0; axis < shape.ndim; axis++)
        if (axes >> axis & 1U)
            shape.dim[axis] = 1;
    return bb_shape_equal(bb_node_shape(reduced), shape) ? reduced : bb_reshape(reduced, shape);
}
