/* SPDX-License-Identifier: MIT */
/* Two ops of a user's own, in the user's own file: an elementwise one and a running sum. Nothing is
 * registered; a descriptor and bb_apply make an op, and bb_gradcheck_op checks it. */
#include <bibun/bibun.h>
#include <stdio.h>
#include <tgmath.h>

/* part: map */
/* softplus(x) = log(1 + e^x), written so that e^x cannot overflow; one expression gives the float
 * and the double kernel. */
BB_MAP1(softplus_map, fmax(x, (T)0) + log1p(exp(-fabs(x))))

/* Its derivative is the logistic function. */
static bb_node *softplus_backward(bb_node *y, bb_node *dy, int i)
{
    return bb_mul(dy, bb_sigmoid(bb_node_input(y, i)));
}
/* end: map */

/* part: map-samples */
static const bb_sample softplus_samples[] = {
    {.n_in = 1, .in = {BB_DIMS(3, 4)}},
    {.n_in = 1, .in = {BB_DIMS(5)}, .low = -30, .high = 30},
    {.n_in = 1,
     .in = {BB_DIMS(4)},
     .golden_in = {BB_NUMBERS(-1, 0, 1, 800)},
     .golden_out =
         BB_NUMBERS(0.313261687518222834, 0.693147180559945309, 1.31326168751822283, 800)},
};
/* end: map-samples */

/* part: map-op */
static const bb_op softplus_op = {
    .name = "softplus",
    .doc = "log(1 + e^x), without overflow",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(softplus_map),
    .backward = softplus_backward,
    BB_SAMPLES(softplus_samples),
};

static bb_node *softplus(bb_node *x)
{
    return bb_apply(&softplus_op, BB_NODES(x), NULL);
}
/* end: map-op */

/* part: attrs */
/* running_sum(x, axis): element i along the axis becomes the sum of the elements 0 to i. Backward
 * needs the same sum from the other end, so the direction is an attribute as well. */
typedef struct running_sum_attrs {
    int64_t axis;
    int64_t reverse; /* 1: the sum of the elements i to the last */
} running_sum_attrs;

static bb_node *running_sum_along(bb_node *x, int64_t axis, int64_t reverse);
/* end: attrs */

/* part: infer */
static bool running_sum_infer(bb_infer *c)
{
    running_sum_attrs *attrs = c->attrs;
    return bb_infer_same(c) && bb_infer_axis(c, &attrs->axis, c->in[0].shape.ndim);
}
/* end: infer */

/* part: forward */
/* The array is seen as [outer, size, inner] with the axis in the middle. */
#define RUNNING_SUM(name, T)                                                                     \
    static void name(const T *x, T *y, int64_t outer, int64_t size, int64_t inner, bool reverse) \
    {                                                                                            \
        for (int64_t o = 0; o < outer; o++)                                                      \
            for (int64_t i = 0; i < inner; i++) {                                                \
                T sum = 0;                                                                       \
                for (int64_t j = 0; j < size; j++) {                                             \
                    int64_t at = (o * size + (reverse ? size - 1 - j : j)) * inner + i;          \
                    y[at] = sum += x[at];                                                        \
                }                                                                                \
            }                                                                                    \
    }
RUNNING_SUM(running_sum_f32, float)
RUNNING_SUM(running_sum_f64, double)

static void running_sum_forward(const bb_call *call)
{
    const running_sum_attrs *attrs = call->attrs;
    const bb_array *x = &call->in[0], *y = call->out;
    int64_t outer = 1, inner = 1;
    for (int i = 0; i < attrs->axis; i++)
        outer *= x->shape.dim[i];
    for (int i = (int)attrs->axis + 1; i < x->shape.ndim; i++)
        inner *= x->shape.dim[i];

    int64_t size = x->shape.dim[attrs->axis];
    if (x->dtype == BB_F32)
        running_sum_f32(x->data, y->data, outer, size, inner, attrs->reverse);
    else
        running_sum_f64(x->data, y->data, outer, size, inner, attrs->reverse);
}
/* end: forward */

/* part: backward */
static bb_node *running_sum_backward(bb_node *y, bb_node *dy, int i)
{
    (void)i;
    const running_sum_attrs *attrs = bb_node_attrs(y);
    return running_sum_along(dy, attrs->axis, !attrs->reverse);
}
/* end: backward */

/* part: batch */
static bb_node *running_sum_batch(const bb_node *node, bb_node *const *in, const bool *batched)
{
    running_sum_attrs attrs = *(const running_sum_attrs *)bb_node_attrs(node);
    attrs.axis++;
    return bb_batch_with(node, in, batched, &attrs);
}
/* end: batch */

/* part: op */
static const bb_sample running_sum_samples[] = {
    {.n_in = 1, .in = {BB_DIMS(6)}, .attrs = &(const running_sum_attrs){0, 0}},
    {.n_in = 1, .in = {BB_DIMS(2, 3, 4)}, .attrs = &(const running_sum_attrs){1, 1}},
    {.n_in = 1,
     .in = {BB_DIMS(2, 3)},
     .attrs = &(const running_sum_attrs){-1, 0},
     .golden_in = {BB_NUMBERS(1, 2, 3, 4, 5, 6)},
     .golden_out = BB_NUMBERS(1, 3, 6, 4, 9, 15)},
};

static const bb_op running_sum_op = {
    .name = "running_sum",
    .doc = "sum of the elements up to each along an axis",
    .arity = 1,
    .attrs_size = sizeof(running_sum_attrs),
    .infer = running_sum_infer,
    .forward = running_sum_forward,
    .backward = running_sum_backward,
    .batch = running_sum_batch,
    .needs_contiguous = true,
    .inplace = 1, /* the output may take the place of input 0 */
    BB_SAMPLES(running_sum_samples),
};

static bb_node *running_sum_along(bb_node *x, int64_t axis, int64_t reverse)
{
    return bb_apply(&running_sum_op, BB_NODES(x), &(running_sum_attrs){axis, reverse});
}
/* end: op */

static void print_row(const char *label, const bb_tensor *t)
{
    printf("%-12s", label);
    for (int64_t i = 0; i < bb_tensor_count(t); i++)
        printf(" %9.6f", bb_tensor_at(t, i));
    putchar('\n');
}

/* Values of y = running_sum(softplus(x)) and the gradient of their sum. */
static int print_values(void)
{
    bb_graph *g = bb_graph_new();
    bb_node *x = bb_input(g, "x", BB_F64, BB_SHAPE(4));
    bb_node *y = running_sum_along(softplus(x), 0, 0);
    bb_node *dx = bb_grad(bb_sum(y, BB_ALL), x);
    bb_tensor *at = bb_tensor_from(BB_F64, BB_SHAPE(4), (double[]){-1, 0, 1, 2});

    bb_program *program = bb_compile(g, BB_NODES(y, dx));
    bool ok = program && bb_run(program, BB_FEEDS({x, at})) == BB_OK;
    if (ok) {
        print_row("x", at);
        print_row("y", bb_program_value(program, y));
        print_row("d sum(y)/dx", bb_program_value(program, dx));
    } else {
        fprintf(stderr, "%s\n", program ? bb_program_error(program) : bb_graph_error(g));
    }
    bb_program_free(program);
    bb_graph_free(g);
    bb_tensor_release(at);
    return ok ? 0 : 1;
}

/* part: check */
static int check(const bb_op *op)
{
    bb_gradcheck_report report;
    bb_status status = bb_gradcheck_op(op, NULL, &report);
    bb_gradcheck_print(&report, stdout);
    return status == BB_OK ? 0 : 1;
}
/* end: check */

int main(void)
{
    int failed = print_values();
    failed += check(&softplus_op);
    failed += check(&running_sum_op);
    return failed ? 1 : 0;
}
