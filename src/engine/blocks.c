/* SPDX-License-Identifier: MIT */
/* Blocks of a range of bytes: the smallest free one that fits, else the range grows. Free blocks
 * never touch, so a value that dies next to another leaves one block. */
#include "engine.h"

#include <string.h>

static void drop(bb__blocks *blocks, size_t i)
{
    blocks->count--;
    memmove(&blocks->free[i], &blocks->free[i + 1], (blocks->count - i) * sizeof *blocks->free);
}

bool bb__blocks_take(bb__blocks *blocks, size_t size, size_t *offset_out)
{
    size_t need = bb__aligned(size), best = blocks->count;
    if (need < size)
        return false;
    if (need == 0) {
        *offset_out = 0;
        return true;
    }
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < blocks->count && least > need; i++) /* none is smaller than need */
        if (blocks->free[i].size >= need && blocks->free[i].size < least) {
            best = i;
            least = blocks->free[i].size;
        }
    if (best < blocks->count) {
        bb__block *block = &blocks->free[best];
        *offset_out = block->offset;
        block->offset += need;
        block->size -= need;
        if (block->size == 0)
            drop(blocks, best);
        return true;
    }
    bb__block *last = blocks->count ? &blocks->free[blocks->count - 1] : NULL;
    if (last && last->offset + last->size == blocks->top) { /* widen the free block at the end */
        *offset_out = last->offset;
        if (need > SIZE_MAX - last->offset)
            return false;
        blocks->top = last->offset + need;
        blocks->count--;
        return true;
    }
    if (need > SIZE_MAX - blocks->top)
        return false;
    *offset_out = blocks->top;
    blocks->top += need;
    return true;
}

bool bb__blocks_give(bb__blocks *blocks, size_t offset, size_t size)
{
    size_t at = 0, high = blocks->count;
    size = bb__aligned(size);
    if (size == 0)
        return true;
    while (at < high) { /* the first free block behind */
        size_t middle = (at + high) / 2;
        if (blocks->free[middle].offset < offset)
            at = middle + 1;
        else
            high = middle;
    }
    bb__block *before = at > 0 ? &blocks->free[at - 1] : NULL;
    bb__block *behind = at < blocks->count ? &blocks->free[at] : NULL;
    bool touches_before = before && before->offset + before->size == offset;
    bool touches_behind = behind && offset + size == behind->offset;
    if (touches_before) {
        before->size += size + (touches_behind ? behind->size : 0);
        if (touches_behind)
            drop(blocks, at);
        return true;
    }
    if (touches_behind) {
        behind->offset = offset;
        behind->size += size;
        return true;
    }
    if (!bb__grow(&blocks->free, &blocks->capacity, blocks->count + 1, sizeof *blocks->free))
        return false;
    memmove(&blocks->free[at + 1], &blocks->free[at], (blocks->count - at) * sizeof *blocks->free);
    blocks->free[at] = (bb__block){offset, size};
    blocks->count++;
    return true;
}

void bb__blocks_free(bb__blocks *blocks)
{
    bb_memory_release(blocks->free);
    *blocks = (bb__blocks){0};
}
