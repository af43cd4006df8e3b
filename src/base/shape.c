/* SPDX-License-Identifier: MIT */
/* Shapes: counting, comparing, broadcasting, strides, text. */
#include "base.h"

#include <stdio.h>

static const int64_t most_elements = (int64_t)1 << 48;

bb_shape bb_shape_make(int ndim, const int64_t *dim)
{
    bb_shape shape = {.ndim = ndim};
    for (int i = 0; i < ndim && i < BB_MAX_DIMS; i++)
        shape.dim[i] = dim ? dim[i] : -1;
    return shape;
}

bool bb_shape_equal(bb_shape a, bb_shape b)
{
    if (a.ndim != b.ndim)
        return false;
    for (int i = 0; i < a.ndim && i < BB_MAX_DIMS; i++)
        if (a.dim[i] != b.dim[i])
            return false;
    return true;
}

int64_t bb_shape_count(bb_shape shape)
{
    if (shape.ndim < 0 || shape.ndim > BB_MAX_DIMS)
        return -1;
    int64_t count = 1, nonzero = 1; /* sizes are bounded even where another size is 0 */
    for (int i = 0; i < shape.ndim; i++) {
        int64_t size = shape.dim[i];
        if (size < 0 || (size > 0 && nonzero > most_elements / size))
            return -1;
        count *= size;
        nonzero *= size ? size : 1;
    }
    return count;
}

const char *bb_shape_text(bb_shape shape, char buffer[BB_SHAPE_TEXT])
{
    int shown = shape.ndim < BB_MAX_DIMS ? shape.ndim : BB_MAX_DIMS;
    int used = snprintf(buffer, BB_SHAPE_TEXT, "[");
    for (int i = 0; i < shown; i++)
        used += snprintf(buffer + used, (size_t)(BB_SHAPE_TEXT - used), i ? " %lld" : "%lld",
                         (long long)shape.dim[i]);
    snprintf(buffer + used, (size_t)(BB_SHAPE_TEXT - used), shown < shape.ndim ? " ...]" : "]");
    return buffer;
}

void bb__strides(bb_shape shape, int64_t stride[BB_MAX_DIMS])
{
    int64_t step = 1;
    for (int i = shape.ndim - 1; i >= 0; i--) {
        stride[i] = step;
        step *= shape.dim[i];
    }
}

bool bb__broadcast(bb_shape a, bb_shape b, bb_shape *out)
{
    bb_shape wide = a.ndim >= b.ndim ? a : b, narrow = a.ndim >= b.ndim ? b : a;
    int lead = wide.ndim - narrow.ndim;
    for (int i = 0; i < narrow.ndim; i++) {
        int64_t *size = &wide.dim[lead + i];
        if (*size == 1)
            *size = narrow.dim[i];
        else if (narrow.dim[i] != 1 && narrow.dim[i] != *size)
            return false;
    }
    *out = wide;
    return true;
}
