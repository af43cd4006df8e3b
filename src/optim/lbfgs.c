/* SPDX-License-Identifier: MIT */
/* L-BFGS from the side of the graph: its program and vectors, and the way between these and the
 * parameters' tensors. */
#include "lbfgs.h"
#include "attached.h"

#include <bibun/op.h>

double bb__dot(int64_t n, const double *x, const double *y)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += x[i] * y[i];
    return sum;
}

static void to_doubles(const bb_tensor *t, double *x)
{
    int64_t count = bb_tensor_count(t);
    const void *data = bb_tensor_read(t);
    for (int64_t i = 0; i < count; i++)
        x[i] = bb_tensor_dtype(t) == BB_F64 ? ((const double *)data)[i] : ((const float *)data)[i];
}

void bb__lbfgs_gather(const bb_lbfgs *m, double *x)
{
    for (int i = 0; i < m->count; x += bb_tensor_count(m->tensors[i++]))
        to_doubles(m->tensors[i], x);
}

void bb__lbfgs_move(bb_lbfgs *m, double rate)
{
    const double *x = m->here.x, *d = m->direction;
    for (int i = 0; i < m->count; i++) {
        int64_t count = bb_tensor_count(m->tensors[i]);
        void *data = bb_tensor_data(m->tensors[i]);
        for (int64_t k = 0; k < count; k++, x++, d++) {
            double moved = rate > 0 ? *x + rate * *d : *x;
            if (bb_tensor_dtype(m->tensors[i]) == BB_F64)
                ((double *)data)[k] = moved;
            else
                ((float *)data)[k] = (float)moved;
        }
    }
}

bb_status bb__lbfgs_evaluate(bb_lbfgs *m, bb_feeds feeds, bb__point *p, bb_error *error)
{
    bb_program_set_step(m->program, 0);
    bb_status status = bb_run(m->program, feeds);
    if (status != BB_OK)
        return bb_fail(error, status, "%s", bb_program_error(m->program));
    m->evaluations++;
    bb__lbfgs_gather(m, p->x);
    double *g = p->g;
    for (int i = 0; i < m->count; g += bb_tensor_count(m->tensors[i++]))
        to_doubles(bb_program_value(m->program, m->g[i]), g);
    p->loss = bb_program_number(m->program, m->loss);
    return BB_OK;
}

/* --- making and freeing ----------------------------------------------------------------------- */

static bb_status fail(bb_node *loss, bb_status status, const char *reason)
{
    bb_fail_node(loss, NULL, "lbfgs", status, "%s", reason);
    return status;
}

/* Lists of parameters, gradients and tensors; the outputs of the program, loss and gradients, lie
 * side by side. */
static bb_status find_parameters(bb_lbfgs *m, bb_params *params, bool *needed)
{
    bb__mark_needed(m->loss, needed);
    m->count = bb__collect_trained(m->loss, params, needed, NULL);
    if (m->count == 0)
        return fail(m->loss, BB_BAD_ARGUMENT,
                    "the loss depends on no trainable parameter of the given bb_params");
    size_t count = (size_t)m->count;
    m->w = bb_memory_zeroed(2 * count + 1, sizeof *m->w);
    m->tensors = bb_memory_zeroed(count, sizeof *m->tensors);
    if (!m->w || !m->tensors)
        return fail(m->loss, BB_OUT_OF_MEMORY, "out of memory");
    m->g = m->w + count + 1;
    bb__collect_trained(m->loss, params, needed, m->w);
    for (int i = 0; i < m->count; i++) {
        m->tensors[i] = bb_tensor_retain(bb_params_find(params, bb_node_name(m->w[i])));
        m->size += bb_tensor_count(m->tensors[i]);
    }
    return BB_OK;
}

static bb_status compile(bb_lbfgs *m)
{
    bb_status status = bb_grads(m->loss, NULL, (bb_nodes){m->count, m->w}, m->g);
    if (status != BB_OK)
        return status;
    m->g[-1] = m->loss;
    m->program = bb_compile(bb_node_graph(m->loss), (bb_nodes){m->count + 1, m->g - 1});
    return m->program ? BB_OK : bb_graph_status(bb_node_graph(m->loss));
}

static bb_status make_vectors(bb_lbfgs *m)
{
    size_t size = (size_t)m->size, pairs = (size_t)m->pairs;
    m->numbers = bb_memory_zeroed(5 + 2 * pairs, (size + 2) * sizeof(double));
    if (!m->numbers)
        return fail(m->loss, BB_OUT_OF_MEMORY, "out of memory");
    double *place = m->numbers;
    double **vectors[] = {&m->here.x, &m->here.g, &m->there.x, &m->there.g, &m->direction};
    for (int i = 0; i < 5; i++, place += size)
        *vectors[i] = place;
    m->steps = place;
    m->turns = m->steps + pairs * size;
    m->bends = m->turns + pairs * size;
    m->shares = m->bends + pairs;
    return BB_OK;
}

static bb_status fill(bb_lbfgs *m, bb_params *params)
{
    bool *needed = bb_memory_zeroed((size_t)bb_node_id(m->loss) + 1, sizeof *needed);
    if (!needed)
        return fail(m->loss, BB_OUT_OF_MEMORY, "out of memory");
    bb_status status = find_parameters(m, params, needed);
    bb_memory_release(needed);
    status = status == BB_OK ? compile(m) : status;
    return status == BB_OK ? make_vectors(m) : status;
}

bb_status bb_lbfgs_new(bb_node *loss, bb_params *params, int pairs, bb_lbfgs **lbfgs_out)
{
    if (!loss || !params)
        return fail(loss, BB_BAD_ARGUMENT, loss ? "bb_params is NULL" : "the loss is NULL");
    if (bb_node_kind_of(loss) == BB_NODE_INERT)
        return bb_graph_status(bb_node_graph(loss));
    if (pairs < 0)
        return fail(loss, BB_BAD_ARGUMENT, "the number of pairs is below 0");
    bb_lbfgs *m = bb_memory_zeroed(1, sizeof *m);
    if (!m)
        return fail(loss, BB_OUT_OF_MEMORY, "out of memory");
    *m = (bb_lbfgs){.loss = loss, .pairs = pairs ? pairs : 10, .is_fresh = true};
    bb_status status = fill(m, params);
    if (status == BB_OK)
        *lbfgs_out = m;
    else
        bb_lbfgs_free(m);
    return status;
}

void bb_lbfgs_free(bb_lbfgs *m)
{
    if (!m)
        return;
    for (int i = 0; m->tensors && i < m->count; i++)
        bb_tensor_release(m->tensors[i]);
    bb_program_free(m->program);
    bb_memory_release(m->tensors);
    bb_memory_release(m->w);
    bb_memory_release(m->numbers);
    bb_memory_release(m);
}

void bb_lbfgs_restart(bb_lbfgs *m)
{
    if (m)
        m->is_fresh = true;
}

bb_program *bb_lbfgs_program(bb_lbfgs *m)
{
    return m ? m->program : NULL;
}
