/* SPDX-License-Identifier: MIT */
/* Whole Jacobians: one product with a cotangent, batched over the rows of an identity, or one with
 * a direction, batched over its columns. Both products are built, and the operations of each
 * counted; nobody holds the nodes of the dearer one, so they are never compiled. */
#include "calculus.h"

typedef struct job {
    const char *name;
    bb_node *y;
    bb_nodes xs;
    bb_node *u;        /* a cotangent of y */
    bb_node **rows;    /* for each of xs: u times the Jacobian */
    bb_node **columns; /* for each of xs: the Jacobian times its direction */
    bb_node **along;   /* the directions */
    double rows_flops, columns_flops;
} job;

static int64_t size_of(const bb_node *x)
{
    return bb_shape_count(bb_node_shape(x));
}

static bb_shape join(bb_shape a, bb_shape b)
{
    for (int i = 0; i < b.ndim; i++)
        a.dim[a.ndim++] = b.dim[i];
    return a;
}

/* [n b...] for x [b...] of n elements: row i has a 1 at element i. */
static bb_node *identity(const job *j, bb_node *x)
{
    int64_t n = size_of(x);
    int32_t *index = n < INT32_MAX ? bb_memory_zeroed((size_t)n, sizeof *index) : NULL;
    if (!index)
        return bb__no_memory(x, j->name);
    for (int32_t i = 0; i < n; i++)
        index[i] = i;
    bb_node *places = bb_constant_from(bb_node_graph(x), BB_I32, BB_SHAPE(n), index);
    bb_memory_release(index);
    return bb_reshape(bb_one_hot(places, bb_node_dtype(x), n), join(BB_SHAPE(n), bb_node_shape(x)));
}

static bb_shape jacobian_shape(const job *j, int i)
{
    return join(bb_node_shape(j->y), bb_node_shape(j->xs.items[i]));
}

static bb_node *reshape_to(bb_node *x, bb_shape shape)
{
    return bb_shape_equal(bb_node_shape(x), shape) ? x : bb_reshape(x, shape);
}

static bb_status by_rows(const job *j, bb_node **out)
{
    bb_node *each = identity(j, j->y);
    bb_nodes products = {j->xs.count, j->rows};
    bb_status status = bb__batch(j->name, products, BB_NODES(j->u), BB_NODES(each), out);
    for (int i = 0; i < j->xs.count && status == BB_OK; i++)
        out[i] = reshape_to(out[i], jacobian_shape(j, i));
    return status;
}

/* [b... a...] with the dimensions of b put last; a view. */
static bb_node *columns_last(bb_node *x, int nb, int na)
{
    bb_axes order = {.count = nb + na};
    for (int i = 0; i < order.count; i++)
        order.axis[i] = i < na ? nb + i : i - na;
    return bb_permute(x, order);
}

static bb_node *by_columns(const job *j, int i)
{
    bb_node *x = j->xs.items[i], *each = identity(j, x), *columns;
    bb_shape a = bb_node_shape(j->y), b = bb_node_shape(x);
    bb__batch(j->name, BB_NODES(j->columns[i]), BB_NODES(j->along[i]), BB_NODES(each), &columns);
    if (bb_node_kind_of(columns) == BB_NODE_INERT)
        return columns;
    bb_node *d = columns_last(reshape_to(columns, join(b, a)), b.ndim, a.ndim);
    return bb_node_dtype(d) == bb_node_dtype(x) ? d : bb_cast(d, bb_node_dtype(x));
}

static double flops_between(bb_node *from, bb_nodes to)
{
    bb__ways ways = bb__ways_between(BB_NODES(from), to);
    bb_memory_release(ways.marks);
    return ways.flops;
}

/* Whether the columns can be had, and for fewer operations than the rows. */
static bool columns_are_cheaper(job *j)
{
    bb_nodes products = {j->xs.count, j->rows};
    int64_t elements = 0;
    if (bb__find_not_linear(BB_NODES(j->u), products))
        return false;
    j->rows_flops = (double)size_of(j->y) * flops_between(j->u, products);
    for (int i = 0; i < j->xs.count; i++) {
        bb_node *x = j->xs.items[i];
        j->along[i] = bb_zeros_like(x);
        if (bb__pull(BB_NODES(j->rows[i]), BB_NODES(j->u), BB_NODES(j->along[i]), &j->columns[i]) !=
                BB_OK ||
            bb__depend(BB_NODES(j->columns[i]), BB_NODES(j->u)))
            return false;
        j->columns_flops +=
            (double)size_of(x) * flops_between(j->along[i], BB_NODES(j->columns[i]));
        elements += size_of(x);
    }
    return j->columns_flops < j->rows_flops ||
           (j->columns_flops == j->rows_flops && elements < size_of(j->y));
}

static bool is_empty(const job *j)
{
    for (int i = 0; i < j->xs.count; i++)
        if (size_of(j->xs.items[i]) > 0)
            return size_of(j->y) == 0;
    return true;
}

static bb_status differentiate(job *j, bb_node **out)
{
    j->u = bb_zeros_like(j->y);
    bb_status status = bb__pull(BB_NODES(j->y), j->xs, BB_NODES(j->u), j->rows);
    if (status != BB_OK)
        return bb__give_inert(j->y, j->xs.count, out);
    if (!is_empty(j) && !columns_are_cheaper(j))
        return by_rows(j, out);
    for (int i = 0; i < j->xs.count; i++) {
        bb_node *x = j->xs.items[i];
        bb_shape shape = jacobian_shape(j, i);
        out[i] = bb_shape_count(shape) > 0 ? by_columns(j, i)
                                           : bb_full(bb_node_graph(x), bb_node_dtype(x), shape, 0);
    }
    bool failed = bb_graph_has_failed(bb_node_graph(j->y));
    return failed ? bb__give_inert(j->y, j->xs.count, out) : BB_OK;
}

static bool ranks_fit(const job *j, bb_node **inert_out)
{
    for (int i = 0; i < j->xs.count; i++) {
        int rank = bb_node_shape(j->y).ndim + bb_node_shape(j->xs.items[i]).ndim;
        if (rank <= BB_MAX_DIMS)
            continue;
        *inert_out = bb_fail_node(j->y, j->xs.items[i], j->name, BB_BAD_SHAPE, "rank %d is over %d",
                                  rank, (int)BB_MAX_DIMS);
        return false;
    }
    return true;
}

static bb_status jacobians(const char *name, bb_node *y, bb_nodes xs, bb_node **out)
{
    bb_node *inert;
    job j = {.name = name, .y = y, .xs = xs};
    if (!bb__operands_fit(name, NULL, (bb__operands){BB_NODES(y), "function"}, &inert) ||
        !bb__operands_fit(name, y, (bb__operands){xs, "variable"}, &inert) ||
        !ranks_fit(&j, &inert))
        return bb__give_inert(inert, xs.count, out);
    bb_node **block = bb_memory_zeroed(3 * (size_t)xs.count, sizeof(bb_node *));
    if (!block)
        return bb__give_inert(bb__no_memory(y, name), xs.count, out);
    j.rows = block;
    j.columns = block + xs.count;
    j.along = block + 2 * xs.count;
    bb_status status = differentiate(&j, out);
    bb_memory_release(block);
    return status;
}

bb_status bb_jacobians(bb_node *y, bb_nodes xs, bb_node **jacobians_out)
{
    return jacobians("jacobian", y, xs, jacobians_out);
}

bb_node *bb_jacobian(bb_node *y, bb_node *x)
{
    bb_node *out = NULL;
    jacobians("jacobian", y, BB_NODES(x), &out);
    return out;
}

bb_node *bb_hessian(bb_node *y, bb_node *x)
{
    bb_node *inert, *out = NULL;
    if (!bb__operands_fit("hessian", NULL, (bb__operands){BB_NODES(y, x), "operand"}, &inert))
        return inert;
    bb_node *gradient = bb_grad(y, x);
    jacobians("hessian", gradient, BB_NODES(x), &out);
    return out;
}
