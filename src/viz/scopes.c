/* SPDX-License-Identifier: MIT */
/* The tree of scopes: a scope is a prefix of a path that ends before a dot or with the path.
 *
 * Prefixes are looked up by hash, so that any number of scopes takes linear time. */
#include "scopes.h"

#include <string.h>

enum { FIRST_CAPACITY = 16 };

/* FNV-1a (Fowler, Noll and Vo). */
static uint32_t hash_of(const char *text, size_t length)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    return hash;
}

/* Where the prefix is in the table, or where it would be; table sizes are powers of two. */
static int *slot_of(const bb__scopes *s, const char *path, size_t length)
{
    uint32_t mask = (uint32_t)s->table_size - 1, at = hash_of(path, length) & mask;
    for (; s->table[at]; at = (at + 1) & mask) {
        const bb__scope *scope = &s->items[s->table[at] - 1];
        if (scope->length == length && memcmp(scope->path, path, length) == 0)
            break;
    }
    return &s->table[at];
}

/* Doubles the room; the table stays at most half full. */
static bool grow(bb__scopes *s)
{
    int capacity = s->capacity ? 2 * s->capacity : FIRST_CAPACITY;
    bb__scope *items = bb_memory_resize(s->items, (size_t)capacity * sizeof *items);
    if (!items)
        return false;
    s->items = items;
    int *table = bb_memory_zeroed((size_t)capacity, 2 * sizeof *table);
    if (!table)
        return false;
    bb_memory_release(s->table);
    s->table = table;
    s->table_size = 2 * capacity;
    s->capacity = capacity;
    for (int i = 0; i < s->count; i++)
        *slot_of(s, items[i].path, items[i].length) = i + 1;
    return true;
}

/* The index of a prefix, a new child of `parent` when it is met first; -1 when memory runs out. */
static int find_or_add(bb__scopes *s, int parent, const char *path, size_t length)
{
    int *slot = slot_of(s, path, length);
    if (*slot)
        return *slot - 1;
    if (s->count == s->capacity) {
        if (!grow(s))
            return -1;
        slot = slot_of(s, path, length);
    }
    int index = s->count++;
    *slot = index + 1;
    bb__scope *up = parent >= 0 ? &s->items[parent] : NULL;
    s->items[index] = (bb__scope){path, length, up ? up->length : 0, parent, -1, -1, -1, -1, -1};
    if (!up)
        return index;
    if (up->last_child >= 0)
        s->items[up->last_child].next = index;
    else
        up->first_child = index;
    up->last_child = index;
    return index;
}

bool bb__scopes_begin(bb__scopes *s, int node_count)
{
    s->next_node = bb_memory_zeroed((size_t)node_count, sizeof *s->next_node);
    return s->next_node && grow(s) && find_or_add(s, -1, "", 0) == 0;
}

bool bb__scopes_add(bb__scopes *s, int node, const char *path)
{
    int at = 0;
    for (size_t length = 0; path[0]; length++) {
        if (path[length] != '.' && path[length] != '\0')
            continue;
        if (length > 0)
            at = find_or_add(s, at, path, length);
        if (at < 0)
            return false;
        if (path[length] == '\0')
            break;
    }
    bb__scope *scope = &s->items[at];
    if (scope->last_node >= 0)
        s->next_node[scope->last_node] = node;
    else
        scope->first_node = node;
    scope->last_node = node;
    s->next_node[node] = -1;
    return true;
}

void bb__scopes_end(bb__scopes *s)
{
    bb_memory_release(s->items);
    bb_memory_release(s->table);
    bb_memory_release(s->next_node);
}
