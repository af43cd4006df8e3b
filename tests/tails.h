/* SPDX-License-Identifier: MIT */
/* A tail that notes what it is run on. */
#ifndef BIBUN_TESTS_TAILS_H
#define BIBUN_TESTS_TAILS_H

#include "arrays.h"

/* For each element: how often the tail was run on it, the number that was there then, and whether
 * denormals counted, as they do in the caller's mode. */
typedef struct notes {
    const bb_array *out;
    int *seen;
    double *found;
    bool *is_gradual;
} notes;

static notes notes_new(const bb_array *out)
{
    const size_t count = (size_t)bb_shape_count(out->shape) + 1;
    return (notes){out, calloc(count, sizeof(int)), calloc(count, sizeof(double)),
                   calloc(count, sizeof(bool))};
}

static void note(const void *context, int64_t first, int64_t count)
{
    const notes *n = context;
    volatile float denormal = 1e-41F;
    for (int64_t i = first; i < first + count; i++) {
        n->seen[i]++;
        n->found[i] = get(n->out, i);
        n->is_gradual[i] = denormal * 2 > 0;
    }
}

/* Each element was there once, when it was final. */
static void notes_check(const notes *n)
{
    for (int64_t i = 0; i < bb_shape_count(n->out->shape); i++)
        cr_assert(n->seen[i] == 1 && n->found[i] == get(n->out, i) && n->is_gradual[i],
                  "element %lld: %d times", (long long)i, n->seen[i]);
    free(n->seen);
    free(n->found);
    free(n->is_gradual);
}

#endif
