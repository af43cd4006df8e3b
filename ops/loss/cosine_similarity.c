/* SPDX-License-Identifier: MIT */
/* cosine_similarity: of vectors along an axis. Each is first divided by the largest of its
 * elements, which changes neither the cosine nor any derivative, so that no square overflows or
 * vanishes. With a vector of zeros it is 0, and so is its gradient. */
#include "losses.h"
#include "support.h"

typedef struct direction {
    bb_node *scaled, *length; /* the vectors over their largest elements; lengths of these */
    bb_node *is_zero;
} direction;

static direction direction_of(bb_node *x, int axis)
{
    bb_node *largest = bb_stop_gradient(bb_max_keep(bb_abs(x), BB_AXES(axis)));
    bb_node *one = bb_number(x, 1), *is_zero = bb_less_equal(largest, bb_number(x, 0));
    bb_node *scaled = bb_div(x, bb_where(is_zero, one, largest));
    bb_node *squared = bb_sum_keep(bb_square(scaled), BB_AXES(axis));
    return (direction){scaled, bb_sqrt(bb_where(is_zero, one, squared)), is_zero};
}

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    bb_node *x = in.items[0], *target = in.items[1], *refusal;
    (void)g;
    if ((refusal = bb__refuse_unlike(x, target, "cosine_similarity")))
        return refusal;
    int64_t axis = *(const int64_t *)attrs;
    bb_shape shape = bb_node_shape(x);
    if (axis < -shape.ndim || axis >= shape.ndim)
        return bb_fail_node(x, target, "cosine_similarity", BB_BAD_ARGUMENT,
                            "axis %lld is out of range for rank %d", (long long)axis, shape.ndim);
    direction a = direction_of(x, (int)axis), b = direction_of(target, (int)axis);
    bb_node *product = bb_sum_keep(bb_mul(a.scaled, b.scaled), BB_AXES((int)axis));
    bb_node *cosine = bb_div(bb_div(product, a.length), b.length);
    bb_node *is_zero = bb_logical_or(a.is_zero, b.is_zero);
    return bb_sum(bb_where(is_zero, bb_number(x, 0), cosine), BB_AXES((int)axis));
}

static const bb_sample samples[] = {
    {.n_in = 2, .in = {BB_DIMS(3), BB_DIMS(3)}, .attrs = &(const int64_t){0}},
    {.n_in = 2, .in = {BB_DIMS(2, 3, 2), BB_DIMS(2, 3, 2)}, .attrs = &(const int64_t){-2}},
    {.n_in = 2, .in = {BB_DIMS(2, 0), BB_DIMS(2, 0)}, .attrs = &(const int64_t){1}},
    {.n_in = 2,
     .in = {BB_DIMS(3, 3), BB_DIMS(3, 3)},
     .golden_in = {BB_NUMBERS(1, 2, -2, 0, 3, 4, 9.9999999999999997e+199, 9.9999999999999997e+199,
                              -9.9999999999999997e+199),
                   BB_NUMBERS(2, 0, 1, 9.9999999999999998e-201, 0, 0, 2.9999999999999999e-200, 0,
                              2.9999999999999999e-200)},
     .golden_out = BB_NUMBERS(0, 0, 0),
     .attrs = &(const int64_t){1}},
};

const bb_op bb__op_cosine_similarity = {
    .name = "cosine_similarity",
    .doc = "x . y / (|x| |y|) along an axis, which is dropped; 0 where a vector is zero, and d too",
    .arity = 2,
    .attrs_size = sizeof(int64_t),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_cosine_similarity(bb_node *x, bb_node *y, int axis)
{
    return build(NULL, BB_NODES(x, y), &(const int64_t){axis});
}
