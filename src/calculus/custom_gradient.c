/* SPDX-License-Identifier: MIT */
/* custom_gradient: a value, and beside it the operands for which a rule of the user's gives the
 * gradient. The value itself passes none on. */
#include "calculus.h"

#include <string.h>

/* A function is itself wherever it is called, so its address may be compared by bytes. */
typedef struct custom_attrs {
    bb_gradient_rule rule;
} custom_attrs;

static bool infer(bb_infer *c)
{
    const custom_attrs *a = c->attrs;
    c->out = c->in[0];
    return a->rule || bb_infer_fail(c, BB_BAD_ARGUMENT, "the rule is NULL");
}

static bool view(const void *attrs, const bb_type *in_type, const bb_layout *in,
                 const bb_type *out_type, bb_layout *out)
{
    (void)attrs, (void)in_type, (void)out_type;
    *out = *in;
    return true;
}

/* Only runs on a row-major operand, and only where a view was not to be. */
static void forward(const bb_call *call)
{
    size_t bytes = (size_t)bb_shape_count(call->out->shape) * bb_dtype_size(call->out->dtype);
    if (bytes)
        memcpy(call->out->data, call->in[0].data, bytes);
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    const custom_attrs *a = bb_node_attrs(y);
    return i > 0 ? a->rule(y, dy, i) : NULL;
}

static double flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    (void)attrs, (void)in, (void)out;
    return 0;
}

/* Without a batching rule, since the user's is written for operands of the given shapes. */
static const bb_op custom_gradient = {
    .name = "custom_gradient",
    .doc = "the first operand; the gradient with respect to the others is a rule of the user's",
    .arity = BB_VARIADIC,
    .attrs_size = sizeof(custom_attrs),
    .infer = infer,
    .forward = forward,
    .view = view,
    .needs_contiguous = true,
    .backward = backward,
    .flops = flops,
};

bb_node *bb_custom_gradient(bb_node *value, bb_nodes operands, bb_gradient_rule rule)
{
    bb_node *inert, **in;
    if (!bb__operands_fit("custom_gradient", NULL, (bb__operands){BB_NODES(value), "value"},
                          &inert) ||
        !bb__operands_fit("custom_gradient", value, (bb__operands){operands, "operand"}, &inert))
        return inert;
    in = bb_memory_zeroed((size_t)operands.count + 1, sizeof(bb_node *));
    if (!in)
        return bb__no_memory(value, "custom_gradient");
    in[0] = value;
    for (int i = 0; i < operands.count; i++)
        in[i + 1] = operands.items[i];
    bb_node *y =
        bb_apply(&custom_gradient, (bb_nodes){operands.count + 1, in}, &(custom_attrs){rule});
    bb_memory_release(in);
    return y;
}
