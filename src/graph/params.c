/* SPDX-License-Identifier: MIT */
/* Parameters: named tensors that outlive graphs, in the order in which they were first asked
 * for. */
#include "params.h"

#include <string.h>

struct bb_params {
    uint64_t serial; /* from 1; no two sets of a process have the same */
    uint64_t seed;
    bb__param *items;
    size_t count, capacity;
    bb__table by_name;
};

bb_params *bb_params_new(uint64_t seed)
{
    bb_params *p = bb_memory_zeroed(1, sizeof *p);
    static atomic_uint_fast64_t made;
    if (p)
        *p = (bb_params){.serial = atomic_fetch_add(&made, 1) + 1, .seed = seed};
    return p;
}

void bb_params_free(bb_params *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->count; i++) {
        bb_memory_release(p->items[i].name);
        bb_tensor_release(p->items[i].tensor);
    }
    bb_memory_release(p->items);
    bb__table_free(&p->by_name);
    bb_memory_release(p);
}

static uint64_t hash_of(const char *name)
{
    return bb__hash(0, name, strlen(name));
}

static bb__param *find(const bb_params *p, const char *name)
{
    size_t cursor = 0;
    uint64_t hash = hash_of(name);
    for (int i; (i = bb__table_find(&p->by_name, hash, &cursor)) >= 0;)
        if (strcmp(p->items[i].name, name) == 0)
            return &p->items[i];
    return NULL;
}

static bb_status add(bb_params *p, bb__param param)
{
    if (!bb__grow(&p->items, &p->capacity, p->count + 1, sizeof *p->items) ||
        !bb__table_put(&p->by_name, hash_of(param.name), (int)p->count))
        return BB_OUT_OF_MEMORY;
    p->items[p->count++] = param;
    return BB_OK;
}

bb_status bb__params_get(bb_params *p, const char *name, bb_type type, bb_init init, bool trainable,
                         const bb__param **param_out)
{
    *param_out = find(p, name);
    if (*param_out)
        return BB_OK;
    bb__param made = {bb__copy_text(name), bb_tensor_new(type.dtype, type.shape), trainable};
    bb_status status = made.name && made.tensor ? BB_OK : BB_OUT_OF_MEMORY;
    if (status == BB_OK && init.fill)
        status = init.fill(made.tensor, init.scale, bb_rng_key_text(p->seed, name));
    if (status == BB_OK && find(p, name)) /* made by the fill itself */
        status = BB_BAD_ARGUMENT;
    if (status == BB_OK)
        status = add(p, made);
    if (status == BB_OK) {
        *param_out = &p->items[p->count - 1];
        return BB_OK;
    }
    bb_memory_release(made.name);
    bb_tensor_release(made.tensor);
    return status;
}

uint64_t bb__params_serial(const bb_params *p)
{
    return p->serial;
}

int bb_params_count(const bb_params *p)
{
    return p ? (int)p->count : 0;
}

static const bb__param *at(const bb_params *p, int i)
{
    return p && i >= 0 && (size_t)i < p->count ? &p->items[i] : NULL;
}

const char *bb_params_name(const bb_params *p, int i)
{
    const bb__param *param = at(p, i);
    return param ? param->name : NULL;
}

bb_tensor *bb_params_tensor(const bb_params *p, int i)
{
    const bb__param *param = at(p, i);
    return param ? param->tensor : NULL;
}

bool bb_params_is_trainable(const bb_params *p, int i)
{
    const bb__param *param = at(p, i);
    return param && param->trainable;
}

bb_tensor *bb_params_find(const bb_params *p, const char *name)
{
    const bb__param *param = p && name ? find(p, name) : NULL;
    return param ? param->tensor : NULL;
}

bool bb_params_owns(const bb_params *p, const bb_node *node)
{
    return p && node && node->params == p->serial;
}
