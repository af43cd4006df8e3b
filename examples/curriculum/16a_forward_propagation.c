/* SPDX-License-Identifier: MIT */
/* The study report's first notebook, forward propagation: one unit, one layer, three layers, then
 * the three tasks, each with its output function and its error. Look at how one builder serves all
 * of them. Slips of the report: it writes u2 = W2 u1 + b2 where z1 is meant, an error per sample
 * without its square, and lets the step function fire at 0. */
#include "lesson.h"

enum { MAX_LAYERS = 3, MAX_OUTPUTS = 4 };

typedef bb_node *(*function)(bb_node *u);

typedef struct layer {
    int64_t units;
    const double *w, *b; /* [inputs, units], [units] */
    function activation;
} layer;

typedef struct network {
    const char *name;
    int64_t inputs;
    const double *x;
    layer layers[MAX_LAYERS];
    double y[MAX_OUTPUTS];
    bb_node *(*error)(bb_node *y, bb_node *d); /* may be NULL */
    const double *d;
    double expected_error;
} network;

static bb_node *identity(bb_node *u)
{
    return u;
}

static bb_node *softmax(bb_node *u)
{
    return bb_softmax(u, -1);
}

static bb_node *cross_entropy(bb_node *y, bb_node *d)
{
    return bb_neg(bb_sum(bb_mul(d, bb_log(y)), BB_ALL));
}

static bb_node *binary_cross_entropy(bb_node *y, bb_node *d)
{
    bb_node *one = bb_number(y, 1);
    return bb_add(cross_entropy(y, d), cross_entropy(bb_sub(one, y), bb_sub(one, d)));
}

static bb_node *numbers(bb_graph *g, int64_t rows, int64_t columns, const double *data)
{
    return bb_constant_from(g, BB_F64, BB_SHAPE(rows, columns), data);
}

static void propagate(lesson *l, const network *n)
{
    bb_graph *g = bb_graph_new();
    bb_node *z = numbers(g, 1, n->inputs, n->x);
    int64_t width = n->inputs;
    for (const layer *k = n->layers; k < n->layers + MAX_LAYERS && k->units > 0; k++) {
        bb_node *u = bb_matmul(z, numbers(g, width, k->units, k->w));
        z = k->activation(bb_add(u, numbers(g, 1, k->units, k->b)));
        width = k->units;
    }
    bb_tensor *y = lesson_eval(l, z, BB_NO_FEEDS);
    for (int i = 0; i < width; i++)
        lesson_exact(l, lesson_text(l, "%s, y%d", n->name, i + 1), n->y[i], bb_tensor_at(y, i),
                     1e-12);
    if (n->error)
        lesson_exact(l, lesson_text(l, "%s, error", n->name), n->expected_error,
                     lesson_number(l, n->error(z, numbers(g, 1, width, n->d)), BB_NO_FEEDS), 1e-12);
    bb_tensor_release(y);
    bb_graph_free(g);
}

static const double w1[] = {.1, .3, .5, .2, .4, .6}, b1[] = {.1, .2, .3};
static const double w2[] = {.1, .4, .2, .5, .3, .6}, b2[] = {.1, .2};
static const double w3[] = {.1, .3, .2, .4}, b3[] = {1, 2}, x[] = {1, 2};
static const double w_unit[] = {.1, .2}, b_unit[] = {.5}, x_unit[] = {2, 3};
static const double w_layer[] = {.1, .2, .3, .2, .3, .4, .3, .4, .5, 0, .5, 1};
static const double x_layer[] = {1, 5, 2, -1}, b4[] = {.1, .2, .3, .4};
static const double w4[] = {.1, .4, .7, 1, .2, .5, .8, 1.1, .3, .6, .9, 1.2};
static const double w5[] = {.2, .4, .6}, b5[] = {.1};
static const double one_hot[] = {0, 0, 0, 1}, target[] = {2, 4}, yes[] = {1};
static const network networks[] = {
    {.name = "one unit",
     .inputs = 2,
     .x = x_unit,
     .layers = {{1, w_unit, b_unit, bb_relu}},
     .y = {1.3}},
    {.name = "one layer",
     .inputs = 4,
     .x = x_layer,
     .layers = {{3, w_layer, b1, bb_sigmoid}},
     .y = {0.8581489350995123, 0.9002495108803148, 0.9308615796566531}},
    {.name = "three layers",
     .inputs = 2,
     .x = x,
     .layers = {{3, w1, b1, bb_relu}, {2, w2, b2, bb_relu}, {2, w3, b3, identity}},
     .y = {1.56, 3.222}},
    {"several classes",
     2,
     x,
     {{3, w1, b1, bb_relu}, {4, w4, b4, softmax}},
     {0.016027962408989606, 0.05707321101338861, 0.203229289678882, 0.7236695368987398},
     cross_entropy,
     one_hot,
     0.32342043154480454},
    {"regression",
     2,
     x,
     {{3, w1, b1, bb_relu}, {2, w2, b2, identity}},
     {1.02, 2.29},
     bb_half_squared_error,
     target,
     1.94225},
    {"two classes",
     2,
     x,
     {{3, w1, b1, bb_relu}, {1, w5, b5, bb_sigmoid}},
     {0.8743521434846544},
     binary_cross_entropy,
     yes,
     0.1342720743075981},
};

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "16a", "Forward propagation");
    for (size_t i = 0; i < sizeof networks / sizeof networks[0]; i++)
        propagate(l, networks + i);
    return lesson_end(l);
}
