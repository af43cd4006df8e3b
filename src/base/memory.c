/* SPDX-License-Identifier: MIT */
/* Memory: the allocator in force, aligned blocks, growing arrays and arenas.
 *
 * Every block of the library comes from bb_memory_resize, so an allocator that fails the n-th call
 * tests every way out. */
#define _DEFAULT_SOURCE /* madvise, where there is one */
#include "base.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static const bb_allocator system_allocator = {realloc, free};
static bb_allocator allocator = {realloc, free};

void bb_allocator_set(const bb_allocator *chosen)
{
    allocator = chosen ? *chosen : system_allocator;
}

void *bb_memory_resize(void *block, size_t size)
{
    return allocator.resize(block, size);
}

void *bb_memory_zeroed(size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    size_t bytes = count * size;
    void *block = allocator.resize(NULL, bytes ? bytes : 1);
    return block ? memset(block, 0, bytes) : NULL;
}

void bb_memory_release(void *block)
{
    allocator.release(block);
}

/* Large blocks begin where a huge page can, and ask for such pages: a sweep over many megabytes
 * otherwise waits for translations of addresses. */
enum { HUGE_PAGE = 2 << 20, LARGE = 2 * HUGE_PAGE };

static void ask_for_huge_pages(void *block, size_t size)
{
#ifdef MADV_HUGEPAGE
    madvise(block, size, MADV_HUGEPAGE); /* a hint: whether it is taken does not matter */
#else
    (void)block;
    (void)size;
#endif
}

/* The start of the block that was allocated stands just before the aligned one. */
void *bb__new_aligned(size_t size)
{
    const size_t align = size >= LARGE ? HUGE_PAGE : BB__ALIGN;
    if (size > SIZE_MAX - align - sizeof(void *))
        return NULL;
    char *block = bb_memory_resize(NULL, size + align + sizeof(void *));
    if (!block)
        return NULL;
    uintptr_t past = (uintptr_t)(block + sizeof(void *) + align - 1);
    char *aligned = block + ((past & ~(uintptr_t)(align - 1)) - (uintptr_t)block);
    memcpy(aligned - sizeof(void *), &block, sizeof(void *));
    if (size >= LARGE)
        ask_for_huge_pages(aligned, size);
    return aligned;
}

void bb__release_aligned(void *aligned)
{
    void *block;
    if (!aligned)
        return;
    memcpy(&block, (char *)aligned - sizeof(void *), sizeof(void *));
    bb_memory_release(block);
}

char *bb__copy_text(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = bb_memory_resize(NULL, size);
    return copy ? memcpy(copy, text, size) : NULL;
}

bool bb__grow(void *array, size_t *capacity, size_t need, size_t element)
{
    void *old;
    if (need <= *capacity)
        return true;
    size_t larger = *capacity < 8 ? 8 : *capacity * 2;
    if (larger < need)
        larger = need;
    if (larger > SIZE_MAX / element)
        return false;
    memcpy(&old, array, sizeof old); /* the pointer may be to any type */
    void *block = bb_memory_resize(old, larger * element);
    if (!block)
        return false;
    memcpy(array, &block, sizeof block);
    *capacity = larger;
    return true;
}

struct bb__chunk {
    struct bb__chunk *next;
    size_t size; /* of the bytes that follow; keeps them aligned to 16 */
};

enum { CHUNK_SIZE = 1 << 16, ARENA_ALIGN = 16 };

void *bb__arena_take(bb__arena *arena, size_t size)
{
    size = (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    if (!arena->chunks || arena->size - arena->used < size) {
        size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;
        struct bb__chunk *chunk = bb_memory_resize(NULL, sizeof *chunk + room);
        if (!chunk)
            return NULL;
        *chunk = (struct bb__chunk){arena->chunks, room};
        arena->chunks = chunk;
        arena->used = 0;
        arena->size = room;
    }
    char *block = (char *)(arena->chunks + 1) + arena->used;
    arena->used += size;
    return block;
}

char *bb__arena_text(bb__arena *arena, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = bb__arena_take(arena, size);
    return copy ? memcpy(copy, text, size) : NULL;
}

void bb__arena_free(bb__arena *arena)
{
    for (struct bb__chunk *chunk = arena->chunks, *next; chunk; chunk = next) {
        next = chunk->next;
        bb_memory_release(chunk);
    }
    *arena = (bb__arena){0};
}
