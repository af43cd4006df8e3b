/* SPDX-License-Identifier: MIT */
/* The gradient of a network's loss with respect to its weights: simpleNet, one product and a
 * softmax. Look at the two matrices: moving each weight by h, up and down, gives the same six
 * numbers as one pass backward, and each says how the loss grows when that weight does.
 *
 * The documents' loss has 1e-7 inside the logarithm and is 1.4e-7 less; 0.3245504 holds for both.
 */
#include "lesson.h"

#include <string.h>

enum { IN = 2, OUT = 3, WEIGHTS = IN * OUT };

static const double weights[WEIGHTS] = {0.20416663,  -0.26468752, 0.93918521,
                                        -0.96143561, -0.73607466, 0.3411377};
static const double expected_gradient[WEIGHTS] = {0.086405562, 0.079883108, -0.166288670,
                                                  0.129608343, 0.119824662, -0.249433005};

/* part: net */
typedef struct simple_net {
    bb_graph *g;
    bb_node *x, *t, *W;
    bb_node *prediction, *loss, *documents_loss;
} simple_net;

static simple_net simple_net_new(void)
{
    simple_net net = {.g = bb_graph_new()};
    net.x = bb_input(net.g, "x", BB_F64, BB_SHAPE(1, IN));
    net.t = bb_input(net.g, "t", BB_F64, BB_SHAPE(1, OUT));
    net.W = bb_input(net.g, "W", BB_F64, BB_SHAPE(IN, OUT));
    net.prediction = bb_named(bb_matmul(net.x, net.W), "prediction");
    net.loss = bb_named(bb_softmax_cross_entropy(net.prediction, net.t), "loss");
    bb_node *y = bb_softmax(net.prediction, -1);
    net.documents_loss = bb_neg(bb_sum(bb_mul(net.t, bb_log(bb_add_scalar(y, 1e-7))), BB_ALL));
    return net;
}
/* end: net */

/* part: numerical */
/* (loss(w + h) - loss(w - h)) / 2h for each weight in turn; `w` is what the feeds hold. */
static void numerical_gradient(lesson *l, bb_program *program, bb_node *loss, bb_feeds feeds,
                               double w[WEIGHTS], double gradient_out[WEIGHTS])
{
    const double h = 1e-4;
    for (int i = 0; i < WEIGHTS; i++) {
        double kept = w[i];
        w[i] = kept + h;
        lesson_run(l, program, feeds);
        double above = bb_program_number(program, loss);
        w[i] = kept - h;
        lesson_run(l, program, feeds);
        gradient_out[i] = (above - bb_program_number(program, loss)) / (2 * h);
        w[i] = kept;
    }
}
/* end: numerical */

static void check_forward(lesson *l, const simple_net *net, const bb_program *program)
{
    static const double expected[OUT] = {-0.742792071, -0.821279706, 0.870535056};
    for (int i = 0; i < OUT; i++) {
        lesson_exact(l, lesson_text(l, "prediction %d", i), expected[i],
                     bb_tensor_at(bb_program_value(program, net->prediction), i), 5e-10);
    }
    lesson_exact(l, "loss", 0.3245504, bb_program_number(program, net->loss), 1e-7);
    lesson_exact(l, "loss with the documents' 1e-7", 0.32455034,
                 bb_program_number(program, net->documents_loss), 5e-9);
}

static void check_gradients(lesson *l, const double engine[WEIGHTS], const double numeric[WEIGHTS])
{
    for (int i = 0; i < WEIGHTS; i++) {
        lesson_exact(l, lesson_text(l, "dW[%d][%d] by the engine", i / OUT, i % OUT),
                     expected_gradient[i], engine[i], 5e-10);
        lesson_exact(l, lesson_text(l, "dW[%d][%d] by differences", i / OUT, i % OUT),
                     expected_gradient[i], numeric[i], 5e-10);
    }
}

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "10", "The gradient of a network: simpleNet");
    simple_net net = simple_net_new();
    bb_tensor *xs = bb_tensor_from(BB_F64, BB_SHAPE(1, IN), (double[]){0.6, 0.9});
    bb_tensor *ts = bb_tensor_from(BB_F64, BB_SHAPE(1, OUT), (double[]){0, 0, 1});
    bb_tensor *Ws = bb_tensor_from(BB_F64, BB_SHAPE(IN, OUT), weights);
    bb_feeds feeds = BB_FEEDS({net.x, xs}, {net.t, ts}, {net.W, Ws});

    bb_node *dW = bb_named(bb_grad(net.loss, net.W), "dW");
    bb_program *program =
        lesson_compile(l, net.g, BB_NODES(net.prediction, net.loss, net.documents_loss, dW));
    lesson_run(l, program, feeds);
    check_forward(l, &net, program);
    double engine[WEIGHTS], numeric[WEIGHTS];
    memcpy(engine, bb_tensor_read(bb_program_value(program, dW)), sizeof engine);
    numerical_gradient(l, program, net.loss, feeds, bb_tensor_data(Ws), numeric);
    check_gradients(l, engine, numeric);

    bb_gradcheck_report report;
    bb_gradcheck(net.loss, BB_NODES(net.W), feeds, NULL, &report);
    lesson_note(l, "%s", report.text);
    lesson_true(l, "bb_gradcheck passes", report.passed);
    lesson_graph(l, net.g, "net", &(bb_dot_options){.outputs = BB_NODES(net.loss, dW)});

    bb_program_free(program);
    bb_graph_free(net.g);
    bb_tensor_release(xs);
    bb_tensor_release(ts);
    bb_tensor_release(Ws);
    return lesson_end(l);
}
