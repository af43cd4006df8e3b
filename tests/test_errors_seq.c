/* SPDX-License-Identifier: MIT */
/* What layers and ops of sequence models refuse, to the letter. */
#include <math.h>

#include "refusals.h"

TestSuite(errors_seq, .init = refusals_begin, .fini = refusals_end);

/* An input of its own beside those of refusals.h. */
static bb_node *t3(int64_t batch, int64_t time, int64_t features)
{
    return bb_input(w.g, "t", BB_F32, BB_SHAPE(batch, time, features));
}

Test(errors_seq, normalisation)
{
    REFUSED(ARGUMENT, "standardise: epsilon -1 is not 0 or a positive number: x [2 3]",
            bb_standardise(w.x, BB_AXES(1), -1));
    REFUSED(ARGUMENT, "rms_normalise: epsilon nan is not 0 or a positive number: x [2 3]",
            bb_rms_normalise(w.x, BB_AXES(1), NAN));
    REFUSED(ARGUMENT, "standardise: epsilon inf is not 0 or a positive number: x [2 3]",
            bb_standardise(w.x, BB_AXES(1), INFINITY));
    REFUSED(SHAPE, "standardise_groups: needs [batch, channels, ...]: v [3]",
            bb_standardise_groups(w.v, 1, 0));
    REFUSED(SHAPE, "standardise_groups: 2 groups do not divide the 3 channels: x [2 3]",
            bb_standardise_groups(w.x, 2, 0));
    REFUSED(SHAPE, "standardise_groups: 0 groups do not divide the 3 channels: x [2 3]",
            bb_standardise_groups(w.x, 0, 0));
    REFUSED(TYPE, "standardise_groups: needs f32 or f64: m u8 [2 3]",
            bb_standardise_groups(w.m, 1, 0));
    REFUSED(ARGUMENT, "standardise: axis 2 is out of range for rank 2: x [2 3]",
            bb_standardise(w.x, BB_AXES(2), 0));
    REFUSED(TYPE, "standardise: needs f32 or f64: i i32 [2]", bb_standardise(w.i, BB_AXES(0), 0));
    REFUSED(ARGUMENT, "rms_normalise: axis 1 is named twice: x [2 3]",
            bb_rms_normalise(w.x, BB_AXES(-1, 1), 0));
}

Test(errors_seq, attention)
{
    REFUSED(SHAPE, "scaled_dot_product_attention: needs [..., places, features]: v [3] x x [2 3]",
            bb_scaled_dot_product_attention(w.v, w.x, w.x, NULL, false, 0));
    REFUSED(SHAPE,
            "scaled_dot_product_attention: queries and keys differ in features: x [2 3] x y [4 5]",
            bb_scaled_dot_product_attention(w.x, w.y, w.y, NULL, false, 0));
    REFUSED(SHAPE,
            "scaled_dot_product_attention: there is not a value for each key: x [2 3] x y [4 5]",
            bb_scaled_dot_product_attention(w.x, w.x, w.y, NULL, false, 0));
    REFUSED(ARGUMENT, "scaled_dot_product_attention: the scale is not finite: x [2 3] x x [2 3]",
            bb_scaled_dot_product_attention(w.x, w.x, w.x, NULL, false, INFINITY));
    REFUSED(TYPE, "scaled_dot_product_attention: a mask is u8, or a float that is added: i i32 [2]",
            bb_scaled_dot_product_attention(w.x, w.x, w.x, w.i, false, 0));
    REFUSED(SHAPE,
            "scaled_dot_product_attention: a mask is broadcast to the scores, [2 2]: m [2 3]",
            bb_scaled_dot_product_attention(w.x, w.x, w.x, w.m, false, 0));
    REFUSED(SHAPE,
            "scaled_dot_product_attention: a mask is broadcast to the scores, [2 2]: "
            "t [2 2 4]",
            bb_scaled_dot_product_attention(w.x, w.x, w.x, t3(2, 2, 4), false, 0));
    REFUSED(ARGUMENT, "scaled_dot_product_attention: operand 2 is NULL: x [2 3] x y [4 5]",
            bb_scaled_dot_product_attention(w.x, NULL, w.y, NULL, false, 0));
    REFUSED(TYPE, "sinusoidal_positions: needs f32 or f64: broadcast#8 i32 [2 3]",
            bb_sinusoidal_positions(w.g, BB_I32, 2, 3));
}

Test(errors_seq, operands_of_layers)
{
    REFUSED(ARGUMENT, "layer_norm: a layer needs a name: x [2 3]",
            bb_layer_norm(w.x, w.params, ""));
    REFUSED(SHAPE, "layer_norm: needs at least 1 dimension: s [], in n",
            bb_layer_norm(w.s, w.params, "n"));
    REFUSED(SHAPE, "instance_norm: needs at least 3 dimensions: x [2 3], in n",
            bb_instance_norm(w.x, w.params, "n"));
    REFUSED(TYPE, "rms_norm: needs f32 or f64: i i32 [2], in n", bb_rms_norm(w.i, w.params, "n"));
    REFUSED(ARGUMENT, "param: bb_params is NULL, in n", bb_layer_norm(w.x, NULL, "n"));
    REFUSED(ARGUMENT, "embedding: a layer needs a name: i [2]",
            bb_embedding(w.i, w.params, NULL, 2, 2));
    REFUSED(SHAPE, "embedding: a table of 0 by 2 has no numbers: i [2]",
            bb_embedding(w.i, w.params, "e", 0, 2));
    REFUSED(TYPE, "gather: the index must be i32: e.weight f32 [2 2] x x f32 [2 3], in e",
            bb_embedding(w.x, w.params, "e", 2, 2));
}

Test(errors_seq, batch_norm)
{
    bb_norm_options momentum = {.momentum = 2};
    REFUSED(ARGUMENT, "batch_norm: momentum 2 is not in [0, 1]: x [2 3], in n",
            bb_batch_norm_with(w.x, w.params, "n", true, &momentum));
    bb_norm_options epsilon = {.epsilon = INFINITY};
    REFUSED(ARGUMENT, "batch_norm: epsilon inf is not 0 or a positive number: x [2 3], in n",
            bb_batch_norm_with(w.x, w.params, "n", true, &epsilon));
    REFUSED(SHAPE, "batch_norm: training needs two values a channel or more: reshape#7 [1 3], in n",
            bb_batch_norm(bb_reshape(w.v, BB_SHAPE(1, 3)), w.params, "n", true));
    REFUSED(ARGUMENT, "state: bb_params is NULL, in n", bb_batch_norm(w.x, NULL, "n", true));
}

Test(errors_seq, batch_norm_twice_under_one_name)
{
    bb_node *y = bb_batch_norm(w.x, w.params, "n", true);
    y = bb_batch_norm(y, w.params, "n", true);
    cr_assert_null(bb_compile(w.g, BB_NODES(bb_sgd(bb_sum(y, BB_ALL), w.params, 0.1))));
    cr_assert_not_null(
        strstr(bb_graph_error(w.g), "n.running_mean is assigned twice in one program"));
}

Test(errors_seq, recurrent)
{
    REFUSED(SHAPE, "lstm: needs at least 3 dimensions: x [2 3], in l",
            bb_lstm(w.x, w.params, "l", 2));
    REFUSED(SHAPE, "gru: needs [batch, time, features] with a step or more: t [2 0 3], in l",
            bb_gru(t3(2, 0, 3), w.params, "l", 2));
    REFUSED(SHAPE, "rnn: units must be at least 1, not 0: t [2 2 3], in l",
            bb_rnn(t3(2, 2, 3), w.params, "l", 0));
    bb_recurrent_options state = {.state = w.x};
    REFUSED(SHAPE, "lstm: what it begins with is not [batch units]: t [2 2 3] x x [2 3], in l",
            bb_lstm_with(t3(2, 2, 3), w.params, "l", 2, &state, NULL));
    bb_node *cell = NULL;
    REFUSED(SHAPE, "lstm_cell: the last size is not that of 4 gates: x [2 3] x x [2 3]",
            bb_lstm_cell(w.x, w.x, &cell));
    REFUSED(SHAPE, "gru_cell: the last size is not that of 3 gates: y [4 5] x x [2 3]",
            bb_gru_cell(w.y, w.y, NULL, w.x));
}

Test(errors_seq, last_states_of_a_layer_that_failed_are_inert)
{
    bb_recurrent_last last;
    bb_node *y = bb_lstm_with(w.x, w.params, "l", 2, NULL, &last);
    cr_assert_eq(last.state, y);
    cr_assert_eq(last.cell, y);
    cr_assert_eq(bb_node_kind_of(y), BB_NODE_INERT);
}

Test(errors_seq, sizes_that_would_overflow)
{
    REFUSED(SHAPE, "lstm: 9223372036854775807 units are too many: t [2 2 3], in l",
            bb_lstm(t3(2, 2, 3), w.params, "l", INT64_MAX));
    REFUSED(SHAPE,
            "multi_head_attention: 4611686018427387904 heads do not divide the 0 features: t [2 2 "
            "0], in a",
            bb_multi_head_attention(t3(2, 2, 0), w.params, "a", (int64_t)1 << 62));
}

Test(errors_seq, cells)
{
    bb_node *gates = bb_input(w.g, "gates", BB_F32, BB_SHAPE(2, 6));
    bb_node *wide = bb_input(w.g, "wide", BB_F32, BB_SHAPE(2, 9));
    REFUSED(SHAPE, "gru_cell: the gates' sums differ in shape: gates [2 6] x wide [2 9]",
            bb_gru_cell(gates, wide, NULL, w.x));
    REFUSED(SHAPE, "lstm_cell: the last size is not that of 4 gates: x [2 3] x y [4 5]",
            bb_lstm_cell(w.x, w.y, NULL));
    gates = bb_input(w.g, "gates", BB_F32, BB_SHAPE(2, 12));
    REFUSED(SHAPE, "lstm_cell: the cell is not [batch, units]: gates [2 12] x v [3]",
            bb_lstm_cell(gates, w.v, NULL));
    gates = bb_input(w.g, "gates", BB_F32, BB_SHAPE(2, 9));
    REFUSED(SHAPE, "gru_cell: the state is not [batch, units]: gates [2 9] x v [3]",
            bb_gru_cell(gates, gates, NULL, w.v));
    gates = bb_input(w.g, "gates", BB_F32, BB_SHAPE(2, 12));
    cr_assert_eq(bb_node_kind_of(bb_lstm_cell(gates, w.x, NULL)), BB_NODE_OP);
}

/* Its mask is made of the scores, which there are not. */
Test(errors_seq, causal_attention_without_scores)
{
    REFUSED(TYPE, "matmul: types differ: x f32 [2 3] x permute#7 f64 [3 2]",
            bb_scaled_dot_product_attention(w.x, w.d, w.x, NULL, true, 0));
}

Test(errors_seq, multi_head_attention)
{
    REFUSED(SHAPE, "multi_head_attention: 2 heads do not divide the 3 features: t [2 2 3], in a",
            bb_multi_head_attention(t3(2, 2, 3), w.params, "a", 2));
    REFUSED(SHAPE, "multi_head_attention: 0 heads do not divide the 3 features: t [2 2 3], in a",
            bb_multi_head_attention(t3(2, 2, 3), w.params, "a", 0));
    bb_attention_options cross = {.context = w.x};
    REFUSED(SHAPE,
            "multi_head_attention: the context is not [batch, places, features]: t [2 2 4] x x [2 "
            "3], in a",
            bb_multi_head_attention_with(t3(2, 2, 4), w.params, "a", 2, &cross));
    cross.context = bb_input(w.g, "e", BB_F32, BB_SHAPE(3, 5, 4));
    REFUSED(SHAPE,
            "multi_head_attention: the context has another batch: t [2 2 4] x e [3 5 4], in a",
            bb_multi_head_attention_with(t3(2, 2, 4), w.params, "a", 2, &cross));
    cross.context = bb_input(w.g, "c", BB_F64, BB_SHAPE(2, 5, 4));
    REFUSED(TYPE, "multi_head_attention: types differ: t f32 [2 2 4] x c f64 [2 5 4], in a",
            bb_multi_head_attention_with(t3(2, 2, 4), w.params, "a", 2, &cross));
    bb_transformer_options dropout = {.dropout = 1};
    REFUSED(ARGUMENT, "dropout: rate 1 is not in [0, 1): add#62 [2 2 4], in b",
            bb_transformer_block_with(t3(2, 2, 4), w.params, "b", 2, &dropout));
}

Test(errors_seq, attach)
{
    bb_node *param = bb_param(w.g, w.params, "p", BB_F32, BB_SHAPE(2, 3), (bb_init){0});
    bb_node *effect = bb_assign(param, w.x);
    cr_assert_eq(bb_attach(w.x, effect), w.x);
    REFUSED(ARGUMENT, "attach: operand 2 is NULL: x [2 3]", bb_attach(w.x, NULL));
    REFUSED(ARGUMENT, "attach: operand 2 is not an effect: x [2 3] x y [4 5]", bb_attach(w.x, w.y));
    REFUSED(GRAPH, "attach: operand 2 belongs to another graph: x [2 3] x z [2 3]",
            bb_attach(w.x, w.foreign));
    REFUSED(ARGUMENT, "attached: bb_params is NULL: x [2 3]", bb_attached(w.x, NULL));
    cr_assert_eq(bb_node_kind_of(bb_attached(NULL, w.params)), BB_NODE_INERT);
}
