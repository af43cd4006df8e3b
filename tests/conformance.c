/* SPDX-License-Identifier: MIT */
/* conformance [OP]...: every op of the registry, or those named, checked and broken on purpose, and
 * the totals printed.
 *
 * Fails when an op fails, when something was skipped, and when a broken op passes. */
#include "mutants.h"
#include "samples.h"

#include <stdlib.h>
#include <string.h>

typedef struct totals {
    long long compared, second, skipped, golden;
    int covered, failed;
    mutant_count rules, forwards, built;
} totals;

static void add(mutant_count *sum, mutant_count part)
{
    sum->made += part.made;
    sum->caught += part.caught;
}

static void check(const bb_op *op, totals *t)
{
    bb_gradcheck_report report;
    bb_gradcheck_options options = check_options(op);
    if (bb_gradcheck_op(op, &options, &report) != BB_OK) {
        t->failed++;
        printf("failed: %s\n", report.text);
        return;
    }
    t->compared += report.compared;
    t->second += report.compared_second;
    t->skipped += report.skipped;
    t->golden += report.golden;
    t->covered += report.compared > 0;
    add(&t->rules, break_rule(op, stdout));
    add(&t->forwards, break_forward(op, stdout));
    add(&t->built, break_built(op, stdout));
}

static void print_forward_only(void)
{
    printf("ops without a gradient, run forward only:");
    for (int i = 0; i < bb_op_count(); i++)
        if (!op_has_gradient(bb_op_at(i)))
            printf(" %s", bb_op_at(i)->name);
    printf("\n");
}

static bool is_asked_for(const bb_op *op, int argc, char **argv)
{
    bool asked = argc == 1;
    for (int i = 1; i < argc; i++)
        asked |= strcmp(argv[i], op->name) == 0;
    return asked;
}

int main(int argc, char **argv)
{
    totals t = {0};
    for (int i = 0; i < bb_op_count(); i++)
        if (is_asked_for(bb_op_at(i), argc, argv))
            check(bb_op_at(i), &t);
    printf("gradient checks: %lld numbers compared over %d ops (first order %lld, second order "
           "%lld), %lld skipped\n",
           t.compared, t.covered, t.compared - t.second, t.second, t.skipped);
    print_forward_only();
    printf("golden figures: %lld compared\n", t.golden);
    printf("broken rules caught: %d of %d\n", t.rules.caught, t.rules.made);
    printf("broken forwards caught: %d of %d\n", t.forwards.caught, t.forwards.made);
    printf("broken batch and join rules caught: %d of %d\n", t.built.caught, t.built.made);
    bool all_caught = t.rules.caught == t.rules.made && t.forwards.caught == t.forwards.made &&
                      t.built.caught == t.built.made;
    bool any = argc > 1 || (t.rules.made > 0 && t.forwards.made > 0 && t.compared > 0);
    return any && all_caught && t.failed == 0 && t.skipped == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
