/* SPDX-License-Identifier: MIT */
/* What op files share besides the public headers: broadcasting of operands, and sets of axes as
 * bits. Implemented in ops/support.c. */
#ifndef BIBUN_OPS_SUPPORT_H
#define BIBUN_OPS_SUPPORT_H

#include <bibun/op.h>
#include <bibun/ops.h>

/* Puts a broadcast node before each operand that is smaller than their common shape. Operands that
 * do not broadcast, inert nodes and NULL are left alone: infer then says what is wrong. */
void bb__broadcast_operands(int n, bb_node **operands);

/* The failure of a composite of that name of whose operands one is NULL; NULL when neither is. */
bb_node *bb__refuse_null(bb_node *x, bb_node *y, const char *name);
/* The failure of a composite of that name whose operands are NULL, not float, or of two types,
 * before its parts say so of what they are given; NULL when nothing is wrong, or the graph has
 * failed. */
bb_node *bb__refuse_pair(bb_node *x, bb_node *y, const char *name);

/* Builders of the usual kinds. */
bb_node *bb__apply1(const bb_op *op, bb_node *x, const void *attrs);
bb_node *bb__apply2_broadcast(const bb_op *op, bb_node *x, bb_node *y);

bool bb__infer_logical(bb_infer *c); /* u8 masks of one shape, which the output is too */

/* The attributes of reductions. A set of axes that is none is marked, for infer to say what is
 * wrong with it. */
typedef struct bb__reduce_attrs {
    uint32_t axes;    /* bit i: axis i is reduced */
    uint32_t keep;    /* 1: with size 1 */
    uint32_t mistake; /* a bb__axes_mistake */
    int32_t culprit;  /* the axis, or the count of axes, that is wrong */
} bb__reduce_attrs;

typedef enum bb__axes_mistake {
    BB__AXES_GOOD,
    BB__AXES_COUNT, /* more than BB_MAX_DIMS, or below -1 */
    BB__AXES_OUT_OF_RANGE,
    BB__AXES_TWICE,
} bb__axes_mistake;

/* A reduction's builder: turns axes (negative ones too) into bits. An axis that is out of range or
 * named twice fails as `op`'s error by a marker in the attributes that bb__infer_reduce
 * understands. */
bb_node *bb__apply_reduce(const bb_op *op, bb_node *x, bb_axes axes, bool keep);
/* The attributes by themselves, for ops with more of them; they come first in these. */
bb__reduce_attrs bb__reduce_attrs_of(const bb_node *x, bb_axes axes, bool keep);
bb_axes bb__axes_of_bits(uint32_t bits);
/* For a composite that reduces x: the node that fails as `op_name`'s error where x or the axes are
 * not what a reduction takes, else NULL. */
bb_node *bb__refuse_reduction(bb_node *x, const char *op_name, bb_axes axes);
bool bb__infer_reduce(bb_infer *c);      /* float; drops or keeps the axes */
bool bb__infer_reduce_mask(bb_infer *c); /* the same for u8 */
void bb__print_reduce(const void *attrs, char *buffer, size_t size);

/* x with the axes that a reduction took put back with size 1. */
bb_node *bb__restore_axes(bb_node *reduced, const bb_node *x, uint32_t axes);

/* Samples of maps at a scalar, [1], rank 3 and an empty shape; further fields, as .low and .high,
 * are the argument. */
#define BB__SAMPLES1(...)                                                                \
    {.n_in = 1, .in = {{0}}, __VA_ARGS__}, {.n_in = 1, .in = {BB_DIMS(1)}, __VA_ARGS__}, \
        {.n_in = 1, .in = {BB_DIMS(2, 3, 4)}, __VA_ARGS__},                              \
    {                                                                                    \
        .n_in = 1, .in = {BB_DIMS(3, 0, 2)}, __VA_ARGS__                                 \
    }
#define BB__SAMPLES2(...)                                                     \
    {.n_in = 2, .in = {{0}, {0}}, __VA_ARGS__},                               \
        {.n_in = 2, .in = {BB_DIMS(1), BB_DIMS(1)}, __VA_ARGS__},             \
        {.n_in = 2, .in = {BB_DIMS(2, 3, 4), BB_DIMS(2, 3, 4)}, __VA_ARGS__}, \
    {                                                                         \
        .n_in = 2, .in = {BB_DIMS(3, 0, 2), BB_DIMS(3, 0, 2)}, __VA_ARGS__    \
    }

/* Samples of comparisons, and of logic on masks: the arguments are the results for the
 * operands given here. */
#define BB__SAMPLES_COMPARE(...)                                                                   \
    BB__SAMPLES2(),                                                                                \
        {.n_in = 2, .in = {BB_DIMS(4, 5), BB_DIMS(4, 5)}, .is_integer = {true, true}, .bound = 3}, \
        {.n_in = 2, .in = {BB_DIMS(4, 5), BB_DIMS(4, 5)}, .is_mask = {true, true}},                \
    {                                                                                              \
        .n_in = 2, .in = {BB_DIMS(13), BB_DIMS(13)},                                               \
        .golden_in = {BB_NUMBERS(1.5, -2.0, 0.0, -0.0, INFINITY, -INFINITY, INFINITY, NAN, 1.0,    \
                                 NAN, 1.0000000000000001e+300, 1e-300, 0.0),                       \
                      BB_NUMBERS(0.25, -2.0, 3.0, 5.0, INFINITY, INFINITY, 2.0, 1.0, NAN, NAN,     \
                                 -1.0000000000000001e+300, 3.0000000000000002e-300, -0.0)},        \
        .golden_out = BB_NUMBERS(__VA_ARGS__)                                                      \
    }
#define BB__SAMPLES_LOGICAL(...)                                                             \
    {.n_in = 2, .in = {{0}, {0}}, .is_mask = {true, true}},                                  \
        {.n_in = 2, .in = {BB_DIMS(3, 4), BB_DIMS(3, 4)}, .is_mask = {true, true}},          \
        {.n_in = 2, .in = {BB_DIMS(3, 0), BB_DIMS(3, 0)}, .is_mask = {true, true}},          \
    {                                                                                        \
        .n_in = 2, .in = {BB_DIMS(7), BB_DIMS(7)}, .is_mask = {true, true},                  \
        .golden_in = {BB_NUMBERS(0, 0, 1, 1, 255, 2, 0), BB_NUMBERS(0, 1, 0, 1, 0, 1, 255)}, \
        .golden_out = BB_NUMBERS(__VA_ARGS__)                                                \
    }

/* Samples of reductions: a scalar, [1], one axis of three, two of them, one and two that are kept,
 * and an empty dimension that is not reduced. ATTRS(axes, keep) is what points to attributes, the
 * axes as bits, and may name further fields; BB__REDUCED is that of ops without others. */
#define BB__REDUCED(bits, kept) (&(const bb__reduce_attrs){.axes = (bits), .keep = (kept)})
#define BB__SAMPLES_REDUCE(ATTRS)                   \
    {.n_in = 1, .in = {{0}}, .attrs = ATTRS(0, 0)}, \
        {.n_in = 1, .in = {BB_DIMS(1)}, .attrs = ATTRS(1, 0)}, BB__SAMPLES_REDUCE_MANY(ATTRS)
/* those of more terms than one */
#define BB__SAMPLES_REDUCE_MANY(ATTRS)                                   \
    {.n_in = 1, .in = {BB_DIMS(2, 3, 4)}, .attrs = ATTRS(2, 0)},         \
        {.n_in = 1, .in = {BB_DIMS(2, 3, 4)}, .attrs = ATTRS(5, 0)},     \
        {.n_in = 1, .in = {BB_DIMS(3, 4)}, .attrs = ATTRS(2, 1)},        \
        {.n_in = 1, .in = {BB_DIMS(2, 1, 2, 3)}, .attrs = ATTRS(10, 1)}, \
    {                                                                    \
        .n_in = 1, .in = {BB_DIMS(3, 0, 2)}, .attrs = ATTRS(1, 0)        \
    }

/* Samples of reductions of masks: EACH_ROW and EACH_COLUMN are the results for the mask given
 * here. */
#define BB__REDUCED_MASK(bits, kept) BB__REDUCED(bits, kept), .is_mask = {true}
#define BB__MASK BB_NUMBERS(0, 0, 0, 0, 255, 0, 1, 2, 3, 1, 0, 1)
#define BB__SAMPLES_MASK(EACH_ROW, EACH_COLUMN)                                               \
    BB__SAMPLES_REDUCE(BB__REDUCED_MASK),                                                     \
        {.n_in = 1, .in = {BB_DIMS(3, 0, 2)}, .attrs = BB__REDUCED_MASK(2, 0)},               \
        {.n_in = 1,                                                                           \
         .in = {BB_DIMS(4, 3)},                                                               \
         .attrs = BB__REDUCED_MASK(2, 0),                                                     \
         .golden_in = {BB__MASK},                                                             \
         .golden_out = EACH_ROW},                                                             \
        {.n_in = 1,                                                                           \
         .in = {BB_DIMS(4, 3)},                                                               \
         .attrs = BB__REDUCED_MASK(1, 1),                                                     \
         .golden_in = {BB__MASK},                                                             \
         .golden_out = EACH_COLUMN},                                                          \
    {                                                                                         \
        .n_in = 1, .in = {BB_DIMS(4, 3)}, .attrs = BB__REDUCED_MASK(0, 0),                    \
        .golden_in = {BB__MASK}, .golden_out = BB_NUMBERS(0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 0, 1) \
    }

#endif
