/* SPDX-License-Identifier: MIT */
/* Stock infers and the checks that op files share. */
#include "node.h"

#include <stdio.h>

bool bb_infer_fail(bb_infer *c, bb_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(c->reason, sizeof c->reason, format, arguments);
    va_end(arguments);
    c->status = status;
    return false;
}

bool bb_infer_need_float(bb_infer *c)
{
    for (int i = 0; i < c->n_in; i++)
        if (!bb_dtype_is_float(c->in[i].dtype))
            return bb_infer_fail(c, BB_BAD_TYPE, "needs f32 or f64");
    return true;
}

bool bb_infer_need_same(bb_infer *c)
{
    for (int i = 1; i < c->n_in; i++)
        if (c->in[i].dtype != c->in[0].dtype)
            return bb_infer_fail(c, BB_BAD_TYPE, "types differ");
    for (int i = 1; i < c->n_in; i++) {
        bb_shape wide;
        if (bb_shape_equal(c->in[i].shape, c->in[0].shape))
            continue;
        bool fits = bb__broadcast(c->in[i].shape, c->in[0].shape, &wide);
        return bb_infer_fail(c, BB_BAD_SHAPE, fits ? "shapes differ" : "shapes do not broadcast");
    }
    return true;
}

bool bb_infer_same(bb_infer *c)
{
    if (c->n_in < 1)
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "needs an operand");
    c->out = c->in[0];
    return bb_infer_need_float(c) && bb_infer_need_same(c);
}

bool bb_infer_compare(bb_infer *c)
{
    if (c->n_in < 1)
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "needs an operand");
    c->out = (bb_type){BB_U8, c->in[0].shape};
    return bb_infer_need_same(c);
}

bool bb_infer_axis(bb_infer *c, int64_t *axis, int ndim)
{
    if (*axis < -ndim || *axis >= ndim)
        return bb_infer_fail(c, BB_BAD_ARGUMENT, "axis %lld is out of range for rank %d",
                             (long long)*axis, ndim);
    *axis += *axis < 0 ? ndim : 0;
    return true;
}
