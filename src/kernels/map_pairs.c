/* SPDX-License-Identifier: MIT */
/* Pairs of arithmetic ops: one whose result another alone reads is computed in the other's pass,
 * and its result stays in registers. Each is rounded as by itself, so no bit changes. */
#include "map.h"

#define SUM(x, y) ((x) + (y))
#define DIFFERENCE(x, y) ((x) - (y))
#define PRODUCT(x, y) ((x) * (y))
#define NEGATIVE(x, y) ((void)(y), -(x))

/* What the second makes of the first, t, and of z. */
#define PLUS(t, z) ((t) + (z))
#define MINUS(t, z) ((t) - (z))
#define FROM(t, z) ((z) - (t))
#define TIMES(t, z) ((t) * (z))
#define NEGATED(t, z) ((void)(z), -(t))
#define SQUARED(t, z) ((void)(z), (t) * (t))

#define FOR_SECONDS(USE, FIRST) \
    USE(FIRST, PLUS)            \
    USE(FIRST, MINUS)           \
    USE(FIRST, FROM)            \
    USE(FIRST, TIMES)           \
    USE(FIRST, NEGATED)         \
    USE(FIRST, SQUARED)

#define DEFINE(FIRST, SECOND)                                                            \
    BB_TILE3(FIRST##_##SECOND##_f32, float, float, float, float, SECOND(FIRST(x, y), z)) \
    BB_TILE3(FIRST##_##SECOND##_f64, double, double, double, double, SECOND(FIRST(x, y), z))
FOR_SECONDS(DEFINE, SUM)
FOR_SECONDS(DEFINE, DIFFERENCE)
FOR_SECONDS(DEFINE, PRODUCT)
FOR_SECONDS(DEFINE, NEGATIVE)

typedef enum second {
    AS_PLUS,
    AS_MINUS,
    AS_FROM,
    AS_TIMES,
    AS_NEGATED,
    AS_SQUARED,
    SECONDS
} second;

#define ENTRY(FIRST, SECOND) \
    [AS_##SECOND] = {[BB_F32] = FIRST##_##SECOND##_f32, [BB_F64] = FIRST##_##SECOND##_f64},
static const bb_map_fn pairs[][SECONDS][BB_DTYPE_COUNT] = {
    [BB_ARITHMETIC_ADD] = {FOR_SECONDS(ENTRY, SUM)},
    [BB_ARITHMETIC_SUB] = {FOR_SECONDS(ENTRY, DIFFERENCE)},
    [BB_ARITHMETIC_MUL] = {FOR_SECONDS(ENTRY, PRODUCT)},
    [BB_ARITHMETIC_NEG] = {FOR_SECONDS(ENTRY, NEGATIVE)},
    [BB_ARITHMETIC_SQUARE] = {FOR_SECONDS(ENTRY, PRODUCT)},
};

/* What an op is to its operand number i, which is the first of the pair. */
static second second_of(const bb__map_op *op, int i)
{
    switch (op->arithmetic) {
    case BB_ARITHMETIC_ADD:
        return AS_PLUS;
    case BB_ARITHMETIC_SUB:
        return i == 0 ? AS_MINUS : AS_FROM;
    case BB_ARITHMETIC_MUL:
        return AS_TIMES;
    case BB_ARITHMETIC_NEG:
        return AS_NEGATED;
    case BB_ARITHMETIC_SQUARE:
        return AS_SQUARED;
    case BB_ARITHMETIC_NONE:
        break;
    }
    return SECONDS;
}

static int readings(const bb__map *m, int k)
{
    int n = 0;
    for (int r = k + 1; r < m->n_ops; r++)
        for (int i = 0; i < m->ops[r].n_in; i++)
            n += m->ops[r].in[i] == m->n_in + k;
    return n;
}

/* Whether an op between the two may write what the first reads: it would be read later then. */
static bool is_in_the_way(const bb__map *m, const bb_array *in, int k, int r)
{
    for (int j = k + 1; j < r; j++) {
        const bb__map_op *op = &m->ops[j];
        if (op->to)
            return true;
        for (int i = 0; op->out && i < m->ops[k].n_in; i++) {
            const int number = m->ops[k].in[i];
            if (number < m->n_in && in[number].data == (void *)op->out)
                return true;
        }
    }
    return false;
}

static bool can_pair(const bb__map *m, const bb_array *in, int k, int r)
{
    const bb__map_op *first = &m->ops[k], *last = &m->ops[r];
    return first->arithmetic && last->arithmetic && !first->out && !first->to &&
           first->dtype == last->dtype && pairs[first->arithmetic][0][first->dtype] &&
           readings(m, k) == 1 && !is_in_the_way(m, in, k, r);
}

/* Op r with op k, its operand i, in one. What an op of one operand does not need is given twice. */
static void pair_up(bb__map *m, int k, int r, int i)
{
    const bb__map_op *first = &m->ops[k];
    bb__map_op *op = &m->ops[r];
    const int x = first->in[0], y = first->in[first->n_in - 1];
    const int z = op->n_in == 2 ? op->in[1 - i] : y;
    op->tile = pairs[first->arithmetic][second_of(op, i)][op->dtype];
    op->arithmetic = BB_ARITHMETIC_NONE;
    op->n_in = 3;
    op->in[0] = x;
    op->in[1] = y;
    op->in[2] = z;
}

static void leave_out(bb__map *m, int k)
{
    m->n_ops--;
    for (int r = k; r < m->n_ops; r++) {
        m->ops[r] = m->ops[r + 1];
        for (int i = 0; i < m->ops[r].n_in; i++)
            m->ops[r].in[i] -= m->ops[r].in[i] > m->n_in + k;
    }
}

/* The operand of op r that it can be paired with; -1. */
static int partner_of(const bb__map *m, const bb_array *in, int r)
{
    for (int i = 0; i < m->ops[r].n_in; i++) {
        const int k = m->ops[r].in[i] - m->n_in;
        if (k >= 0 && can_pair(m, in, k, r))
            return i;
    }
    return -1;
}

void bb__map_pair(bb__map *m, const bb_array *in)
{
    for (int r = 1; r < m->n_ops; r++) {
        const int i = partner_of(m, in, r);
        if (i < 0)
            continue;
        const int k = m->ops[r].in[i] - m->n_in;
        pair_up(m, k, r, i);
        leave_out(m, k);
        r--;
    }
}
