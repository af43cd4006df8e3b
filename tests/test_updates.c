/* SPDX-License-Identifier: MIT */
/* The updates of optimisers in programs: those by Adam are one op of their sweep. */
#include "engine.h"

#include <bibun/ops.h>
#include <bibun/optim.h>
#include <criterion/criterion.h>

#include <string.h>

/* How many ops the programs' sweeps have that are updates. */
static int updates_in(const bb_program *p)
{
    int n = 0;
    for (int i = 0; i < p->n_steps; i++)
        for (int k = 0; p->steps[i].map && k < p->steps[i].map->n_ops; k++)
            n += p->steps[i].map->ops[k].factors[0] != NULL;
    return n;
}

/* The program of one step for two parameters, of a dense layer. */
static int updates_of(bb_dtype dtype, bb_optimiser optimiser, const bb_optimise_options *options)
{
    bb_graph *g = bb_graph_new();
    bb_params *params = bb_params_new(1);
    bb_node *x = bb_input(g, "x", dtype, BB_SHAPE(8, 40));
    bb_node *w = bb_param(g, params, "w", dtype, BB_SHAPE(40, 30), (bb_init){0});
    bb_node *b = bb_param(g, params, "b", dtype, BB_SHAPE(30), (bb_init){0});
    bb_node *loss = bb_mean(bb_square(bb_add(bb_matmul(x, w), b)), BB_ALL);
    bb_node *step = bb_optimise(loss, params, optimiser, options);
    bb_program *p = bb_compile(g, BB_NODES(loss, step));
    cr_assert_not_null(p, "%s", bb_graph_error(g));
    const int n = updates_in(p);
    bb_program_free(p);
    bb_params_free(params);
    bb_graph_free(g);
    return n;
}

Test(updates, by_adam)
{
    const bb_schedule schedule = bb_schedule_warm_up(2, bb_schedule_cosine(3, 0.1));
    const bb_optimise_options options[] = {{.clip_norm = 0},
                                           {.clip_norm = 1},
                                           {.weight_decay = 0.1},
                                           {.schedule = schedule},
                                           {.clip_norm = 1, .schedule = schedule}};
    for (int dtype = BB_F32; dtype <= BB_F64; dtype++)
        for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
            cr_expect_eq(updates_of((bb_dtype)dtype, bb_optimiser_adam(1e-3), &options[i]), 2,
                         "Adam with options %zu", i);
            cr_expect_eq(updates_of((bb_dtype)dtype, bb_optimiser_adamw(1e-3, 0.01), &options[i]),
                         2, "AdamW with options %zu", i);
        }
}

Test(updates, by_others)
{
    cr_expect_eq(updates_of(BB_F32, bb_optimiser_sgd(0.1), NULL), 0);
    cr_expect_eq(updates_of(BB_F32, bb_optimiser_rmsprop(0.1), NULL), 0);
}
