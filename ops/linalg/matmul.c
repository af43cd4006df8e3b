/* SPDX-License-Identifier: MIT */
/* matmul: products of matrices with equal leading sizes; the builder brings other operands to that
 * form by NumPy's rules. */
#include "kernels.h"
#include "matrices.h"
#include "moves.h"

/* The sizes that the product sums over, in operands of any rank from 1. */
static bool inner_sizes_agree(bb_shape x, bb_shape y)
{
    return x.dim[x.ndim - 1] == y.dim[y.ndim > 1 ? y.ndim - 2 : 0];
}

/* Why the operands cannot be multiplied, by the rules of the builder; NULL when they can. */
static const char *trouble_with(bb_shape x, bb_shape y)
{
    bb_shape batch;
    if (x.ndim == 0 || y.ndim == 0)
        return "an operand is a scalar";
    if (!inner_sizes_agree(x, y))
        return "inner sizes differ";
    return bb__common_batch(x, y, &batch) ? NULL : "batch sizes do not broadcast";
}

static bool infer(bb_infer *c)
{
    bb_shape x = c->in[0].shape, y = c->in[1].shape;
    const char *trouble = trouble_with(x, y);
    if (!bb_infer_need_float(c))
        return false;
    if (c->in[0].dtype != c->in[1].dtype)
        return bb_infer_fail(c, BB_BAD_TYPE, "types differ");
    if (trouble)
        return bb_infer_fail(c, BB_BAD_SHAPE, "%s", trouble);
    bool same_rank = x.ndim >= 2 && x.ndim == y.ndim;
    for (int i = 0; i < x.ndim - 2 && same_rank; i++)
        if (x.dim[i] != y.dim[i])
            same_rank = false;
    if (!same_rank)
        return bb_infer_fail(c, BB_BAD_SHAPE, "leading sizes differ");
    x.dim[x.ndim - 1] = y.dim[y.ndim - 1];
    c->out = (bb_type){c->in[0].dtype, x};
    return true;
}

static void forward(const bb_call *call)
{
    bb__matmul(&call->in[0], &call->in[1], call->out, call->scratch, call->tail, call->threads);
}

/* Whether products are dots of two vectors. */
static bool is_dot(bb_shape product)
{
    return product.dim[product.ndim - 2] == 1 && product.dim[product.ndim - 1] == 1;
}

/* Of a dot the gradients are the other vector, scaled. That of a transposed operand is built
 * transposed, so that undoing that leaves a plain product; not for one matrix, whose products are
 * joined. */
static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    bb_node *other = bb_node_input(y, 1 - i);
    if (is_dot(bb_node_shape(y)))
        return bb_mul(dy, bb_transpose(other));
    if (!bb__is_transposed_batch(bb_node_input(y, i)))
        return i == 0 ? bb_matmul(dy, bb_transpose(other)) : bb_matmul(bb_transpose(other), dy);
    bb_node *turned = bb_transpose(dy);
    return bb_transpose(i == 0 ? bb_matmul(other, turned) : bb_matmul(turned, other));
}

/* Products that are added up, as the gradients of a weight that many steps use, are one product of
 * the operands side by side, when these are less than the sums. */
static bb_node *join(bb_nodes products)
{
    const bb_shape sum = bb_node_shape(products.items[0]);
    if (sum.ndim != 2)
        return NULL;
    int64_t inner = 0;
    for (int i = 0; i < products.count; i++)
        inner += bb_node_shape(bb_node_input(products.items[i], 0)).dim[1];
    if ((double)inner * (double)(sum.dim[0] + sum.dim[1]) >=
        (double)products.count * (double)bb_shape_count(sum))
        return NULL;
    bb_node **x = bb_memory_zeroed(2 * (size_t)products.count, sizeof *x);
    if (!x)
        return bb_fail_node(products.items[0], NULL, "matmul", BB_OUT_OF_MEMORY, "out of memory");
    bb_node **y = x + products.count;
    for (int i = 0; i < products.count; i++) {
        const bb_node *product = products.items[products.count - 1 - i]; /* as the steps went */
        x[i] = bb_transpose(bb_node_input(product, 0));
        y[i] = bb_node_input(product, 1);
    }
    bb_node *rows = bb_concat((bb_nodes){products.count, y}, 0);
    bb_node *columns = bb_transpose(bb_concat((bb_nodes){products.count, x}, 0));
    bb_memory_release(x);
    return bb_matmul(columns, rows);
}

/* Copies of one operand become more rows of x, or more columns of y, at dimension `at` of both that
 * operand and the product, which stays one product. */
static bb_node *batch(const bb_node *node, bb_node *const *in, const bool *batched)
{
    if (batched[0] && batched[1])
        return bb_matmul(in[0], in[1]);
    int ndim = bb_node_shape(node).ndim, at = batched[0] ? ndim - 2 : ndim - 1;
    bb_node *wide = in[batched[0] ? 0 : 1];
    int64_t copies = bb_node_shape(wide).dim[0];
    bb_shape apart = bb_node_shape(node), merged = bb_node_shape(bb_node_input(node, batched[1]));
    merged.dim[at] *= copies;
    wide = bb_reshape(bb_move_axis(wide, 0, at), merged);
    bb_node *y = batched[0] ? bb_matmul(wide, in[1]) : bb_matmul(in[0], wide);
    apart.ndim++;
    apart.dim[ndim] = apart.dim[ndim - 1];
    apart.dim[ndim - 1] = bb_node_shape(node).dim[at];
    apart.dim[at] = copies;
    return bb_move_axis(bb_reshape(y, apart), at, 0);
}

static const bb_sample samples[] = {
    {.n_in = 2, .in = {BB_DIMS(1, 1), BB_DIMS(1, 1)}},
    {.n_in = 2, .in = {BB_DIMS(1, 7), BB_DIMS(7, 1)}},
    {.n_in = 2, .in = {BB_DIMS(2, 1, 3), BB_DIMS(2, 3, 1)}},
    {.n_in = 2, .in = {BB_DIMS(2, 3), BB_DIMS(3, 5)}},
    {.n_in = 2, .in = {BB_DIMS(5, 7), BB_DIMS(7, 1)}},
    {.n_in = 2, .in = {BB_DIMS(1, 7), BB_DIMS(7, 5)}},
    {.n_in = 2, .in = {BB_DIMS(3, 1), BB_DIMS(1, 2)}},
    {.n_in = 2, .in = {BB_DIMS(2, 3, 4), BB_DIMS(2, 4, 5)}},
    {.n_in = 2, .in = {BB_DIMS(2, 1, 3, 2), BB_DIMS(2, 1, 2, 3)}},
    {.n_in = 2, .in = {BB_DIMS(2, 0), BB_DIMS(0, 3)}},
    {.n_in = 2, .in = {BB_DIMS(0, 3), BB_DIMS(3, 2)}},
    {.n_in = 2,
     .in = {BB_DIMS(2, 3), BB_DIMS(3, 2)},
     .golden_in = {BB_NUMBERS(1.6939, 2.2371, -2.2704, -1.6521, 2.6961, 0.9573),
                   BB_NUMBERS(1.6939, 2.2371, -2.2704, -1.6521, 2.6961, 0.9573)},
     .golden_out =
         BB_NUMBERS(-8.331040069999998, -2.07994314, -6.338741099999999, -7.2337164299999985)},
    {.n_in = 2,
     .in = {BB_DIMS(2, 2, 3), BB_DIMS(2, 3, 1)},
     .golden_in = {BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743, -2.9837, 0.6945,
                              2.8047, -1.4173, -2.4395, 2.0459),
                   BB_NUMBERS(2.35, 1.5465, -2.7485, -0.8382, 2.9645, 0.0743)},
     .golden_out = BB_NUMBERS(15.4684145, 2.4106157, 4.768171799999999, -5.89190652)},
};

static size_t scratch(const void *attrs, int n_in, const bb_array *in, const bb_array *out)
{
    (void)attrs;
    (void)n_in;
    return bb__matmul_scratch(&in[0], &in[1], out);
}

static uint32_t rows(const void *attrs, const bb_type *in, const bb_type *out)
{
    (void)attrs;
    (void)in;
    return out->shape.ndim > 2 ? 3 : 1;
}

static double flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    (void)attrs;
    bb_shape x = in[0].shape;
    return 2 * (double)bb_shape_count(out->shape) * (double)x.dim[x.ndim - 1];
}

const bb_op bb__op_matmul = {
    .name = "matmul",
    .doc = "x y for matrices [..., m, k] and [..., k, n] with equal leading sizes",
    .arity = 2,
    .infer = infer,
    .forward = forward,
    .writes_strided = true,
    .backward = backward,
    .join = join,
    .batch = batch,
    .row_step = bb__matmul_row_step,
    .rows = rows,
    .takes_tail = true,
    .scratch = scratch,
    .flops = flops,
    BB_SAMPLES(samples),
};

static bb_node *reshape_to(bb_node *x, bb_shape shape)
{
    return bb_shape_equal(bb_node_shape(x), shape) ? x : bb_reshape(x, shape);
}

/* x [..., m, k] times y [..., k, n]. With one matrix y, all leading sizes of x are rows of one
 * product. */
static bb_node *multiply(bb_node *x, bb_node *y, bb_shape batch)
{
    bb_shape sx = bb_node_shape(x), sy = bb_node_shape(y);
    if (sx.ndim < 2 || sy.ndim < 2) /* inert, in a graph that has failed */
        return sx.ndim < 2 ? x : y;
    int64_t rows = 1, inner = sy.dim[sy.ndim - 2];
    if (sy.ndim > 2) {
        x = bb__with_batch(x, batch);
        y = bb__with_batch(y, batch);
        return bb_apply(&bb__op_matmul, BB_NODES(x, y), NULL);
    }
    for (int i = 0; i < sx.ndim - 1; i++)
        rows *= sx.dim[i];
    x = reshape_to(x, BB_SHAPE(rows, inner));
    sx.dim[sx.ndim - 1] = sy.dim[1];
    return reshape_to(bb_apply(&bb__op_matmul, BB_NODES(x, y), NULL), sx);
}

/* The shape with one dimension left out. */
static bb_shape without(bb_shape shape, int axis)
{
    for (int i = axis; i < shape.ndim - 1; i++)
        shape.dim[i] = shape.dim[i + 1];
    shape.ndim--;
    return shape;
}

bb_node *bb_matmul(bb_node *x, bb_node *y)
{
    bb_shape sx = bb_node_shape(x), sy = bb_node_shape(y), batch;
    bool sound = x && y && bb_node_dtype(x) == bb_node_dtype(y) &&
                 bb_dtype_is_float(bb_node_dtype(x)) && bb_node_graph(x) == bb_node_graph(y);
    if (!sound || trouble_with(sx, sy) || !bb__common_batch(sx, sy, &batch))
        return bb_apply(&bb__op_matmul, BB_NODES(x, y), NULL);
    bool row = sx.ndim == 1, column = sy.ndim == 1;
    x = row ? bb_reshape(x, BB_SHAPE(1, sx.dim[0])) : x;
    y = column ? bb_reshape(y, BB_SHAPE(sy.dim[0], 1)) : y;
    bb_node *out = multiply(x, y, batch);
    bb_shape shape = bb_node_shape(out);
    if (bb_node_kind_of(out) == BB_NODE_INERT)
        return out;
    if (column)
        shape = without(shape, shape.ndim - 1);
    if (row)
        shape = without(shape, shape.ndim - (column ? 1 : 2));
    return reshape_to(out, shape);
}
