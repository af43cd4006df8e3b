/* SPDX-License-Identifier: MIT */
/* What the machine can do at best, measured through the same door: a large matrix product, memory
 * that is read and written once at several sizes, and a step with next to nothing to do that
 * threads share. */
#include "workloads.h"

static void build_product(model *m)
{
    enum { SIZE = 1536 };
    m->graph = bb_graph_new();
    bb_node *x = model_input(m, "x", BB_F32, BB_SHAPE(SIZE, SIZE));
    bb_node *y = model_input(m, "y", BB_F32, BB_SHAPE(SIZE, SIZE));
    m->outputs[m->n_outputs++] = bb_matmul(x, y);
}

/* A product small enough for OpenBLAS, and one that goes to oneDNN where it is found. */
void build_first_use(model *m)
{
    m->graph = bb_graph_new();
    bb_node *small = model_input(m, "small", BB_F32, BB_SHAPE(64, 64));
    bb_node *large = model_input(m, "large", BB_F32, BB_SHAPE(256, 256));
    m->outputs[m->n_outputs++] = bb_matmul(small, small);
    m->outputs[m->n_outputs++] = bb_matmul(large, large);
}

/* Products of which rows crowd the caches or not, of whole groups of rows and columns or not. */
void build_products(model *m)
{
    static const struct {
        const char *x, *y;
        int64_t m, k, n;
    } of[] = {{"x1", "y1", 32, 256, 1024},   {"x2", "y2", 32, 256, 1040},
              {"x3", "y3", 256, 2048, 1024}, {"x4", "y4", 256, 2048, 1040},
              {"x5", "y5", 100, 784, 48},    {"x6", "y6", 100, 784, 50}};
    m->graph = bb_graph_new();
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        bb_node *x = model_input(m, of[i].x, BB_F32, BB_SHAPE(of[i].m, of[i].k));
        bb_node *y = model_input(m, of[i].y, BB_F32, BB_SHAPE(of[i].k, of[i].n));
        m->outputs[m->n_outputs++] = bb_matmul(x, y);
    }
}

static void build_memory(model *m, int64_t bytes)
{
    m->graph = bb_graph_new();
    m->outputs[m->n_outputs++] =
        bb_neg(model_input(m, "x", BB_F32, BB_SHAPE(bytes / 2 / (int64_t)sizeof(float))));
}

static void build_memory_256k(model *m)
{
    build_memory(m, 256 << 10);
}

static void build_memory_4m(model *m)
{
    build_memory(m, 4 << 20);
}

static void build_memory_64m(model *m)
{
    build_memory(m, 64 << 20);
}

/* Just enough elements that two threads share them. */
static void build_shared_step(model *m)
{
    build_memory(m, 2 * (int64_t)sizeof(float) * 40000);
}

const workload ceilings[] = {
    {"machine_product", build_product},         {"machine_memory_256k", build_memory_256k},
    {"machine_memory_4m", build_memory_4m},     {"machine_memory_64m", build_memory_64m},
    {"machine_shared_step", build_shared_step},
};
const int n_ceilings = sizeof ceilings / sizeof ceilings[0];
