/* SPDX-License-Identifier: MIT */
/* What the files that call oneDNN's primitives share. All of it runs between bb__blas_enter and
 * bb__blas_leave, since oneDNN asks for the number of threads. */
#ifndef BIBUN_ONEDNN_H
#define BIBUN_ONEDNN_H

#include <oneapi/dnnl/dnnl.h>
#include <stdbool.h>

/* The process's engine, made when it is first asked for; NULL when it cannot be made. */
dnnl_engine_t bb__onednn_engine(void);

/* NULL when there is none. */
dnnl_primitive_t bb__onednn_primitive(dnnl_primitive_desc_t chosen);
/* belongs to the primitive */
const dnnl_memory_desc_t *bb__onednn_described(dnnl_primitive_t p, dnnl_query_t what);

/* Whether the choice is one of oneDNN's own kernels for vectors; those of other names do what
 * Bibun does itself, or are plain loops. */
bool bb__onednn_is_vector_kernel(const_dnnl_primitive_desc_t chosen);

typedef struct bb__onednn_argument {
    int name;
    const dnnl_memory_desc_t *description;
    void *data;
} bb__onednn_argument;

enum { BB__ONEDNN_ARGUMENTS = 4 }; /* at most */

/* False when memory ran out; then the result holds anything. */
bool bb__onednn_execute(dnnl_primitive_t p, int count, const bb__onednn_argument *of);

#endif
