/* SPDX-License-Identifier: MIT */
/* What is like an update by Adam, but cannot be one op: it is none, and its results are those of
 * its ops. */
#include "adam_sweep.h"

/* Other ops in any place. */
Test(map_adam_refused, of_no_other_kinds)
{
    for (int dtype = BB_F32; dtype <= BB_F64; dtype++)
        for (int k = 0; k < NINE; k++)
            for (int kind = 0; kind <= BB_ARITHMETIC_SQRT; kind++) {
                sweep s = adam(dtype, 100);
                bb__map_op *op = &s.ops[k], other = op_of(kind, dtype, op->in[0], op->in[1]);
                if (kind == (int)op->arithmetic || other.n_in != op->n_in)
                    continue;
                other.out = op->out;
                *op = other;
                expect(&s, 0, 0, "another op");
            }
}

/* The same ops on other operands: each operand is replaced by every other one. Numbers, and what
 * else is read but once, may be any. */
Test(map_adam_refused, of_no_other_wiring)
{
    for (int dtype = BB_F32; dtype <= BB_F64; dtype++)
        for (int k = 0; k < NINE; k++)
            for (int i = 0; i < 2; i++)
                for (int other = 0; other < RESULT(k); other++) {
                    sweep s = adam(dtype, 100);
                    bb__map_op *op = &s.ops[k];
                    const int was = op->in[i];
                    const bool was_number = was >= C && was <= S && other >= C && other <= S;
                    const bool is_free = (was == M || was == V || was == W) && other < INPUTS;
                    if (i >= op->n_in || other == was)
                        continue;
                    op->in[i] = other;
                    s.ops[FIRST].out = array(M2);
                    s.ops[SECOND].out = array(V2);
                    s.ops[STEP].out = array(W2);
                    expect(&s, was_number || is_free, 0, "another operand");
                }
    for (int dtype = BB_F32; dtype <= BB_F64; dtype++)
        for (int k = 0; k < NINE; k++) {
            sweep s = apart(dtype, 100);
            const bb__map_op *op = &s.ops[k];
            if (k == CORRECTED || k == SUM || k == SCALED || op->n_in == 1)
                continue;
            s.ops[k] = op_of((int)op->arithmetic, dtype, op->in[1], op->in[0]);
            s.ops[k].out = k == FIRST ? array(M2) : k == SECOND ? array(V2) : NULL;
            if (k == STEP)
                s.ops[k].out = array(W2);
            expect(&s, 0, 0, "operands the other way round");
        }
}

/* What another reads too, what is stored besides, and moments that are not. */
Test(map_adam_refused, of_no_results_for_others)
{
    for (int dtype = BB_F32; dtype <= BB_F64; dtype++)
        for (int k = 0; k < NINE; k++) {
            sweep s = adam(dtype, 1500);
            insert(&s, NINE, op_of(BB_ARITHMETIC_NONE, dtype, RESULT(k), 0));
            s.ops[NINE].out = array(X2);
            expect(&s, k == STEP, 0, "a result that another reads");
            s = adam(dtype, 1500);
            s.ops[k].out = s.ops[k].out ? NULL : array(X2);
            if (k != STEP)
                expect(&s, 0, 0, "a result that is stored, or a moment that is not");
            s.ops[k].out = NULL;
            s.ops[k].to = INPUTS;
            s.to = X2;
            s.scatters = true;
            expect(&s, k == STEP, 0, "a result that is scattered");
        }
}

/* A number for each element, or one that the sweep computes. */
Test(map_adam_refused, of_no_other_numbers)
{
    static const int reader[] = {[C] = CORRECTED, [E] = SUM, [R] = SCALED};
    for (int dtype = BB_F32; dtype <= BB_F64; dtype++)
        for (int a = C; a <= R; a++) {
            sweep s = adam(dtype, 1500);
            s.is_per_element[a] = true;
            expect(&s, 0, 0, "a number for each element");
            s = adam(dtype, 1500);
            insert(&s, 0, op_of(BB_ARITHMETIC_MUL, dtype, a, S));
            s.ops[reader[a] + 1].in[1] = RESULT(0);
            expect(&s, 0, 0, "a number that is computed");
        }
}

/* What is written over between the ops that read it and the last one. */
Test(map_adam_refused, over_what_others_write)
{
    static const int last_reader[] = {[M] = FIRST, [V] = SECOND, [G] = SQUARE};
    for (int dtype = BB_F32; dtype <= BB_F64; dtype++)
        for (int a = M; a <= G; a++)
            for (int k = last_reader[a] + 1; k <= NINE; k++) {
                sweep s = apart(dtype, 100);
                insert(&s, k, op_of(BB_ARITHMETIC_NONE, dtype, X, 0));
                s.ops[k].out = array(a);
                expect(&s, k == NINE, 0, "an array that another op writes");
                s.ops[k].out = NULL;
                s.ops[k].to = INPUTS;
                s.to = a;
                s.scatters = true;
                expect(&s, k == NINE, 0, "an array that another op scatters to");
            }
}

/* The square as the very first op. */
Test(map_adam_refused, of_no_first_result_for_others)
{
    for (int dtype = BB_F32; dtype <= BB_F64; dtype++) {
        sweep s = adam(dtype, 1500);
        insert(&s, 0, op_of(BB_ARITHMETIC_SQUARE, dtype, G, 0));
        s.ops[SECOND + 1].in[1] = RESULT(0);
        s.ops[SQUARE + 1] = op_of(BB_ARITHMETIC_NONE, dtype, X, 0);
        expect(&s, 1, 4, "the square as the first");
        s.ops[0].to = INPUTS;
        s.to = X2;
        s.scatters = true;
        expect(&s, 0, 0, "a square that is scattered");
    }
}

/* A result over an array: of moments the first may lie over both, the second over its own alone, as
 * the first would be computed later. */
Test(map_adam_refused, over_what_it_reads)
{
    static const int part[] = {FIRST, SECOND, STEP};
    static const bool can_be_over[][W + 1] = {
        {[M] = true}, {[M] = true, [V] = true, [G] = true}, {true, true, true, true}};
    for (int dtype = BB_F32; dtype <= BB_F64; dtype++)
        for (int k = 0; k < 3; k++)
            for (int a = M; a <= W; a++) {
                sweep s = apart(dtype, 100);
                s.ops[part[k]].out = array(a);
                if (can_be_over[k][a])
                    expect(&s, k != 1 || a == V, 0, "a result over an array");
            }
}
