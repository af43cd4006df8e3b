/* SPDX-License-Identifier: MIT */
/* Ops broken on purpose, to check the gradient check. */
#ifndef BIBUN_TESTS_MUTANTS_H
#define BIBUN_TESTS_MUTANTS_H

#include <bibun/bibun.h>

typedef struct mutant_count {
    int made, caught;
} mutant_count;

/* Breaks the op's rule in every way that changes it, and counts which of them bb_gradcheck_op
 * catches. Writes a line for each that it misses. */
mutant_count break_rule(const bb_op *op, FILE *log);

/* The same for the numbers of ops that have golden figures. */
mutant_count break_forward(const bb_op *op, FILE *log);

/* The same for what `batch` and `join` build. */
mutant_count break_built(const bb_op *op, FILE *log);

#endif
