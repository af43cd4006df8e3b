/* SPDX-License-Identifier: MIT */
/* Layers of sequence models: names and shapes of parameters, states between runs, masks, and what
 * they cost. */
#include <bibun/bibun.h>
#include <criterion/criterion.h>

static void expect_param(const bb_params *p, const char *name, bb_shape shape)
{
    char text[BB_SHAPE_TEXT];
    const bb_tensor *t = bb_params_find(p, name);
    cr_assert(t && bb_shape_equal(bb_tensor_shape(t), shape), "%s %s", name,
              bb_shape_text(shape, text));
}

Test(nn_layers, names_shapes_and_first_numbers)
{
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(1);
    bb_node *index = bb_input(g, "i", BB_I32, BB_SHAPE(2, 5));
    bb_node *x = bb_embedding(index, p, "table", 7, 4);
    cr_assert(bb_shape_equal(bb_node_shape(x), BB_SHAPE(2, 5, 4)));
    bb_node *y = bb_lstm(x, p, "lstm", 3);
    cr_assert(bb_shape_equal(bb_node_shape(y), BB_SHAPE(2, 5, 3)));
    bb_gru(x, p, "gru", 3);
    bb_node *context = bb_input(g, "c", BB_F32, BB_SHAPE(2, 6, 8));
    bb_attention_options cross = {.context = context, .no_bias = true};
    y = bb_multi_head_attention_with(x, p, "cross", 2, &cross);
    cr_assert(bb_shape_equal(bb_node_shape(y), BB_SHAPE(2, 5, 4)));
    cr_assert_null(bb_graph_error(g), "%s", bb_graph_error(g));
    expect_param(p, "table.weight", BB_SHAPE(7, 4));
    expect_param(p, "lstm.weight", BB_SHAPE(4, 12));
    expect_param(p, "lstm.recurrent", BB_SHAPE(3, 12));
    expect_param(p, "lstm.bias", BB_SHAPE(12));
    expect_param(p, "gru.recurrent_bias", BB_SHAPE(3));
    expect_param(p, "cross.query.weight", BB_SHAPE(4, 4));
    expect_param(p, "cross.context.weight", BB_SHAPE(8, 8));
    expect_param(p, "cross.out.weight", BB_SHAPE(4, 4));
    cr_assert_null(bb_params_find(p, "cross.out.bias"));
    for (int i = 0; i < 12; i++)
        cr_assert_eq(bb_tensor_at(bb_params_find(p, "lstm.bias"), i), i / 3 == 1);
    bb_graph_free(g);
    bb_params_free(p);
}

/* States. Products of other sizes may round otherwise. */

static double largest_gap(bb_node *a, bb_node *b, bb_feeds feeds)
{
    bb_node *gap = bb_max(bb_abs(bb_sub(a, b)), BB_ALL);
    bb_tensor *t = bb_eval(gap, feeds, NULL);
    double number = bb_tensor_at(t, 0);
    bb_tensor_release(t);
    return number;
}

typedef bb_node *(*recurrent_fn)(bb_node *x, bb_params *params, const char *name, int64_t units,
                                 const bb_recurrent_options *options, bb_recurrent_last *last_out);

static bb_node *run_rnn(bb_node *x, bb_params *p, const char *name, int64_t units,
                        const bb_recurrent_options *options, bb_recurrent_last *last_out)
{
    return bb_rnn_with(x, p, name, units, options, last_out);
}

static bb_node *run_lstm(bb_node *x, bb_params *p, const char *name, int64_t units,
                         const bb_recurrent_options *options, bb_recurrent_last *last_out)
{
    return bb_lstm_with(x, p, name, units, options, last_out);
}

static bb_node *run_gru(bb_node *x, bb_params *p, const char *name, int64_t units,
                        const bb_recurrent_options *options, bb_recurrent_last *last_out)
{
    return bb_gru_with(x, p, name, units, options, last_out);
}

static const recurrent_fn kinds[] = {run_rnn, run_lstm, run_gru};

Test(nn_layers, a_run_in_two_parts_is_the_same)
{
    for (int k = 0; k < 3; k++) {
        bb_graph *g = bb_graph_new();
        bb_params *p = bb_params_new(1);
        bb_node *x = bb_normal(g, BB_F64, BB_SHAPE(2, 5, 3), 0, 1);
        bb_recurrent_last half, last;
        bb_node *y = kinds[k](x, p, "m", 4, NULL, &last);
        bb_node *first = kinds[k](bb_slice(x, 1, 0, 2, 1), p, "m", 4, NULL, &half);
        bb_recurrent_options go_on = {.state = half.state, .cell = half.cell};
        bb_node *second = kinds[k](bb_slice(x, 1, 2, 5, 1), p, "m", 4, &go_on, NULL);
        cr_assert_null(bb_graph_error(g), "%s", bb_graph_error(g));
        cr_assert_eq(half.cell != NULL, k == 1);
        bb_node *parts = bb_concat(BB_NODES(first, second), 1);
        cr_assert_lt(largest_gap(y, parts, BB_NO_FEEDS), 1e-14);
        bb_node *end = bb_reshape(bb_slice(y, 1, 4, 5, 1), BB_SHAPE(2, 4));
        cr_assert_lt(largest_gap(end, last.state, BB_NO_FEEDS), 1e-14);
        bb_graph_free(g);
        bb_params_free(p);
    }
}

Test(nn_layers, reverse_sees_the_last_step_first)
{
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(1);
    bb_node *a = bb_normal(g, BB_F64, BB_SHAPE(2, 1, 3), 0, 1);
    bb_node *b = bb_normal(g, BB_F64, BB_SHAPE(2, 1, 3), 0, 1);
    bb_recurrent_options reverse = {.reverse = true, .activation = bb_relu};
    bb_recurrent_options ahead = {.activation = bb_relu};
    bb_node *y = bb_rnn_with(bb_concat(BB_NODES(a, b), 1), p, "m", 4, &reverse, NULL);
    bb_node *z = bb_rnn_with(bb_concat(BB_NODES(b, a), 1), p, "m", 4, &ahead, NULL);
    cr_assert_lt(largest_gap(bb_slice(y, 1, 0, 1, 1), bb_slice(z, 1, 1, 2, 1), BB_NO_FEEDS), 1e-14);
    cr_assert_lt(largest_gap(bb_slice(y, 1, 1, 2, 1), bb_slice(z, 1, 0, 1, 1), BB_NO_FEEDS), 1e-14);
    bb_graph_free(g);
    bb_params_free(p);
}

/* The gradient of what is sliced step by step costs a sum of no pads. */
Test(nn_layers, work_grows_in_proportion_to_the_steps)
{
    size_t bytes[2];
    for (int i = 0; i < 2; i++) {
        bb_graph *g = bb_graph_new();
        bb_params *p = bb_params_new(1);
        bb_node *x = bb_input(g, "x", BB_F32, BB_SHAPE(4, 32 << i, 8));
        bb_node *loss = bb_mean(bb_square(bb_lstm(x, p, "m", 16)), BB_ALL);
        bb_program *program = bb_compile(g, BB_NODES(bb_sgd(loss, p, 0.1)));
        bytes[i] = bb_program_stats_of(program).value_bytes;
        bb_program_free(program);
        bb_graph_free(g);
        bb_params_free(p);
    }
    cr_assert_lt((double)bytes[1], 2.1 * (double)bytes[0]);
}

/* Masks. */

Test(nn_layers, what_a_mask_closes_is_not_seen)
{
    static const uint8_t open[] = {1, 1, 0, 1, 0, 0};
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(1);
    bb_node *x = bb_normal(g, BB_F64, BB_SHAPE(2, 3, 4), 0, 1);
    bb_node *mask = bb_constant_from(g, BB_U8, BB_SHAPE(2, 1, 1, 3), open);
    bb_node *places = bb_reshape(mask, BB_SHAPE(2, 3, 1));
    bb_attention_options padded = {.mask = mask};
    bb_node *y = bb_multi_head_attention_with(x, p, "m", 2, &padded);
    bb_node *other = bb_where(places, x, bb_mul_scalar(x, 3));
    bb_node *z = bb_multi_head_attention_with(other, p, "m", 2, &padded);
    bb_node *zero = bb_number(y, 0);
    cr_assert_null(bb_graph_error(g), "%s", bb_graph_error(g));
    cr_assert_lt(largest_gap(bb_where(places, y, zero), bb_where(places, z, zero), BB_NO_FEEDS),
                 1e-14);
    bb_graph_free(g);
    bb_params_free(p);
}

/* Normalisation. */

typedef bb_node *(*norm_fn)(bb_node *x, bb_params *p, const bb_norm_options *options);

static bb_node *layer_norm(bb_node *x, bb_params *p, const bb_norm_options *options)
{
    return bb_layer_norm_with(x, p, "n", options);
}
static bb_node *rms_norm(bb_node *x, bb_params *p, const bb_norm_options *options)
{
    return bb_rms_norm_with(x, p, "n", options);
}
static bb_node *group_norm(bb_node *x, bb_params *p, const bb_norm_options *options)
{
    return bb_group_norm_with(x, p, "n", 2, options);
}
static bb_node *instance_norm(bb_node *x, bb_params *p, const bb_norm_options *options)
{
    return bb_instance_norm_with(x, p, "n", options);
}

Test(nn_layers, plain_norms_are_the_ops_with_their_epsilon)
{
    const norm_fn norms[] = {layer_norm, rms_norm, group_norm, instance_norm};
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(1);
    bb_node *x = bb_normal(g, BB_F64, BB_SHAPE(2, 4, 3), 5, 2);
    bb_node *const ops[] = {bb_standardise(x, BB_AXES(-1), 0.25),
                            bb_rms_normalise(x, BB_AXES(-1), 0.25),
                            bb_standardise_groups(x, 2, 0.25), bb_standardise_groups(x, 4, 0.25)};
    const bb_norm_options plain = {.epsilon = 0.25, .plain = true}, scaled = {.epsilon = 0.25};
    for (int i = 0; i < 4; i++) {
        bb_node *y = norms[i](x, p, &plain);
        cr_assert_null(bb_graph_error(g), "%s", bb_graph_error(g));
        cr_assert_eq(bb_params_count(p), 0);
        cr_assert_eq(largest_gap(y, ops[i], BB_NO_FEEDS), 0);
    }
    cr_assert_lt(largest_gap(layer_norm(x, p, &scaled), ops[0], BB_NO_FEEDS), 1e-15);
    expect_param(p, "n.weight", BB_SHAPE(3));
    bb_graph_free(g);
    bb_params_free(p);
}

Test(nn_layers, batch_norm_at_every_rank)
{
    bb_shape shapes[] = {BB_SHAPE(6, 3), BB_SHAPE(2, 3, 4), BB_SHAPE(2, 3, 2, 2)};
    for (int i = 0; i < 6; i++) {
        bb_graph *g = bb_graph_new();
        bb_params *p = bb_params_new(1);
        bb_node *x = bb_normal(g, i % 2 ? BB_F32 : BB_F64, shapes[i / 2], 5, 2);
        bb_node *y = bb_batch_norm(x, p, "n", true);
        bb_norm_options plain = {.plain = true};
        bb_node *z = bb_batch_norm_with(x, p, "plain", true, &plain);
        cr_assert_null(bb_graph_error(g), "%s", bb_graph_error(g));
        expect_param(p, "n.weight", BB_SHAPE(3));
        expect_param(p, "n.running_variance", BB_SHAPE(3));
        cr_assert_null(bb_params_find(p, "plain.weight"));
        cr_assert_lt(largest_gap(y, z, BB_NO_FEEDS), 1e-5);
        bb_node *channel = bb_slice(y, 1, 1, 2, 1);
        bb_node *mean = bb_mean(channel, BB_ALL), *square = bb_mean(bb_square(channel), BB_ALL);
        cr_assert_lt(largest_gap(mean, bb_number(mean, 0), BB_NO_FEEDS), 1e-5);
        cr_assert_lt(largest_gap(square, bb_number(square, 1), BB_NO_FEEDS), 1e-3);
        bb_graph_free(g);
        bb_params_free(p);
    }
}
