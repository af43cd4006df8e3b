/* SPDX-License-Identifier: MIT */
/* A network of three layers, 2-3-2-2, by hand: a layer is a product with its weights, a bias, and
 * an activation function; the output layer's is the identity. Look at the picture of the graph: it
 * is the network's diagram, drawn from what was built.
 *
 * A slip in the documents: one bullet gives the identity to classification and softmax to
 * regression; it is the other way round, as 04_softmax.c shows. */
#include "lesson.h"

/* part: weights */
static const double W1[] = {0.1, 0.3, 0.5, 0.2, 0.4, 0.6}, b1[] = {0.1, 0.2, 0.3};
static const double W2[] = {0.1, 0.4, 0.2, 0.5, 0.3, 0.6}, b2[] = {0.1, 0.2};
static const double W3[] = {0.1, 0.3, 0.2, 0.4}, b3[] = {0.1, 0.2};
/* end: weights */

/* part: forward */
static bb_node *layer(bb_node *z, const char *name, const double *weight, const double *bias,
                      int64_t units)
{
    bb_graph *g = bb_node_graph(z);
    bb_scope_push(g, name);
    bb_shape shape = BB_SHAPE(bb_node_shape(z).dim[1], units);
    bb_node *W = bb_named(bb_constant_from(g, BB_F64, shape, weight), "W");
    bb_node *b = bb_named(bb_constant_from(g, BB_F64, BB_SHAPE(1, units), bias), "b");
    bb_node *a = bb_named(bb_add(bb_matmul(z, W), b), "a");
    bb_scope_pop(g);
    return a;
}

static bb_node *forward(bb_node *x)
{
    bb_node *z1 = bb_named(bb_sigmoid(layer(x, "layer1", W1, b1, 3)), "z1");
    bb_node *z2 = bb_named(bb_sigmoid(layer(z1, "layer2", W2, b2, 2)), "z2");
    return layer(z2, "layer3", W3, b3, 2);
}
/* end: forward */

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "03", "A three-layer network's forward pass");
    bb_graph *g = bb_graph_new();
    bb_node *x = bb_input(g, "x", BB_F64, BB_SHAPE(1, 2));
    bb_node *y = bb_named(forward(x), "y");

    bb_tensor *xs = bb_tensor_from(BB_F64, BB_SHAPE(1, 2), (double[]){1.0, 0.5});
    bb_program *program = lesson_compile(l, g, BB_NODES(y));
    lesson_run(l, program, BB_FEEDS({x, xs}));
    const bb_tensor *ys = bb_program_value(program, y);
    lesson_exact(l, "y1", 0.3168270764110298, bb_tensor_at(ys, 0), 1e-12);
    lesson_exact(l, "y2", 0.6962790898619668, bb_tensor_at(ys, 1), 1e-12);
    lesson_graph(l, g, "network", &(bb_dot_options){.title = "2-3-2-2"});

    bb_program_free(program);
    bb_graph_free(g);
    bb_tensor_release(xs);
    return lesson_end(l);
}
