/* SPDX-License-Identifier: MIT */
/* Functions over a new leading axis: the nodes between variables and results are made anew, by the
 * batching rule of each op, or by a copy of the node for each row. What does not depend on the
 * variables is left as it is. */
#include "calculus.h"

typedef struct batch {
    const char *name;
    bb_graph *g;
    int64_t rows;
    bb__ways ways;
    bb_node **made; /* by id: with the axis; NULL for none */
    bb_node **in;   /* the operands of the node at work, and whether they have the axis */
    bool *batched;
} batch;

static bb_shape with_rows(int64_t rows, bb_shape shape)
{
    bb_shape wide = {.ndim = shape.ndim + 1};
    wide.dim[0] = rows;
    for (int i = 1; i < wide.ndim && i < BB_MAX_DIMS; i++)
        wide.dim[i] = shape.dim[i - 1];
    return wide;
}

/* Row r of what has the axis. */
static bb_node *row_of(bb_node *x, int64_t r)
{
    bb_shape shape = bb_node_shape(x);
    bb_node *row = bb_slice(x, 0, r, r + 1, 1);
    for (int i = 1; i < shape.ndim; i++)
        shape.dim[i - 1] = shape.dim[i];
    shape.ndim--;
    return bb_reshape(row, shape);
}

/* copies and operands are room for a node for each row and for each operand. */
static bb_node *join_copies(const batch *b, const bb_node *node, bb_node **copies,
                            bb_node **operands)
{
    int n = bb_node_input_count(node);
    bb_shape shape = with_rows(1, bb_node_shape(node));
    for (int r = 0; r < (int)b->rows; r++) {
        for (int i = 0; i < n; i++)
            operands[i] = b->batched[i] ? row_of(b->in[i], r) : b->in[i];
        copies[r] = bb_reshape(
            bb_apply(bb_node_op(node), (bb_nodes){n, operands}, bb_node_attrs(node)), shape);
    }
    return bb_concat((bb_nodes){(int)b->rows, copies}, 0);
}

static bb_node *copy_rows(const batch *b, bb_node *node)
{
    if (b->rows == 0)
        return bb_full(b->g, bb_node_dtype(node), with_rows(0, bb_node_shape(node)), 0);
    size_t n = (size_t)bb_node_input_count(node) + (size_t)b->rows;
    bb_node **block = b->rows < INT32_MAX ? bb_memory_zeroed(n, sizeof(bb_node *)) : NULL;
    if (!block)
        return bb__no_memory(node, b->name);
    bb_node *y = join_copies(b, node, block, block + b->rows);
    bb_memory_release(block);
    return y;
}

static bb_node *check_type(const batch *b, bb_node *node, bb_node *y)
{
    bb_shape wanted = with_rows(b->rows, bb_node_shape(node));
    if (bb_node_graph(y) == b->g &&
        (bb_node_kind_of(y) == BB_NODE_INERT ||
         (bb_node_dtype(y) == bb_node_dtype(node) && bb_shape_equal(bb_node_shape(y), wanted))))
        return y;
    return bb_fail_node(node, bb_node_graph(y) == b->g ? y : NULL, b->name, BB_BAD_SHAPE,
                        "the batching rule of %s gives a node of another type",
                        bb_node_op_name(node));
}

static bb_node *batch_node(const batch *b, bb_node *node)
{
    const bb_op *op = bb_node_op(node);
    if (bb_node_shape(node).ndim == BB_MAX_DIMS)
        return bb_fail_node(node, NULL, b->name, BB_BAD_SHAPE, "no dimension is left for an axis");
    for (int i = 0; i < bb_node_input_count(node); i++) {
        bb_node *in = bb_node_input(node, i);
        b->batched[i] = bb__is_marked(&b->ways, in, BB__WAY);
        b->in[i] = b->batched[i] ? b->made[bb_node_id(in)] : in;
    }
    bb_node *y = op->batch     ? op->batch(node, b->in, b->batched)
                 : op->forward ? NULL
                               : bb_batch_same(node, b->in, b->batched);
    return check_type(b, node, y ? y : copy_rows(b, node));
}

static int most_inputs(const batch *b)
{
    int most = 1;
    for (int id = 0; id < b->ways.count; id++) {
        int n = bb_node_input_count(bb_graph_node(b->g, id));
        most = b->ways.marks[id] & BB__WAY && n > most ? n : most;
    }
    return most;
}

static void batch_all(batch *b, bb_nodes ys, bb_nodes xs, bb_nodes rows, bb_node **out)
{
    for (int i = 0; i < xs.count; i++)
        if (bb__is_marked(&b->ways, xs.items[i], BB__WAY))
            b->made[bb_node_id(xs.items[i])] = rows.items[i];
    for (int id = 0; id < b->ways.count && !bb_graph_has_failed(b->g); id++)
        if (b->ways.marks[id] & BB__WAY && !b->made[id])
            b->made[id] = batch_node(b, bb_graph_node(b->g, id));
    for (int i = 0; i < ys.count && !bb_graph_has_failed(b->g); i++) {
        bb_node *y = ys.items[i];
        out[i] = bb__is_marked(&b->ways, y, BB__WAY)
                     ? b->made[bb_node_id(y)]
                     : bb_broadcast(y, with_rows(b->rows, bb_node_shape(y)));
    }
}

bb_status bb__batch(const char *name, bb_nodes ys, bb_nodes xs, bb_nodes rows, bb_node **out)
{
    batch b = {.name = name,
               .g = bb_node_graph(ys.items[0]),
               .rows = bb_node_shape(rows.items[0]).dim[0],
               .ways = bb__ways_between(xs, ys)};
    if (b.ways.marks) {
        size_t most = (size_t)most_inputs(&b);
        b.made = bb_memory_zeroed((size_t)b.ways.count, sizeof(bb_node *));
        b.in = bb_memory_zeroed(most, sizeof(bb_node *));
        b.batched = bb_memory_zeroed(most, sizeof(bool));
    }
    if (b.made && b.in && b.batched)
        batch_all(&b, ys, xs, rows, out);
    else
        bb__no_memory(ys.items[0], name);
    bb_memory_release(b.ways.marks);
    bb_memory_release(b.made);
    bb_memory_release(b.in);
    bb_memory_release(b.batched);
    return bb_graph_has_failed(b.g) ? bb__give_inert(ys.items[0], ys.count, out) : BB_OK;
}

/* All rows must be as many, and of their variable's type but for the first dimension. */
static bool rows_fit(bb_nodes xs, bb_nodes rows, bb_node **inert_out)
{
    for (int i = 0; i < xs.count; i++) {
        bb_node *x = xs.items[i], *r = rows.items[i];
        bb_shape shape = bb_node_shape(r), first = bb_node_shape(rows.items[0]);
        bool fits = shape.ndim > 0 && bb_node_dtype(r) == bb_node_dtype(x) &&
                    bb_shape_equal(shape, with_rows(shape.dim[0], bb_node_shape(x)));
        if (fits && shape.dim[0] == first.dim[0])
            continue;
        *inert_out = bb_fail_node(x, r, "vmap", BB_BAD_SHAPE,
                                  fits ? "the variables have %lld and %lld rows"
                                       : "the rows are not of the variable's type",
                                  (long long)first.dim[0], (long long)shape.dim[0]);
        return false;
    }
    return true;
}

bb_status bb_vmaps(bb_nodes ys, bb_nodes xs, bb_nodes rows, bb_node **ys_out)
{
    bb_node *inert;
    bb__operands variables = {xs, "variable"}, functions = {ys, "function"};
    if (!bb__lists_fit("vmap", ys, variables, (bb__operands){rows, "node of rows"}, &inert) ||
        !bb__operands_fit("vmap", xs.items[0], functions, &inert) || !rows_fit(xs, rows, &inert))
        return bb__give_inert(inert, ys.count, ys_out);
    return bb__batch("vmap", ys, xs, rows, ys_out);
}

bb_node *bb_vmap(bb_node *y, bb_node *x, bb_node *rows)
{
    bb_node *out = NULL;
    bb_vmaps(BB_NODES(y), BB_NODES(x), BB_NODES(rows), &out);
    return out;
}
