/* SPDX-License-Identifier: MIT */
/* Common-subexpression elimination: a hash table of the values emitted so far, by op, attributes,
 * inputs and type; small constants by their bytes. */
#include "engine.h"

#include <string.h>

struct bb__merge_table {
    int *slots; /* numbers of values; -1 when free; a power of two of them */
    uint64_t *hashes;
    size_t size, used;
};

enum { SMALL_CONSTANT = 64 };

static uint64_t mix(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *at = bytes;
    for (; n >= 8; at += 8, n -= 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
        hash ^= hash >> 29;
    }
    for (; n > 0; at++, n--)
        hash = (hash ^ *at) * 0x100000001B3u;
    return hash ^ hash >> 32;
}

static uint64_t hash_of(const bb__value *v)
{
    uint64_t hash = mix(0xCBF29CE484222325u, &v->op, sizeof v->op);
    hash = mix(hash, v->type.shape.dim, (size_t)v->type.shape.ndim * sizeof(int64_t));
    hash = mix(hash, &v->type.dtype, sizeof v->type.dtype);
    if (!v->op)
        return mix(hash, bb_tensor_read(v->tensor), bb__bytes(v->type));
    hash = mix(hash, v->in, (size_t)v->n_in * sizeof *v->in);
    return v->op->attrs_size ? mix(hash, v->attrs, v->op->attrs_size) : hash;
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

static void put(struct bb__merge_table *table, uint64_t hash, int number)
{
    size_t slot = hash & (table->size - 1);
    while (table->slots[slot] >= 0)
        slot = (slot + 1) & (table->size - 1);
    table->slots[slot] = number;
    table->hashes[slot] = hash;
}

/* Doubles the table when it is half full. */
static bool make_room(bb__ir *ir)
{
    struct bb__merge_table *old = ir->merged;
    if (old && old->used * 2 < old->size)
        return true;
    size_t size = old ? old->size * 2 : 64;
    struct bb__merge_table *table = bb_memory_zeroed(1, sizeof *table);
    int *slots = bb_memory_zeroed(size, sizeof *slots);
    uint64_t *hashes = bb_memory_zeroed(size, sizeof *hashes);
    if (!table || !slots || !hashes) {
        bb_memory_release(table);
        bb_memory_release(slots);
        bb_memory_release(hashes);
        return false;
    }
    *table = (struct bb__merge_table){slots, hashes, size, old ? old->used : 0};
    memset(slots, 0xFF, size * sizeof *slots);
    for (size_t i = 0; old && i < old->size; i++)
        if (old->slots[i] >= 0)
            put(table, old->hashes[i], old->slots[i]);
    bb__merge_free(ir);
    ir->merged = table;
    return true;
}

int bb__merge(bb__ir *ir, const bb__value *value, int next)
{
    if (!value->op && bb__bytes(value->type) > SMALL_CONSTANT)
        return -1;
    if (!make_room(ir))
        return -2;
    struct bb__merge_table *table = ir->merged;
    uint64_t hash = hash_of(value);
    for (size_t slot = hash & (table->size - 1); table->slots[slot] >= 0;
         slot = (slot + 1) & (table->size - 1))
        if (table->hashes[slot] == hash && same(&ir->values[table->slots[slot]], value))
            return table->slots[slot];
    put(table, hash, next);
    table->used++;
    return -1;
}

void bb__merge_free(bb__ir *ir)
{
    if (!ir->merged)
        return;
    bb_memory_release(ir->merged->slots);
    bb_memory_release(ir->merged->hashes);
    bb_memory_release(ir->merged);
    ir->merged = NULL;
}
