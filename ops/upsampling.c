/* SPDX-License-Identifier: MIT */
/* What up-sampling and its adjoint share: checks after which no image is empty or too large. */
#include "upsampling.h"

#include <stdio.h>

bool bb__infer_upsampled(bb_infer *c)
{
    static const int64_t largest = INT32_MAX;
    static const char *const sides[] = {"height", "width"};
    const bb__upsample_attrs *a = c->attrs;
    bb_shape shape = c->in[0].shape;
    if (!bb_infer_need_float(c))
        return false;
    if (shape.ndim < 2)
        return bb_infer_fail(c, BB_BAD_SHAPE, "needs at least two dimensions");
    for (int i = 0; i < 2; i++) {
        int64_t *size = &shape.dim[shape.ndim - 2 + i];
        if (*size < 1)
            return bb_infer_fail(c, BB_BAD_SHAPE, "images must not be empty");
        if (a->size[i] < 1)
            return bb_infer_fail(c, BB_BAD_ARGUMENT, "%s %lld is below 1", sides[i],
                                 (long long)a->size[i]);
        if (*size > largest || a->size[i] > largest)
            return bb_infer_fail(c, BB_BAD_SHAPE, "%s %lld is too large", sides[i],
                                 (long long)(*size > largest ? *size : a->size[i]));
        *size = a->size[i];
    }
    c->out = (bb_type){c->in[0].dtype, shape};
    return true;
}

bb__upsample_shape bb__upsample_shape_of(const void *attrs, bb_dtype dtype, bb_shape images,
                                         bb_shape sampled)
{
    const bb__upsample_attrs *a = attrs;
    const int last = images.ndim - 1;
    bb__upsample_shape s = {.dtype = dtype,
                            .is_bilinear = a->is_bilinear != 0,
                            .align_corners = a->align_corners != 0,
                            .planes = 1};
    for (int i = 0; i < last - 1; i++)
        s.planes *= images.dim[i];
    s.h = images.dim[last - 1], s.w = images.dim[last];
    s.oh = sampled.dim[last - 1], s.ow = sampled.dim[last];
    return s;
}

bb__upsample_attrs bb__upsample_back(const bb__upsample_attrs *attrs, const bb_node *x)
{
    bb__upsample_attrs back = *attrs;
    bb_shape shape = bb_node_shape(x);
    back.size[0] = shape.dim[shape.ndim - 2];
    back.size[1] = shape.dim[shape.ndim - 1];
    return back;
}

/* A bilinear mean is three means of two, each of two products and a sum. */
double bb__upsample_flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    const bb__upsample_attrs *a = attrs;
    double x = (double)bb_shape_count(in[0].shape), y = (double)bb_shape_count(out->shape);
    return a->is_bilinear ? 9 * (x > y ? x : y) : 0;
}

void bb__print_upsample(const void *attrs, char *buffer, size_t size)
{
    const bb__upsample_attrs *a = attrs;
    snprintf(buffer, size, "%s%s, to %lld x %lld", a->is_bilinear ? "bilinear" : "nearest",
             a->align_corners ? ", corners aligned" : "", (long long)a->size[0],
             (long long)a->size[1]);
}
