/* SPDX-License-Identifier: MIT */
/* one_hot: a row of zeros with a 1 for each index; constant, so without a gradient. */
#include "kernels.h"
#include "moves.h"

#include <stdio.h>

typedef struct one_hot_attrs {
    int64_t dtype, depth;
} one_hot_attrs;

static bool infer(bb_infer *c)
{
    const one_hot_attrs *a = c->attrs;
    if (c->in[0].dtype != BB_I32)
        return bb_infer_fail(c, BB_BAD_TYPE, "the index must be i32");
    if (bb_dtype_size((bb_dtype)a->dtype) == 0)
        return bb_infer_fail(c, BB_BAD_TYPE, "%lld is no dtype", (long long)a->dtype);
    if (a->depth < 0)
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "depth %lld is negative", (long long)a->depth);
    c->out = (bb_type){(bb_dtype)a->dtype, c->in[0].shape};
    int last = c->out.shape.ndim++;
    if (last < BB_MAX_DIMS)
        c->out.shape.dim[last] = a->depth;
    return true;
}

#define DEFINE_MARK(name, type, text)                                                      \
    static void mark_##name(void *out, const int32_t *index, int64_t count, int64_t depth) \
    {                                                                                      \
        type *row = out;                                                                   \
        for (int64_t i = 0; i < count; i++, row += depth)                                  \
            row[index[i]] = 1;                                                             \
    }
BB_DTYPE_LIST(DEFINE_MARK)

#define MARK_ENTRY(name, type, text) [name] = mark_##name,
static void (*const marks[BB_DTYPE_COUNT])(void *out, const int32_t *index, int64_t count,
                                           int64_t depth) = {BB_DTYPE_LIST(MARK_ENTRY)};

static void forward(const bb_call *call)
{
    int64_t depth = ((const one_hot_attrs *)call->attrs)->depth;
    const int32_t *index = call->in[0].data;
    int64_t count = bb_shape_count(call->in[0].shape);
    if (!bb__indices_fit(call, index, count, depth))
        return;
    bb__fill(call->out, 0, call->threads);
    marks[call->out->dtype](call->out->data, index, count, depth);
}

static int index_of(const void *attrs, const bb_type *in, int64_t *bound_out)
{
    (void)in;
    *bound_out = ((const one_hot_attrs *)attrs)->depth;
    return 0;
}

static void print_attrs(const void *attrs, char *buffer, size_t size)
{
    const one_hot_attrs *a = attrs;
    snprintf(buffer, size, "%s, depth %lld", bb_dtype_text((bb_dtype)a->dtype),
             (long long)a->depth);
}

#define HOT .n_in = 1, .is_integer = {true}

static const bb_sample samples[] = {
    {HOT, .in = {{0}}, .attrs = &(const one_hot_attrs){BB_F64, 3}, .bound = 3},
    {HOT, .in = {BB_DIMS(5)}, .attrs = &(const one_hot_attrs){BB_F64, 1}, .bound = 1},
    {HOT, .in = {BB_DIMS(7)}, .attrs = &(const one_hot_attrs){BB_I32, 4}, .bound = 4},
    {HOT, .in = {BB_DIMS(2, 3)}, .attrs = &(const one_hot_attrs){BB_U8, 5}, .bound = 5},
    {HOT, .in = {BB_DIMS(2, 1, 2, 1)}, .attrs = &(const one_hot_attrs){BB_F32, 2}, .bound = 2},
    {HOT, .in = {BB_DIMS(0)}, .attrs = &(const one_hot_attrs){BB_F64, 3}, .bound = 3},
    {HOT, .in = {BB_DIMS(2, 2)}, .attrs = &(const one_hot_attrs){BB_F64, 4},
     .golden_in = {BB_NUMBERS(3.0, 0.0, 2.0, 3.0)},
     .golden_out = BB_NUMBERS(0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0,
                              0.0, 1.0)},
};

const bb_op bb__op_one_hot = {
    .name = "one_hot",
    .doc = "1 at the index along a new last axis, else 0",
    .arity = 1,
    .may_fault = true,
    .index = index_of,
    .attrs_size = sizeof(one_hot_attrs),
    .infer = infer,
    .forward = forward,
    .batch = bb_batch_same,
    .needs_contiguous = true,
    .flops = bb__no_flops,
    .print_attrs = print_attrs,
    BB_SAMPLES(samples),
};

bb_node *bb_one_hot(bb_node *index, bb_dtype dtype, int64_t depth)
{
    return bb_apply(&bb__op_one_hot, BB_NODES(index), &(one_hot_attrs){(int64_t)dtype, depth});
}
