/* SPDX-License-Identifier: MIT */
/* Products by oneDNN, in one table that only grows until the process ends. What is in it never
 * changes, so that reading takes no lock. */
#include "product_onednn.h"
#include "blas.h"
#include "onednn.h"

#include <pthread.h>
#include <stdatomic.h>

enum { ENTRIES = 1024 }; /* sizes beyond this are not taken */

enum { UNKNOWN, NONE, MADE };

struct bb__onednn_product {
    atomic_int state; /* the rest is valid, and fixed, when it is not UNKNOWN */
    bb__onednn_sizes sizes;
    dnnl_primitive_t primitive;
    const dnnl_memory_desc_t *x, *y, *out, *scratchpad; /* they belong to the primitive */
};

static bb__onednn_product table[ENTRIES];
static pthread_mutex_t table_mutex = PTHREAD_MUTEX_INITIALIZER; /* of who adds to it */

/* Making. */

static bool describe(bb__onednn_sizes s, dnnl_matmul_desc_t *product_out)
{
    const dnnl_dims_t x = {s.m, s.k}, y = {s.k, s.n}, out = {s.m, s.n};
    dnnl_memory_desc_t of_x, of_y, of_out;
    return dnnl_memory_desc_init_by_tag(&of_x, 2, x, dnnl_f32,
                                        s.x_transposed ? dnnl_ba : dnnl_ab) == dnnl_success &&
           dnnl_memory_desc_init_by_tag(&of_y, 2, y, dnnl_f32, dnnl_ba) == dnnl_success &&
           dnnl_memory_desc_init_by_tag(&of_out, 2, out, dnnl_f32, dnnl_ab) == dnnl_success &&
           dnnl_matmul_desc_init(product_out, &of_x, &of_y, NULL, &of_out) == dnnl_success;
}

static dnnl_primitive_t primitive_of(bb__onednn_sizes s)
{
    dnnl_matmul_desc_t product;
    dnnl_primitive_attr_t attr = NULL;
    dnnl_primitive_desc_t chosen = NULL;
    dnnl_primitive_t made = NULL;
    if (bb__onednn_engine() && describe(s, &product) &&
        dnnl_primitive_attr_create(&attr) == dnnl_success &&
        dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user) == dnnl_success &&
        dnnl_primitive_desc_create(&chosen, &product, attr, bb__onednn_engine(), NULL) ==
            dnnl_success &&
        bb__onednn_is_vector_kernel(chosen))
        made = bb__onednn_primitive(chosen);
    dnnl_primitive_desc_destroy(chosen);
    dnnl_primitive_attr_destroy(attr);
    return made;
}

static bool make(bb__onednn_product *p)
{
    const bb__blas_state state = bb__blas_enter();
    p->primitive = primitive_of(p->sizes);
    if (p->primitive) {
        p->x = bb__onednn_described(p->primitive, dnnl_query_src_md);
        p->y = bb__onednn_described(p->primitive, dnnl_query_weights_md);
        p->out = bb__onednn_described(p->primitive, dnnl_query_dst_md);
        p->scratchpad = bb__onednn_described(p->primitive, dnnl_query_scratchpad_md);
    }
    bb__blas_leave(state);
    return p->x && p->y && p->out && p->scratchpad;
}

/* The table. */

static size_t hash_of(bb__onednn_sizes s)
{
    const int64_t key[] = {s.m, s.n, s.k, s.x_transposed};
    uint64_t hash = 0;
    for (size_t i = 0; i < sizeof key / sizeof *key; i++) {
        hash = (hash ^ (uint64_t)key[i]) * 0x9E3779B97F4A7C15U;
        hash ^= hash >> 32;
    }
    return (size_t)(hash % ENTRIES);
}

static bool is_of(const bb__onednn_product *p, bb__onednn_sizes s)
{
    const bb__onednn_sizes *t = &p->sizes;
    return t->m == s.m && t->n == s.n && t->k == s.k && t->x_transposed == s.x_transposed;
}

/* The entry of these sizes, or the free one where they belong; NULL when there is none. */
static bb__onednn_product *entry_of(bb__onednn_sizes s)
{
    const size_t start = hash_of(s);
    for (size_t i = 0; i < ENTRIES; i++) {
        bb__onednn_product *p = &table[(start + i) % ENTRIES];
        if (atomic_load_explicit(&p->state, memory_order_acquire) == UNKNOWN)
            return p;
        if (is_of(p, s))
            return p;
    }
    return NULL;
}

/* An entry that was free may have been taken for other sizes since. */
static const bb__onednn_product *made(const bb__onednn_product *p, bb__onednn_sizes s)
{
    return p && atomic_load_explicit(&p->state, memory_order_acquire) == MADE && is_of(p, s) ? p
                                                                                             : NULL;
}

const bb__onednn_product *bb__onednn_product_find(bb__onednn_sizes s)
{
    return made(entry_of(s), s);
}

const bb__onednn_product *bb__onednn_product_make(bb__onednn_sizes s)
{
    pthread_mutex_lock(&table_mutex);
    bb__onednn_product *p = entry_of(s);
    if (p && atomic_load_explicit(&p->state, memory_order_relaxed) == UNKNOWN) {
        p->sizes = s;
        atomic_store_explicit(&p->state, make(p) ? MADE : NONE, memory_order_release);
    }
    pthread_mutex_unlock(&table_mutex);
    return made(p, s);
}

__attribute__((destructor)) static void destroy_table(void)
{
    for (size_t i = 0; i < ENTRIES; i++)
        dnnl_primitive_destroy(table[i].primitive);
}

/* Running. */

size_t bb__onednn_product_scratch(const bb__onednn_product *p)
{
    return dnnl_memory_desc_get_size(p->scratchpad);
}

bool bb__onednn_product_run(const bb__onednn_product *p, const void *x, const void *y, void *out,
                            void *scratch)
{
    const bb__onednn_argument of[] = {{DNNL_ARG_SRC, p->x, (void *)(uintptr_t)x},
                                      {DNNL_ARG_WEIGHTS, p->y, (void *)(uintptr_t)y},
                                      {DNNL_ARG_DST, p->out, out},
                                      {DNNL_ARG_SCRATCHPAD, p->scratchpad, scratch}};
    return bb__onednn_execute(p->primitive, 4, of);
}
