/* SPDX-License-Identifier: MIT */
/* A program with a mistake on purpose: the weights of the second layer do not fit the first. The
 * error that it prints names the line of the mistake. */
#include <bibun/bibun.h>
#include <stdio.h>

static bb_node *two_layers(bb_node *x, bb_params *p)
{
    bb_graph *g = bb_node_graph(x);
    bb_scope_push(g, "net");
    bb_node *w1 = bb_param(g, p, "w1", BB_F32, BB_SHAPE(784, 50), bb_init_xavier());
    bb_node *w2 = bb_param(g, p, "w2", BB_F32, BB_SHAPE(64, 10), bb_init_xavier());
    bb_node *h = bb_named(bb_relu(bb_matmul(x, w1)), "h");
    bb_node *y = bb_matmul(h, w2); /* 50 against 64 */
    bb_scope_pop(g);
    return y;
}

int main(void)
{
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(1);
    bb_node *x = bb_input(g, "x", BB_F32, BB_SHAPE(100, 784));
    bb_node *y = bb_softmax(two_layers(x, p), -1);

    bb_program *program = bb_compile(g, BB_NODES(y));
    if (!program)
        fprintf(stderr, "%s\n", bb_graph_error(g));

    int status = program ? 0 : 1;
    bb_program_free(program);
    bb_graph_free(g);
    bb_params_free(p);
    return status;
}
