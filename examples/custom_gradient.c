/* SPDX-License-Identifier: MIT */
/* Gradients given by hand. The first is made of nodes, so it can be differentiated again. The
 * second is computed by a kernel of its own, as when another program's code is called: it serves as
 * a gradient, and differentiating it again is an error that names it, not a silent zero. */
#include <bibun/bibun.h>
#include <math.h>
#include <stdio.h>

/* part: rule */
/* log(1 + e^x) has the derivative e^x / (1 + e^x), which is inf / inf for large x when it is
 * computed as it stands, and sigmoid(x), which is not. Input 0 of y is the value, and the
 * operands follow. */
static bb_node *softplus_rule(bb_node *y, bb_node *dy, int i)
{
    return bb_mul(dy, bb_sigmoid(bb_node_input(y, i)));
}

static bb_node *softplus(bb_node *x)
{
    bb_node *value = bb_log(bb_add_scalar(bb_exp(x), 1));
    return bb_custom_gradient(value, BB_NODES(x), softplus_rule);
}
/* end: rule */

/* part: opaque */
/* dy / (1 + x^2): a kernel, and no rule for it. */
BB_MAP2(atan_slope_map, y / (1 + x * x))

static const bb_op atan_slope_op = {
    .name = "atan_slope",
    .doc = "dy / (1 + x^2), for operands x and dy",
    .arity = 2,
    .infer = bb_infer_same,
    .map = BB_MAP(atan_slope_map),
};

BB_MAP1(atan_map, (T)atan((double)x))

static bb_node *atan_backward(bb_node *y, bb_node *dy, int i)
{
    return bb_apply(&atan_slope_op, BB_NODES(bb_node_input(y, i), dy), NULL);
}
/* end: opaque */

static const bb_op atan_op = {
    .name = "atan",
    .doc = "inverse tangent",
    .arity = 1,
    .infer = bb_infer_same,
    .map = BB_MAP(atan_map),
    .backward = atan_backward,
};

static bool print(const char *what, bb_node *y)
{
    bb_error error = {0};
    bb_tensor *value = bb_eval(y, BB_NO_FEEDS, &error);
    if (value)
        printf("%s: %.6f\n", what, bb_tensor_at(value, 0));
    else
        fprintf(stderr, "%s\n", error.text);
    bb_tensor_release(value);
    return value != NULL;
}

int main(void)
{
    bb_graph *g = bb_graph_new();
    bb_node *x = bb_scalar(g, BB_F64, 2);
    bb_node *large = bb_scalar(g, BB_F64, 800);
    bb_node *first = bb_grad(softplus(x), x);
    bool ok = print("softplus' at 2", first) && print("softplus'' at 2", bb_grad(first, x)) &&
              print("softplus' at 800", bb_grad(softplus(large), large));

    bb_node *slope = bb_grad(bb_apply(&atan_op, BB_NODES(x), NULL), x);
    ok = ok && print("atan' at 2", slope);
    bb_grad(slope, x);
    const char *error = bb_graph_error(g);
    printf("atan'': %s\n", error ? error : "no error");
    ok = ok && error;
    bb_graph_free(g);
    return ok ? 0 : 1;
}
