/* SPDX-License-Identifier: MIT */
/* Faults: what a kernel says about bad data, as an index out of range. The first one is kept. */
#include "kernels.h"

#include <stdarg.h>
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

bool bb__indices_fit(const bb_call *call, const int32_t *index, int64_t n, int64_t size)
{
    int32_t low = 0, high = -1;
    for (int64_t i = 0; i < n; i++) {
        low = index[i] < low ? index[i] : low;
        high = index[i] > high ? index[i] : high;
    }
    if (low == 0 && high < size)
        return true;
    for (int64_t i = 0; i < n; i++)
        if (!bb__index_fits(call, index[i], size))
            break;
    return false;
}
