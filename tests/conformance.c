/* SPDX-License-Identifier: MIT */
/* conformance [OP]...: every op of the registry, or those named, checked and broken on purpose in
 * every way there is; a line an op, and the totals.
 *
 * Fails when an op fails or cannot be broken, when a broken op passes, and when an op that is named
 * is none. */
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

/* How many complaints there are about mutants, of which at least so many are wanted. */
static int complain(mutant_count c, int wanted, const bb_op *op, const char *what)
{
    if (c.caught < c.made)
        printf("failed: %s: %d of %d broken %s caught\n", op->name, c.caught, c.made, what);
    if (c.made < wanted)
        printf("failed: %s: %d ways to break its %s, not %d\n", op->name, c.made, what, wanted);
    return (c.caught < c.made) + (c.made < wanted);
}

/* A composite has no rule of its own, but gelu has two ops that are in no list, itself and its
 * slope, with one each, and standardise has three. */
static int least_rules(const bb_op *op)
{
    enum { OF_GELU = 24, OF_STANDARDISE = 57 };
    return strcmp(op->name, "gelu") == 0          ? OF_GELU
           : strcmp(op->name, "standardise") == 0 ? OF_STANDARDISE
                                                  : op_has_gradient(op) && !op->build;
}

static int complaints_when_broken(const bb_op *op, totals *t)
{
    const mutant_count rules = break_rule(op, stdout), forwards = break_forward(op, stdout),
                       built = break_built(op, stdout);
    add(&t->rules, rules);
    add(&t->forwards, forwards);
    add(&t->built, built);
    return complain(rules, least_rules(op), op, "rules") + complain(forwards, 0, op, "forwards") +
           complain(built, op->batch || op->join, op, "batch and join rules");
}

static int complaints(const bb_op *op, totals *t)
{
    bb_gradcheck_report report;
    bb_gradcheck_options options = check_options(op);
    if (bb_gradcheck_op(op, &options, &report) != BB_OK) {
        printf("failed: %s\n", report.text);
        return 1;
    }
    t->compared += report.compared;
    t->second += report.compared_second;
    t->skipped += report.skipped;
    t->golden += report.golden;
    t->covered += report.compared > 0;
    if (op_has_gradient(op) && report.compared_second == 0) {
        printf("failed: %s: no number of second order compared\n", op->name);
        return 1;
    }
    return complaints_when_broken(op, t);
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
    for (int i = 1; i < argc; i++)
        if (!bb_op_find(argv[i])) {
            printf("failed: no op is named %s\n", argv[i]);
            t.failed++;
        }
    for (int i = 0; i < bb_op_count(); i++) {
        const bb_op *op = bb_op_at(i);
        if (!is_asked_for(op, argc, argv))
            continue;
        const bool is_good = complaints(op, &t) == 0;
        t.failed += !is_good;
        printf("%s %s\n", is_good ? "ok" : "not ok", op->name);
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
