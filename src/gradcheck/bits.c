/* SPDX-License-Identifier: MIT */
/* What a gradient program does to the bit: linear in the cotangent, and the same however it is run,
 * but for rounding where rows are computed one at a time.
 *
 * The outputs compared are all gradients of a function and its value, at one random cotangent. */
#include "parts.h"

#include <math.h>
#include <string.h>

typedef struct bits {
    bb__check *c;
    const bb__function *f;
    double *expected; /* all outputs, one after the other */
} bits;

static const bb_tensor *output(const bits *b, const bb_program *p, int i)
{
    return bb_program_value(p, b->f->grads[i]);
}

static bb_status run_and_keep(bits *b, bb_program *p)
{
    bb_status status = bb__function_run(b->c, p);
    double *next = b->expected;
    for (int i = 0; status == BB_OK && i <= b->f->n; i++) {
        const bb_tensor *t = output(b, p, i);
        if (bb_tensor_count(t))
            memcpy(next, bb_tensor_read(t), bb_tensor_bytes(t));
        next += bb_tensor_count(t);
    }
    return status;
}

static void say(const bits *b, int i, const char *what)
{
    char label[BB__LABEL];
    int variable = i < b->f->n ? i : 0;
    bb__check_fault(b->c, "gradient check failed: %s: %s",
                    bb__check_label(b->c, b->f, variable, label), what);
}

static bb_status run_again(bits *b, bb_program *p, const char *what)
{
    bb_status status = bb__function_run(b->c, p);
    const double *next = b->expected;
    for (int i = 0; status == BB_OK && i <= b->f->n; i++) {
        const bb_tensor *t = output(b, p, i);
        if (bb_tensor_count(t) && memcmp(next, bb_tensor_read(t), bb_tensor_bytes(t)) != 0)
            say(b, i, what);
        next += bb_tensor_count(t);
    }
    return status;
}

/* Gradients for `factor` times the cotangent must be exactly that of what was kept. */
static bb_status run_scaled(bits *b, double factor, const char *what)
{
    double *v = bb_tensor_data(b->f->cotangent);
    for (int64_t r = 0; r < b->f->count; r++)
        v[r] *= factor;
    bb_status status = bb__function_run(b->c, b->f->gradient);
    const double *next = b->expected;
    for (int i = 0; status == BB_OK && i < b->f->n; i++) {
        const bb_tensor *t = output(b, b->f->gradient, i);
        const double *g = bb_tensor_read(t);
        bool same = true;
        for (int64_t e = 0; e < bb_tensor_count(t); e++)
            same = same && g[e] == (factor == 0 ? 0 : factor * next[e]);
        if (!same)
            say(b, i, what);
        next += bb_tensor_count(t);
    }
    return status;
}

static void look_for_nan(const bits *b)
{
    const double *next = b->expected;
    for (int i = 0; i < b->f->n; i++)
        for (int64_t e = 0; e < b->c->variables[i].count; e++, next++)
            if (*next != *next) {
                say(b, i, "NaN at a random cotangent");
                return;
            }
}

static bb_status run_threads(bits *b)
{
    bb_program_set_threads(b->f->gradient, 1);
    bb_status status = run_again(b, b->f->gradient, "1 thread gives other bits than the default");
    bb_program_set_threads(b->f->gradient, 4);
    if (status == BB_OK)
        status = run_again(b, b->f->gradient, "4 threads give other bits than the default");
    bb_program_set_threads(b->f->gradient, 1);
    return status;
}

static bb_program *compiled(const bits *b, bb_compile_options options)
{
    bb_program *p = bb_compile_with(b->c->graph, (bb_nodes){b->f->n + 1, b->f->grads}, &options);
    if (!p)
        bb__check_error(b->c, BB_OUT_OF_MEMORY, "gradient check: out of memory");
    return p;
}

static bb_status run_other(bits *b, bb_compile_options options, const char *what)
{
    bb_program *p = compiled(b, options);
    bb_status status = p ? run_again(b, p, what) : BB_OUT_OF_MEMORY;
    bb_program_free(p);
    return status;
}

/* In all branches that there are. What is computed in them is in no strips, so it is compared with
 * a program that has none. */
static bb_status run_without_strips(bits *b, size_t room)
{
    bits whole = {b->c, b->f, bb_memory_zeroed(room, sizeof(double))};
    bb_program *p = whole.expected ? compiled(b, (bb_compile_options){.no_strips = true}) : NULL;
    bb_status status = p ? run_and_keep(&whole, p) : BB_OUT_OF_MEMORY;
    if (status == BB_OK)
        status = run_other(&whole, (bb_compile_options){.no_strips = true, .all_branches = true},
                           "steps at the same time give other bits");
    else if (!whole.expected)
        bb__check_error(b->c, status, "gradient check: out of memory");
    bb_program_free(p);
    bb_memory_release(whole.expected);
    return status;
}

static bb_status run_poisoned(bits *b, size_t room)
{
    const bool has_strips = bb_program_stats_of(b->f->gradient).stripped > 0;
    bb_status status =
        run_other(b, (bb_compile_options){.poison = true, .all_branches = !has_strips},
                  has_strips ? "memory full of NaN gives other bits"
                             : "memory full of NaN, or steps at the same time, give other bits");
    return status == BB_OK && has_strips ? run_without_strips(b, room) : status;
}

/* Ops that say which rows they need of their operands are cut into rows; products and sums may
 * round otherwise then. */
static bb_status run_rowwise(bits *b)
{
    static const double rounding = 1e-8; /* relative to 1 and the number */
    bb_program *p = compiled(b, (bb_compile_options){.all_strips = true});
    if (!p)
        return BB_OUT_OF_MEMORY;
    bb_status status = bb__function_run(b->c, p);
    const double *next = b->expected;
    for (int i = 0; status == BB_OK && i <= b->f->n; i++) {
        const bb_tensor *t = output(b, p, i);
        const double *got = bb_tensor_read(t);
        bool same = true;
        for (int64_t e = 0; e < bb_tensor_count(t); e++)
            same = same && (memcmp(&got[e], &next[e], sizeof *got) == 0 ||
                            fabs(got[e] - next[e]) <= rounding * (1 + fabs(next[e])));
        if (!same)
            say(b, i, "one row at a time gives other numbers than all");
        next += bb_tensor_count(t);
    }
    bb_program_free(p);
    return status;
}

static bb_status run_all(bits *b, size_t room)
{
    bb__fill_cotangent(b->c, b->f->cotangent, false);
    bb_status status = run_and_keep(b, b->f->gradient);
    if (status != BB_OK)
        return status;
    look_for_nan(b);
    status = run_again(b, b->f->gradient, "a second run gives other bits");
    if (status == BB_OK)
        status = run_threads(b);
    if (status == BB_OK)
        status = run_poisoned(b, room);
    if (status == BB_OK)
        status = run_rowwise(b);
    if (status == BB_OK)
        status = run_scaled(b, 2, "twice the cotangent does not give exactly twice");
    if (status == BB_OK)
        status = run_scaled(b, 0, "a zero cotangent does not give exactly zero");
    return status;
}

bb_status bb__check_bits(bb__check *c, const bb__function *f)
{
    int64_t total = f->count;
    for (int i = 0; i < f->n; i++)
        total += c->variables[i].count;
    const size_t room = (size_t)total + 1;
    bits b = {c, f, bb_memory_zeroed(room, sizeof(double))};
    if (!b.expected)
        return bb__check_error(c, BB_OUT_OF_MEMORY, "gradient check: out of memory");
    bb_status status = run_all(&b, room);
    bb_memory_release(b.expected);
    return status;
}
