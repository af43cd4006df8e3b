/* SPDX-License-Identifier: MIT */
/* One step of an LSTM or a GRU from the sums of its gates: slices are views, and the gradients of
 * the gates are put side by side again. */
#include <bibun/nn.h>
#include <bibun/op.h>

static bb_node *part(bb_node *gates, int64_t i, int64_t count, int64_t units)
{
    return bb_slice(gates, -1, i * units, (i + count) * units, 1);
}

/* The units of a sum of `gates` gates; -1 when it is none. */
static int64_t units_of(const bb_node *sum, int64_t gates)
{
    bb_shape shape = bb_node_shape(sum);
    int64_t size = shape.ndim > 0 ? shape.dim[shape.ndim - 1] : -1;
    return size >= 0 && size % gates == 0 ? size / gates : -1;
}

/* Whether x is [batch, size] beside a sum of gates; what is inert or NULL is reported elsewhere. */
static bool is_beside(const bb_node *sum, const bb_node *x, int64_t size)
{
    bb_shape shape = bb_node_shape(sum);
    shape.dim[shape.ndim - 1] = size;
    return !x || bb_node_kind_of(x) == BB_NODE_INERT || bb_shape_equal(bb_node_shape(x), shape);
}

bb_node *bb_lstm_cell(bb_node *gates, bb_node *cell, bb_node **cell_out)
{
    int64_t units = units_of(gates, 4);
    bb_node *unused;
    cell_out = cell_out ? cell_out : &unused;
    if (units < 0)
        return *cell_out = bb_fail_node(gates, cell, "lstm_cell", BB_BAD_SHAPE,
                                        "the last size is not that of 4 gates");
    if (!is_beside(gates, cell, units))
        return *cell_out = bb_fail_node(gates, cell, "lstm_cell", BB_BAD_SHAPE,
                                        "the cell is not [batch, units]");
    bb_node *in = bb_sigmoid(part(gates, 0, 1, units));
    bb_node *keep = bb_sigmoid(part(gates, 1, 1, units));
    bb_node *news = bb_tanh(part(gates, 2, 1, units));
    bb_node *out = bb_sigmoid(part(gates, 3, 1, units));
    *cell_out = bb_add(bb_mul(keep, cell), bb_mul(in, news));
    return bb_mul(out, bb_tanh(*cell_out));
}

bb_node *bb_gru_cell(bb_node *gates, bb_node *recurrent, bb_node *recurrent_bias, bb_node *state)
{
    int64_t units = units_of(gates, 3);
    if (units < 0)
        return bb_fail_node(gates, state, "gru_cell", BB_BAD_SHAPE,
                            "the last size is not that of 3 gates");
    if (!is_beside(gates, recurrent, 3 * units))
        return bb_fail_node(gates, recurrent, "gru_cell", BB_BAD_SHAPE,
                            "the gates' sums differ in shape");
    if (!is_beside(gates, state, units))
        return bb_fail_node(gates, state, "gru_cell", BB_BAD_SHAPE,
                            "the state is not [batch, units]");
    bb_node *both = bb_sigmoid(bb_add(part(gates, 0, 2, units), part(recurrent, 0, 2, units)));
    bb_node *reset = part(both, 0, 1, units), *keep = part(both, 1, 1, units);
    bb_node *seen = part(recurrent, 2, 1, units);
    if (recurrent_bias)
        seen = bb_add(seen, recurrent_bias);
    bb_node *news = bb_tanh(bb_add(part(gates, 2, 1, units), bb_mul(reset, seen)));
    return bb_add(news, bb_mul(keep, bb_sub(state, news)));
}
