/* SPDX-License-Identifier: MIT */
/* Floor 0: memory, errors, shapes and counter-based bits; knows of nothing but numbers and libc.
 *
 * All of Bibun's memory comes through here, so that one test can make every allocation fail. */
#ifndef BIBUN_BASE_H
#define BIBUN_BASE_H

#include <bibun/rng.h>
#include <bibun/status.h>
#include <bibun/tensor.h>
#include <bibun/tile.h>

#include <stdarg.h>

/* Memory (memory.c), besides what status.h offers. */

enum { BB__ALIGN = 64 };

/* `size` bytes aligned to BB__ALIGN, freed by bb__release_aligned. */
void *bb__new_aligned(size_t size);
void bb__release_aligned(void *block);
/* A size filled up to a multiple of BB__ALIGN, so that what lies behind it is aligned too. */
static inline size_t bb__aligned(size_t size)
{
    return (size + BB__ALIGN - 1) / BB__ALIGN * BB__ALIGN;
}

char *bb__copy_text(const char *text); /* NULL when memory runs out */

/* `array` is the address of a pointer. Grows what it points to geometrically so that it holds
 * `need` elements; false when memory runs out, and then nothing has changed. */
bool bb__grow(void *array, size_t *capacity, size_t need, size_t element);

/* Numbers found by hash (table.c); zero-initialise. Equal hashes are all found, by turns: the
 * caller compares what the numbers stand for. */
typedef struct bb__table {
    int *numbers; /* -1 where a slot is free */
    uint64_t *hashes;
    size_t size, used; /* slots, a power of two */
} bb__table;

bool bb__table_put(bb__table *table, uint64_t hash, int number); /* false when memory runs out */
/* The first number of that hash when *cursor is 0, then the next ones; -1 after the last. */
int bb__table_find(const bb__table *table, uint64_t hash, size_t *cursor);
void bb__table_free(bb__table *table);

uint64_t bb__hash(uint64_t hash, const void *bytes, size_t n); /* of what was hashed before and
                                                                * more */

/* A bump allocator: blocks are never freed singly. Zero-initialise; bb__arena_free frees all. */
typedef struct bb__arena {
    struct bb__chunk *chunks;
    size_t used, size; /* of the newest chunk */
} bb__arena;

void *bb__arena_take(bb__arena *arena, size_t size); /* aligned to 16, not zeroed; NULL when memory
                                                        runs out */
char *bb__arena_text(bb__arena *arena, const char *text);
void bb__arena_free(bb__arena *arena);

/* Shapes (shape.c). */

/* Row-major strides in elements. */
void bb__strides(bb_shape shape, int64_t stride[BB_MAX_DIMS]);

/* NumPy's rule; false when the shapes do not broadcast. */
bool bb__broadcast(bb_shape a, bb_shape b, bb_shape *out);

/* Number i of a stream (rng.c): uniform in [0, 1) with 53 bits, and normal. */
double bb__uniform_at(uint64_t key, uint64_t i);
double bb__normal_at(uint64_t key, uint64_t i);

/* The widest instruction set of the machine (simd.c). */
bb_simd_level bb__simd_widest(void);

#endif
