/* SPDX-License-Identifier: MIT */
/* The updates of optimisers in programs: those by Adam are one loop of their sweep, and give the
 * bits of their ops one by one. */
#include "engine.h"

#include <bibun/ops.h>
#include <bibun/optim.h>
#include <criterion/criterion.h>

#include <string.h>

/* How many ops the programs' sweeps have that are updates by Adam. */
static int joined_in(const bb_program *p)
{
    int n = 0;
    for (int i = 0; i < p->n_steps; i++)
        for (int k = 0; p->steps[i].map && k < p->steps[i].map->n_ops; k++)
            n += p->steps[i].map->ops[k].factors[0] != NULL;
    return n;
}

/* Three steps for two parameters, of a dense layer; how many updates by Adam their program has. */
static int trained(bb_params *params, bb_dtype dtype, bb_optimiser optimiser,
                   const bb_optimise_options *options, bool no_fuse)
{
    bb_graph *g = bb_graph_new();
    bb_node *x = bb_input(g, "x", dtype, BB_SHAPE(8, 40));
    bb_node *w = bb_param(g, params, "w", dtype, BB_SHAPE(40, 30), (bb_init){0});
    bb_node *b = bb_param(g, params, "b", dtype, BB_SHAPE(30), (bb_init){0});
    bb_node *loss = bb_mean(bb_square(bb_add(bb_matmul(x, w), b)), BB_ALL);
    bb_node *step = bb_optimise(loss, params, optimiser, options);
    const bb_compile_options compile = {.no_fuse = no_fuse};
    bb_program *p = bb_compile_with(g, BB_NODES(loss, step), &compile);
    cr_assert(p, "%s", bb_graph_error(g));
    bb_tensor *data = bb_tensor_new(dtype, BB_SHAPE(8, 40));
    cr_assert_eq(bb_tensor_fill_normal(data, 0, 1, 5), BB_OK);
    cr_assert_eq(bb_tensor_fill_normal(bb_params_find(params, "w"), 0, 0.1, 6), BB_OK);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(bb_run(p, BB_FEEDS({x, data})), BB_OK);
    const int n = joined_in(p);
    bb_tensor_release(data);
    bb_program_free(p);
    bb_graph_free(g);
    return n;
}

/* That the updates of both parameters are joined or not, and that the parameters, and all that is
 * kept beside them, are to the bit what ops one by one make of them. */
static void expect_joined(int wanted, bb_optimiser optimiser, const bb_optimise_options *options,
                          const char *name)
{
    for (bb_dtype dtype = BB_F32; dtype <= BB_F64; dtype++) {
        bb_params *fused = bb_params_new(1), *plain = bb_params_new(1);
        cr_assert_eq(trained(fused, dtype, optimiser, options, false), wanted, "%s", name);
        cr_assert_eq(trained(plain, dtype, optimiser, options, true), 0, "%s", name);
        cr_assert_eq(bb_params_count(fused), bb_params_count(plain));
        for (int i = 0; i < bb_params_count(fused); i++) {
            const bb_tensor *a = bb_params_tensor(fused, i), *b = bb_params_tensor(plain, i);
            cr_assert(!memcmp(bb_tensor_read(a), bb_tensor_read(b), (size_t)bb_tensor_bytes(a)),
                      "%s: %s", name, bb_params_name(fused, i));
        }
        bb_params_free(fused);
        bb_params_free(plain);
    }
}

Test(updates, by_adam)
{
    const bb_schedule schedule = bb_schedule_warm_up(2, bb_schedule_cosine(3, 0.1));
    const bb_optimise_options options[] = {{.clip_norm = 0},
                                           {.clip_norm = 0.01},
                                           {.weight_decay = 0.1},
                                           {.schedule = schedule},
                                           {.clip_norm = 1, .schedule = schedule}};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        expect_joined(2, bb_optimiser_adam(1e-3), &options[i], "Adam");
        expect_joined(2, bb_optimiser_adamw(1e-3, 0.01), &options[i], "AdamW");
    }
}

Test(updates, by_others)
{
    expect_joined(0, bb_optimiser_sgd(0.1), NULL, "SGD");
    expect_joined(0, bb_optimiser_momentum(0.1, 0.9), NULL, "momentum");
    expect_joined(0, bb_optimiser_nesterov(0.1, 0.9), NULL, "Nesterov");
    expect_joined(0, bb_optimiser_adagrad(0.1), NULL, "AdaGrad");
    expect_joined(0, bb_optimiser_adadelta(1), NULL, "AdaDelta");
    expect_joined(0, bb_optimiser_rmsprop(0.1), NULL, "RMSProp");
}
