/* SPDX-License-Identifier: MIT */
/* An optimiser and a schedule of one's own: Lion, which steps by signs alone, at a rate that falls
 * with the root of the iteration. A network of two layers learns which points are in a circle. */
#include <bibun/bibun.h>
#include <math.h>
#include <stdio.h>

/* c = beta1 m + (1 - beta1) g; w <- w - rate (sign(c) + decay w); m <- beta2 m + (1 - beta2) g
 * (Chen et al. 2023, algorithm 2). */
static bb_node *lion_rule(const bb_update *u)
{
    const bb_optimiser *o = u->optimiser;
    bb_node *m = bb_update_state(u, "m"); /* of w's type, zero at first */
    bb_node *direction = bb_sign(bb_axpby(m, u->g, o->beta1, 1 - o->beta1));
    bb_node *step = bb_mul(u->rate, bb_axpby(direction, u->w, 1, o->decay));
    return bb_group(BB_NODES(bb_assign(m, bb_axpby(m, u->g, o->beta2, 1 - o->beta2)),
                             bb_assign(u->w, bb_sub(u->w, step))));
}

static bb_optimiser lion(double rate, double decay)
{
    return (bb_optimiser){
        .rule = lion_rule, .rate = rate, .beta1 = 0.9, .beta2 = 0.99, .decay = decay};
}

/* sqrt(period / (period + t)), of iterations t */
static bb_node *root_rule(bb_node *t, const bb_schedule *s)
{
    return bb_sqrt(bb_div(bb_number(t, s->period), bb_add_scalar(t, s->period)));
}

/* Points of the plane, and 1 for those nearer to the middle than 1. */
static void make_points(bb_tensor *points, bb_tensor *inside)
{
    for (int64_t i = 0; i < bb_tensor_count(inside); i++) {
        const double x = (double)(i % 16) / 4 - 1.875, y = (double)(i / 16) / 4 - 1.875;
        bb_tensor_set(points, 2 * i, x);
        bb_tensor_set(points, 2 * i + 1, y);
        bb_tensor_set(inside, i, x * x + y * y < 1);
    }
}

int main(void)
{
    enum { POINTS = 256, ITERATIONS = 2000 };
    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(1);
    bb_node *x = bb_input(g, "x", BB_F32, BB_SHAPE(POINTS, 2));
    bb_node *t = bb_input(g, "t", BB_F32, BB_SHAPE(POINTS, 1));
    bb_node *logits = bb_dense(bb_tanh(bb_dense(x, p, "fc1", 16)), p, "fc2", 1);
    bb_node *loss = bb_binary_cross_entropy_with_logits(logits, t);
    const bb_optimise_options options = {.schedule = {.rule = root_rule, .period = 100}};
    bb_node *step = bb_optimise(loss, p, lion(0.01, 0.01), &options);

    bb_tensor *points = bb_tensor_new(BB_F32, BB_SHAPE(POINTS, 2));
    bb_tensor *inside = bb_tensor_new(BB_F32, BB_SHAPE(POINTS, 1));
    bb_program *train = bb_compile(g, BB_NODES(loss, step));
    bool ok = train && points && inside;
    if (ok)
        make_points(points, inside);
    for (int i = 0; ok && i <= ITERATIONS; i++) {
        ok = bb_run(train, BB_FEEDS({x, points}, {t, inside})) == BB_OK;
        if (ok && i % 500 == 0)
            printf("iteration %4d: loss %.4f\n", i, bb_program_number(train, loss));
    }
    const char *trouble = train ? bb_program_error(train) : bb_graph_error(g);
    ok = ok && bb_program_number(train, loss) < 0.05;
    puts(ok ? "points are told apart" : trouble ? trouble : "points are not told apart");

    bb_program_free(train);
    bb_graph_free(g);
    bb_params_free(p);
    bb_tensor_release(points);
    bb_tensor_release(inside);
    return ok ? 0 : 1;
}
