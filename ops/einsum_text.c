/* SPDX-License-Identifier: MIT */
/* Reading Einstein's notation: first the text, letter by letter, then its meeting with the shapes.
 * The first thing that is wrong is the reason; characters and operands are counted from 1. */
#include "einsum_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { ELLIPSIS = -1, MOST = BB_MAX_DIMS + 1 };

/* A term as it is written. */
typedef struct written {
    int count;
    int label[MOST]; /* ELLIPSIS for "..." */
    bool has_ellipsis;
} written;

typedef struct reader {
    const char *text, *next;
    const bb_shape *shapes;
    written in[BB__EINSUM_OPERANDS], out;
    int n;
    bool has_arrow;
    bb__einsum *e;
    int first_in[BB__EINSUM_LABELS]; /* the operand that gave a label its size */
    char *reason;
    size_t size;
} reader;

BB_PRINTF(2, 3) static bool fail(reader *r, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(r->reason, r->size, format, arguments);
    va_end(arguments);
    return false;
}

static int label_of(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26 : -1;
}

static char letter_of(int label)
{
    return (char)(label < 26 ? 'A' + label : 'a' + label - 26);
}

static void skip_spaces(reader *r)
{
    while (*r->next == ' ')
        r->next++;
}

static bool fail_here(reader *r, const char *wanted)
{
    int place = (int)(r->next - r->text) + 1;
    return fail(r, "character %d of \"%.60s\" is '%c', not %s", place, r->text, *r->next, wanted);
}

static bool add(reader *r, written *term, int label)
{
    if (term->count == MOST)
        return fail(r, "a term of \"%.60s\" names more than %d axes", r->text, (int)BB_MAX_DIMS);
    term->label[term->count++] = label;
    return true;
}

/* Letters and at most one ellipsis, up to what ends a term. */
static bool read_term(reader *r, written *term)
{
    const bool is_out = r->has_arrow;
    for (skip_spaces(r); *r->next; skip_spaces(r)) {
        bool is_ellipsis = strncmp(r->next, "...", 3) == 0;
        if (!is_out && (*r->next == ',' || strncmp(r->next, "->", 2) == 0))
            return true;
        if (!is_ellipsis && label_of(*r->next) < 0)
            return fail_here(r,
                             is_out ? "a letter or \"...\"" : "a letter, \"...\", ',' or \"->\"");
        if (is_ellipsis && term->has_ellipsis)
            return fail(r, "character %d of \"%.60s\" begins a second \"...\"",
                        (int)(r->next - r->text) + 1, r->text);
        if (!add(r, term, is_ellipsis ? ELLIPSIS : label_of(*r->next)))
            return false;
        term->has_ellipsis |= is_ellipsis;
        r->next += is_ellipsis ? 3 : 1;
    }
    return true;
}

static bool read_text(reader *r)
{
    bool more = true;
    while (more) {
        if (r->n == BB__EINSUM_OPERANDS)
            return fail(r, "more than %d operands", (int)BB__EINSUM_OPERANDS);
        if (!read_term(r, &r->in[r->n++]))
            return false;
        more = *r->next == ',';
        r->next += more;
    }
    r->has_arrow = *r->next == '-';
    r->next += r->has_arrow ? 2 : 0;
    return !r->has_arrow || read_term(r, &r->out);
}

static bool set_size(reader *r, int operand, int label, int64_t size)
{
    int64_t *known = &r->e->size[label];
    bool may_repeat = label >= BB__EINSUM_LETTERS;
    if (*known < 0 || (may_repeat && *known == 1)) {
        *known = size;
        r->first_in[label] = operand;
    }
    if (*known == size || (may_repeat && size == 1))
        return true;
    char name[] = {may_repeat ? '.' : letter_of(label), may_repeat ? '.' : '\0',
                   may_repeat ? '.' : '\0', '\0'};
    return fail(r, "the size of '%s' is %lld in operand %d and %lld in operand %d", name,
                (long long)*known, r->first_in[label] + 1, (long long)size, operand + 1);
}

/* A term's labels for a result or operand with `ellipsis` dimensions in the place of "...". */
static bool expand(reader *r, const written *term, int ellipsis, bb__einsum_term *out)
{
    for (int i = 0; i < term->count; i++)
        for (int k = term->label[i] == ELLIPSIS ? ellipsis : 1; k > 0; k--) {
            if (out->count == BB_MAX_DIMS)
                return fail(r, "the result is of rank over %d", (int)BB_MAX_DIMS);
            out->label[out->count++] =
                term->label[i] == ELLIPSIS ? BB__EINSUM_LETTERS + k - 1 : term->label[i];
        }
    return true;
}

static bool fit_operand(reader *r, int i)
{
    const written *term = &r->in[i];
    const int letters = term->count - term->has_ellipsis, rank = r->shapes[i].ndim;
    if (rank < letters || (rank > letters && !term->has_ellipsis))
        return fail(r, "operand %d of \"%.60s\" has %d axes, not %d", i + 1, r->text, rank,
                    letters);
    bb__einsum_term *in = &r->e->in[i];
    if (!expand(r, term, rank - letters, in))
        return false;
    for (int k = 0; k < in->count; k++)
        if (!set_size(r, i, in->label[k], r->shapes[i].dim[k]))
            return false;
    return true;
}

static int ellipsis_rank(const reader *r)
{
    int rank = 0;
    for (int k = 0; k < BB_MAX_DIMS; k++)
        rank += r->e->size[BB__EINSUM_LETTERS + k] >= 0;
    return rank;
}

/* Without an arrow: the ellipsis, and then the letters that come once, in alphabetical order. */
static bool imply_out(reader *r)
{
    int times[BB__EINSUM_LETTERS] = {0};
    for (int i = 0; i < r->n; i++)
        for (int k = 0; k < r->in[i].count; k++)
            if (r->in[i].label[k] != ELLIPSIS)
                times[r->in[i].label[k]]++;
    bool sound = add(r, &r->out, ELLIPSIS);
    for (int label = 0; sound && label < BB__EINSUM_LETTERS; label++)
        sound = times[label] != 1 || add(r, &r->out, label);
    return sound;
}

static bool fit_out(reader *r)
{
    const written *out = &r->out;
    bool seen[BB__EINSUM_LETTERS] = {false};
    for (int k = 0; k < out->count; k++) {
        int label = out->label[k];
        if (label == ELLIPSIS)
            continue;
        if (r->e->size[label] < 0)
            return fail(r, "'%c' of the result is in no operand", letter_of(label));
        if (seen[label])
            return fail(r, "'%c' comes twice in the result", letter_of(label));
        seen[label] = true;
    }
    if (r->has_arrow && !out->has_ellipsis && ellipsis_rank(r) > 0)
        return fail(r, "the result of \"%.60s\" has no \"...\"", r->text);
    return expand(r, out, ellipsis_rank(r), &r->e->out);
}

bool bb__einsum_read(const char *text, int n, const bb_shape *shapes, bb__einsum *e_out,
                     char *reason, size_t size)
{
    reader r = {
        .text = text, .next = text, .shapes = shapes, .e = e_out, .reason = reason, .size = size};
    *e_out = (bb__einsum){.n = n};
    for (int label = 0; label < BB__EINSUM_LABELS; label++)
        e_out->size[label] = -1;
    if (!read_text(&r))
        return false;
    if (r.n != n)
        return fail(&r, "\"%.60s\" names %d operands, not %d", text, r.n, n);
    for (int i = 0; i < n; i++)
        if (!fit_operand(&r, i))
            return false;
    return (r.has_arrow || imply_out(&r)) && fit_out(&r);
}
