/* SPDX-License-Identifier: MIT */
/* The program of the README: a network of two layers learns the exclusive or. */
/* part: xor */
#include <bibun/bibun.h>
#include <stdio.h>

int main(void)
{
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(1); /* named tensors, one seed */
    bb_node *x = bb_input(g, "x", BB_F32, BB_SHAPE(4, 2));
    bb_node *t = bb_input(g, "t", BB_F32, BB_SHAPE(4, 1));
    bb_node *h = bb_tanh(bb_dense(x, p, "fc1", 8));
    bb_node *y = bb_sigmoid(bb_dense(h, p, "fc2", 1));
    bb_node *step = bb_sgd(bb_mean_squared_error(y, t), p, 1.0); /* gradients are nodes, too */

    bb_tensor *xs = bb_tensor_from(BB_F32, BB_SHAPE(4, 2), (float[]){0, 0, 0, 1, 1, 0, 1, 1});
    bb_tensor *ts = bb_tensor_from(BB_F32, BB_SHAPE(4, 1), (float[]){0, 1, 1, 0});
    bb_program *train = bb_compile(g, BB_NODES(y, step));
    bool ok = train != NULL;
    for (int i = 0; ok && i < 2000; i++)
        ok = bb_run(train, BB_FEEDS({x, xs}, {t, ts})) == BB_OK;
    for (int i = 0; ok && i < 4; i++)
        printf("%d xor %d: %.3f\n", i / 2, i % 2, bb_tensor_at(bb_program_value(train, y), i));
    if (!ok)
        fprintf(stderr, "%s\n", train ? bb_program_error(train) : bb_graph_error(g));

    bb_program_free(train);
    bb_graph_free(g);
    bb_params_free(p);
    bb_tensor_release(xs);
    bb_tensor_release(ts);
    return ok ? 0 : 1;
}
/* end: xor */
