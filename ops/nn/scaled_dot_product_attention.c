/* SPDX-License-Identifier: MIT */
/* scaled_dot_product_attention: softmax(scale q k' + mask) v, of any leading sizes.
 *
 * What a mask of bytes closes is -infinity before the softmax and 0 after it, and where() keeps the
 * NaN of a row without any open place from the rest, gradients included. */
#include "matrices.h"

#include <math.h>

typedef struct attention_attrs {
    double scale;
    int64_t causal;
} attention_attrs;

#define NAME "scaled_dot_product_attention"

static bb_node *refuse(bb_nodes in, bb_status status, const char *reason)
{
    return bb_fail_node(in.items[0], in.items[1], NAME, status, "%s", reason);
}

/* The mask must broadcast to the scores, [..., queries, keys], and not they to it. */
static bb_node *check_mask(bb_node *mask, bb_node *q, bb_node *k)
{
    const bb_shape sq = bb_node_shape(q), sk = bb_node_shape(k), sm = bb_node_shape(mask);
    bb_shape scores;
    if (!bb__common_batch(sq, sk, &scores)) /* the product will say so */
        return NULL;
    scores.dim[scores.ndim++] = sq.dim[sq.ndim - 2];
    scores.dim[scores.ndim++] = sk.dim[sk.ndim - 2];
    bool fits = sm.ndim <= scores.ndim;
    for (int i = 1; fits && i <= sm.ndim; i++)
        fits = sm.dim[sm.ndim - i] == 1 || sm.dim[sm.ndim - i] == scores.dim[scores.ndim - i];
    char text[BB_SHAPE_TEXT];
    return fits
               ? NULL
               : bb_fail_node(mask, NULL, NAME, BB_BAD_SHAPE,
                              "a mask is broadcast to the scores, %s", bb_shape_text(scores, text));
}

/* NULL, or the inert node. */
static bb_node *check(bb_nodes in, const attention_attrs *a)
{
    bb_node *q = in.items[0], *k = in.items[1], *v = in.items[2];
    bb_shape sq = bb_node_shape(q), sk = bb_node_shape(k), sv = bb_node_shape(v);
    bb_node *operands[] = {q, k, v};
    for (int i = 0; i < 3; i++)
        if (!operands[i])
            return bb_fail_node(q, i == 1 ? v : k, NAME, BB_BAD_ARGUMENT, "operand %d is NULL",
                                i + 1);
        else if (bb_node_kind_of(operands[i]) == BB_NODE_INERT)
            return operands[i];
    if (sq.ndim < 2 || sk.ndim < 2 || sv.ndim < 2)
        return refuse(in, BB_BAD_SHAPE, "needs [..., places, features]");
    if (sq.dim[sq.ndim - 1] != sk.dim[sk.ndim - 1])
        return refuse(in, BB_BAD_SHAPE, "queries and keys differ in features");
    if (sk.dim[sk.ndim - 2] != sv.dim[sv.ndim - 2])
        return bb_fail_node(k, v, NAME, BB_BAD_SHAPE, "there is not a value for each key");
    if (!isfinite(a->scale))
        return refuse(in, BB_BAD_ARGUMENT, "the scale is not finite");
    if (in.count == 4 && bb_node_dtype(in.items[3]) == BB_I32)
        return bb_fail_node(in.items[3], NULL, NAME, BB_BAD_TYPE,
                            "a mask is u8, or a float that is added");
    return in.count == 4 ? check_mask(in.items[3], q, k) : NULL;
}

/* u8 [queries, keys]: 1 up to the diagonal. */
static bb_node *causal_mask(bb_node *scores)
{
    bb_shape shape = bb_node_shape(scores);
    int64_t rows = shape.dim[shape.ndim - 2], columns = shape.dim[shape.ndim - 1];
    bb_tensor *t = bb_tensor_new(BB_U8, BB_SHAPE(rows, columns));
    if (!t)
        return bb_fail_node(scores, NULL, NAME, BB_OUT_OF_MEMORY, "out of memory");
    uint8_t *open = bb_tensor_data(t);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++)
            open[i * columns + j] = j <= i;
    bb_node *node = bb_constant(bb_node_graph(scores), t);
    bb_tensor_release(t);
    return node;
}

/* The softmax of scores over keys; `mask` is NULL, u8 or float. Being causal closes no row. */
static bb_node *weigh(bb_node *scores, bb_node *mask, bool causal)
{
    bool is_added = mask && bb_dtype_is_float(bb_node_dtype(mask));
    bool may_close_rows = mask && !is_added;
    bb_node *open = may_close_rows ? mask : NULL;
    if (is_added)
        scores = bb_add(scores, mask);
    if (bb_node_kind_of(scores) == BB_NODE_INERT)
        return scores;
    if (causal) {
        bb_node *past = causal_mask(scores);
        open = open ? bb_where(past, open, bb_number(open, 0)) : past;
    }
    if (!open)
        return bb_softmax(scores, -1);
    bb_node *weights = bb_softmax(bb_where(open, scores, bb_number(scores, -INFINITY)), -1);
    return may_close_rows ? bb_where(open, weights, bb_number(weights, 0)) : weights;
}

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    const attention_attrs *a = attrs;
    (void)g;
    if (in.count != 3 && in.count != 4)
        return refuse(in, BB_BAD_ARGUMENT, "takes 3 or 4 operands");
    bb_node *failed = check(in, a);
    if (failed)
        return failed;
    bb_node *q = in.items[0], *mask = in.count == 4 ? in.items[3] : NULL;
    const bb_shape shape = bb_node_shape(q);
    const int64_t features = shape.dim[shape.ndim - 1];
    double scale = a->scale != 0 ? a->scale : features > 0 ? 1 / sqrt((double)features) : 1;
    bb_node *keys = bb_transpose(in.items[1]);
    bb_node *scores = bb_mul_scalar(bb_matmul(q, keys), scale);
    return bb_matmul(weigh(scores, mask, a->causal != 0), in.items[2]);
}

static const bb_sample samples[] = {
    {.n_in = 3,
     .in = {BB_DIMS(3, 2), BB_DIMS(4, 2), BB_DIMS(4, 3)},
     .attrs = &(const attention_attrs){0, 0}},
    {.n_in = 3,
     .in = {BB_DIMS(2, 3, 2), BB_DIMS(2, 3, 2), BB_DIMS(2, 3, 1)},
     .attrs = &(const attention_attrs){0.5, 1}},
    {.n_in = 4,
     .in = {BB_DIMS(2, 2, 2), BB_DIMS(3, 2), BB_DIMS(3, 2), BB_DIMS(2, 3)},
     .is_mask = {[3] = true},
     .attrs = &(const attention_attrs){0, 0}},
    {.n_in = 4,
     .in = {BB_DIMS(3, 2), BB_DIMS(3, 2), BB_DIMS(3, 2), BB_DIMS(3, 3)},
     .is_mask = {[3] = true},
     .attrs = &(const attention_attrs){0, 1}},
    {.n_in = 4,
     .in = {BB_DIMS(3, 2), BB_DIMS(3, 2), BB_DIMS(3, 2), BB_DIMS(1, 3)},
     .attrs = &(const attention_attrs){0, 0}},
    {.n_in = 3,
     .in = {BB_DIMS(3, 2), BB_DIMS(4, 2), BB_DIMS(4, 2)},
     .attrs = &(const attention_attrs){0, 0},
     .golden_in = {BB_NUMBERS(-0.423, -0.083, -0.984, -1.249, -0.188, 0.283),
                   BB_NUMBERS(0.131, 0.33, -0.077, -0.922, -1.894, 1.006, -0.695, 0.906),
                   BB_NUMBERS(0.107, 0.613, 0.33, -0.876, -1.677, -0.725, 0.963, 0.134)},
     .golden_out = BB_NUMBERS(-0.24818416564696616, -0.29184981782177777, -0.19059841327638377,
                              -0.5037730942736152, -0.20563327578923013, -0.22117070800576868)},
    {.n_in = 3,
     .in = {BB_DIMS(3, 2), BB_DIMS(4, 2), BB_DIMS(4, 2)},
     .attrs = &(const attention_attrs){0.25, 1},
     .golden_in = {BB_NUMBERS(-0.423, -0.083, -0.984, -1.249, -0.188, 0.283),
                   BB_NUMBERS(0.131, 0.33, -0.077, -0.922, -1.894, 1.006, -0.695, 0.906),
                   BB_NUMBERS(0.107, 0.613, 0.33, -0.876, -1.677, -0.725, 0.963, 0.134)},
     .golden_out = BB_NUMBERS(0.107, 0.613, 0.24275359052940354, -0.29344437801920115,
                              -0.4947492558243341, -0.33563666082506083)},
    {.n_in = 4,
     .in = {BB_DIMS(3, 2), BB_DIMS(4, 2), BB_DIMS(4, 2), BB_DIMS(3, 4)},
     .is_mask = {[3] = true},
     .attrs = &(const attention_attrs){1, 0},
     .golden_in = {BB_NUMBERS(-0.423, -0.083, -0.984, -1.249, -0.188, 0.283),
                   BB_NUMBERS(0.131, 0.33, -0.077, -0.922, -1.894, 1.006, -0.695, 0.906),
                   BB_NUMBERS(0.107, 0.613, 0.33, -0.876, -1.677, -0.725, 0.963, 0.134),
                   BB_NUMBERS(1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0)},
     .golden_out = BB_NUMBERS(-0.5077970148201973, -0.1791168104854189, 0.0, 0.0, 0.33, -0.876)},
    {.n_in = 4,
     .in = {BB_DIMS(3, 2), BB_DIMS(4, 2), BB_DIMS(4, 2), BB_DIMS(1, 4)},
     .attrs = &(const attention_attrs){1, 0},
     .golden_in = {BB_NUMBERS(-0.423, -0.083, -0.984, -1.249, -0.188, 0.283),
                   BB_NUMBERS(0.131, 0.33, -0.077, -0.922, -1.894, 1.006, -0.695, 0.906),
                   BB_NUMBERS(0.107, 0.613, 0.33, -0.876, -1.677, -0.725, 0.963, 0.134),
                   BB_NUMBERS(0.5, -INFINITY, 0.0, 0.0)},
     .golden_out = BB_NUMBERS(-0.4314992611838582, -0.08081325370042963, -0.6871147223734748,
                              -0.1912025049806396, -0.30676018098797464, -0.018702246302189078)},
};

const bb_op bb__op_scaled_dot_product_attention = {
    .name = NAME,
    .doc = "softmax(scale q k') v; a row in which the u8 mask closes all is 0",
    .arity = BB_VARIADIC,
    .attrs_size = sizeof(attention_attrs),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_scaled_dot_product_attention(bb_node *q, bb_node *k, bb_node *v, bb_node *mask,
                                         bool causal, double scale)
{
    return build(NULL, (bb_nodes){mask ? 4 : 3, (bb_node *[]){q, k, v, mask}},
                 &(const attention_attrs){scale, causal});
}
