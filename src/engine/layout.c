/* SPDX-License-Identifier: MIT */
/* Layouts: where a value's elements lie in its root's memory. Roots are contiguous; a view has its
 * operand's root; a copy makes a root of a view, or moves rows apart. The ops here are the engine's
 * own, emitted with their types, so that none infers. */
#include "engine.h"

static void copy_forward(const bb_call *call)
{
    bb__copy(&call->in[0], call->out, call->threads);
}

/* What lies between the rows of its operand is never read. */
static void spaced_forward(const bb_call *call)
{
    bb_array rows = *call->out;
    rows.shape = call->in[0].shape;
    bb__copy(&call->in[0], &rows, call->threads);
}

static bool first_columns(const void *attrs, const bb_type *in_type, const bb_layout *in,
                          const bb_type *out_type, bb_layout *out)
{
    (void)attrs;
    (void)in_type;
    (void)out_type;
    *out = *in;
    return true;
}

static const bb_op copy_op = {
    .name = "copy",
    .doc = "x in row-major order",
    .arity = 1,
    .forward = copy_forward,
    .parts = bb__copy_parts,
    .writes_strided = true,
};

static const bb_op spaced_copy_op = {
    .name = "spaced copy",
    .doc = "a matrix with its rows further apart",
    .arity = 1,
    .forward = spaced_forward,
};

static const bb_op first_columns_op = {
    .name = "first columns",
    .doc = "the matrix in a spaced copy",
    .arity = 1,
    .view = first_columns,
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

int bb__emit_on(bb__ir *ir, int number, bb__value like)
{
    like.kind = BB_NODE_OP;
    like.n_in = 1;
    like.in = bb__arena_take(&ir->arena, sizeof *like.in);
    if (!like.in)
        return -1;
    *like.in = number;
    bool folding = ir->options.no_fold;
    ir->options.no_fold = true; /* what is to have memory of its own must not become a constant
                                   again */
    int made = bb__emit(ir, like);
    ir->options.no_fold = folding;
    return made;
}

static int emit_copy(bb__ir *ir, const bb_op *op, int number, bb_type type)
{
    return bb__emit_on(ir, number,
                       (bb__value){.node = ir->values[number].node, .op = op, .type = type});
}

static int copy_of(bb__ir *ir, int number)
{
    if (ir->copies[number].contiguous < 0) {
        int made = emit_copy(ir, &copy_op, number, ir->values[number].type);
        ir->copies[number].contiguous = made;
    }
    return ir->copies[number].contiguous;
}

int bb__rows_apart(bb__ir *ir, int number, int64_t step)
{
    const bb_type type = ir->values[number].type;
    bb_type spaced = type;
    if (step == type.shape.dim[1])
        return bb__contiguous(ir, number);
    spaced.shape.dim[1] = step;
    const int known = ir->copies[number].spaced;
    if (known >= 0 && ir->values[known].layout.stride[0] == step)
        return known;
    int made = emit_copy(ir, &spaced_copy_op, number, spaced);
    made = made < 0 ? -1 : emit_copy(ir, &first_columns_op, made, type);
    return ir->copies[number].spaced = made;
}

int bb__contiguous(bb__ir *ir, int number)
{
    return ir->values[number].contiguous ? number : copy_of(ir, number);
}

bool bb__is_turned(const bb_type *type, const int64_t *stride)
{
    enum { MUCH = 1 << 16, LONG = 8 }; /* bytes; elements that follow one another */
    const bb_shape *shape = &type->shape;
    int last = shape->ndim - 1;
    bool has_rows = false;
    while (last >= 0 && shape->dim[last] == 1)
        last--;
    if (last < 0 || bb__bytes(*type) < MUCH)
        return false;
    for (int i = 0; i < last; i++) {
        if (stride[i] == 0 && shape->dim[i] > 1)
            return false;
        has_rows |= (stride[i] == 1 || stride[i] == -1) && shape->dim[i] >= LONG;
    }
    return has_rows && (stride[last] > 1 || stride[last] < -1);
}

int bb__for_map(bb__ir *ir, int number)
{
    const bb__value *value = &ir->values[number];
    return bb__is_turned(&value->type, value->layout.stride) ? copy_of(ir, number) : number;
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
