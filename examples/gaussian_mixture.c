/* SPDX-License-Identifier: MIT */
/* A mixture of three Gaussians fitted to 1000 numbers by the gradient of the log likelihood, with
 * Adam: the densities of the components are added by logsumexp, and their weights are a softmax.
 * Prints the parameters found beside those that made the numbers. */
#include <bibun/bibun.h>
#include <math.h>
#include <stdio.h>

enum { NUMBERS = 1000, COMPONENTS = 3, RUNS = 600 };

static const double weights[] = {0.3, 0.5, 0.2}, means[] = {-4, 0.5, 3},
                    deviations[] = {1, 0.6, 1.2};

static void draw_numbers(double *x)
{
    bb_rng rng = {5, 0};
    for (int i = 0; i < NUMBERS; i++) {
        double u = bb_rng_uniform(&rng);
        int k = u < weights[0] ? 0 : u < weights[0] + weights[1] ? 1 : 2;
        x[i] = means[k] + deviations[k] * bb_rng_normal(&rng);
    }
}

typedef struct mixture {
    bb_node *weight, *mean, *deviation; /* [COMPONENTS] */
    bb_node *log_likelihood;            /* a number's, on average */
} mixture;

static mixture mixture_of(bb_graph *g, bb_params *p, bb_node *x)
{
    const bb_shape shape = BB_SHAPE(COMPONENTS);
    bb_node *logits = bb_param(g, p, "logits", BB_F64, shape, (bb_init){0});
    bb_node *log_deviation = bb_param(g, p, "log_deviation", BB_F64, shape, (bb_init){0});
    bb_node *mean = bb_param(g, p, "mean", BB_F64, shape, (bb_init){0});
    mixture m = {bb_softmax(logits, -1), mean, bb_exp(log_deviation), NULL};

    bb_node *z = bb_div(bb_sub(bb_reshape(x, BB_SHAPE(NUMBERS, 1)), mean), m.deviation);
    bb_node *log_density = bb_sub(bb_mul_scalar(bb_square(z), -0.5), log_deviation);
    bb_node *joint = bb_add(bb_log_softmax(logits, -1), log_density);
    bb_node *of_each = bb_logsumexp(joint, BB_AXES(-1));
    m.log_likelihood = bb_add_scalar(bb_mean(of_each, BB_ALL), -0.5 * log(2 * acos(-1)));
    return m;
}

/* Components that start alike would stay so. */
static void spread_means(bb_params *p)
{
    double *mean = bb_tensor_data(bb_params_find(p, "mean"));
    for (int k = 0; k < COMPONENTS; k++)
        mean[k] = 2 * k - 2;
}

static void print_components(const bb_program *run, const mixture *m)
{
    const bb_tensor *weight = bb_program_value(run, m->weight);
    const bb_tensor *mean = bb_program_value(run, m->mean);
    const bb_tensor *deviation = bb_program_value(run, m->deviation);
    for (int k = 0; k < COMPONENTS; k++)
        printf("component %d: weight %.3f (made with %.3f), mean %6.3f (%6.3f), "
               "deviation %.3f (%.3f)\n",
               k, bb_tensor_at(weight, k), weights[k], bb_tensor_at(mean, k), means[k],
               bb_tensor_at(deviation, k), deviations[k]);
}

int main(void)
{
    double numbers[NUMBERS];
    draw_numbers(numbers);

    bb_graph *g = bb_graph_new();
    bb_params *p = bb_params_new(1);
    mixture m = mixture_of(g, p, bb_constant_from(g, BB_F64, BB_SHAPE(NUMBERS), numbers));
    bb_node *step = bb_adam(bb_neg(m.log_likelihood), p, 0.05);
    bb_program *run =
        bb_compile(g, BB_NODES(m.log_likelihood, m.weight, m.mean, m.deviation, step));
    bb_status status = run ? BB_OK : bb_graph_status(g);
    if (run)
        spread_means(p);
    for (int i = 0; status == BB_OK && i <= RUNS; i++) {
        status = bb_run(run, BB_NO_FEEDS);
        if (status == BB_OK && i % 100 == 0)
            printf("run %3d: log likelihood %.6f\n", i, bb_program_number(run, m.log_likelihood));
    }
    if (status == BB_OK)
        print_components(run, &m);
    else
        fprintf(stderr, "gaussian_mixture: %s\n", run ? bb_program_error(run) : bb_graph_error(g));

    bb_program_free(run);
    bb_params_free(p);
    bb_graph_free(g);
    return status == BB_OK ? 0 : 1;
}
