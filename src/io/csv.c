/* SPDX-License-Identifier: MIT */
/* Files of numbers, a row a line; numbers read as in the C locale, whatever the program's is.
 *
 * Lines are cut out of one buffer, which grows only when a line does not fit into it. */
#include "stream.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 1 << 16 };

typedef struct reader {
    bb__stream stream;
    char *buffer; /* unread text is [start, end); there is always room for one byte more */
    size_t room, start, end;
    bool ended;
    long long line; /* number of the line that was cut out last, from 1 */
    double *numbers;
    size_t count, capacity;
    long long columns, first_line; /* of the first row; 0 before it */
    bool headed;
} reader;

static bool no_memory(reader *r)
{
    bb_fail(r->stream.error, BB_OUT_OF_MEMORY, "%s: out of memory", r->stream.name);
    return false;
}

/* More text after the unread text, which moves to the buffer's start. */
static bool refill(reader *r)
{
    if (r->start > 0)
        memmove(r->buffer, r->buffer + r->start, r->end - r->start);
    r->end -= r->start;
    r->start = 0;
    if (r->end + 1 == r->room) {
        char *wider = bb_memory_resize(r->buffer, 2 * r->room);
        if (!wider)
            return no_memory(r);
        r->buffer = wider;
        r->room *= 2;
    }
    size_t want = r->room - r->end - 1;
    int64_t got = bb__stream_read(&r->stream, r->buffer + r->end, want);
    if (got < 0)
        return false;
    r->end += (size_t)got;
    r->ended = (size_t)got < want;
    return true;
}

typedef struct span {
    char *start, *end; /* *end may be written */
} span;

/* Cuts out the next line; false at the end of the file and after a failure. */
static bool next_line(reader *r, span *line_out, bool *failed_out)
{
    size_t seen = 0;
    for (;;) {
        char *start = r->buffer + r->start, *end = r->buffer + r->end;
        char *stop = memchr(start + seen, '\n', (size_t)(end - start) - seen);
        if (!stop && r->ended)
            stop = end;
        if (stop) {
            r->start += (size_t)(stop - start) + (stop < end);
            r->line++;
            *line_out = (span){start, stop};
            return start < end;
        }
        seen = (size_t)(end - start);
        if (!refill(r)) {
            *failed_out = true;
            return false;
        }
    }
}

static bool push(reader *r, double number)
{
    if (r->count == r->capacity) {
        size_t wider = r->capacity ? 2 * r->capacity : 256;
        double *numbers = bb_memory_resize(r->numbers, wider * sizeof *numbers);
        if (!numbers)
            return no_memory(r);
        r->numbers = numbers;
        r->capacity = wider;
    }
    r->numbers[r->count++] = number;
    return true;
}

static bool is_blank(char c)
{
    return c == ' ';
}

static bool is_separator(char c)
{
    return c == ',' || c == ';' || c == '\t';
}

/* Cuts the next field off the line: blanks around a separator belong to it, and blanks alone are
 * one. False when it is the line's last. */
static bool next_field(span *line, span *field_out)
{
    char *at = line->start, *end = line->end;
    while (at < end && is_blank(*at))
        at++;
    field_out->start = at;
    while (at < end && !is_blank(*at) && !is_separator(*at))
        at++;
    field_out->end = at;
    while (at < end && is_blank(*at))
        at++;
    bool more = at < end;
    line->start = at + (more && is_separator(*at));
    return more;
}

/* What keeps a field from being a number. */
typedef enum trouble { NONE, EMPTY, TEXT, RANGE, TROUBLES } trouble;

static trouble parse(span field, double *number_out)
{
    char kept = *field.end, *stop;
    if (field.start == field.end)
        return EMPTY;
    if ((unsigned char)*field.start <= ' ') /* strtod passes over white space */
        return TEXT;
    *field.end = '\0';
    errno = 0;
    double number = strtod(field.start, &stop);
    *field.end = kept;
    if (stop != field.end)
        return TEXT;
    if (errno == ERANGE && fabs(number) > 1)
        return RANGE;
    *number_out = number;
    return NONE;
}

/* The fields of a line, and the first of them that is no number. */
typedef struct row {
    long long columns;
    bool has_text, has_number;
    trouble found;
    long long column;
    span field;
} row;

static bool read_row(reader *r, span line, row *row_out)
{
    row seen = {0};
    bool more = true;
    while (more) {
        span field;
        double number = 0;
        more = next_field(&line, &field);
        trouble found = parse(field, &number);
        seen.columns++;
        seen.has_text = seen.has_text || found == TEXT;
        seen.has_number = seen.has_number || found == NONE;
        if (found != NONE && seen.found == NONE) {
            seen.found = found;
            seen.column = seen.columns;
            seen.field = field;
        }
        if (!push(r, number))
            return false;
    }
    *row_out = seen;
    return true;
}

static bool fail_field(reader *r, row seen)
{
    enum { SHOWN = 32 };
    static const char *const sayings[TROUBLES] = {
        [EMPTY] = "is empty", [TEXT] = "is not a number", [RANGE] = "is out of range"};
    char text[SHOWN + 1];
    size_t length = (size_t)(seen.field.end - seen.field.start);
    size_t shown = length < SHOWN ? length : SHOWN;
    for (size_t i = 0; i < shown; i++) {
        unsigned char c = (unsigned char)seen.field.start[i];
        text[i] = c < ' ' || c == 127 ? '?' : seen.field.start[i];
    }
    text[shown] = '\0';
    const char *quote = length ? "'" : "", *cut = shown < length ? "..." : "";
    bb_fail(r->stream.error, BB_BAD_FORMAT, "%s:%lld: column %lld%s%s%s%s%s %s", r->stream.name,
            r->line, seen.column, length ? ": " : "", quote, text, cut, quote, sayings[seen.found]);
    return false;
}

/* The first line that is no comment is a header when it has text and no number; every other one is
 * a row. */
static bool add_row(reader *r, span line)
{
    row seen;
    if (!read_row(r, line, &seen))
        return false;
    if (seen.has_text && !seen.has_number && !r->headed && r->first_line == 0) {
        r->count = 0;
        r->headed = true;
        return true;
    }
    if (seen.found != NONE)
        return fail_field(r, seen);
    if (r->first_line == 0) {
        r->first_line = r->line;
        r->columns = seen.columns;
    }
    if (seen.columns == r->columns)
        return true;
    bb_fail(r->stream.error, BB_BAD_FORMAT, "%s: line %lld has %lld columns, line %lld has %lld",
            r->stream.name, r->line, seen.columns, r->first_line, r->columns);
    return false;
}

static span trimmed(span line, long long number)
{
    if (number == 1 && line.end - line.start >= 3 && memcmp(line.start, "\xEF\xBB\xBF", 3) == 0)
        line.start += 3; /* a byte-order mark */
    while (line.start < line.end && is_blank(*line.start))
        line.start++;
    while (line.start < line.end && (is_blank(line.end[-1]) || line.end[-1] == '\r'))
        line.end--;
    return line;
}

static bool read_rows(reader *r)
{
    span line;
    bool failed = false;
    r->buffer = bb_memory_resize(NULL, FIRST_ROOM);
    if (!r->buffer)
        return no_memory(r);
    r->room = FIRST_ROOM;
    while (next_line(r, &line, &failed)) {
        line = trimmed(line, r->line);
        if (line.start < line.end && *line.start != '#' && !add_row(r, line))
            return false;
    }
    if (!failed && r->count == 0)
        bb_fail(r->stream.error, BB_BAD_FORMAT, "%s: holds no numbers", r->stream.name);
    return !failed && r->count > 0;
}

static bb_tensor *read_table(reader *r)
{
    bb_tensor *t = NULL;
    if (read_rows(r)) {
        bb_shape shape = BB_SHAPE((int64_t)r->count / r->columns, r->columns);
        t = bb_tensor_from(BB_F64, shape, r->numbers);
        if (!t)
            no_memory(r);
    }
    bb_memory_release(r->buffer);
    bb_memory_release(r->numbers);
    return t;
}

bb_tensor *bb_csv_read(const char *path, bb_error *error_out)
{
    reader r = {0};
    if (!bb__stream_open(&r.stream, path, error_out))
        return NULL;
    bb_tensor *t = NULL;
    locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    if (plain) {
        locale_t before = uselocale(plain);
        t = read_table(&r);
        uselocale(before);
        freelocale(plain);
    } else {
        no_memory(&r);
    }
    bb__stream_close(&r.stream);
    return t;
}
