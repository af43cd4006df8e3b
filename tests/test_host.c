/* SPDX-License-Identifier: MIT */
/* Values that are computed where concat or a copy puts them. */
#include "plans.h"

static const bb_compile_options apart = {.no_inplace = true};
static bb_graph *g;
static bb_node *x;
static bb_tensor *xs;

static void begin(void)
{
    g = bb_graph_new();
    x = bb_input(g, "x", BB_F64, BB_SHAPE(4, 6));
    xs = bb_tensor_new(BB_F64, BB_SHAPE(4, 6));
    bb_tensor_fill_uniform(xs, 0.5, 2, 1);
}

static void end(void)
{
    bb_tensor_release(xs);
    bb_graph_free(g);
}

TestSuite(host, .init = begin, .fini = end);

/* The bytes that hosting so many values saves, beside what writing over operands does. */
static long saved(bb_nodes outputs, int hosted)
{
    expect_agreement(g, outputs, BB_FEEDS({x, xs}), &apart, 0, 1);
    expect_agreement(g, outputs, BB_FEEDS({x, xs}), &apart, 0, 2);
    cr_expect_eq(stats_with(g, outputs, NULL).hosted, hosted, "%d values are hosted",
                 stats_with(g, outputs, NULL).hosted);
    cr_expect_eq(stats_with(g, outputs, &apart).hosted, 0);
    return (long)stats_with(g, outputs, &apart).peak_bytes -
           (long)stats_with(g, outputs, NULL).peak_bytes;
}

enum { BYTES = 4 * 6 * sizeof(double) };

static bb_node *total(bb_node *y)
{
    return bb_sum(y, BB_ALL);
}

Test(host, rows_lie_in_the_result)
{
    bb_node *y = bb_concat(BB_NODES(bb_exp(x), bb_sin(x)), 0);
    cr_expect_eq(saved(BB_NODES(total(y)), 2), 2 * BYTES);
}

Test(host, columns_are_scattered_by_maps)
{
    bb_node *y = bb_concat(BB_NODES(bb_exp(x), bb_sin(bb_slice(x, 1, 0, 5, 1))), 1);
    cr_expect_gt(saved(BB_NODES(total(y)), 2), BYTES);
}

/* Which only the concat may read then. */
Test(host, columns_that_others_read_are_copied)
{
    bb_node *a = bb_exp(x), *b = bb_sin(x), *y = bb_concat(BB_NODES(a, b), 1);
    saved(BB_NODES(total(y), bb_sum(a, BB_AXES(0)), bb_sum(b, BB_AXES(0))), 0);
}

Test(host, rows_may_be_read_by_others)
{
    bb_node *a = bb_exp(x), *b = bb_sin(x), *y = bb_concat(BB_NODES(a, b), 0);
    bb_node *late = bb_add(bb_mul(a, total(y)), b);
    cr_expect_gt(saved(BB_NODES(total(y), total(late)), 2), 0);
}

Test(host, through_reshapes)
{
    bb_node *a = bb_reshape(bb_exp(x), BB_SHAPE(1, 24)),
            *b = bb_reshape(bb_sin(x), BB_SHAPE(1, 24));
    cr_expect_eq(saved(BB_NODES(total(bb_concat(BB_NODES(a, b), 0))), 2), 2 * BYTES);
}

Test(host, within_a_host)
{
    bb_node *inner = bb_concat(BB_NODES(bb_exp(x), bb_sin(x)), 1);
    bb_node *outer = bb_concat(BB_NODES(inner, bb_neg(inner)), 0);
    cr_expect_gt(saved(BB_NODES(total(outer)), 4), 2 * BYTES);
}

/* The second one's operands lie together in the first, so that it is a part of it. */
Test(host, within_the_same_memory)
{
    bb_node *a = bb_exp(x), *b = bb_sin(x), *c = bb_neg(x);
    bb_node *first = bb_concat(BB_NODES(a, b, c), 0), *second = bb_concat(BB_NODES(b, c), 0);
    bb_node *third = bb_concat(BB_NODES(c, b), 0);
    saved(BB_NODES(total(first), bb_sum(second, BB_AXES(0)), bb_sum(third, BB_AXES(0))), 4);
}

/* Inputs, values that are read twice, outputs, and what is empty. */
Test(host, what_has_no_place_to_lie_in)
{
    bb_node *a = bb_exp(x), *none = bb_slice(a, 0, 2, 2, 1);
    bb_node *y = bb_concat(BB_NODES(x, a, a, none, bb_transpose(bb_reshape(a, BB_SHAPE(6, 4)))), 0);
    saved(BB_NODES(y, total(y), a), 0);
    bb_node *only = bb_concat(BB_NODES(none), 0);
    saved(BB_NODES(only, bb_neg(only)), 0);
}

/* The shape of an LSTM's gradient: gates beside one another, steps below one another. */
Test(host, gates_of_steps)
{
    bb_node *steps[3], *h = x;
    for (int i = 0; i < 3; i++) {
        bb_node *gates = bb_concat(BB_NODES(bb_tanh(h), bb_sigmoid(h)), 1);
        h = bb_mul(bb_slice(gates, 1, 0, 6, 1), bb_slice(gates, 1, 6, 12, 1));
        steps[i] = bb_reshape(gates, BB_SHAPE(1, 4, 12));
    }
    bb_node *all = bb_concat((bb_nodes){3, steps}, 0);
    cr_expect_gt(saved(BB_NODES(total(bb_mul(all, all)), total(h)), 9), 0);
}

/* What is hosted may be a product, and be stored in a parameter as well. */
Test(host, a_product_that_is_stored)
{
    bb_params *p = bb_params_new(1);
    bb_node *w = bb_param(g, p, "w", BB_F64, BB_SHAPE(4, 4), bb_init_zeros());
    bb_node *square = bb_matmul(x, bb_transpose(x));
    bb_node *y = bb_concat(BB_NODES(square, bb_neg(x), w), 1);
    bb_node *rows = bb_concat(BB_NODES(bb_matmul(square, square), square), 0);
    saved(BB_NODES(total(y), total(rows), bb_assign(w, square)), 3);
    cr_expect_eq(bb_tensor_at(bb_params_tensor(p, 0), 0),
                 bb_eval_number(bb_slice(bb_slice(square, 0, 0, 1, 1), 1, 0, 1, 1),
                                BB_FEEDS({x, xs}), NULL));
    bb_params_free(p);
}

/* Strided results. */

/* [rows, batch, columns] in one piece, of [batch, rows, columns] */
static bb_node *merged(bb_node *y)
{
    const bb_shape s = bb_node_shape(y);
    return bb_reshape(bb_permute(y, BB_AXES(1, 0, 2)), BB_SHAPE(s.dim[1], s.dim[0] * s.dim[2]));
}

/* [2, 4, 3] */
static bb_node *pairs(void)
{
    return bb_permute(bb_reshape(x, BB_SHAPE(4, 2, 3)), BB_AXES(1, 0, 2));
}

static bb_node *squares(void)
{
    return bb_matmul(pairs(), bb_transpose(pairs()));
}

Test(host, products_lie_strided_in_a_copy)
{
    bb_node *y = merged(squares());
    cr_expect_gt(saved(BB_NODES(total(bb_matmul(bb_transpose(y), y))), 1), 0);
}

Test(host, maps_lie_strided_in_a_copy)
{
    bb_node *y = merged(bb_exp(pairs()));
    cr_expect_gt(saved(BB_NODES(total(bb_matmul(bb_transpose(y), y))), 1), 0);
}

/* The gradient of queries, keys and values, which one product has made. */
Test(host, heads_side_by_side_in_a_copy)
{
    bb_node *a = squares(), *b = bb_matmul(a, pairs()), *c = bb_matmul(a, bb_exp(pairs()));
    bb_node *inner = bb_concat(BB_NODES(b, bb_neg(pairs())), 0);
    bb_node *all = merged(bb_concat(BB_NODES(c, inner), 0));
    cr_expect_gt(saved(BB_NODES(total(bb_matmul(bb_transpose(all), all))), 5), 0);
}

/* Along the columns of the last matrix the rows are apart. */
Test(host, products_beside_one_another)
{
    bb_node *a = squares();
    bb_node *y = bb_concat(BB_NODES(a, bb_matmul(a, a)), -1);
    cr_expect_gt(saved(BB_NODES(total(bb_matmul(bb_transpose(y), y))), 1), 0);
}

static void expect_copied(bb_node *y, int hosted)
{
    saved(BB_NODES(total(bb_cumsum(y, 0, false, false))), hosted);
}

static bb_node *cube(void)
{
    return bb_reshape(bb_exp(x), BB_SHAPE(2, 3, 4));
}

Test(host, what_others_read_is_not_strided)
{
    bb_node *a = squares();
    saved(BB_NODES(total(bb_cumsum(merged(a), 0, false, false)), total(a)), 0);
}

Test(host, a_product_is_dense_along_its_last_dimension)
{
    bb_node *y = bb_permute(bb_matmul(pairs(), cube()), BB_AXES(2, 0, 1));
    expect_copied(bb_reshape(y, BB_SHAPE(32)), 0);
}

Test(host, a_column_is_not_strided)
{
    expect_copied(merged(bb_matmul(pairs(), bb_slice(cube(), 2, 0, 1, 1))), 0);
}

Test(host, a_part_is_not_strided)
{
    expect_copied(merged(bb_slice(squares(), 1, 0, 2, 1)), 0);
    expect_copied(merged(bb_slice(squares(), 1, 0, 4, 2)), 0);
    expect_copied(merged(bb_flip(squares(), 1)), 0);
}

Test(host, what_repeats_is_not_strided)
{
    expect_copied(
        merged(bb_broadcast(bb_reshape(bb_exp(bb_slice(x, 0, 0, 1, 1)), BB_SHAPE(1, 2, 3)),
                            BB_SHAPE(2, 2, 3))),
        0);
}

/* Of two that are put side by side others read one, so that both lie there in row-major order. */
Test(host, all_or_none_is_strided)
{
    bb_node *a = squares();
    expect_copied(merged(bb_concat(BB_NODES(bb_matmul(a, bb_exp(a)), a), 0)), 2);
}

/* As far as views are followed, and hosts in hosts. */
Test(host, through_many_views)
{
    for (int views = 1; views < 12; views++) {
        bb_node *y = squares();
        for (int i = 0; i < views; i++)
            y = bb_permute(y, BB_AXES(1, 0, 2));
        y = views % 2 ? y : bb_permute(y, BB_AXES(1, 0, 2));
        const int chain = views + !(views % 2) + 1;
        expect_copied(bb_reshape(y, BB_SHAPE(4, 8)), chain <= 8);
    }
}

Test(host, in_many_hosts)
{
    for (int hosts = 1; hosts < 12; hosts++) {
        bb_node *y = squares();
        for (int i = 0; i < hosts; i++)
            y = bb_concat(BB_NODES(y, bb_mul_scalar(pairs(), 2 + i)), 2);
        saved(BB_NODES(total(bb_cumsum(merged(y), 0, false, false))),
              hosts <= 8 ? 2 * hosts + 1 : hosts + 9);
    }
}

/* An op that puts matrices side by side and reads no strides of its result: it lies in none. */
static bool beside_infer(bb_infer *c)
{
    c->out = c->in[0];
    c->out.shape.dim[1] *= 2;
    return true;
}

static void beside_parts(const void *attrs, int n_in, const bb_type *in, bb_layout *out)
{
    (void)attrs;
    for (int i = 0; i < n_in; i++) {
        const int64_t columns = in[i].shape.dim[1];
        out[i] = (bb_layout){i * columns, {2 * columns, 1}};
    }
}

static void beside(const bb_call *call)
{
    const bb_shape shape = call->in[0].shape;
    for (int64_t row = 0; row < shape.dim[0]; row++)
        for (int k = 0; k < 2; k++)
            for (int64_t i = 0; i < shape.dim[1]; i++) {
                const bb_array *in = &call->in[k];
                double *to = (double *)call->out->data + (2 * row + k) * shape.dim[1] + i;
                *to = ((const double *)in->data)[row * in->stride[0] + i * in->stride[1]];
            }
}

static uint32_t beside_rows(const void *attrs, const bb_type *in, const bb_type *out)
{
    (void)attrs, (void)in, (void)out;
    return 3;
}

static const bb_op beside_op = {.name = "beside",
                                .doc = "x and y beside one another",
                                .arity = 2,
                                .infer = beside_infer,
                                .forward = beside,
                                .parts = beside_parts};

Test(host, an_op_that_asks_for_no_strides_gets_none)
{
    bb_node *y = bb_apply(&beside_op, BB_NODES(bb_exp(x), bb_sin(x)), NULL);
    saved(BB_NODES(total(bb_cumsum(bb_concat(BB_NODES(y, bb_neg(x)), 1), 0, false, false))), 3);
}

/* What has memory for a strip alone lies in no other's. */
Test(host, what_is_local_to_strips_has_its_own_memory)
{
    const bb_compile_options rowwise = {.all_strips = true};
    bb_op op = beside_op;
    op.rows = beside_rows;
    bb_node *y = bb_apply(&op, BB_NODES(bb_exp(x), bb_sin(x)), NULL);
    bb_node *z = bb_sum(bb_tanh(y), BB_AXES(1));
    expect_agreement(g, BB_NODES(z), BB_FEEDS({x, xs}), &rowwise, 0, 1);
    cr_expect_eq(stats_with(g, BB_NODES(z), &rowwise).hosted, 0);
}

/* The result itself is in the memory of a tensor. */
Test(host, an_output_has_strided_parts)
{
    bb_node *y = merged(squares());
    bb_node *z = bb_permute(bb_matmul(pairs(), bb_transpose(bb_exp(pairs()))), BB_AXES(1, 0, 2));
    cr_expect_gt(saved(BB_NODES(y, z), 2), 0);
}

/* Copies side by side: of as many rows, and of rows that are several of the result's each. */
Test(host, copies_beside_one_another)
{
    bb_node *y = merged(bb_exp(pairs()));
    bb_node *same = bb_concat(BB_NODES(y, bb_neg(x)), 1);
    saved(BB_NODES(total(bb_cumsum(same, 0, false, false))), 3);
    bb_node *cut = bb_reshape(bb_transpose(bb_sin(x)), BB_SHAPE(3, 8)); /* of 6 rows of 4 */
    bb_node *beside = bb_concat(BB_NODES(cut, bb_reshape(bb_neg(x), BB_SHAPE(3, 8))), 1);
    saved(BB_NODES(total(bb_cumsum(beside, 0, false, false))), 1);
}

/* What is large a copy turns by blocks, and no map scatters it, but for what is scattered to lines
 * that the next elements meet again. */
Test(host, what_is_turned_has_no_host)
{
    static const int64_t widths[] = {3, 24};
    for (int i = 0; i < 2; i++) {
        const int64_t columns = widths[i];
        bb_node *rows =
            bb_reshape(bb_linspace(g, BB_F64, 0, 1, 512 * columns), BB_SHAPE(columns, 512));
        bb_node *turned = bb_reshape(bb_transpose(bb_sin(bb_mul(rows, bb_sum(x, BB_ALL)))),
                                     BB_SHAPE(512 * columns));
        saved(BB_NODES(total(bb_cumsum(turned, 0, false, false))), columns < 8);
    }
}
