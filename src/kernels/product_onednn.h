/* SPDX-License-Identifier: MIT */
/* Float products by oneDNN's primitives, made once for the sizes and kept for the process, so that
 * a run only calls them. All matrices are dense. */
#ifndef BIBUN_PRODUCT_ONEDNN_H
#define BIBUN_PRODUCT_ONEDNN_H

#include "kernels.h"

/* out [m n] = x y with y stored [n k]; x is stored [m k], or [k m] when it is transposed. */
typedef struct bb__onednn_sizes {
    int64_t m, n, k;
    bool x_transposed;
} bb__onednn_sizes;

typedef struct bb__onednn_product bb__onednn_product;

#ifdef BB_HAS_ONEDNN
/* NULL when oneDNN has no vector kernel for it, or none could be made when it was first asked for,
 * and from then on, so that scratch memory and runs agree. */
const bb__onednn_product *bb__onednn_product_make(bb__onednn_sizes s);
/* the same, but NULL for what was never made; waits for nobody */
const bb__onednn_product *bb__onednn_product_find(bb__onednn_sizes s);

size_t bb__onednn_product_scratch(const bb__onednn_product *p); /* bytes for a thread */
/* False when memory ran out; then `out` holds anything. */
bool bb__onednn_product_run(const bb__onednn_product *p, const void *x, const void *y, void *out,
                            void *scratch);
#else
static inline const bb__onednn_product *bb__onednn_product_make(bb__onednn_sizes s)
{
    (void)s;
    return NULL;
}

static inline const bb__onednn_product *bb__onednn_product_find(bb__onednn_sizes s)
{
    (void)s;
    return NULL;
}

static inline size_t bb__onednn_product_scratch(const bb__onednn_product *p)
{
    (void)p;
    return 0;
}

static inline bool bb__onednn_product_run(const bb__onednn_product *p, const void *x, const void *y,
                                          void *out, void *scratch)
{
    (void)p, (void)x, (void)y, (void)out, (void)scratch;
    return false;
}
#endif

#endif
