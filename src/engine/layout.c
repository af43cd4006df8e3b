/* SPDX-License-Identifier: MIT */
/* Layouts: where a value's elements lie in its root's memory. Roots are contiguous; a view has its
 * operand's root; a copy makes a root of a view. */
#include "engine.h"

static void copy_forward(const bb_call *call)
{
    bb__copy(&call->in[0], call->out, call->threads);
}

static bool same_as_operand(bb_infer *c)
{
    c->out = c->in[0];
    return true;
}

static const bb_op copy_op = {
    .name = "copy",
    .doc = "x in row-major order",
    .arity = 1,
    .infer = same_as_operand,
    .forward = copy_forward,
};

/* Strides of dimensions of size 1 do not matter. */
bool bb__is_row_major(bb_shape shape, const int64_t *stride)
{
    int64_t expected = 1;
    for (int i = shape.ndim - 1; i >= 0; i--) {
        if (shape.dim[i] != 1 && stride[i] != expected)
            return bb_shape_count(shape) == 0;
        expected *= shape.dim[i];
    }
    return true;
}

void bb__lay_out(const bb__ir *ir, bb__value *value, int number)
{
    value->root = number;
    value->layout.offset = 0;
    bb__strides(value->type.shape, value->layout.stride);
    value->contiguous = true;
    if (!value->op || !value->op->view)
        return;
    const bb__value *in = &ir->values[value->in[0]];
    bb_layout layout = {0, {0}};
    if (!value->op->view(value->attrs, &in->type, &in->layout, &value->type, &layout))
        return;
    value->root = in->root;
    value->layout = layout;
    value->contiguous = bb__is_row_major(value->type.shape, layout.stride);
}

static int copy_of(bb__ir *ir, int number)
{
    if (ir->copies[number] >= 0)
        return ir->copies[number];
    const bb__value *from = &ir->values[number];
    int *in = bb__arena_take(&ir->arena, sizeof *in);
    if (!in)
        return -1;
    *in = number;
    bb__value copy = {.node = from->node,
                      .op = &copy_op,
                      .kind = BB_NODE_OP,
                      .type = from->type,
                      .n_in = 1,
                      .in = in};
    bool folding = ir->options.no_fold;
    ir->options.no_fold = true; /* what is to have memory of its own must not become a constant
                                   again */
    int made = bb__emit(ir, copy);
    ir->options.no_fold = folding;
    if (made >= 0)
        ir->copies[number] = made;
    return made;
}

int bb__contiguous(bb__ir *ir, int number)
{
    return ir->values[number].contiguous ? number : copy_of(ir, number);
}

int bb__own(bb__ir *ir, int number)
{
    const bb__value *value = &ir->values[number];
    return value->op && value->root == number ? number : copy_of(ir, number);
}

bb_array bb__array_of(const bb__ir *ir, int number, void *root_memory)
{
    const bb__value *value = &ir->values[number];
    bb_array array = {NULL, value->type.dtype, value->type.shape, {0}};
    for (int i = 0; i < value->type.shape.ndim; i++)
        array.stride[i] = value->layout.stride[i];
    size_t offset = (size_t)value->layout.offset * bb_dtype_size(value->type.dtype);
    if (root_memory)
        array.data = (char *)root_memory + offset;
    return array;
}
