/* SPDX-License-Identifier: MIT */
/* tril: the elements on and below diagonal k; the others are 0, whatever they were. It is its
 * own rule. */
#include "kernels.h"
#include "moves.h"

#include <math.h>

static void forward(const bb_call *call)
{
    const bb__diagonal_attrs *a = call->attrs;
    bb__band(&call->in[0], call->out, INT64_MIN / 2, a->k, call->threads);
}

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    (void)i;
    return bb_tril(dy, ((const bb__diagonal_attrs *)bb_node_attrs(y))->k);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(1, 1)}, .attrs = &(const bb__diagonal_attrs){0}},
    {.n_in = 1, .in = {BB_DIMS(3, 4)}, .attrs = &(const bb__diagonal_attrs){1}},
    {.n_in = 1, .in = {BB_DIMS(2, 3, 2)}, .attrs = &(const bb__diagonal_attrs){-1}},
    {.n_in = 1, .in = {BB_DIMS(0, 3)}, .attrs = &(const bb__diagonal_attrs){0}},
    {.n_in = 1,
     .in = {BB_DIMS(3, 3)},
     .attrs = &(const bb__diagonal_attrs){0},
     .golden_in = {BB_NUMBERS(0.5, -0.75, NAN, -3.25, -INFINITY, -5.75, INFINITY, -8.25, 8.5)},
     .golden_out = BB_NUMBERS(0.5, 0.0, 0.0, -3.25, -INFINITY, 0.0, INFINITY, -8.25, 8.5)},
    {.n_in = 1,
     .in = {BB_DIMS(3, 3)},
     .attrs = &(const bb__diagonal_attrs){-1},
     .golden_in = {BB_NUMBERS(0.5, -0.75, NAN, -3.25, -INFINITY, -5.75, INFINITY, -8.25, 8.5)},
     .golden_out = BB_NUMBERS(0.0, 0.0, 0.0, -3.25, 0.0, 0.0, INFINITY, -8.25, 0.0)},
    {.n_in = 1,
     .in = {BB_DIMS(2, 3)},
     .attrs = &(const bb__diagonal_attrs){9},
     .golden_in = {BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75)},
     .golden_out = BB_NUMBERS(0.5, -0.75, 2.5, -3.25, 4.5, -5.75)},
};

const bb_op bb__op_tril = {
    .name = "tril",
    .doc = "the elements on and below diagonal k of the last two dimensions, 0 elsewhere",
    .arity = 1,
    .attrs_size = sizeof(bb__diagonal_attrs),
    .infer = bb__infer_band,
    .forward = forward,
    .backward = backward,
    .batch = bb_batch_same,
    .inplace = 1U << 0,
    .flops = bb__no_flops,
    .print_attrs = bb__print_diagonal,
    BB_SAMPLES(samples),
};

bb_node *bb_tril(bb_node *x, int64_t k)
{
    return bb_apply(&bb__op_tril, BB_NODES(x), &(bb__diagonal_attrs){k});
}
