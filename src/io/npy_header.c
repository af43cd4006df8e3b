/* SPDX-License-Identifier: MIT */
/* The header of an array: the dictionary that Python prints, of three keys, each of them once.
 *
 * Of Python's literals only what NumPy writes is read: quoted text without escapes, True and False,
 * and a tuple of sizes. */
#include "npy.h"

#include <stdio.h>
#include <string.h>

typedef struct cursor {
    bb__source *s;
    const char *start, *at, *end;
} cursor;

typedef struct span {
    const char *start;
    size_t length;
} span;

static bool complain(cursor *c, const char *what)
{
    bb_fail(c->s->error, BB_BAD_FORMAT, "%s: header: %s at byte %zu", c->s->place, what,
            (size_t)(c->at - c->start));
    return false;
}

static void skip_blanks(cursor *c)
{
    while (c->at < c->end && memchr(" \t\r\n", *c->at, 4))
        c->at++;
}

/* Whether `sign` comes next, which is then passed. */
static bool take(cursor *c, char sign)
{
    skip_blanks(c);
    bool found = c->at < c->end && *c->at == sign;
    c->at += found;
    return found;
}

static bool take_word(cursor *c, const char *word)
{
    size_t length = strlen(word);
    skip_blanks(c);
    bool found = (size_t)(c->end - c->at) >= length && memcmp(c->at, word, length) == 0;
    c->at += found ? length : 0;
    return found;
}

static bool read_text(cursor *c, span *text_out)
{
    bool twofold = take(c, '"');
    if (!twofold && !take(c, '\''))
        return complain(c, "quoted text expected");
    const char *first = c->at,
               *last = memchr(first, twofold ? '"' : '\'', (size_t)(c->end - first));
    if (!last)
        return complain(c, "text without end");
    *text_out = (span){first, (size_t)(last - first)};
    if (memchr(first, '\\', text_out->length))
        return complain(c, "text with an escape");
    c->at = last + 1;
    return true;
}

/* --- values ----------------------------------------------------------------------------------- */

static bool read_descr(cursor *c, bb__npy_header *header)
{
    span text;
    if (take(c, '[')) {
        bb_fail(c->s->error, BB_BAD_FORMAT, "%s: structures are not read", c->s->place);
        return false;
    }
    if (!read_text(c, &text))
        return false;
    bb__legible(header->descr, sizeof header->descr, text.start, text.length);
    return true;
}

static bool read_order(cursor *c, bb__npy_header *header)
{
    header->fortran = take_word(c, "True");
    return header->fortran || take_word(c, "False") || complain(c, "True or False expected");
}

static bool read_size(cursor *c, int64_t *size_out)
{
    skip_blanks(c);
    if (c->at < c->end && *c->at == '-')
        return complain(c, "negative size");
    const char *first = c->at;
    int64_t size = 0;
    for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++) {
        int digit = *c->at - '0';
        if (size > (INT64_MAX - digit) / 10) {
            c->at = first;
            return complain(c, "too large a size");
        }
        size = 10 * size + digit;
    }
    if (c->at == first)
        return complain(c, "size or ')' expected");
    take(c, 'L'); /* Python 2 marks its long integers */
    *size_out = size;
    return true;
}

static bool read_shape(cursor *c, bb__npy_header *header)
{
    char text[BB_SHAPE_TEXT];
    bb_shape *shape = &header->shape;
    shape->ndim = 0;
    if (!take(c, '('))
        return complain(c, "'(' expected");
    for (bool comma = true; !take(c, ')'); comma = take(c, ',')) {
        if (!comma)
            return complain(c, "',' or ')' expected");
        if (shape->ndim == BB_MAX_DIMS)
            return complain(c, "more than 8 dimensions");
        if (!read_size(c, &shape->dim[shape->ndim++]))
            return false;
        if (shape->ndim == 1 && take(c, ')'))
            return complain(c, "a number in brackets, not a tuple,");
    }
    if (bb_shape_count(*shape) >= 0)
        return true;
    bb_fail(c->s->error, BB_BAD_FORMAT, "%s: shape %s has too many elements", c->s->place,
            bb_shape_text(*shape, text));
    return false;
}

/* --- the dictionary --------------------------------------------------------------------------- */

static const struct key {
    const char *name;
    bool (*read)(cursor *c, bb__npy_header *header);
} keys[] = {{"descr", read_descr}, {"fortran_order", read_order}, {"shape", read_shape}};
enum { KEYS = sizeof keys / sizeof keys[0] };

static bool fail_key(cursor *c, const char *name, size_t length, const char *what)
{
    char shown[32];
    bb__legible(shown, sizeof shown, name, length);
    bb_fail(c->s->error, BB_BAD_FORMAT, "%s: header: key '%s' %s", c->s->place, shown, what);
    return false;
}

static bool read_entry(cursor *c, bb__npy_header *header, bool seen[KEYS])
{
    span name;
    if (!read_text(c, &name))
        return false;
    if (!take(c, ':'))
        return complain(c, "':' expected");
    int i = 0;
    while (i < KEYS && (strlen(keys[i].name) != name.length ||
                        memcmp(keys[i].name, name.start, name.length) != 0))
        i++;
    if (i == KEYS)
        return fail_key(c, name.start, name.length, "is unknown");
    if (seen[i])
        return fail_key(c, name.start, name.length, "stands twice");
    seen[i] = true;
    return keys[i].read(c, header);
}

bool bb__npy_parse(bb__source *s, const char *text, size_t length, bb__npy_header *header_out)
{
    cursor c = {s, text, text, text + length};
    bb__npy_header header = {0};
    bool seen[KEYS] = {false};
    if (!take(&c, '{'))
        return complain(&c, "'{' expected");
    for (bool comma = true; !take(&c, '}'); comma = take(&c, ',')) {
        if (!comma)
            return complain(&c, "',' or '}' expected");
        if (!read_entry(&c, &header, seen))
            return false;
    }
    skip_blanks(&c);
    if (c.at < c.end)
        return complain(&c, "text after '}'");
    for (int i = 0; i < KEYS; i++)
        if (!seen[i])
            return fail_key(&c, keys[i].name, strlen(keys[i].name), "is missing");
    *header_out = header;
    return true;
}

/* --- writing ---------------------------------------------------------------------------------- */

size_t bb__npy_print(bb_dtype dtype, bb_shape shape, char header[BB__NPY_HEADER])
{
    enum { PREFIX = 10, STEP = 64, DIGITS = 21 };
    static const char *const types[BB_DTYPE_COUNT] = {
        [BB_F32] = "f4", [BB_F64] = "f8", [BB_I32] = "i4", [BB_U8] = "u1"};
    char *text = header + PREFIX, sizes[8 * DIGITS + 1] = "";
    int used = 0;
    for (int i = 0; i < shape.ndim; i++)
        used += snprintf(sizes + used, sizeof sizes - (size_t)used, i ? " %lld," : "%lld,",
                         (long long)shape.dim[i]);
    if (shape.ndim > 1)
        sizes[used - 1] = '\0';
    char order = bb_dtype_size(dtype) == 1 ? '|' : bb__is_big_endian() ? '>' : '<';
    int length = snprintf(text, BB__NPY_HEADER - PREFIX,
                          "{'descr': '%c%s', 'fortran_order': False, 'shape': (%s), }", order,
                          types[dtype], sizes);
    size_t total = (PREFIX + (size_t)length + STEP) / STEP * STEP; /* with the line's end */
    memset(text + length, ' ', total - PREFIX - (size_t)length);
    header[total - 1] = '\n';
    memcpy(header, "\x93NUMPY\x01", 8);
    header[8] = (char)((total - PREFIX) & 0xFF);
    header[9] = (char)((total - PREFIX) >> 8);
    return total;
}
