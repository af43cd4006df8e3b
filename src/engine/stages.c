/* SPDX-License-Identifier: MIT */
/* Sums over rows in two stages: of groups of rows, and of what these gave. The first stage treats
 * its groups alike, so that strips of a section can end with it. */
#include "engine.h"

/* [groups, rows of a group, ...] of [rows, ...], in place. */
static bool tear(const void *attrs, const bb_type *in_type, const bb_layout *in,
                 const bb_type *out_type, bb_layout *out)
{
    (void)attrs;
    out->offset = in->offset;
    out->stride[0] = in->stride[0] * out_type->shape.dim[1];
    for (int i = 0; i < in_type->shape.ndim; i++)
        out->stride[i + 1] = in->stride[i];
    return true;
}

static const bb_op torn_op = {
    .name = "torn",
    .doc = "x with its first dimension in groups",
    .arity = 1,
    .view = tear,
};

bool bb__is_in_stages(const bb__ir *ir, int v)
{
    const bb__value *value = &ir->values[v];
    return value->op && value->n_in == 1 && ir->values[value->in[0]].op == &torn_op;
}

/* As many as strips may want, as long as what they give is little beside what they read; less than
 * 2 where it is not worth while. */
static int64_t groups_of(const bb__ir *ir, bb_type in, bb_type out)
{
    enum { MOST = 1024, FOLD = 16, LARGE = 1 << 19 };
    const int64_t rows = in.shape.dim[0];
    const double bytes = (double)bb__bytes(in);
    const double each = (double)bb_shape_count(out.shape) * sizeof(double);
    const bool all = ir->options.all_strips;
    int64_t best = 1;
    if (bytes < LARGE && !all)
        return 1;
    for (int64_t n = 2; n <= rows && n <= MOST && (all || (double)n * each * FOLD <= bytes); n++)
        if (rows % n == 0)
            best = n;
    return best;
}

/* What of a value's operand is torn into groups; false where it is better left whole. */
static bool tear_type(const bb__ir *ir, const bb__value *value, bb_type *torn_out)
{
    const bb__value *in = &ir->values[value->in[0]];
    bb_type torn = in->type;
    const bool is_wanted = !ir->options.no_strips && value->n_in == 1 && ir->values[in->root].op &&
                           bb_dtype_is_float(torn.dtype) && torn.shape.ndim > 0 &&
                           torn.shape.ndim < BB_MAX_DIMS && bb_shape_count(torn.shape) > 0;
    const int64_t groups = is_wanted ? groups_of(ir, torn, value->type) : 1;
    if (groups < 2)
        return false;
    for (int i = torn.shape.ndim++; i > 0; i--)
        torn.shape.dim[i] = torn.shape.dim[i - 1];
    torn.shape.dim[0] = groups;
    torn.shape.dim[1] /= groups;
    *torn_out = torn;
    return true;
}

/* What groups give is f64, so that the whole is rounded once. */
static int emit_stages(bb__ir *ir, const bb__value *value, bb_type torn, const void *within,
                       const void *across)
{
    const bb_op *op = value->op;
    const bb_node *node = value->node, *in = ir->values[value->in[0]].node;
    bb_infer parts = {.op = op, .n_in = 1, .in = &torn, .attrs = (void *)(uintptr_t)within};
    if (!op->infer(&parts))
        return BB__WHOLE;
    parts.out.dtype = BB_F64;
    const bb__value stages[] = {
        {.node = in, .op = &torn_op, .type = torn},
        {.node = node, .op = op, .attrs = within, .type = parts.out},
        {.node = node, .op = op, .attrs = across, .type = value->type, .is_rest = true}};
    int made = value->in[0];
    for (int i = 0; i < 3 && made >= 0; i++)
        made = bb__emit_on(ir, made, stages[i]);
    return made;
}

int bb__emit_in_stages(bb__ir *ir, const bb__value *value)
{
    const bb_op *op = value->op;
    bb_type torn;
    if (!tear_type(ir, value, &torn))
        return BB__WHOLE;
    void *within = bb__arena_take(&ir->arena, op->attrs_size);
    void *across = bb__arena_take(&ir->arena, op->attrs_size);
    if (!within || !across)
        return -1;
    return op->stages(value->attrs, within, across) ? emit_stages(ir, value, torn, within, across)
                                                    : BB__WHOLE;
}
