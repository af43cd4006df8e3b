/* SPDX-License-Identifier: MIT */
/* Makes convolutions by oneDNN, once for each shape and direction. What is made lives in one table
 * that only grows, until the process ends. */
#include "conv_onednn_plan.h"
#include "blas.h"

#include <pthread.h>
#include <string.h>

enum { SUMS = 8 };

const bb__onednn_operand bb__onednn_operands[BB__CONV_DIRECTIONS][BB__ROLES] = {
    [BB__CONV_FORWARD] = {{DNNL_ARG_SRC, dnnl_query_src_md},
                          {DNNL_ARG_WEIGHTS, dnnl_query_weights_md},
                          {DNNL_ARG_DST, dnnl_query_dst_md}},
    [BB__CONV_INPUT] = {{DNNL_ARG_DIFF_SRC, dnnl_query_diff_src_md},
                        {DNNL_ARG_WEIGHTS, dnnl_query_weights_md},
                        {DNNL_ARG_DIFF_DST, dnnl_query_diff_dst_md}},
    [BB__CONV_WEIGHT] = {{DNNL_ARG_SRC, dnnl_query_src_md},
                         {DNNL_ARG_DIFF_WEIGHTS, dnnl_query_diff_weights_md},
                         {DNNL_ARG_DIFF_DST, dnnl_query_diff_dst_md}},
};

/* Making. */

/* The shape with its margins as part of the images, and less padding. */
static bb__conv_shape with_margins(const bb__onednn_conv *c)
{
    bb__conv_shape s = c->shape;
    s.h += 2 * c->margin[0];
    s.w += 2 * c->margin[1];
    for (int i = 0; i < 2; i++)
        s.padding[i] -= c->margin[i];
    return s;
}

/* The operands of so many images, in rows or in any layout. */
static bool describe(const bb__conv_shape *s, int64_t images, bool in_rows, dnnl_memory_desc_t *of)
{
    const bool grouped = s->groups > 1;
    const dnnl_dims_t src = {images, s->c, s->h, s->w}, dst = {images, s->o, s->oh, s->ow};
    const dnnl_dims_t dense = {s->o, s->c, s->kh, s->kw};
    const dnnl_dims_t groups = {s->groups, s->o / s->groups, s->c / s->groups, s->kh, s->kw};
    const dnnl_dim_t *dims[BB__ROLES] = {src, grouped ? groups : dense, dst};
    bool ok = true;
    for (int i = 0; i < BB__ROLES; i++) {
        const int ndim = i == BB__WEIGHTS && grouped ? 5 : 4;
        const dnnl_format_tag_t rows = ndim == 5 ? dnnl_abcde : dnnl_abcd;
        ok = ok &&
             dnnl_memory_desc_init_by_tag(&of[i], ndim, dims[i], dnnl_f32,
                                          in_rows ? rows : dnnl_format_tag_any) == dnnl_success;
    }
    return ok;
}

static dnnl_status_t describe_conv(const bb__conv_shape *s, bb__conv_direction d,
                                   const dnnl_memory_desc_t *of, dnnl_convolution_desc_t *conv_out)
{
    const dnnl_alg_kind_t way = dnnl_convolution_direct;
    const dnnl_dims_t stride = {s->stride[0], s->stride[1]};
    const dnnl_dims_t padding = {s->padding[0], s->padding[1]};
    const dnnl_dims_t dilation = {s->dilation[0] - 1, s->dilation[1] - 1};
    const dnnl_memory_desc_t *src = &of[BB__SRC], *weights = &of[BB__WEIGHTS], *dst = &of[BB__DST];
    if (d == BB__CONV_FORWARD)
        return dnnl_dilated_convolution_forward_desc_init(conv_out, dnnl_forward_training, way, src,
                                                          weights, NULL, dst, stride, dilation,
                                                          padding, padding);
    if (d == BB__CONV_INPUT)
        return dnnl_dilated_convolution_backward_data_desc_init(conv_out, way, src, weights, dst,
                                                                stride, dilation, padding, padding);
    return dnnl_dilated_convolution_backward_weights_desc_init(
        conv_out, way, src, weights, NULL, dst, stride, dilation, padding, padding);
}

/* The choice for a gradient needs that for the result. */
static dnnl_primitive_desc_t choose(const bb__conv_shape *s, bb__conv_direction d,
                                    const dnnl_memory_desc_t *of, dnnl_primitive_attr_t attr,
                                    const_dnnl_primitive_desc_t hint)
{
    dnnl_convolution_desc_t conv;
    dnnl_primitive_desc_t chosen = NULL;
    if (describe_conv(s, d, of, &conv) != dnnl_success ||
        dnnl_primitive_desc_create(&chosen, &conv, attr, bb__onednn_engine(), hint) != dnnl_success)
        return NULL;
    return chosen;
}

static bool make_conv(const bb__conv_shape *s, bb__conv_direction d, const dnnl_memory_desc_t *of,
                      dnnl_primitive_t *made)
{
    dnnl_primitive_attr_t attr = NULL;
    dnnl_primitive_desc_t hint = NULL, chosen = NULL;
    if (dnnl_primitive_attr_create(&attr) == dnnl_success &&
        dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user) == dnnl_success) {
        if (d != BB__CONV_FORWARD)
            hint = choose(s, BB__CONV_FORWARD, of, attr, NULL);
        if (d == BB__CONV_FORWARD || hint)
            chosen = choose(s, d, of, attr, hint);
    }
    *made = chosen && bb__onednn_is_vector_kernel(chosen) ? bb__onednn_primitive(chosen) : NULL;
    dnnl_primitive_desc_destroy(chosen);
    dnnl_primitive_desc_destroy(hint);
    dnnl_primitive_attr_destroy(attr);
    return *made;
}

/* From rows, or for a result to rows, unless these are what the convolution takes. */
static bool make_reorder(bb__onednn_plan *p, int role, bool is_result,
                         const dnnl_memory_desc_t *rows, const dnnl_memory_desc_t *placed)
{
    const dnnl_memory_desc_t *from = is_result ? placed : rows, *to = is_result ? rows : placed;
    dnnl_primitive_desc_t chosen = NULL;
    if (dnnl_memory_desc_equal(from, to))
        return true;
    const dnnl_engine_t engine = bb__onednn_engine();
    if (dnnl_reorder_primitive_desc_create(&chosen, from, engine, to, engine, NULL) != dnnl_success)
        return false;
    p->reorder[role] = bb__onednn_primitive(chosen);
    dnnl_primitive_desc_destroy(chosen);
    if (!p->reorder[role])
        return false;
    const dnnl_query_t ends[] = {dnnl_query_src_md, dnnl_query_dst_md};
    p->rows[role] = bb__onednn_described(p->reorder[role], ends[is_result]);
    p->placed[role] = bb__onednn_described(p->reorder[role], ends[!is_result]);
    return p->rows[role] && p->placed[role];
}

/* Images have their place within their margins. */
static bool place(const bb__onednn_conv *c, const bb__onednn_plan *p, int role,
                  const dnnl_memory_desc_t *rows, dnnl_memory_desc_t *placed)
{
    const dnnl_dims_t start = {0, 0, c->margin[0], c->margin[1]};
    if (role != BB__SRC || !bb__onednn_has_margin(c)) {
        *placed = *p->own[role];
        return true;
    }
    return dnnl_memory_desc_init_submemory(placed, p->own[role], rows->dims, start) == dnnl_success;
}

/* How many parts filters are brought into their layout in, each of whole vectors of them. */
static int64_t filter_parts_of(const bb__conv_shape *s)
{
    enum { VECTOR = 16, MOST = 8, WORTH = 1 << 14 /* numbers of a part at least */ };
    const int64_t numbers = s->o * s->c * s->kh * s->kw;
    int64_t parts = 1;
    if (s->groups > 1)
        return parts;
    while (parts < MOST && s->o % (2 * parts * VECTOR) == 0 && numbers / (2 * parts) >= WORTH)
        parts *= 2;
    return parts;
}

/* The first part of filters, and how far the second one is from it. */
static bool first_part(const dnnl_memory_desc_t *whole, int64_t parts, dnnl_memory_desc_t *part,
                       size_t *step_out)
{
    const dnnl_dims_t begin = {0}, next = {whole->dims[0] / parts};
    dnnl_memory_desc_t second;
    dnnl_dims_t dims;
    memcpy(dims, whole->dims, sizeof dims);
    dims[0] /= parts;
    if (dnnl_memory_desc_init_submemory(part, whole, dims, begin) != dnnl_success ||
        dnnl_memory_desc_init_submemory(&second, whole, dims, next) != dnnl_success)
        return false;
    *step_out = (size_t)(second.offset0 - part->offset0) * sizeof(float);
    return true;
}

/* As one part where the layout has none. */
static bool make_filter_reorder(bb__onednn_plan *p, bool is_result, const bb__conv_shape *s,
                                const dnnl_memory_desc_t *rows)
{
    dnnl_memory_desc_t part, placed;
    if (dnnl_memory_desc_equal(rows, p->own[BB__WEIGHTS]))
        return true;
    p->filter_parts = filter_parts_of(s);
    if (p->filter_parts > 1 && first_part(rows, p->filter_parts, &part, &p->rows_part) &&
        first_part(p->own[BB__WEIGHTS], p->filter_parts, &placed, &p->own_part))
        return make_reorder(p, BB__WEIGHTS, is_result, &part, &placed);
    p->filter_parts = 1;
    return make_reorder(p, BB__WEIGHTS, is_result, rows, p->own[BB__WEIGHTS]);
}

static bool make_operand(const bb__onednn_conv *c, bb__onednn_plan *p, int role,
                         const dnnl_memory_desc_t *rows)
{
    const bool is_result = (int)bb__onednn_result(c->direction) == role;
    dnnl_memory_desc_t placed;
    p->own[role] =
        bb__onednn_described(p->conv, bb__onednn_operands[c->direction][role].description);
    if (!p->own[role])
        return false;
    if (role == BB__WEIGHTS)
        return make_filter_reorder(p, is_result, &c->shape, rows);
    return place(c, p, role, rows, &placed) && make_reorder(p, role, is_result, rows, &placed);
}

/* `weights` is the layout that the filters must have; NULL for any. */
static bool make_plan(bb__onednn_conv *c, int64_t images, const dnnl_memory_desc_t *weights,
                      bb__onednn_plan *p)
{
    const bb__conv_direction d = c->direction;
    const bb__conv_shape s = with_margins(c);
    dnnl_memory_desc_t rows[BB__ROLES], any[BB__ROLES];
    if (!describe(&c->shape, images, true, rows) || !describe(&s, images, false, any))
        return false;
    if (weights)
        any[BB__WEIGHTS] = *weights;
    if (!make_conv(&s, d, any, &p->conv))
        return false;
    p->scratchpad = bb__onednn_described(p->conv, dnnl_query_scratchpad_md);
    bool ok = p->scratchpad;
    for (int i = 0; i < BB__ROLES && ok; i++)
        ok = make_operand(c, p, i, &rows[i]);
    return ok;
}

static void destroy_plan(bb__onednn_plan *p)
{
    for (int i = 0; i < BB__ROLES; i++)
        dnnl_primitive_destroy(p->reorder[i]);
    dnnl_primitive_destroy(p->conv);
    *p = (bb__onednn_plan){0};
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Bytes: of marks; of filters in oneDNN's layout, or sums of their gradients; and of a thread. */
static void measure(bb__onednn_conv *c)
{
    const bool is_weight = c->direction == BB__CONV_WEIGHT;
    size_t scratchpad = 0;
    for (int i = 0; i < 2 && c->plans[i].conv; i++) {
        const bb__onednn_plan *p = &c->plans[i];
        for (int role = 0; role < BB__ROLES; role++)
            if (p->reorder[role] || (role == BB__WEIGHTS && is_weight))
                c->sizes[role] =
                    larger(c->sizes[role], bb__aligned(dnnl_memory_desc_get_size(p->own[role])));
        scratchpad = larger(scratchpad, bb__aligned(dnnl_memory_desc_get_size(p->scratchpad)));
    }
    c->done = bb__aligned((size_t)c->blocks);
    c->weights = c->sizes[BB__WEIGHTS] * (size_t)(is_weight ? c->sums : 1);
    c->slot = c->sizes[BB__SRC] + c->sizes[BB__DST] + (is_weight ? c->sizes[BB__WEIGHTS] : 0) +
              scratchpad;
}

/* Where filters are padded by more than half of them, oneDNN's kernel for AVX-512 does not compute
 * their gradient, and that for AVX2 takes twice as long. */
static void set_margins(bb__onednn_conv *c)
{
    const bb__conv_shape *s = &c->shape;
    const int64_t kernel[] = {s->kh, s->kw};
    for (int i = 0; i < 2; i++) {
        const int64_t most = ((kernel[i] - 1) * s->dilation[i] + 1) / 2;
        const bool is_far =
            c->direction == BB__CONV_WEIGHT && bb__onednn_is_avx512() && s->padding[i] > most;
        c->margin[i] = is_far ? s->padding[i] - most : 0;
    }
}

/* Blocks that stay in the second-level cache, a number that deals out evenly; sums of gradients
 * that do not take more memory than they are worth. Where they have more than the images, to add
 * them up costs more than to read these, and half as many do. */
static bool cut(bb__onednn_conv *c)
{
    enum { BLOCK_BYTES = 1 << 20, SUMS_BYTES = 32 << 20 };
    const bb__conv_shape wide = with_margins(c), *s = &wide;
    const int64_t image = (s->c * s->h * s->w + s->o * s->oh * s->ow) * (int64_t)sizeof(float);
    const int64_t filters = s->o * (s->c / s->groups) * s->kh * s->kw * (int64_t)sizeof(float);
    const bool is_weight = c->direction == BB__CONV_WEIGHT;
    const int64_t many = is_weight && SUMS * filters > s->n * image ? SUMS / 2 : SUMS;
    const int64_t blocks = (s->n * image / BLOCK_BYTES + many) / many * many;
    c->blocks = bb__lower(blocks, s->n);
    c->images = s->n / c->blocks;
    if (!is_weight)
        return true;
    c->sums = bb__lower(SUMS_BYTES / filters, bb__lower(c->blocks, many));
    return c->sums > 1;
}

/* Choices may depend on the number of threads that OpenMP tells: it must be one, as in runs. */
static bool make(bb__onednn_conv *c)
{
    set_margins(c);
    bool ok = cut(c);
    const bb__blas_state state = bb__blas_enter();
    ok = ok && bb__onednn_engine() && make_plan(c, c->images, NULL, &c->plans[0]);
    if (ok && c->shape.n % c->blocks > 0)
        ok = make_plan(c, c->images + 1, c->plans[0].own[BB__WEIGHTS], &c->plans[1]);
    if (ok)
        measure(c);
    else
        for (int i = 0; i < 2; i++)
            destroy_plan(&c->plans[i]);
    bb__blas_leave(state);
    return ok;
}

/* The table. */

enum { ENTRIES = 512 }; /* shapes beyond this are not taken */
static bb__onednn_conv table[ENTRIES];
static pthread_mutex_t table_mutex = PTHREAD_MUTEX_INITIALIZER;

enum { KEY = 16 }; /* numbers of a shape, without its type */

static void key_of(const bb__conv_shape *s, int64_t *key)
{
    const int64_t numbers[KEY] = {s->n,          s->c,          s->h,           s->w,
                                  s->o,          s->kh,         s->kw,          s->oh,
                                  s->ow,         s->groups,     s->stride[0],   s->stride[1],
                                  s->padding[0], s->padding[1], s->dilation[0], s->dilation[1]};
    memcpy(key, numbers, sizeof numbers);
}

static size_t hash_of(const int64_t *key, bb__conv_direction d)
{
    uint64_t hash = (uint64_t)d;
    for (int i = 0; i < KEY; i++) {
        hash = (hash ^ (uint64_t)key[i]) * 0x9E3779B97F4A7C15U;
        hash ^= hash >> 32;
    }
    return (size_t)(hash % ENTRIES);
}

/* The entry of a shape, or the free one where it belongs; NULL when there is none. */
static bb__onednn_conv *entry_of(const bb__conv_shape *s, bb__conv_direction d)
{
    int64_t key[KEY], other[KEY];
    key_of(s, key);
    const size_t start = hash_of(key, d);
    for (size_t i = 0; i < ENTRIES; i++) {
        bb__onednn_conv *c = &table[(start + i) % ENTRIES];
        if (c->state == BB__UNKNOWN)
            return c;
        key_of(&c->shape, other);
        if (c->direction == d && memcmp(key, other, sizeof key) == 0)
            return c;
    }
    return NULL;
}

const bb__onednn_conv *bb__onednn_conv_for(const bb__conv_shape *s, bb__conv_direction d)
{
    pthread_mutex_lock(&table_mutex);
    bb__onednn_conv *c = entry_of(s, d);
    if (c && c->state == BB__UNKNOWN) {
        c->direction = d;
        c->shape = *s;
        c->state = make(c) ? BB__MADE : BB__NONE;
    }
    const bool is_made = c && c->state == BB__MADE;
    pthread_mutex_unlock(&table_mutex);
    return is_made ? c : NULL;
}

__attribute__((destructor)) static void destroy_table(void)
{
    for (size_t i = 0; i < ENTRIES; i++)
        for (int k = 0; k < 2; k++)
            destroy_plan(&table[i].plans[k]);
}
