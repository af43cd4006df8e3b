/* SPDX-License-Identifier: MIT */
/* The study report's second notebook: back-propagation of a 2-3-2 network with sigmoid, identity
 * and half the squared error, by the report's own steps, each gradient beside the engine's. Look at
 * delta2 and delta1: what is computed once is used for all weights below. Slips of the report: it
 * takes the derivative of the sigmoid at z1, which has been through the sigmoid already (u1, or
 * z1 (1 - z1), is meant), and calls it the output's, which is the identity. */
#include "lesson.h"

#include <math.h>

enum { IN = 2, HIDDEN = 3, OUT = 2 };

static const double x[IN] = {1, 5}, d[OUT] = {0, 1};
static const double w1[IN][HIDDEN] = {{.1, .3, .5}, {.2, .4, .6}}, b1[HIDDEN] = {.1, .2, .3};
static const double w2[HIDDEN][OUT] = {{.1, .4}, {.2, .5}, {.3, .6}}, b2[OUT] = {.1, .2};

typedef struct gradients {
    double w1[IN * HIDDEN], b1[HIDDEN], w2[HIDDEN * OUT], b2[OUT], error, b1_at_z1[HIDDEN];
} gradients;

static double sigmoid(double u)
{
    return 1 / (1 + exp(-u));
}

static gradients by_hand(void)
{
    gradients grad = {0};
    double z1[HIDDEN], delta1[HIDDEN], delta2[OUT];
    for (int j = 0; j < HIDDEN; j++)
        z1[j] = sigmoid(x[0] * w1[0][j] + x[1] * w1[1][j] + b1[j]);
    for (int k = 0; k < OUT; k++) {
        double y = b2[k];
        for (int j = 0; j < HIDDEN; j++)
            y += z1[j] * w2[j][k];
        delta2[k] = y - d[k]; /* dE/dy, and dE/du2, for dy/du2 = 1 */
        grad.error += delta2[k] * delta2[k] / 2;
        grad.b2[k] = delta2[k];
    }
    for (int j = 0; j < HIDDEN; j++) {
        double back = delta2[0] * w2[j][0] + delta2[1] * w2[j][1];
        delta1[j] = back * z1[j] * (1 - z1[j]); /* dE/du1 */
        grad.b1[j] = delta1[j];
        grad.b1_at_z1[j] = back * sigmoid(z1[j]) * (1 - sigmoid(z1[j]));
        for (int k = 0; k < OUT; k++)
            grad.w2[j * OUT + k] = delta2[k] * z1[j];
        for (int i = 0; i < IN; i++)
            grad.w1[i * HIDDEN + j] = delta1[j] * x[i];
    }
    return grad;
}

static bb_node *variable(bb_graph *g, const char *name, bb_shape shape, const void *numbers)
{
    return bb_named(bb_constant_from(g, BB_F64, shape, numbers), name);
}

static void compare(lesson *l, const char *name, const double *hand, const bb_tensor *engine)
{
    for (int64_t i = 0; i < bb_tensor_count(engine); i++) {
        lesson_exact(l, lesson_text(l, "dE/d%s %d, by hand and engine", name, (int)i + 1), hand[i],
                     bb_tensor_at(engine, i), 1e-12);
    }
}

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "16b", "Back-propagation of a 2-3-2 network");
    bb_graph *g = bb_graph_new();
    bb_node *v[] = {
        variable(g, "W1", BB_SHAPE(IN, HIDDEN), w1), variable(g, "b1", BB_SHAPE(HIDDEN), b1),
        variable(g, "W2", BB_SHAPE(HIDDEN, OUT), w2), variable(g, "b2", BB_SHAPE(OUT), b2)};
    bb_node *z1 = bb_sigmoid(bb_add(bb_matmul(variable(g, "x", BB_SHAPE(1, IN), x), v[0]), v[1]));
    bb_node *y = bb_add(bb_matmul(z1, v[2]), v[3]), *grads[4];
    bb_node *error = bb_half_squared_error(y, variable(g, "d", BB_SHAPE(1, OUT), d));
    bb_grads(error, NULL, BB_NODES(v[0], v[1], v[2], v[3]), grads);
    bb_program *program =
        lesson_compile(l, g, BB_NODES(error, grads[0], grads[1], grads[2], grads[3]));
    lesson_run(l, program, BB_NO_FEEDS);

    gradients hand = by_hand();
    const char *names[] = {"W1", "b1", "W2", "b2"};
    const double *by_name[] = {hand.w1, hand.b1, hand.w2, hand.b2};
    lesson_exact(l, "E, by hand and engine", hand.error, bb_program_number(program, error), 1e-12);
    for (int i = 0; i < 4; i++)
        compare(l, names[i], by_name[i], bb_program_value(program, grads[i]));
    lesson_note(l, "With the sigmoid's derivative taken at z1, dE/db1 would be %.6f %.6f %.6f.",
                hand.b1_at_z1[0], hand.b1_at_z1[1], hand.b1_at_z1[2]);
    lesson_graph(l, g, "gradients",
                 &(bb_dot_options){.outputs = BB_NODES(grads[0], grads[1], grads[2], grads[3])});
    bb_program_free(program);
    bb_graph_free(g);
    return lesson_end(l);
}
