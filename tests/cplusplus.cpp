/* SPDX-License-Identifier: MIT */
/* The interface from C++: a line is fitted, with every list macro in use. */
#include <bibun/bibun.h>

#include <cmath>
#include <cstdio>

int main()
{
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(1);
    bb_node *x = bb_input(g, "x", BB_F64, BB_SHAPE(4, 1));
    bb_node *t = bb_input(g, "t", BB_F64, BB_SHAPE(4, 1));
    bb_node *y = bb_dense(x, p, "line", 1);
    bb_node *loss = bb_sum(bb_mean(bb_square(bb_sub(y, t)), BB_AXES(0, 1)), BB_ALL);
    bb_node *step = bb_sgd(loss, p, 0.1);
    bb_program *program = bb_compile(g, BB_NODES(loss, step));

    const double xs[] = {0, 1, 2, 3}, ts[] = {1, 3, 5, 7};
    bb_tensor *xt = bb_tensor_from(BB_F64, BB_SHAPE(4, 1), xs);
    bb_tensor *tt = bb_tensor_from(BB_F64, BB_SHAPE(4, 1), ts);
    bool ok = program != nullptr;
    for (int i = 0; ok && i < 500; i++)
        ok = bb_run(program, BB_FEEDS({x, xt}, {t, tt})) == BB_OK;
    double slope = bb_tensor_at(bb_params_find(p, "line.weight"), 0);
    std::printf("slope %.6f\n", slope);

    bb_program_free(program);
    bb_graph_free(g);
    bb_params_free(p);
    bb_tensor_release(xt);
    bb_tensor_release(tt);
    return ok && std::fabs(slope - 2) < 1e-6 ? 0 : 1;
}
