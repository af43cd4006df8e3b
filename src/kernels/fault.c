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
