/* SPDX-License-Identifier: MIT */
/* A choice between two by a mask, which has no gradient; the operand that is not chosen gets
 * zero. */
#include "support.h"

#include <math.h>

static bool infer(bb_infer *c)
{
    const bb_type *in = c->in;
    const bb_type alike[] = {{in[1].dtype, in[0].shape}, in[1], in[2]};
    if (in[0].dtype != BB_U8)
        return bb_infer_fail(c, BB_BAD_TYPE, "the mask is not u8");
    c->in = alike;
    bool same = bb_infer_need_same(c);
    c->in = in;
    c->out = in[1];
    return same;
}

BB_TILE3(tile_f32, float, uint8_t, float, float, x ? y : z)
BB_TILE3(tile_f64, double, uint8_t, double, double, x ? y : z)
BB_TILE3(tile_i32, int32_t, uint8_t, int32_t, int32_t, x ? y : z)
BB_TILE3(tile_u8, uint8_t, uint8_t, uint8_t, uint8_t, x ? y : z)

static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *mask = bb_node_input(y, 0), *zero = bb_number(dy, 0);
    if (i == 0)
        return NULL;
    return i == 1 ? bb_where(mask, dy, zero) : bb_where(mask, zero, dy);
}

static const bb_sample samples[] = {
    {.n_in = 3, .in = {{0}, {0}, {0}}, .is_mask = {true}},
    {.n_in = 3, .in = {BB_DIMS(1), BB_DIMS(1), BB_DIMS(1)}, .is_mask = {true}},
    {.n_in = 3, .in = {BB_DIMS(2, 3, 4), BB_DIMS(2, 3, 4), BB_DIMS(2, 3, 4)}, .is_mask = {true}},
    {.n_in = 3, .in = {BB_DIMS(3, 0, 2), BB_DIMS(3, 0, 2), BB_DIMS(3, 0, 2)}, .is_mask = {true}},
    {.n_in = 3,
     .in = {BB_DIMS(4, 5), BB_DIMS(4, 5), BB_DIMS(4, 5)},
     .is_mask = {true},
     .is_integer = {false, true, true},
     .bound = 9},
    {
        .n_in = 3,
        .in = {BB_DIMS(6), BB_DIMS(6), BB_DIMS(6)},
        .golden_in = {BB_NUMBERS(0.0, 1.0, 255.0, 0.0, 1.0, 0.0),
                      BB_NUMBERS(1.5, NAN, -0.0, NAN, INFINITY, 2.5),
                      BB_NUMBERS(-1.5, 2.0, 3.0, -INFINITY, NAN, 1.0000000000000001e+300)},
        .golden_out = BB_NUMBERS(-1.5, NAN, -0.0, -INFINITY, INFINITY, 1.0000000000000001e+300),
        .is_mask = {true},
    },
};

const bb_op bb__op_where = {
    .name = "where",
    .doc = "x where the u8 mask is not 0, else y; d goes to the one chosen, none to the mask",
    .arity = 3,
    .infer = infer,
    .map = BB_MAP_ALL(tile),
    .backward = backward,
    BB_SAMPLES(samples),
};

bb_node *bb_where(bb_node *mask, bb_node *x, bb_node *y)
{
    bb_node *operands[] = {mask, x, y};
    bb__broadcast_operands(3, operands);
    return bb_apply(&bb__op_where, (bb_nodes){3, operands}, NULL);
}
