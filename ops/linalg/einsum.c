/* SPDX-License-Identifier: MIT */
/* einsum: Einstein's sums, taken apart when the graph is built: operands lose what only they are
 * summed over, and are then multiplied from left to right, by matmul where something is summed. */
#include "einsum_text.h"
#include "support.h"

/* A node whose dimensions have different labels. */
typedef struct labelled {
    bb_node *x;
    bb__einsum_term term;
} labelled;

static bool has(const bb__einsum_term *term, int label)
{
    for (int k = 0; k < term->count; k++)
        if (term->label[k] == label)
            return true;
    return false;
}

/* Whether the label is in the result or in an operand from `next` on. */
static bool is_needed(const bb__einsum *e, int next, int label)
{
    bool needed = has(&e->out, label);
    for (int i = next; i < e->n; i++)
        needed |= has(&e->in[i], label);
    return needed;
}

static int place_of(const bb__einsum_term *term, int label, int from)
{
    for (int k = from; k < term->count; k++)
        if (term->label[k] == label)
            return k;
    return -1;
}

/* The dimensions in the order of the labels. */
static labelled ordered(labelled a, const bb__einsum_term *order)
{
    bb_axes axes = {.count = order->count};
    bool differs = false;
    for (int k = 0; k < order->count; k++) {
        axes.axis[k] = place_of(&a.term, order->label[k], 0);
        differs |= axes.axis[k] != k;
    }
    return (labelled){differs ? bb_permute(a.x, axes) : a.x, *order};
}

/* Two dimensions of one size n and label become their diagonal: the elements 0, n + 1, 2 (n + 1),
 * ... of both as one, at the end. */
static labelled diagonal(labelled a, int first, int second)
{
    bb_axes order = {.count = a.term.count};
    bb_shape shape = bb_node_shape(a.x);
    const int64_t n = shape.dim[first];
    const int label = a.term.label[first];
    labelled y = {NULL, {0}};
    bb_shape both = {0};
    for (int k = 0; k < a.term.count; k++)
        if (k != first && k != second) {
            order.axis[y.term.count] = k;
            both.dim[both.ndim++] = shape.dim[k];
            y.term.label[y.term.count++] = a.term.label[k];
        }
    order.axis[y.term.count] = first;
    order.axis[y.term.count + 1] = second;
    both.dim[both.ndim++] = n * n;
    y.x = bb_slice(bb_reshape(bb_permute(a.x, order), both), -1, 0, n * n, n + 1);
    y.term.label[y.term.count++] = label;
    return y;
}

static labelled without_repeats(labelled a)
{
    for (int k = 0; k < a.term.count; k++) {
        int again = place_of(&a.term, a.term.label[k], k + 1);
        if (again >= 0)
            return without_repeats(diagonal(a, k, again));
    }
    return a;
}

/* The sizes of an ellipsis that are 1 where another operand's are not. */
static labelled broadcast(const bb__einsum *e, labelled a)
{
    bb_shape shape = bb_node_shape(a.x);
    for (int k = 0; k < a.term.count; k++)
        shape.dim[k] = e->size[a.term.label[k]];
    if (!bb_shape_equal(shape, bb_node_shape(a.x)))
        a.x = bb_broadcast(a.x, shape);
    return a;
}

/* Sums over the labels that neither `other` nor anything after it has. */
static labelled summed(const bb__einsum *e, labelled a, const bb__einsum_term *other, int next)
{
    bb_axes axes = {0};
    bb__einsum_term left = {0};
    for (int k = 0; k < a.term.count; k++)
        if (has(other, a.term.label[k]) || is_needed(e, next, a.term.label[k]))
            left.label[left.count++] = a.term.label[k];
        else
            axes.axis[axes.count++] = k;
    return axes.count ? (labelled){bb_sum(a.x, axes), left} : a;
}

static labelled operand(const bb__einsum *e, bb_nodes in, int i)
{
    return broadcast(e, without_repeats((labelled){in.items[i], e->in[i]}));
}

static void append(bb__einsum_term *term, const bb__einsum_term *more)
{
    for (int k = 0; k < more->count; k++)
        term->label[term->count++] = more->label[k];
}

static int64_t count_of(const bb__einsum *e, const bb__einsum_term *term)
{
    int64_t count = 1;
    for (int k = 0; k < term->count; k++)
        count *= e->size[term->label[k]];
    return count;
}

static bb_shape shape_of(const bb__einsum *e, const bb__einsum_term *term)
{
    bb_shape shape = {.ndim = term->count};
    for (int k = 0; k < term->count; k++)
        shape.dim[k] = e->size[term->label[k]];
    return shape;
}

/* What the labels of two factors are for. */
typedef struct roles {
    bb__einsum_term batch, left, right, inner;
} roles;

static roles roles_of(const bb__einsum *e, const labelled *a, const labelled *b, int next)
{
    roles r = {0};
    for (int k = 0; k < a->term.count; k++) {
        int label = a->term.label[k];
        bb__einsum_term *of = !has(&b->term, label)       ? &r.left
                              : is_needed(e, next, label) ? &r.batch
                                                          : &r.inner;
        of->label[of->count++] = label;
    }
    for (int k = 0; k < b->term.count; k++)
        if (!has(&a->term, b->term.label[k]))
            r.right.label[r.right.count++] = b->term.label[k];
    return r;
}

static bb_node *as_matrices(const bb__einsum *e, labelled a, const bb__einsum_term *batch,
                            const bb__einsum_term *rows, const bb__einsum_term *columns)
{
    bb__einsum_term order = *batch;
    append(&order, rows);
    append(&order, columns);
    return bb_reshape(ordered(a, &order).x,
                      BB_SHAPE(count_of(e, batch), count_of(e, rows), count_of(e, columns)));
}

/* The product; with nothing to sum it is elementwise. NULL when its rank is too high. */
static labelled product(const bb__einsum *e, labelled a, labelled b, int next)
{
    roles r = roles_of(e, &a, &b, next);
    if (r.batch.count + r.left.count + r.right.count > BB_MAX_DIMS)
        return (labelled){NULL, {0}};
    bb_node *(*multiply)(bb_node *, bb_node *) = r.inner.count ? bb_matmul : bb_mul;
    labelled y = {NULL, r.batch};
    append(&y.term, &r.left);
    append(&y.term, &r.right);
    y.x = bb_reshape(multiply(as_matrices(e, a, &r.batch, &r.left, &r.inner),
                              as_matrices(e, b, &r.batch, &r.inner, &r.right)),
                     shape_of(e, &y.term));
    return y;
}

static bb_node *contract(const bb__einsum *e, bb_nodes in)
{
    const bb__einsum_term none = {0};
    labelled y = operand(e, in, 0);
    for (int i = 1; i < e->n; i++) {
        labelled next = operand(e, in, i);
        y = summed(e, y, &next.term, i + 1);
        y = product(e, y, summed(e, next, &y.term, i + 1), i + 1);
        if (!y.x)
            return bb_fail_node(in.items[0], in.items[i], "einsum", BB_BAD_SHAPE,
                                "the product up to operand %d is of rank over %d", i + 1,
                                (int)BB_MAX_DIMS);
    }
    return ordered(summed(e, y, &none, e->n), &e->out).x;
}

static bb_node *construct(bb_nodes in, const char *text)
{
    bb_shape shapes[BB__EINSUM_OPERANDS];
    bb__einsum e;
    in.count = in.items ? in.count : 0;
    char reason[192];
    bb_node *first = in.count > 0 ? in.items[0] : NULL, *second = in.count > 1 ? in.items[1] : NULL;
    for (int i = 0; i < in.count && i < BB__EINSUM_OPERANDS; i++) {
        bb_node *x = in.items[i];
        if (!x || bb_node_kind_of(x) == BB_NODE_INERT)
            return bb_fail_node(first, second, "einsum", BB_BAD_ARGUMENT, "operand %d is %s", i + 1,
                                x ? "the result of a failed call" : "NULL");
        if (!bb_dtype_is_float(bb_node_dtype(x)))
            return bb_fail_node(first, second, "einsum", BB_BAD_TYPE, "needs f32 or f64");
        if (bb_node_dtype(x) != bb_node_dtype(first))
            return bb_fail_node(first, x, "einsum", BB_BAD_TYPE, "types differ");
        shapes[i] = bb_node_shape(x);
    }
    if (!text)
        return bb_fail_node(first, second, "einsum", BB_BAD_ARGUMENT, "the text is NULL");
    if (!bb__einsum_read(text, in.count, shapes, &e, reason, sizeof reason))
        return bb_fail_node(first, second, "einsum", BB_BAD_ARGUMENT, "%s", reason);
    return contract(&e, in);
}

typedef struct einsum_attrs {
    const char *text;
} einsum_attrs;

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    (void)g;
    return construct(in, ((const einsum_attrs *)attrs)->text);
}

#define TEXT(text)                 \
    .attrs = &(const einsum_attrs) \
    {                              \
        text                       \
    }

static const bb_sample samples[] = {
    {.n_in = 2, .in = {BB_DIMS(2, 3), BB_DIMS(3, 4)}, TEXT("ij,jk")},
    {.n_in = 1, .in = {BB_DIMS(3, 3)}, TEXT("ii")},
    {.n_in = 1, .in = {BB_DIMS(3, 2, 3)}, TEXT("iji->ij")},
    {.n_in = 1, .in = {BB_DIMS(2, 3)}, TEXT("ij->ji")},
    {.n_in = 1, .in = {BB_DIMS(2, 2, 2)}, TEXT("iii->i")},
    {.n_in = 3, .in = {BB_DIMS(2, 3), BB_DIMS(3, 2), BB_DIMS(2, 2)}, TEXT("ij,jk,kl->il")},
    {.n_in = 2, .in = {BB_DIMS(2, 3, 2), BB_DIMS(1, 2)}, TEXT("...i,...i->...")},
    {.n_in = 2, .in = {BB_DIMS(3), BB_DIMS(3)}, TEXT("i, i -> i")},
    {.n_in = 2, .in = {{0}, BB_DIMS(3)}, TEXT(",i")},
    {.n_in = 2, .in = {BB_DIMS(2, 0), BB_DIMS(0, 3)}, TEXT("ij,jk->ik")},
    {.n_in = 2, .in = {BB_DIMS(2, 3), BB_DIMS(2, 2)}, TEXT("ij,kk->i")},
    {
        .n_in = 2,
        .in = {BB_DIMS(2, 3), BB_DIMS(3, 2)},
        TEXT("ij,jk->ik"),
        .golden_in = {BB_NUMBERS(0.591, 1.819, -1.06, -1.546, 1.458, 1.17),
                      BB_NUMBERS(1.819, -1.06, -1.546, 1.458, 1.17, -1.759)},
        .golden_out =
            BB_NUMBERS(-2.977345, 3.8901819999999994, -3.697342000000001, 1.7064940000000002),
    },
    {
        .n_in = 3,
        .in = {BB_DIMS(2, 3), BB_DIMS(2, 3), BB_DIMS(2)},
        TEXT("ij,kj,k"),
        .golden_in = {BB_NUMBERS(0.591, 1.819, -1.06, -1.546, 1.458, 1.17),
                      BB_NUMBERS(1.819, -1.06, -1.546, 1.458, 1.17, -1.759),
                      BB_NUMBERS(0.282, -2.0)},
        .golden_out = BB_NUMBERS(-9.487342982, 3.4735303319999997),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(3, 3, 2)},
        TEXT("iij->j"),
        .golden_in = {BB_NUMBERS(0.591, 1.819, -1.06, -1.546, 1.458, 1.17, -1.759, -0.716, 1.944,
                                 0.216, -2.0, 0.3, 1.922, -0.795, -1.717, 1.238, 1.398, -1.598)},
        .golden_out = BB_NUMBERS(3.933, 0.43700000000000006),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(2, 3, 3)},
        TEXT("bii"),
        .golden_in = {BB_NUMBERS(0.591, 1.819, -1.06, -1.546, 1.458, 1.17, -1.759, -0.716, 1.944,
                                 0.216, -2.0, 0.3, 1.922, -0.795, -1.717, 1.238, 1.398, -1.598)},
        .golden_out = BB_NUMBERS(3.993, -2.177),
    },
    {
        .n_in = 2,
        .in = {BB_DIMS(2, 2, 3), BB_DIMS(1, 3, 2)},
        TEXT("...ij,...jk->...ki"),
        .golden_in = {BB_NUMBERS(0.591, 1.819, -1.06, -1.546, 1.458, 1.17, -1.759, -0.716, 1.944,
                                 0.216, -2.0, 0.3),
                      BB_NUMBERS(1.819, -1.06, -1.546, 1.458, 1.17, -1.759)},
        .golden_out =
            BB_NUMBERS(-2.977345, -3.697342000000001, 3.8901819999999994, 1.7064940000000002,
                       0.18179500000000015, 3.835904, -2.5988839999999995, -3.6726599999999996),
    },
    {
        .n_in = 3,
        .in = {BB_DIMS(2, 2), BB_DIMS(2, 3, 2), BB_DIMS(2, 2)},
        TEXT("bi,bjk,bk->bj"),
        .golden_in = {BB_NUMBERS(0.591, 1.819, -1.06, -1.546),
                      BB_NUMBERS(1.819, -1.06, -1.546, 1.458, 1.17, -1.759, -0.716, 1.944, 0.216,
                                 -2.0, 0.3, 1.922),
                      BB_NUMBERS(0.282, -2.0, 0.233, 1.94)},
        .golden_out = BB_NUMBERS(6.345428780000001, -8.07825252, 9.2735354, -9.393410392,
                                 9.980125231999999, -9.899099479999999),
    },
    {
        .n_in = 2,
        .in = {BB_DIMS(2), BB_DIMS(3)},
        TEXT("i,j->ji"),
        .golden_in = {BB_NUMBERS(0.591, 1.819), BB_NUMBERS(1.819, -1.06, -1.546)},
        .golden_out =
            BB_NUMBERS(1.075029, 3.3087609999999996, -0.62646, -1.92814, -0.913686, -2.812174),
    },
};

const bb_op bb__op_einsum = {
    .name = "einsum",
    .doc = "sums of products by Einstein's notation",
    .arity = BB_VARIADIC,
    .attrs_size = sizeof(einsum_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_einsum(bb_nodes xs, const char *text)
{
    return construct(xs, text);
}
