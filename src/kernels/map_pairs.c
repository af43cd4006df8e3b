/* SPDX-License-Identifier: MIT */
/* Pairs of arithmetic ops: the inner one, whose result another alone reads, is computed in the
 * other's pass, the outer one's, and its result stays in registers. Each is rounded as by itself,
 * so no bit changes but the sign of NaN. */
#include "map.h"

#include <tgmath.h>

#define SUM(x, y) ((x) + (y))
#define DIFFERENCE(x, y) ((x) - (y))
#define PRODUCT(x, y) ((x) * (y))
#define QUOTIENT(x, y) ((x) / (y))
#define NEGATIVE(x, y) ((void)(y), -(x))
#define ROOT(x, y) ((void)(y), sqrt(x))

#define FACTOR(i) ((T)((const double *)attrs)[i])

/* What the other makes of its result, t, and of z, with its attributes: FROM and UNDER where t is
 * its second operand. */
#define PLUS(t, z) ((t) + (z))
#define MINUS(t, z) ((t) - (z))
#define FROM(t, z) ((z) - (t))
#define TIMES(t, z) ((t) * (z))
#define OVER(t, z) ((t) / (z))
#define UNDER(t, z) ((z) / (t))
#define FIRST_SCALED(t, z) (FACTOR(0) * (t) + FACTOR(1) * (z))
#define SECOND_SCALED(t, z) (FACTOR(0) * (z) + FACTOR(1) * (t))
#define NEGATED(t, z) ((void)(z), -(t))
#define SQUARED(t, z) ((void)(z), (t) * (t))
#define ROOTED(t, z) ((void)(z), sqrt(t))

#define FOR_OUTER(USE, INNER) \
    USE(INNER, PLUS)          \
    USE(INNER, MINUS)         \
    USE(INNER, FROM)          \
    USE(INNER, TIMES)         \
    USE(INNER, OVER)          \
    USE(INNER, UNDER)         \
    USE(INNER, FIRST_SCALED)  \
    USE(INNER, SECOND_SCALED) \
    USE(INNER, NEGATED)       \
    USE(INNER, SQUARED)       \
    USE(INNER, ROOTED)

#define DEFINE(INNER, OUTER)                                                           \
    BB_TILE3(INNER##_##OUTER##_f32, float, float, float, float, OUTER(INNER(x, y), z)) \
    BB_TILE3(INNER##_##OUTER##_f64, double, double, double, double, OUTER(INNER(x, y), z))
FOR_OUTER(DEFINE, SUM)
FOR_OUTER(DEFINE, DIFFERENCE)
FOR_OUTER(DEFINE, PRODUCT)
FOR_OUTER(DEFINE, QUOTIENT)
FOR_OUTER(DEFINE, NEGATIVE)
FOR_OUTER(DEFINE, ROOT)

#define NAME(INNER, OUTER) OUTER##_OF,
typedef enum outer { FOR_OUTER(NAME, ) OUTERS } outer;

/* By the inner op, which has no attributes, and the outer one. */
#define ENTRY(INNER, OUTER) \
    [OUTER##_OF] = {[BB_F32] = INNER##_##OUTER##_f32, [BB_F64] = INNER##_##OUTER##_f64},
static const bb_map_fn pairs[][OUTERS][BB_DTYPE_COUNT] = {
    [BB_ARITHMETIC_ADD] = {FOR_OUTER(ENTRY, SUM)},
    [BB_ARITHMETIC_SUB] = {FOR_OUTER(ENTRY, DIFFERENCE)},
    [BB_ARITHMETIC_MUL] = {FOR_OUTER(ENTRY, PRODUCT)},
    [BB_ARITHMETIC_DIV] = {FOR_OUTER(ENTRY, QUOTIENT)},
    [BB_ARITHMETIC_NEG] = {FOR_OUTER(ENTRY, NEGATIVE)},
    [BB_ARITHMETIC_SQUARE] = {FOR_OUTER(ENTRY, PRODUCT)},
    [BB_ARITHMETIC_SQRT] = {FOR_OUTER(ENTRY, ROOT)},
};

/* What an op is to its operand 0 or 1, which the inner one gives. */
static const outer outer_of[][2] = {
    [BB_ARITHMETIC_ADD] = {PLUS_OF, PLUS_OF},
    [BB_ARITHMETIC_SUB] = {MINUS_OF, FROM_OF},
    [BB_ARITHMETIC_MUL] = {TIMES_OF, TIMES_OF},
    [BB_ARITHMETIC_DIV] = {OVER_OF, UNDER_OF},
    [BB_ARITHMETIC_AXPBY] = {FIRST_SCALED_OF, SECOND_SCALED_OF},
    [BB_ARITHMETIC_NEG] = {NEGATED_OF},
    [BB_ARITHMETIC_SQUARE] = {SQUARED_OF},
    [BB_ARITHMETIC_SQRT] = {ROOTED_OF},
};

int bb__map_readings(const bb__map *m, int k)
{
    int n = 0;
    for (int r = k + 1; r < m->n_ops; r++)
        for (int i = 0; i < m->ops[r].n_in; i++)
            n += m->ops[r].in[i] == m->n_in + k;
    return n;
}

bool bb__map_is_in_the_way(const bb__map *m, const bb_array *in, int inner, int at)
{
    for (int j = inner + 1; j < at; j++) {
        const bb__map_op *op = &m->ops[j];
        if (op->to)
            return true;
        for (int i = 0; op->out && i < m->ops[inner].n_in; i++) {
            const int number = m->ops[inner].in[i];
            if (number < m->n_in && in[number].data == (void *)op->out)
                return true;
        }
    }
    return false;
}

static bool can_pair(const bb__map *m, const bb_array *in, int inner, int at)
{
    const bb__map_op *first = &m->ops[inner], *last = &m->ops[at];
    return first->arithmetic && last->arithmetic && !first->out && !first->to &&
           first->dtype == last->dtype && pairs[first->arithmetic][0][first->dtype] &&
           bb__map_readings(m, inner) == 1 && !bb__map_is_in_the_way(m, in, inner, at);
}

/* The op at a place with its operand i in one. What ops of one operand do not need is given
 * twice. */
static void pair_up(bb__map *m, int at, int i)
{
    bb__map_op *op = &m->ops[at];
    const bb__map_op *first = &m->ops[op->in[i] - m->n_in];
    const int x = first->in[0], y = first->in[first->n_in - 1];
    const int z = op->n_in == 2 ? op->in[1 - i] : y;
    op->tile = pairs[first->arithmetic][outer_of[op->arithmetic][i]][op->dtype];
    op->arithmetic = BB_ARITHMETIC_NONE;
    op->n_in = 3;
    op->in[0] = x;
    op->in[1] = y;
    op->in[2] = z;
}

void bb__map_leave_out(bb__map *m, int inner)
{
    m->n_ops--;
    m->work--;
    for (int k = inner; k < m->n_ops; k++) {
        m->ops[k] = m->ops[k + 1];
        for (int i = 0; i < m->ops[k].n_in; i++)
            m->ops[k].in[i] -= m->ops[k].in[i] > m->n_in + inner;
    }
}

/* The operand with which an op can be paired; -1. */
static int partner_of(const bb__map *m, const bb_array *in, int at)
{
    for (int i = 0; i < m->ops[at].n_in; i++) {
        const int inner = m->ops[at].in[i] - m->n_in;
        if (inner >= 0 && can_pair(m, in, inner, at))
            return i;
    }
    return -1;
}

void bb__map_pair(bb__map *m, const bb_array *in)
{
    for (int at = 1; at < m->n_ops; at++) {
        const int i = partner_of(m, in, at);
        if (i < 0)
            continue;
        const int inner = m->ops[at].in[i] - m->n_in;
        pair_up(m, at, i);
        bb__map_leave_out(m, inner);
        at--;
    }
}
