/* SPDX-License-Identifier: MIT */
/* For tests of memory: an allocator that counts, remembers the largest request, and fails one
 * request of choice. */
#ifndef BIBUN_TESTS_PROBE_H
#define BIBUN_TESTS_PROBE_H

#include <bibun/status.h>
#include <stdlib.h>

static struct {
    long calls, fails_at, live; /* fails_at 0: none fails */
    size_t largest;
} probe;

static inline void *probe_resize(void *block, size_t size)
{
    probe.largest = size > probe.largest ? size : probe.largest;
    if (++probe.calls == probe.fails_at)
        return NULL;
    void *resized = realloc(block, size);
    probe.live += resized && !block;
    return resized;
}

static inline void probe_release(void *block)
{
    probe.live -= block != NULL;
    free(block);
}

static inline void probe_begin(long fails_at)
{
    static const bb_allocator allocator = {probe_resize, probe_release};
    probe.calls = probe.live = 0;
    probe.largest = 0;
    probe.fails_at = fails_at;
    bb_allocator_set(&allocator);
}

static inline void probe_end(void)
{
    bb_allocator_set(NULL);
}

#endif
