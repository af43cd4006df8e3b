/* SPDX-License-Identifier: MIT */
/* One loop for the nine ops of an update by Adam (Kingma and Ba 2015, algorithm 1), as
 * src/optim/running.c builds them, operand by operand:
 *
 *     m' = beta1 m + (1 - beta1) g;  v' = beta2 v + (1 - beta2) g^2
 *     w' = w - m' rate / (sqrt(v' correction) + epsilon)
 *
 * Its roots and quotients are computed while memory is waited for. Of its three results both
 * moments stay in the map as ops without a tile. Each op is rounded as by itself, so no bit changes
 * but the sign of NaN. */
#include "map.h"

#include <tgmath.h>

/* The operands of the loop: those of which it reads a tile, single numbers, and where both moments
 * go. */
enum { M, V, G, W, CORRECTION, EPSILON, RATE, M_TO, V_TO, OPERANDS };
_Static_assert((int)OPERANDS == (int)BB__MAP_READS, "room for the operands");

/* The attributes are the factors of both moments. */
#define DEFINE_UPDATE(name, TARGET, T)                                                     \
    TARGET static void name(size_t n, const void *const *in, void *out, const void *attrs) \
    {                                                                                      \
        const T *m = (const T *)in[M], *v = (const T *)in[V];                              \
        const T *g = (const T *)in[G], *w = (const T *)in[W];                              \
        const T correction = *(const T *)in[CORRECTION], rate = *(const T *)in[RATE];      \
        const T epsilon = *(const T *)in[EPSILON];                                         \
        T *m_to = (T *)(uintptr_t)in[M_TO], *v_to = (T *)(uintptr_t)in[V_TO];              \
        T *w_to = (T *)out;                                                                \
        const double *const *factors = (const double *const *)attrs;                       \
        const T beta1 = (T)factors[0][0], rest1 = (T)factors[0][1];                        \
        const T beta2 = (T)factors[1][0], rest2 = (T)factors[1][1];                        \
        BB_LANES                                                                           \
        for (size_t i = 0; i < n; i++) {                                                   \
            const T gradient = g[i], weight = w[i];                                        \
            const T first = beta1 * m[i] + rest1 * gradient;                               \
            const T second = beta2 * v[i] + rest2 * (gradient * gradient);                 \
            m_to[i] = first;                                                               \
            v_to[i] = second;                                                              \
            w_to[i] = weight - first * rate / (sqrt(second * correction) + epsilon);       \
        }                                                                                  \
    }
BB__TILE_TARGETS(DEFINE_UPDATE, update_f32, float)
BB__TILE_TARGETS(DEFINE_UPDATE, update_f64, double)

/* The ops that an update is made of, by their numbers: those whose results only the next one needs,
 * and the moments, which are stored. */
enum { SQUARE, CORRECTED, ROOT, SUM, SCALED, QUOTIENT, INNER, FIRST = INNER, SECOND, PARTS };

typedef struct update {
    int part[PARTS], in[OPERANDS];
} update;

/* The op of a kind that gives op k its operand i; -1 where there is none. */
static int producer(const bb__map *m, int k, int i, bb_arithmetic kind)
{
    const int number = k < 0 ? -1 : m->ops[k].in[i] - m->n_in;
    return number >= 0 && m->ops[number].arithmetic == kind ? number : -1;
}

/* The same of either operand of a product or a sum, and what the other one is. */
static int producer_of_either(const bb__map *m, int k, bb_arithmetic kind, int *other_out)
{
    const int i = producer(m, k, 0, kind) >= 0 ? 0 : 1, number = producer(m, k, i, kind);
    *other_out = number < 0 ? -1 : m->ops[k].in[1 - i];
    return number;
}

/* The update whose last op, the difference, is that at a place; false where it is none. */
static bool find(const bb__map *m, int at, update *u)
{
    int *part = u->part, *in = u->in;
    if (m->ops[at].arithmetic != BB_ARITHMETIC_SUB || !bb_dtype_is_float(m->ops[at].dtype))
        return false;
    part[QUOTIENT] = producer(m, at, 1, BB_ARITHMETIC_DIV);
    part[SCALED] = producer(m, part[QUOTIENT], 0, BB_ARITHMETIC_MUL);
    part[FIRST] = producer_of_either(m, part[SCALED], BB_ARITHMETIC_AXPBY, &in[RATE]);
    part[SUM] = producer(m, part[QUOTIENT], 1, BB_ARITHMETIC_ADD);
    part[ROOT] = producer_of_either(m, part[SUM], BB_ARITHMETIC_SQRT, &in[EPSILON]);
    part[CORRECTED] = producer(m, part[ROOT], 0, BB_ARITHMETIC_MUL);
    part[SECOND] = producer_of_either(m, part[CORRECTED], BB_ARITHMETIC_AXPBY, &in[CORRECTION]);
    part[SQUARE] = producer(m, part[SECOND], 1, BB_ARITHMETIC_SQUARE);
    if (part[FIRST] < 0 || part[SQUARE] < 0)
        return false;
    in[M] = m->ops[part[FIRST]].in[0];
    in[G] = m->ops[part[FIRST]].in[1];
    in[V] = m->ops[part[SECOND]].in[0];
    in[W] = m->ops[at].in[0];
    in[M_TO] = m->n_in + part[FIRST];
    in[V_TO] = m->n_in + part[SECOND];
    return m->ops[part[SQUARE]].in[0] == in[G];
}

/* Whether an operand is an array that repeats one number. */
static bool is_number(const bb__map *m, const bb_array *in, int number)
{
    if (number >= m->n_in)
        return false;
    for (int d = 0; d < in[number].shape.ndim; d++)
        if (in[number].stride[d] != 0 && in[number].shape.dim[d] > 1)
            return false;
    return true;
}

/* Whether a part's result is where it can stay: in no memory, or in its own. What is written over
 * is all of an operand, element by element, as for pairs. */
static bool is_free(const bb__map *m, const bb_array *in, const update *u, int i, int at)
{
    const bb__map_op *op = &m->ops[u->part[i]];
    return (i < INNER) == !op->out && !op->to && !op->streams && op->dtype == m->ops[at].dtype &&
           bb__map_readings(m, u->part[i]) == 1 && !bb__map_is_in_the_way(m, in, u->part[i], at);
}

static bool can_join(const bb__map *m, const bb_array *in, const update *u, int at)
{
    bool can = is_number(m, in, u->in[CORRECTION]) && is_number(m, in, u->in[EPSILON]) &&
               is_number(m, in, u->in[RATE]);
    for (int i = 0; i < PARTS && can; i++)
        can = is_free(m, in, u, i, at);
    return can;
}

/* The op at a place becomes the loop. The moments stay as results that it computes. Returns how
 * many ops are left out. */
static int join(bb__map *m, const update *u, int at)
{
    enum { PASSES = 4 }; /* that the loop is like, beside one for each moment */
    bb__map_op *op = &m->ops[at];
    op->tile = op->dtype == BB_F32 ? update_f32 : update_f64;
    op->arithmetic = BB_ARITHMETIC_NONE;
    op->n_in = OPERANDS;
    for (int i = 0; i < OPERANDS; i++)
        op->in[i] = u->in[i];
    for (int i = FIRST; i <= SECOND; i++) {
        bb__map_op *moment = &m->ops[u->part[i]];
        op->factors[i - FIRST] = moment->attrs;
        moment->tile = NULL;
        moment->n_in = 0;
    }
    m->work += PASSES - 1;
    for (int k = at - 1; k >= 0; k--)
        for (int i = 0; i < INNER; i++)
            if (u->part[i] == k)
                bb__map_leave_out(m, k);
    return INNER;
}

void bb__map_join_adam(bb__map *m, const bb_array *in)
{
    update u;
    for (int at = 0; at < m->n_ops; at++)
        if (find(m, at, &u) && can_join(m, in, &u, at))
            at -= join(m, &u, at);
}
