/* SPDX-License-Identifier: MIT */
/* Newton's method on Rosenbrock's function (1 - a)^2 + 100 (b - a^2)^2, a curved valley on which
 * gradient descent takes thousands of steps. Near the minimum a function is almost quadratic, and
 * the step -H^-1 g leads to the minimum of a quadratic at once, so the number of correct digits
 * doubles with each iteration. One program computes the value, the gradient and the exact Hessian;
 * what they have in common is computed once. */
#include <bibun/bibun.h>
#include <math.h>
#include <stdio.h>

enum { MOST_STEPS = 20 };

static bb_node *rosenbrock(bb_node *x)
{
    bb_node *a = bb_slice(x, 0, 0, 1, 1), *b = bb_slice(x, 0, 1, 2, 1);
    bb_node *slope = bb_square(bb_sub(bb_number(a, 1), a));
    bb_node *valley = bb_square(bb_sub(b, bb_square(a)));
    return bb_sum(bb_add(slope, bb_mul_scalar(valley, 100)), BB_ALL);
}

/* Adds -H^-1 g to x by Cramer's rule. */
static void newton_step(bb_tensor *x, const bb_tensor *g, const bb_tensor *h)
{
    double g0 = bb_tensor_at(g, 0), g1 = bb_tensor_at(g, 1);
    double h00 = bb_tensor_at(h, 0), h01 = bb_tensor_at(h, 1), h11 = bb_tensor_at(h, 3);
    double determinant = h00 * h11 - h01 * h01;
    bb_tensor_set(x, 0, bb_tensor_at(x, 0) - (h11 * g0 - h01 * g1) / determinant);
    bb_tensor_set(x, 1, bb_tensor_at(x, 1) - (h00 * g1 - h01 * g0) / determinant);
}

/* Prints the iterates; true when the gradient has become 0 but for rounding. */
static bool minimise(bb_graph *graph, bb_node *x, bb_tensor *at)
{
    bb_node *y = rosenbrock(x);
    bb_node *g = bb_grad(y, x);
    bb_node *h = bb_hessian(y, x);
    bb_program *program = bb_compile(graph, BB_NODES(y, g, h));
    bool found = false;
    if (!program)
        fprintf(stderr, "%s\n", bb_graph_error(graph));
    for (int i = 0; program && !found && i < MOST_STEPS; i++) {
        if (bb_run(program, BB_FEEDS({x, at})) != BB_OK) {
            fprintf(stderr, "%s\n", bb_program_error(program));
            break;
        }
        const bb_tensor *gradient = bb_program_value(program, g);
        double size = hypot(bb_tensor_at(gradient, 0), bb_tensor_at(gradient, 1));
        printf("step %d: x (%.12f, %.12f), f %.3e, |g| %.3e\n", i, bb_tensor_at(at, 0),
               bb_tensor_at(at, 1), bb_program_number(program, y), size);
        found = size < 1e-12;
        newton_step(at, gradient, bb_program_value(program, h));
    }
    bb_program_free(program);
    return found;
}

int main(void)
{
    bb_graph *graph = bb_graph_new();
    bb_node *x = bb_input(graph, "x", BB_F64, BB_SHAPE(2));
    bb_tensor *at = bb_tensor_from(BB_F64, BB_SHAPE(2), (double[]){-1.2, 1});
    bool found = minimise(graph, x, at);
    printf(found ? "the minimum is at (1, 1)\n" : "no minimum was found\n");
    bb_tensor_release(at);
    bb_graph_free(graph);
    return found ? 0 : 1;
}
