/* SPDX-License-Identifier: MIT */
/* Status codes, error records, and the allocator.
 *
 * Nothing in Bibun prints, exits or aborts. What a user can cause comes back as a status; where
 * more can be said than a code, it comes with a sentence. */
#ifndef BIBUN_STATUS_H
#define BIBUN_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define BB_API __attribute__((visibility("default")))
#define BB_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define BB_API
#define BB_PRINTF(text, first)
#endif

/* A function that appends nodes to a graph. The umbrella header bibun.h wraps each such function in
 * a macro of the same name that notes the caller's file and line, so that an error can point
 * there. */
#define BB_BUILDER BB_API

#ifdef __cplusplus
extern "C" {
#endif

/* Every status with its plain text: BB_STATUS(name, text). */
#define BB_STATUS_LIST(BB_STATUS)                             \
    BB_STATUS(BB_OK, "ok")                                    \
    BB_STATUS(BB_OUT_OF_MEMORY, "out of memory")              \
    BB_STATUS(BB_BAD_ARGUMENT, "bad argument")                \
    BB_STATUS(BB_BAD_SHAPE, "bad shape")                      \
    BB_STATUS(BB_BAD_TYPE, "bad type")                        \
    BB_STATUS(BB_BAD_GRAPH, "node of another graph")          \
    BB_STATUS(BB_BAD_FEED, "bad feed")                        \
    BB_STATUS(BB_BAD_GRADIENT, "no such gradient")            \
    BB_STATUS(BB_BAD_VALUE, "value out of range")             \
    BB_STATUS(BB_BAD_FILE, "file cannot be read or written")  \
    BB_STATUS(BB_BAD_FORMAT, "file is not what it should be") \
    BB_STATUS(BB_CHECK_FAILED, "check failed")

typedef enum bb_status {
#define BB_STATUS_ENUM(name, text) name,
    BB_STATUS_LIST(BB_STATUS_ENUM)
#undef BB_STATUS_ENUM
} bb_status;

/* The plain text of a status; "unknown status" for a number that is none. */
BB_API const char *bb_status_text(bb_status status);

/* A failure with its sentence. Functions that take a `bb_error *` accept NULL and write only when
 * they fail. */
typedef struct bb_error {
    bb_status status;
    char text[512];
} bb_error;

/* Where Bibun gets its memory. `resize` is called with NULL to allocate and never with size 0;
 * `release` accepts NULL. Either may be called from several threads. */
typedef struct bb_allocator {
    void *(*resize)(void *block, size_t size);
    void (*release)(void *block);
} bb_allocator;

/* Installs an allocator for all that is allocated from now on; NULL restores realloc and free. To
 * be called before anything else, or when nothing of Bibun's is alive. */
BB_API void bb_allocator_set(const bb_allocator *allocator);

/* Memory of the allocator in force, for libraries built on Bibun; freed by bb_memory_release. NULL
 * when it runs out. */
BB_API void *bb_memory_resize(void *block, size_t size); /* as realloc; size is not 0 */
/* NULL as well when the product overflows */
BB_API void *bb_memory_zeroed(size_t count, size_t size);
BB_API void bb_memory_release(void *block); /* accepts NULL */

/* Fills `error` unless it is NULL, and returns `status`: bb_fail(error, BB_BAD_FILE, "%s: ...",
 * path). */
BB_API bb_status bb_fail(bb_error *error, bb_status status, const char *format, ...)
    BB_PRINTF(3, 4);

#ifdef __cplusplus
}
#endif
#endif
