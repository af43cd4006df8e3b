/* SPDX-License-Identifier: MIT */
/* pad: a constant before, after and between the elements of an axis; a slice is its rule. */
#include "kernels.h"
#include "moves.h"

#include <stdio.h>

typedef struct pad_attrs {
    int64_t axis, before, after, gap;
    double value;
} pad_attrs;

static const int64_t largest = (int64_t)1 << 48;

/* From the first to the last of `size` elements with gaps between them. */
static int64_t span(int64_t size, int64_t gap)
{
    return size > 1 ? size + (size - 1) * gap : size;
}

static bool infer(bb_infer *c)
{
    pad_attrs *a = c->attrs;
    if (!bb_infer_axis(c, &a->axis, c->in[0].shape.ndim))
        return false;
    const int64_t padding[] = {a->before, a->after, a->gap};
    int64_t size = c->in[0].shape.dim[a->axis];
    for (int i = 0; i < 3; i++) {
        if (padding[i] < 0)
            return bb_infer_fail(c, BB_BAD_ARGUMENT, "padding %lld is negative",
                                 (long long)padding[i]);
        if (padding[i] > largest || (i == 2 && size > 1 && padding[i] > largest / size))
            return bb_infer_fail(c, BB_BAD_SHAPE, "padding %lld is too large",
                                 (long long)padding[i]);
    }
    c->out = c->in[0];
    c->out.shape.dim[a->axis] = a->before + span(size, a->gap) + a->after;
    return true;
}

static void forward(const bb_call *call)
{
    const pad_attrs *a = call->attrs;
    bb__pad(&call->in[0], call->out, (int)a->axis, a->before, a->gap, a->value, call->threads);
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    const pad_attrs *a = bb_node_attrs(y);
    int64_t size = bb_node_shape(bb_node_input(y, i)).dim[a->axis];
    return bb_slice(dy, (int)a->axis, a->before, a->before + span(size, a->gap), a->gap + 1);
}

/* The first of the parts that begins at or after a place; NULL when there is none. */
static bb_node *next_part(bb_nodes parts, int64_t place)
{
    bb_node *next = NULL;
    int64_t start = INT64_MAX;
    for (int i = 0; i < parts.count; i++) {
        const pad_attrs *a = bb_node_attrs(parts.items[i]);
        if (a->before >= place && a->before < start) {
            next = parts.items[i];
            start = a->before;
        }
    }
    return next;
}

/* Whether parts lie along one axis in zeros, each of one block with something in it, and none over
 * another. */
static bool lie_apart(bb_nodes parts)
{
    const pad_attrs *first = bb_node_attrs(parts.items[0]);
    int64_t place = 0;
    for (int i = 0; i < parts.count; i++) {
        const pad_attrs *a = bb_node_attrs(parts.items[i]);
        bb_shape inner = bb_node_shape(bb_node_input(parts.items[i], 0));
        if (a->axis != first->axis || a->gap != 0 || a->value != 0 || inner.dim[a->axis] == 0)
            return false;
    }
    for (int i = 0; i < parts.count; i++) {
        bb_node *part = next_part(parts, place);
        if (!part)
            return false;
        const pad_attrs *a = bb_node_attrs(part);
        place = a->before + bb_node_shape(bb_node_input(part, 0)).dim[a->axis];
    }
    return true;
}

static bb_node *zeros_along(bb_node *like, int axis, int64_t size)
{
    bb_shape shape = bb_node_shape(like);
    shape.dim[axis] = size;
    return bb_full(bb_node_graph(like), bb_node_dtype(like), shape, 0);
}

/* Blocks that do not overlap are put one after the other, with zeros where there is none. */
static bb_node *join(bb_nodes parts)
{
    int axis = (int)((const pad_attrs *)bb_node_attrs(parts.items[0]))->axis, count = 0;
    int64_t place = 0, end = bb_node_shape(parts.items[0]).dim[axis];
    if (!lie_apart(parts))
        return NULL;
    bb_node **blocks = bb_memory_zeroed(2 * (size_t)parts.count + 1, sizeof *blocks);
    if (!blocks)
        return bb_fail_node(parts.items[0], NULL, "pad", BB_OUT_OF_MEMORY, "out of memory");
    for (bb_node *part; (part = next_part(parts, place));) {
        bb_node *block = bb_node_input(part, 0);
        int64_t before = ((const pad_attrs *)bb_node_attrs(part))->before;
        if (before > place)
            blocks[count++] = zeros_along(block, axis, before - place);
        blocks[count++] = block;
        place = before + bb_node_shape(block).dim[axis];
    }
    if (place < end)
        blocks[count++] = zeros_along(blocks[0], axis, end - place);
    bb_node *joined = bb_concat((bb_nodes){count, blocks}, axis);
    bb_memory_release(blocks);
    return joined;
}

static void print_attrs(const void *attrs, char *buffer, size_t size)
{
    const pad_attrs *a = attrs;
    snprintf(buffer, size, "axis %lld, before %lld, after %lld, gap %lld, value %g",
             (long long)a->axis, (long long)a->before, (long long)a->after, (long long)a->gap,
             a->value);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(5)}, .attrs = &(const pad_attrs){0, 0, 0, 0, 0}},
    {.n_in = 1, .in = {BB_DIMS(5)}, .attrs = &(const pad_attrs){0, 2, 1, 0, 0.5}},
    {.n_in = 1, .in = {BB_DIMS(3, 2)}, .attrs = &(const pad_attrs){-2, 1, 0, 2, 0}},
    {.n_in = 1, .in = {BB_DIMS(2, 3, 2)}, .attrs = &(const pad_attrs){1, 0, 3, 1, -1}},
    {.n_in = 1, .in = {BB_DIMS(1, 2, 1, 3)}, .attrs = &(const pad_attrs){2, 1, 1, 5, 0}},
    {.n_in = 1, .in = {BB_DIMS(2, 1, 2, 1, 2)}, .attrs = &(const pad_attrs){4, 1, 2, 1, 3}},
    {.n_in = 1, .in = {BB_DIMS(2, 0)}, .attrs = &(const pad_attrs){1, 2, 1, 3, 4}},
    /* two that lie apart */
    {.n_in = 1, .in = {BB_DIMS(2, 2)}, .attrs = &(const pad_attrs){1, 1, 3, 0, 0}},
    {.n_in = 1, .in = {BB_DIMS(2, 1)}, .attrs = &(const pad_attrs){1, 4, 1, 0, 0}},
    {.n_in = 1, .in = {BB_DIMS(0, 2)}, .attrs = &(const pad_attrs){1, 1, 1, 0, 0}},
    {.n_in = 1,
     .in = {BB_DIMS(2, 2)},
     .attrs = &(const pad_attrs){1, 1, 2, 0, 9},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25)},
     .golden_out = BB_NUMBERS(9.0, 0.5, -0.75, 9.0, 9.0, 9.0, 2.5, -3.25, 9.0, 9.0)},
    {.n_in = 1,
     .in = {BB_DIMS(3, 2)},
     .attrs = &(const pad_attrs){0, 0, 1, 2, -1},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75)},
     .golden_out = BB_NUMBERS(0.5, -0.75, -1.0, -1.0, -1.0, -1.0, 2.5, -3.25, -1.0, -1.0, -1.0,
                              -1.0, 4.5, -5.75, -1.0, -1.0)},
};

const bb_op bb__op_pad = {
    .name = "pad",
    .doc = "x widened along an axis by a constant",
    .arity = 1,
    .attrs_size = sizeof(pad_attrs),
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .join = join,
    .batch = bb__batch_axis,
    .flops = bb__no_flops,
    .print_attrs = print_attrs,
    BB_SAMPLES(samples),
};

bb_node *bb__pad_apart(bb_node *x, int axis, int64_t before, int64_t after, int64_t gap,
                       double value)
{
    return bb_apply(&bb__op_pad, BB_NODES(x), &(pad_attrs){axis, before, after, gap, value});
}

bb_node *bb_pad(bb_node *x, int axis, int64_t before, int64_t after, double value)
{
    return bb__pad_apart(x, axis, before, after, 0, value);
}
