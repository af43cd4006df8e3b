/* SPDX-License-Identifier: MIT */
/* The update by Adam, nine ops, as one of three results: its loop divides and draws roots while it
 * waits for memory, where a pass for each op or two does either. Each op is rounded as by itself,
 * so no bit changes but the sign of NaN. */
#include "map.h"

#include <tgmath.h>

/* The operands of the one op: those of which it reads a tile, single numbers, and where both means
 * go. */
enum { MEAN, SQUARES, GRADIENT, WEIGHT, CORRECTION, EPSILON, RATE, MEAN_TO, SQUARES_TO, OPERANDS };
_Static_assert((int)OPERANDS == (int)BB__MAP_READS, "room for the operands");

/* The attributes are the factors of both means. */
#define DEFINE_UPDATE(name, TARGET, T)                                                           \
    TARGET static void name(size_t n, const void *const *in, void *out, const void *attrs)       \
    {                                                                                            \
        const T *means = (const T *)in[MEAN], *squares = (const T *)in[SQUARES];                 \
        const T *gradients = (const T *)in[GRADIENT], *weights = (const T *)in[WEIGHT];          \
        const T correction = *(const T *)in[CORRECTION], epsilon = *(const T *)in[EPSILON];      \
        const T rate = *(const T *)in[RATE];                                                     \
        T *means_to = (T *)(uintptr_t)in[MEAN_TO], *squares_to = (T *)(uintptr_t)in[SQUARES_TO]; \
        T *weights_to = (T *)out;                                                                \
        const double *const *factors = (const double *const *)attrs;                             \
        const T kept = (T)factors[0][0], taken = (T)factors[0][1];                               \
        const T kept_squares = (T)factors[1][0], taken_squares = (T)factors[1][1];               \
        BB_LANES                                                                                 \
        for (size_t i = 0; i < n; i++) {                                                         \
            const T g = gradients[i], w = weights[i];                                            \
            const T mean = kept * means[i] + taken * g;                                          \
            const T square = kept_squares * squares[i] + taken_squares * (g * g);                \
            means_to[i] = mean;                                                                  \
            squares_to[i] = square;                                                              \
            weights_to[i] = w - mean * rate / (sqrt(square * correction) + epsilon);             \
        }                                                                                        \
    }
BB__TILE_TARGETS(DEFINE_UPDATE, update_f32, float)
BB__TILE_TARGETS(DEFINE_UPDATE, update_f64, double)

/* The ops that an update is made of, by their numbers: those whose results only the next one needs,
 * and the means, which are stored. */
enum { SQUARE, CORRECTED, ROOT, SUM, SCALED, QUOTIENT, INNER, FIRST = INNER, SECOND, PARTS };

typedef struct update {
    int part[PARTS], in[OPERANDS];
} update;

/* The op of a kind that gives op k its operand i; -1 where there is none. */
static int giver(const bb__map *m, int k, int i, bb_arithmetic kind)
{
    const int number = k < 0 ? -1 : m->ops[k].in[i] - m->n_in;
    return number >= 0 && m->ops[number].arithmetic == kind ? number : -1;
}

/* The same of either operand of a product or a sum, and what the other one is. */
static int giver_of_either(const bb__map *m, int k, bb_arithmetic kind, int *other_out)
{
    const int i = giver(m, k, 0, kind) >= 0 ? 0 : 1, number = giver(m, k, i, kind);
    *other_out = number < 0 ? -1 : m->ops[k].in[1 - i];
    return number;
}

/* The update whose last op, the difference, is that at a place; false where it is none. */
static bool find(const bb__map *m, int at, update *u)
{
    int *part = u->part, *in = u->in;
    if (m->ops[at].arithmetic != BB_ARITHMETIC_SUB)
        return false;
    part[QUOTIENT] = giver(m, at, 1, BB_ARITHMETIC_DIV);
    part[SCALED] = giver(m, part[QUOTIENT], 0, BB_ARITHMETIC_MUL);
    part[FIRST] = giver_of_either(m, part[SCALED], BB_ARITHMETIC_AXPBY, &in[RATE]);
    part[SUM] = giver(m, part[QUOTIENT], 1, BB_ARITHMETIC_ADD);
    part[ROOT] = giver_of_either(m, part[SUM], BB_ARITHMETIC_SQRT, &in[EPSILON]);
    part[CORRECTED] = giver(m, part[ROOT], 0, BB_ARITHMETIC_MUL);
    part[SECOND] = giver_of_either(m, part[CORRECTED], BB_ARITHMETIC_AXPBY, &in[CORRECTION]);
    part[SQUARE] = giver(m, part[SECOND], 1, BB_ARITHMETIC_SQUARE);
    if (part[FIRST] < 0 || part[SQUARE] < 0)
        return false;
    in[MEAN] = m->ops[part[FIRST]].in[0];
    in[GRADIENT] = m->ops[part[FIRST]].in[1];
    in[SQUARES] = m->ops[part[SECOND]].in[0];
    in[WEIGHT] = m->ops[at].in[0];
    in[MEAN_TO] = m->n_in + part[FIRST];
    in[SQUARES_TO] = m->n_in + part[SECOND];
    return m->ops[part[SQUARE]].in[0] == in[GRADIENT];
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

/* Whether a part's result is where it can stay: in no memory, or in its own. */
static bool is_free(const bb__map *m, const bb_array *in, const update *u, int i, int at)
{
    const bb__map_op *op = &m->ops[u->part[i]];
    return (i < INNER) == !op->out && !op->to && !op->streams && op->dtype == m->ops[at].dtype &&
           bb__map_readings(m, u->part[i]) == 1 && !bb__map_is_in_the_way(m, in, u->part[i], at);
}

/* Whether what is written to a place lies apart from an array, or each element over its own. */
static bool is_apart(const bb_array *a, const void *to, int64_t count)
{
    const int64_t size = (int64_t)bb_dtype_size(a->dtype);
    int64_t expected = 1, below = 0, above = 0;
    bool is_dense = true;
    for (int d = a->shape.ndim - 1; d >= 0; d--) {
        const int64_t far = (a->shape.dim[d] - 1) * a->stride[d];
        is_dense = is_dense && (a->shape.dim[d] == 1 || a->stride[d] == expected);
        expected *= a->shape.dim[d];
        *(far < 0 ? &below : &above) += far;
    }
    const intptr_t begin = (intptr_t)a->data, start = (intptr_t)to;
    return (begin == start && is_dense) || start >= begin + (above + 1) * size ||
           start + count * size <= begin + below * size;
}

/* Whether the three results may be written element by element. */
static bool are_apart(const bb__map *m, const bb_array *in, const update *u, int at)
{
    const int results[] = {u->part[FIRST], u->part[SECOND], at};
    for (int k = 0; k < 3; k++)
        for (int i = MEAN; i <= WEIGHT; i++)
            if (m->ops[results[k]].out && u->in[i] < m->n_in &&
                !is_apart(&in[u->in[i]], m->ops[results[k]].out, m->count))
                return false;
    return true;
}

static bool can_join(const bb__map *m, const bb_array *in, const update *u, int at)
{
    bool can = is_number(m, in, u->in[CORRECTION]) && is_number(m, in, u->in[EPSILON]) &&
               is_number(m, in, u->in[RATE]) && are_apart(m, in, u, at);
    for (int i = 0; i < PARTS && can; i++)
        can = is_free(m, in, u, i, at);
    return can;
}

/* The op at a place is all of the update. The means stay as results that it computes. Returns how
 * many ops are left out. */
static int join(bb__map *m, const update *u, int at)
{
    bb__map_op *op = &m->ops[at];
    op->tile = op->dtype == BB_F32 ? update_f32 : update_f64;
    op->arithmetic = BB_ARITHMETIC_NONE;
    op->n_in = OPERANDS;
    for (int i = 0; i < OPERANDS; i++)
        op->in[i] = u->in[i];
    for (int i = FIRST; i <= SECOND; i++) {
        bb__map_op *mean = &m->ops[u->part[i]];
        op->factors[i - FIRST] = mean->attrs;
        mean->tile = NULL;
        mean->arithmetic = BB_ARITHMETIC_NONE;
        mean->n_in = 0;
    }
    for (int k = at - 1; k >= 0; k--)
        for (int i = 0; i < INNER; i++)
            if (u->part[i] == k)
                bb__map_leave_out(m, k);
    return INNER;
}

void bb__map_update(bb__map *m, const bb_array *in)
{
    update u;
    for (int at = 0; at < m->n_ops; at++)
        if (find(m, at, &u) && can_join(m, in, &u, at))
            at -= join(m, &u, at);
}
