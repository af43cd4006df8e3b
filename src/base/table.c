/* SPDX-License-Identifier: MIT */
/* Hash tables of small numbers, by open addressing: a number stands at the first free slot from its
 * hash on, and at least half of the slots are free. */
#include "base.h"

#include <string.h>

static void put(bb__table *table, uint64_t hash, int number)
{
    size_t slot = hash & (table->size - 1);
    while (table->numbers[slot] >= 0)
        slot = (slot + 1) & (table->size - 1);
    table->numbers[slot] = number;
    table->hashes[slot] = hash;
}

static bool double_size(bb__table *table)
{
    bb__table larger = {.size = table->size ? table->size * 2 : 16, .used = table->used};
    larger.numbers = bb_memory_zeroed(larger.size, sizeof *larger.numbers);
    larger.hashes = bb_memory_zeroed(larger.size, sizeof *larger.hashes);
    if (!larger.numbers || !larger.hashes) {
        bb__table_free(&larger);
        return false;
    }
    memset(larger.numbers, 0xFF, larger.size * sizeof *larger.numbers);
    for (size_t slot = 0; slot < table->size; slot++)
        if (table->numbers[slot] >= 0)
            put(&larger, table->hashes[slot], table->numbers[slot]);
    bb__table_free(table);
    *table = larger;
    return true;
}

bool bb__table_put(bb__table *table, uint64_t hash, int number)
{
    if (table->used * 2 >= table->size && !double_size(table))
        return false;
    put(table, hash, number);
    table->used++;
    return true;
}

int bb__table_find(const bb__table *table, uint64_t hash, size_t *cursor)
{
    for (; *cursor < table->size; ++*cursor) {
        size_t slot = (hash + *cursor) & (table->size - 1);
        if (table->numbers[slot] < 0)
            break;
        if (table->hashes[slot] == hash) {
            ++*cursor;
            return table->numbers[slot];
        }
    }
    return -1;
}

void bb__table_free(bb__table *table)
{
    bb_memory_release(table->numbers);
    bb_memory_release(table->hashes);
    *table = (bb__table){0};
}

uint64_t bb__hash(uint64_t hash, const void *bytes, size_t n)
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
