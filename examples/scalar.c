/* SPDX-License-Identifier: MIT */
/* A handful of scalar nodes: prints the value of each, the gradient of the last one with respect to
 * each, and what a check of the gradients by central differences found. */
#include <bibun/bibun.h>
#include <stdio.h>

enum { NODES = 6 };

static void print_nodes(const bb_program *program, bb_node *const *nodes, bb_node *const *gradients)
{
    printf("%-4s %-10s %10s %12s\n", "node", "op", "value", "dy/dnode");
    for (int i = 0; i < NODES; i++)
        printf("%-4s %-10s %10.6f %12.6f\n", bb_node_name(nodes[i]), bb_node_op_name(nodes[i]),
               bb_program_number(program, nodes[i]), bb_program_number(program, gradients[i]));
}

int main(void)
{
    bb_graph *g = bb_graph_new();
    bb_node *a = bb_input(g, "a", BB_F64, BB_SCALAR);
    bb_node *b = bb_input(g, "b", BB_F64, BB_SCALAR);
    bb_node *c = bb_named(bb_mul(a, b), "c");
    bb_node *d = bb_named(bb_sin(a), "d");
    bb_node *e = bb_named(bb_add(c, d), "e");
    bb_node *y = bb_named(bb_tanh(e), "y");

    bb_node *all[2 * NODES] = {a, b, c, d, e, y};
    bb_node **gradients = all + NODES;
    bb_grads(y, NULL, (bb_nodes){NODES, all}, gradients);

    bb_tensor *a_value = bb_tensor_from(BB_F64, BB_SCALAR, (double[]){0.5});
    bb_tensor *b_value = bb_tensor_from(BB_F64, BB_SCALAR, (double[]){-1.5});
    bb_feeds at = BB_FEEDS({a, a_value}, {b, b_value});
    bb_gradcheck_report report = {0};

    bb_program *program = bb_compile(g, (bb_nodes){2 * NODES, all});
    bb_status status = program ? bb_run(program, at) : bb_graph_status(g);
    if (status == BB_OK) {
        print_nodes(program, all, gradients);
        status = bb_gradcheck(y, BB_NODES(a, b), at, NULL, &report);
        bb_gradcheck_print(&report, stdout);
    } else {
        fprintf(stderr, "%s\n", program ? bb_program_error(program) : bb_graph_error(g));
    }

    bb_program_free(program);
    bb_graph_free(g);
    bb_tensor_release(a_value);
    bb_tensor_release(b_value);
    return status == BB_OK ? 0 : 1;
}
