/* SPDX-License-Identifier: MIT */
/* Constant folding: a small value whose inputs are all constants is computed while compiling. Views
 * are left alone, since they cost nothing. */
#include "engine.h"

enum {
    LARGEST = 4096, /* bytes of a value or an input */
    MOST_INPUTS = 8
};

static bool is_foldable(const bb__ir *ir, const bb__value *value)
{
    if (value->op->view || value->n_in == 0 || value->n_in > MOST_INPUTS ||
        bb__bytes(value->type) > LARGEST)
        return false;
    for (int i = 0; i < value->n_in; i++)
        if (ir->values[ir->values[value->in[i]].root].kind != BB_NODE_CONSTANT ||
            bb__bytes(ir->values[value->in[i]].type) > LARGEST)
            return false;
    return true;
}

/* Computes the value into `result`; false when its data are bad. */
static bool compute(const bb__ir *ir, const bb__value *value, const bb_array *in, void *scratch,
                    const bb_array *result)
{
    bb_fault fault = {0};
    bb_map_fn tile = bb__tile_of(ir, value);
    const bb_call call = {.op = value->op,
                          .attrs = value->attrs,
                          .n_in = value->n_in,
                          .in = in,
                          .out = result,
                          .scratch = scratch,
                          .threads = 1,
                          .fault = &fault};
    if (tile)
        bb__map_one(tile, value->n_in, in, result, value->attrs, 1);
    else
        value->op->forward(&call);
    return !fault.raised;
}

bool bb__fold(const bb__ir *ir, bb__value *value)
{
    if (!is_foldable(ir, value))
        return false;
    bb_array in[MOST_INPUTS], out = {NULL, value->type.dtype, value->type.shape, {0}};
    for (int i = 0; i < value->n_in; i++) {
        const bb__value *root = &ir->values[ir->values[value->in[i]].root];
        in[i] = bb__array_of(ir, value->in[i], bb_tensor_data(root->tensor));
    }
    bb__strides(out.shape, out.stride);
    size_t bytes = value->op->scratch ? value->op->scratch(value->attrs, value->n_in, in, &out) : 0;
    void *scratch = bytes ? bb__new_aligned(bytes) : NULL;
    bb_tensor *result = bb_tensor_new(value->type.dtype, value->type.shape);
    out.data = bb_tensor_data(result);
    bool done = result && (!bytes || scratch) && compute(ir, value, in, scratch, &out);
    bb__release_aligned(scratch);
    if (!done) {
        bb_tensor_release(result);
        return false;
    }
    *value = (bb__value){
        .node = value->node, .kind = BB_NODE_CONSTANT, .type = value->type, .tensor = result};
    return true;
}
