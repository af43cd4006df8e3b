/* SPDX-License-Identifier: MIT */
/* triangular_solve: x with A x = b, or x A = b, for a triangle A of a; what lies beside it is
 * not read. */
#include "kernels.h"
#include "matrices.h"

#include <stdio.h>

enum { ALL_FLAGS = BB_UPPER | BB_TRANSPOSED | BB_RIGHT };

typedef struct triangular_attrs {
    int64_t how;
} triangular_attrs;

static bool infer(bb_infer *c)
{
    const triangular_attrs *attrs = c->attrs;
    bb_shape a = c->in[0].shape, b = c->in[1].shape;
    if (!bb__infer_square(c, 0) || !bb__infer_matrix(c, 1) || !bb__infer_same_batch(c))
        return false;
    if (attrs->how & ~(int64_t)ALL_FLAGS)
        return bb_infer_fail(c, BB_BAD_ARGUMENT,
                             "%lld is no sum of BB_UPPER, BB_TRANSPOSED and BB_RIGHT",
                             (long long)attrs->how);
    const bool is_right = attrs->how & BB_RIGHT;
    const int64_t n = a.dim[a.ndim - 1], size = b.dim[b.ndim - (is_right ? 1 : 2)];
    if (size != n)
        return bb_infer_fail(c, BB_BAD_SHAPE, "the right side has %lld %s, not %lld",
                             (long long)size, is_right ? "columns" : "rows", (long long)n);
    c->out = c->in[1];
    return true;
}

static void forward(const bb_call *call)
{
    int64_t how = ((const triangular_attrs *)call->attrs)->how;
    bb__triangular_solve(call, how & BB_RIGHT, how & BB_UPPER, how & BB_TRANSPOSED);
}

/* The gradient of b is that of x, solved with the transposed triangle; that of A is -db x' or, on
 * the right, -x' db, transposed where A was. */
static bb_node *backward(bb_node *x, bb_node *dx, int i)
{
    int how = (int)((const triangular_attrs *)bb_node_attrs(x))->how;
    bb_node *db = bb_triangular_solve(bb_node_input(x, 0), dx, how ^ BB_TRANSPOSED);
    if (i == 1)
        return db;
    bb_node *first = how & BB_TRANSPOSED ? x : db, *second = how & BB_TRANSPOSED ? db : x;
    bb_node *da = how & BB_RIGHT ? bb_matmul(bb_transpose(second), first)
                                 : bb_matmul(first, bb_transpose(second));
    return bb_neg(how & BB_UPPER ? bb_triu(da, 0) : bb_tril(da, 0));
}

static void print_attrs(const void *attrs, char *buffer, size_t size)
{
    int64_t how = ((const triangular_attrs *)attrs)->how;
    snprintf(buffer, size, "%s%s%s", how & BB_UPPER ? "upper" : "lower",
             how & BB_TRANSPOSED ? ", transposed" : "", how & BB_RIGHT ? ", right" : "");
}

#define HOW(...) .attrs = &(const triangular_attrs){__VA_ARGS__}, .is_dominant = {true}

static const bb_sample samples[] = {
    {.n_in = 2, .in = {BB_DIMS(3, 3), BB_DIMS(3, 2)}, HOW(0)},
    {.n_in = 2, .in = {BB_DIMS(3, 3), BB_DIMS(3, 1)}, HOW(BB_UPPER)},
    {.n_in = 2, .in = {BB_DIMS(2, 3, 3), BB_DIMS(2, 3, 2)}, HOW(BB_TRANSPOSED)},
    {.n_in = 2, .in = {BB_DIMS(3, 3), BB_DIMS(2, 3)}, HOW(BB_RIGHT)},
    {.n_in = 2, .in = {BB_DIMS(3, 3), BB_DIMS(2, 3)}, HOW(BB_RIGHT | BB_UPPER | BB_TRANSPOSED)},
    {.n_in = 2, .in = {BB_DIMS(0, 0), BB_DIMS(0, 2)}, HOW(0)},
    {.n_in = 2, .in = {BB_DIMS(2, 2), BB_DIMS(2, 0)}, HOW(0)},
    {
        .n_in = 2,
        .in = {BB_DIMS(3, 3), BB_DIMS(3, 2)},
        HOW(0),
        .golden_in = {BB_NUMBERS(3.591, 1.819, -1.06, -1.546, 7.458, 1.17, -1.759, -0.716,
                                 10.943999999999999),
                      BB_NUMBERS(1.819, -1.06, -1.546, 1.458, 1.17, -1.759)},
        .golden_out = BB_NUMBERS(0.5065441381230854, -0.2951824004455583, -0.10229052862184365,
                                 0.1343051768451551, 0.1816311330834491, -0.19938444222977028),
    },
    {
        .n_in = 2,
        .in = {BB_DIMS(2, 2, 2), BB_DIMS(2, 2, 2)},
        HOW(BB_UPPER),
        .golden_in = {BB_NUMBERS(3.591, 1.819, -1.06, 4.454, 4.458, 1.17, -1.759, 5.284),
                      BB_NUMBERS(1.819, -1.06, -1.546, 1.458, 1.17, -1.759, -0.716, 1.944)},
        .golden_out = BB_NUMBERS(0.682367496349015, -0.460997702058369, -0.347103726986978,
                                 0.3273462056578357, 0.298012334144674, -0.491127553014781,
                                 -0.13550340651021953, 0.3679031037093111),
    },
    {
        .n_in = 2,
        .in = {BB_DIMS(3, 3), BB_DIMS(3, 2)},
        HOW(BB_UPPER | BB_TRANSPOSED),
        .golden_in = {BB_NUMBERS(3.591, 1.819, -1.06, -1.546, 7.458, 1.17, -1.759, -0.716,
                                 10.943999999999999),
                      BB_NUMBERS(1.819, -1.06, -1.546, 1.458, 1.17, -1.759)},
        .golden_out = BB_NUMBERS(0.5065441381230854, -0.2951824004455583, -0.33083987493240713,
                                 0.26748951279303707, 0.19133949562147173, -0.21791448048612436),
    },
    {
        .n_in = 2,
        .in = {BB_DIMS(3, 3), BB_DIMS(2, 3)},
        HOW(BB_RIGHT),
        .golden_in = {BB_NUMBERS(3.591, 1.819, -1.06, -1.546, 7.458, 1.17, -1.759, -0.716,
                                 10.943999999999999),
                      BB_NUMBERS(1.819, -1.06, -1.546, 1.458, 1.17, -1.759)},
        .golden_out = BB_NUMBERS(0.37031936372716634, -0.1556912668056124, -0.14126461988304095,
                                 0.3881813497380909, 0.14144800551705533, -0.16072733918128654),
    },
    {
        .n_in = 2,
        .in = {BB_DIMS(3, 3), BB_DIMS(2, 3)},
        HOW(BB_RIGHT | BB_TRANSPOSED),
        .golden_in = {BB_NUMBERS(3.591, 1.819, -1.06, -1.546, 7.458, 1.17, -1.759, -0.716,
                                 10.943999999999999),
                      BB_NUMBERS(1.819, -1.06, -1.546, 1.458, 1.17, -1.759)},
        .golden_out = BB_NUMBERS(0.5065441381230854, -0.03712560504984043, -0.06227803310098489,
                                 0.40601503759398494, 0.2410430742987799, -0.07969962606672643),
    },
};

static size_t scratch(const void *attrs, int n_in, const bb_array *in, const bb_array *out)
{
    (void)attrs;
    return bb__linalg_scratch(BB__TRIANGULAR_SOLVE, n_in, in, out);
}

static double flops(const void *attrs, const bb_type *in, const bb_type *out)
{
    (void)attrs;
    return (double)bb_shape_count(out->shape) * (double)in[0].shape.dim[in[0].shape.ndim - 1];
}

const bb_op bb__op_triangular_solve = {
    .name = "triangular_solve",
    .doc = "x with A x = b, or x A = b, for a triangle A of a; a 0 on its diagonal is a fault",
    .arity = 2,
    .attrs_size = sizeof(triangular_attrs),
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .batch = bb_batch_same,
    .needs_contiguous = true,
    .inplace = 1U << 1,
    .scratch = scratch,
    .flops = flops,
    .may_fault = true,
    .print_attrs = print_attrs,
    BB_SAMPLES(samples),
};

bb_node *bb_triangular_solve(bb_node *a, bb_node *b, int how)
{
    return bb__apply_pair(&bb__op_triangular_solve, a, b, &(triangular_attrs){how}, how & BB_RIGHT);
}
