/* SPDX-License-Identifier: MIT */
/* Faults: what a kernel says about bad data, as an index out of range. The first one is kept. */
#include "kernels.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

void bb_call_fault(const bb_call *call, const char *format, ...)
{
    va_list arguments;
    if (!call->fault || call->fault->raised)
        return;
    va_start(arguments, format);
    vsnprintf(call->fault->reason, sizeof call->fault->reason, format, arguments);
    va_end(arguments);
    call->fault->raised = true;
}

void bb__index_fault(const bb_call *call, int32_t index, int64_t size)
{
    bb_call_fault(call, "index %d is not in 0 .. %lld", (int)index, (long long)size - 1);
}

typedef struct indices {
    const int32_t *index;
    int32_t last; /* that fits */
    atomic_bool outside;
} indices;

/* The sign of an index, or of last - index, is set in each that does not fit. */
static void seek_outside(void *context, int64_t first, int64_t end)
{
    indices *all = context;
    const uint32_t last = (uint32_t)all->last;
    uint32_t signs = 0;
    for (int64_t i = first; i < end; i++) {
        const uint32_t index = (uint32_t)all->index[i];
        signs |= index | (last - index);
    }
    if (signs >> 31)
        atomic_store_explicit(&all->outside, true, memory_order_relaxed);
}

bool bb__indices_fit(const bb_call *call, const int32_t *index, int64_t n, int64_t size)
{
    enum { PART = 1 << 15 }; /* indices that are worth a thread */
    indices all = {.index = index, .last = (int32_t)bb__lower(size - 1, INT32_MAX)};
    bb_parallel(n, PART, call->threads, seek_outside, &all);
    if (!atomic_load_explicit(&all.outside, memory_order_relaxed))
        return true;
    for (int64_t i = 0; i < n; i++)
        if (!bb__index_fits(call, index[i], size))
            break;
    return false;
}
