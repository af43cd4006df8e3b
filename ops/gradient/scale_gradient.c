/* SPDX-License-Identifier: MIT */
/* scale_gradient: x itself, and a multiple of its gradient; a negative one reverses it. */
#include "moves.h"

#include <math.h>
#include <stdio.h>

typedef struct scale_attrs {
    double k;
} scale_attrs;

static bool infer(bb_infer *c)
{
    const scale_attrs *a = c->attrs;
    c->out = c->in[0];
    return isfinite(a->k) || bb_infer_fail(c, BB_BAD_ARGUMENT, "k %g is not finite", a->k);
}

static bool view(const void *attrs, const bb_type *in_type, const bb_layout *in,
                 const bb_type *out_type, bb_layout *out)
{
    (void)attrs, (void)in_type, (void)out_type;
    *out = *in;
    return true;
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    (void)i;
    const scale_attrs *a = bb_node_attrs(y);
    return bb_mul_scalar(dy, a->k);
}

static void print_attrs(const void *attrs, char *buffer, size_t size)
{
    snprintf(buffer, size, "k %g", ((const scale_attrs *)attrs)->k);
}

/* Integers and masks, for the rule is not the derivative, which a gradient check would compare. */
static const bb_sample samples[] = {
    {.n_in = 1, .in = {{0}}, .is_integer = {true}, .bound = 7, .attrs = &(const scale_attrs){2}},
    {.n_in = 1, .in = {BB_DIMS(3, 1, 5)}, .is_mask = {true}, .attrs = &(const scale_attrs){-1}},
    {.n_in = 1, .in = {BB_DIMS(2, 0)}, .is_mask = {true}, .attrs = &(const scale_attrs){0}},
    {.n_in = 1,
     .in = {BB_DIMS(2, 2)},
     .is_integer = {true},
     .attrs = &(const scale_attrs){0.5},
     .golden_in = {BB_NUMBERS(3, -7, 0, 2)},
     .golden_out = BB_NUMBERS(3, -7, 0, 2)},
};

const bb_op bb__op_scale_gradient = {
    .name = "scale_gradient",
    .doc = "x; its gradient is multiplied by a number",
    .arity = 1,
    .attrs_size = sizeof(scale_attrs),
    .infer = infer,
    .forward = bb__forward_view,
    .view = view,
    .backward = backward,
    .batch = bb_batch_same,
    .flops = bb__no_flops,
    .print_attrs = print_attrs,
    BB_SAMPLES(samples),
};

bb_node *bb_scale_gradient(bb_node *x, double k)
{
    return bb_apply(&bb__op_scale_gradient, BB_NODES(x), &(const scale_attrs){k});
}

bb_node *bb_reverse_gradient(bb_node *x, double k)
{
    return bb_scale_gradient(x, -k);
}
