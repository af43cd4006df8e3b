/* SPDX-License-Identifier: MIT */
/* Statuses as text, and the one place where a bb_error is written. */
#include "base.h"

#include <stdio.h>

const char *bb_status_text(bb_status status)
{
    static const char *const texts[] = {
#define BB_STATUS_ROW(name, text) [name] = text,
        BB_STATUS_LIST(BB_STATUS_ROW)
#undef BB_STATUS_ROW
    };
    size_t count = sizeof texts / sizeof texts[0];
    return (unsigned)status < count ? texts[status] : "unknown status";
}

bb_status bb_fail(bb_error *error, bb_status status, const char *format, ...)
{
    if (error) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(error->text, sizeof error->text, format, arguments);
        va_end(arguments);
        error->status = status;
    }
    return status;
}
