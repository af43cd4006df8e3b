/* SPDX-License-Identifier: MIT */
/* Common-subexpression elimination: a hash table of the values emitted so far, by op, attributes,
 * inputs and type; small constants by their bytes. */
#include "engine.h"

#include <string.h>

enum { SMALL_CONSTANT = 64 };

static uint64_t hash_of(const bb__value *v)
{
    uint64_t hash = bb__hash(0xCBF29CE484222325u, &v->op, sizeof v->op);
    hash = bb__hash(hash, v->type.shape.dim, (size_t)v->type.shape.ndim * sizeof(int64_t));
    hash = bb__hash(hash, &v->type.dtype, sizeof v->type.dtype);
    if (!v->op)
        return bb__hash(hash, bb_tensor_read(v->tensor), bb__bytes(v->type));
    hash = bb__hash(hash, v->in, (size_t)v->n_in * sizeof *v->in);
    return v->op->attrs_size ? bb__hash(hash, v->attrs, v->op->attrs_size) : hash;
}

static bool same(const bb__value *a, const bb__value *b)
{
    if (a->op != b->op || a->kind != b->kind || a->type.dtype != b->type.dtype ||
        !bb_shape_equal(a->type.shape, b->type.shape))
        return false;
    if (!a->op)
        return memcmp(bb_tensor_read(a->tensor), bb_tensor_read(b->tensor), bb__bytes(a->type)) ==
               0;
    return a->n_in == b->n_in &&
           (a->n_in == 0 || memcmp(a->in, b->in, (size_t)a->n_in * sizeof *a->in) == 0) &&
           (a->op->attrs_size == 0 || memcmp(a->attrs, b->attrs, a->op->attrs_size) == 0);
}

int bb__merge(bb__ir *ir, const bb__value *value, int next)
{
    if (!value->op && bb__bytes(value->type) > SMALL_CONSTANT)
        return -1;
    uint64_t hash = hash_of(value);
    size_t cursor = 0;
    for (int older; (older = bb__table_find(&ir->merged, hash, &cursor)) >= 0;)
        if (same(&ir->values[older], value))
            return older;
    return bb__table_put(&ir->merged, hash, next) ? -1 : -2;
}
