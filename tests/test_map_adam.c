/* SPDX-License-Identifier: MIT */
/* The update by Adam as one op of a map: the same bits as its ops one after the other. */
#include "adam_sweep.h"

Test(map_adam, of_all_sizes)
{
    static const int64_t large[] = {511, 512, 513, 1500, ROOM};
    for (int dtype = BB_F32; dtype <= BB_F64; dtype++)
        for (int64_t i = 1; i < 76; i++) {
            const int64_t n = i <= 70 ? i : large[i - 71];
            const sweep over = adam(dtype, n), other = apart(dtype, n);
            expect(&over, 1, 3, "in place");
            expect(&other, 1, 3, "apart");
        }
}

/* Whichever operand of a product or a sum the number is. */
Test(map_adam, of_turned_operands)
{
    static const int turned[] = {CORRECTED, SUM, SCALED};
    for (int dtype = BB_F32; dtype <= BB_F64; dtype++)
        for (int bits = 0; bits < 8; bits++) {
            sweep s = adam(dtype, 1000);
            for (int i = 0; i < 3; i++)
                if (bits >> i & 1) {
                    bb__map_op *op = &s.ops[turned[i]];
                    const int x = op->in[0];
                    op->in[0] = op->in[1];
                    op->in[1] = x;
                }
            expect(&s, 1, 3, "turned operands");
        }
}

/* Matrices of which an operand is gathered; threads; strips. */
Test(map_adam, of_any_layout)
{
    for (int dtype = BB_F32; dtype <= BB_F64; dtype++)
        for (int turned = 0; turned < 16; turned++) {
            sweep s = apart(dtype, 1);
            s.shape = (bb_shape)BB_DIMS(70, 85); /* enough for two threads */
            for (int a = M; a <= W; a++)
                s.is_turned[a] = turned >> a & 1;
            s.threads = 2;
            expect(&s, 1, 3, "matrices");
        }
    for (int dtype = BB_F32; dtype <= BB_F64; dtype++) {
        sweep s = adam(dtype, 6 * 700);
        s.strips = 6;
        expect(&s, 1, 3, "strips");
    }
}

/* As with AdamW, clipping, and what reads the new weights; the quotient's side first. */
Test(map_adam, beside_others)
{
    for (int dtype = BB_F32; dtype <= BB_F64; dtype++) {
        sweep s = adam(dtype, 1500);
        insert(&s, STEP, op_of(BB_ARITHMETIC_MUL, dtype, W, S));
        s.ops[STEP + 1].in[0] = RESULT(STEP);
        expect(&s, 1, 4, "decay of weights");

        insert(&s, FIRST, op_of(BB_ARITHMETIC_MUL, dtype, G, S));
        s.ops[FIRST + 1].in[1] = s.ops[SQUARE + 1].in[0] = RESULT(FIRST);
        expect(&s, 1, 5, "clipping");

        insert(&s, s.n_ops, op_of(BB_ARITHMETIC_NONE, dtype, RESULT(s.n_ops - 1), 0));
        s.ops[s.n_ops - 1].out = array(X2);
        expect(&s, 1, 6, "a copy");
        s.ops[s.n_ops - 2].out = NULL;
        expect(&s, 1, 6, "new weights for another alone");
        insert(&s, s.n_ops, op_of(BB_ARITHMETIC_ADD, dtype, RESULT(s.n_ops - 1), X));
        s.ops[s.n_ops - 1].out = array(W);
        expect(&s, 1, 7, "another over the weights");
        insert(&s, 3, op_of(BB_ARITHMETIC_SUB, dtype, X, S));
        s.ops[3].out = array(X);
        s.ops[s.n_ops - 1].in[1] = RESULT(3);
        expect(&s, 1, 8, "another over an array of its own");
    }
}

/* Two of them, the second with the first one's arrays in other roles. */
Test(map_adam, twice)
{
    for (int dtype = BB_F32; dtype <= BB_F64; dtype++) {
        sweep s = apart(dtype, 1500);
        put_update(s.ops, NINE, dtype);
        s.n_ops = 2 * NINE;
        s.ops[NINE + FIRST].in[0] = X;
        s.ops[NINE + SECOND].in[0] = G;
        s.ops[NINE + FIRST].out = array(X2);
        s.ops[NINE + SECOND].out = array(V);
        s.ops[NINE + STEP].out = array(W);
        s.ops[NINE + STEP].in[0] = RESULT(STEP);
        expect(&s, 2, 6, "two");

        const bb__map_op last = s.ops[STEP];
        for (int k = STEP; k < NINE + STEP - 1; k++)
            s.ops[k] = s.ops[k + 1];
        s.ops[NINE + STEP - 1] = last;
        for (int k = STEP; k < NINE + STEP; k++)
            for (int i = 0; i < s.ops[k].n_in; i++)
                s.ops[k].in[i] -= s.ops[k].in[i] > RESULT(STEP);
        s.ops[NINE + STEP].in[0] = RESULT(NINE + STEP - 1);
        s.ops[NINE + STEP].in[1]--;
        s.ops[NINE + SECOND - 1].out = array(S);
        expect(&s, 2, 6, "two with their last ops together");
    }
}

/* How many updates a sweep has over arrays of so many elements, which are nowhere. */
static int updates_over(const sweep *s, int64_t n, bool is_in_place, bool may_stream)
{
    static const int at[] = {[FIRST] = M, [SECOND] = V, [STEP] = W};
    bb_array in[INPUTS + 1];
    bb__map_input inputs[INPUTS + 1] = {0};
    bb__map_op ops[OPS];
    bb__map m = {
        .may_stream = may_stream, .n_in = INPUTS, .n_ops = s->n_ops, .in = inputs, .ops = ops};
    sweep moved = *s;
    moved.shape = (bb_shape){1, {n}};
    memcpy(ops, s->ops, sizeof ops);
    lay(&moved, in);
    for (intptr_t a = 0; a < INPUTS; a++)
        in[a].data = (void *)((a + 1) << 32);
    for (int k = 0; k < NINE; k++)
        if (ops[k].out)
            ops[k].out = is_in_place ? in[at[k]].data : (void *)(((intptr_t)at[k] + ARRAYS) << 32);
    bb__map_prepare(&m, in, moved.shape);
    return updates_of(&m);
}

/* Not of moments that go past the caches, nor of integers, nor of ops of different types. */
Test(map_adam, of_one_type_in_the_caches)
{
    const sweep integers = adam(BB_I32, 1);
    cr_assert_eq(updates_over(&integers, 100, true, false), 0);
    for (int dtype = BB_F32; dtype <= BB_F64; dtype++) {
        const sweep s = adam(dtype, 1);
        const int64_t large = (8 << 20) / (int64_t)bb_dtype_size((bb_dtype)dtype);
        cr_assert_eq(updates_over(&s, large, true, true), 1);
        cr_assert_eq(updates_over(&s, large, false, false), 1);
        cr_assert_eq(updates_over(&s, large - 1, false, true), 1);
        cr_assert_eq(updates_over(&s, large, false, true), 0);
        for (int k = 0; k < NINE; k++) {
            sweep other = s;
            other.ops[k].dtype = dtype == BB_F32 ? BB_F64 : BB_F32;
            cr_assert_eq(updates_over(&other, 100, true, false), 0, "op %d", k);
        }
    }
}
