/* SPDX-License-Identifier: MIT */
/* Strides: under another shape, and of a copy. */
#include "kernels.h"

#include "base.h"

/* Dimensions with those joined that are run through in one stride; returns how many are left. */
static int join_dims(bb_shape shape, const int64_t *stride, int64_t size_out[BB_MAX_DIMS],
                     int64_t stride_out[BB_MAX_DIMS])
{
    int n = 0;
    for (int i = 0; i < shape.ndim; i++) {
        int64_t size = shape.dim[i];
        if (size == 1)
            continue;
        if (n > 0 && stride_out[n - 1] == stride[i] * size)
            size *= size_out[--n];
        size_out[n] = size;
        stride_out[n++] = stride[i];
    }
    return n;
}

/* Deals the joined dimensions out to the new ones, from the back; one that would need parts of two
 * has no stride. */
bool bb__restride(bb_shape from, const int64_t *stride, bb_shape to,
                  int64_t stride_out[BB_MAX_DIMS])
{
    int64_t size[BB_MAX_DIMS], step_of[BB_MAX_DIMS], rest = 1, step = 1;
    int n = join_dims(from, stride, size, step_of);
    bb__strides(to, stride_out);
    for (int i = to.ndim - 1; i >= 0 && bb_shape_count(to) > 0; i--) {
        if (to.dim[i] == 1)
            continue;
        if (rest == 1)
            rest = size[--n], step = step_of[n];
        if (rest % to.dim[i] != 0)
            return false;
        stride_out[i] = step;
        step *= to.dim[i];
        rest /= to.dim[i];
    }
    return true;
}

void bb__copy_parts(const void *attrs, int n_in, const bb_type *in, bb_layout *out)
{
    (void)attrs, (void)n_in;
    out->offset = 0;
    bb__strides(in->shape, out->stride);
}
