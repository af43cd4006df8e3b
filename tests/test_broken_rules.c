/* SPDX-License-Identifier: MIT */
/* Every op of the registry, broken on purpose in every way there is, must be caught. */
#include "every_op.h"
#include "mutants.h"
#include "samples.h"

ParameterizedTestParameters(broken_rules, are_caught)
{
    return every_op();
}

ParameterizedTest(int *index, broken_rules, are_caught)
{
    const bb_op *op = bb_op_at(*index);
    mutant_count rules = break_rule(op, stderr), forwards = break_forward(op, stderr),
                 built = break_built(op, stderr);
    cr_expect(rules.caught == rules.made, "%s: %d of %d broken rules caught", op->name,
              rules.caught, rules.made);
    cr_expect(forwards.caught == forwards.made, "%s: %d of %d broken forwards caught", op->name,
              forwards.caught, forwards.made);
    cr_expect(built.caught == built.made, "%s: %d of %d broken batch and join rules caught",
              op->name, built.caught, built.made);
    if (op->batch || op->join)
        cr_expect(built.made > 0, "%s: no way to break its batch or join", op->name);
    if (op_has_gradient(op) && !op->build)
        cr_expect(rules.made > 0, "%s: no way to break its rule", op->name);
}

/* gelu's two ops are in no list. */
Test(broken_rules, within_composites)
{
    mutant_count rules = break_rule(bb_op_find("gelu"), stderr);
    cr_expect(rules.made > 20, "%d made", rules.made);
    cr_expect(rules.caught == rules.made);
}
