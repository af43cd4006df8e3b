/* SPDX-License-Identifier: MIT */
/* conformance [OP]...: every op of the registry, or those named, checked and broken on purpose in
 * every way there is; a line an op, and the totals.
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

static bool are_all_caught(mutant_count c, const bb_op *op, const char *what)
{
    if (c.caught == c.made)
        return true;
    printf("failed: %s: %d of %d broken %s caught\n", op->name, c.caught, c.made, what);
    return false;
}

static bool is_made(bool wanted, mutant_count c, const bb_op *op, const char *what)
{
    if (!wanted || c.made > 0)
        return true;
    printf("failed: %s: no way to break its %s\n", op->name, what);
    return false;
}

/* A composite's own ops, as gelu's two, are in no list and are broken with it. */
static bool is_caught_when_broken(const bb_op *op, totals *t)
{
    const bool has_own_ops = strcmp(op->name, "gelu") == 0;
    const mutant_count rules = break_rule(op, stdout), forwards = break_forward(op, stdout),
                       built = break_built(op, stdout);
    add(&t->rules, rules);
    add(&t->forwards, forwards);
    add(&t->built, built);
    bool good = are_all_caught(rules, op, "rules");
    good &= are_all_caught(forwards, op, "forwards");
    good &= are_all_caught(built, op, "batch and join rules");
    good &= is_made(has_own_ops || (op_has_gradient(op) && !op->build), rules, op, "rule");
    good &= is_made(op->batch || op->join, built, op, "batch or join");
    return good;
}

static bool passes(const bb_op *op, totals *t)
{
    bb_gradcheck_report report;
    bb_gradcheck_options options = check_options(op);
    if (bb_gradcheck_op(op, &options, &report) != BB_OK || !report.passed) {
        printf("failed: %s\n", report.text);
        return false;
    }
    t->compared += report.compared;
    t->second += report.compared_second;
    t->skipped += report.skipped;
    t->golden += report.golden;
    t->covered += report.compared > 0;
    if (report.skipped > 0 || (op_has_gradient(op) && report.compared_second == 0)) {
        printf("failed: %s: %lld numbers skipped, %lld of second order compared\n", op->name,
               (long long)report.skipped, (long long)report.compared_second);
        return false;
    }
    return is_caught_when_broken(op, t);
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
    for (int i = 0; i < bb_op_count(); i++) {
        const bb_op *op = bb_op_at(i);
        if (!is_asked_for(op, argc, argv))
            continue;
        const bool passed = passes(op, &t);
        t.failed += !passed;
        printf("%s %s\n", passed ? "ok" : "not ok", op->name);
        fflush(stdout);
    }
    printf("gradient checks: %lld numbers compared over %d ops (first order %lld, second order "
           "%lld), %lld skipped\n",
           t.compared, t.covered, t.compared - t.second, t.second, t.skipped);
    print_forward_only();
    printf("golden figures: %lld compared\n", t.golden);
    printf("broken rules caught: %d of %d\n", t.rules.caught, t.rules.made);
    printf("broken forwards caught: %d of %d\n", t.forwards.caught, t.forwards.made);
    printf("broken batch and join rules caught: %d of %d\n", t.built.caught, t.built.made);
    const bool any = argc > 1 || (t.rules.made > 0 && t.forwards.made > 0 && t.compared > 0);
    return any && t.failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
