/* SPDX-License-Identifier: MIT */
/* Reading cases: lines are trusted to come from figures.py, but every count is held against what
 * the file has. */
#include "case.h"

#include <stdlib.h>
#include <string.h>

bool case_has(const oracle_case *c, char flag)
{
    return strchr(c->flags, flag) != NULL;
}

bb_status case_file_open(case_file *f, const char *path, bb_error *error_out)
{
    bb_npz *z = bb_npz_open(path, error_out);
    *f = (case_file){0};
    if (!z)
        return BB_BAD_FILE;
    f->text = bb_npz_read(z, "cases", error_out);
    f->numbers = f->text ? bb_npz_read(z, "numbers", error_out) : NULL;
    f->figures = f->numbers ? bb_npz_read(z, "figures", error_out) : NULL;
    bb_npz_close(z);
    if (!f->figures)
        return BB_BAD_FILE;
    if (bb_tensor_dtype(f->text) != BB_U8 || bb_tensor_dtype(f->numbers) != BB_F64 ||
        bb_tensor_dtype(f->figures) != BB_F64)
        return bb_fail(error_out, BB_BAD_FORMAT, "%s: not u8, f64 and f64", path);
    f->next_line = bb_tensor_read(f->text);
    f->end = f->next_line + bb_tensor_count(f->text);
    return BB_OK;
}

void case_file_close(case_file *f)
{
    bb_tensor_release(f->text);
    bb_tensor_release(f->numbers);
    bb_tensor_release(f->figures);
}

/* "2x3", or "" for a scalar. */
static bb_shape parse_shape(const char *text)
{
    bb_shape shape = {0};
    while (*text && shape.ndim < BB_MAX_DIMS) {
        char *end;
        shape.dim[shape.ndim++] = strtoll(text, &end, 10);
        text = *end ? end + 1 : end;
    }
    return shape;
}

/* The next `count` elements of t; NULL when there are fewer. */
static const double *take(const bb_tensor *t, int64_t *next, int64_t count)
{
    if (count < 0 || count > bb_tensor_count(t) - *next)
        return NULL;
    const double *at = (const double *)bb_tensor_read(t) + *next;
    *next += count;
    return at;
}

static bool take_operand(case_file *f, oracle_case *c, char *word)
{
    operand *o = &c->operands[c->n_operands++];
    char *at = strchr(word, '@');
    o->name = at ? at + 1 : "";
    if (at)
        *at = 0;
    o->kind = word[0];
    o->shape = parse_shape(word + 1);
    o->numbers = take(f->numbers, &f->next_number, o->kind == '-' ? 0 : bb_shape_count(o->shape));
    return o->numbers != NULL;
}

static bool take_figures(case_file *f, oracle_case *c, const char *shape)
{
    c->shape = parse_shape(shape);
    int64_t count = bb_shape_count(c->shape);
    for (int i = 0; i < c->n_operands; i++)
        if (c->operands[i].kind == 'f' || c->operands[i].kind == 'p')
            count += c->order * bb_shape_count(c->operands[i].shape);
    c->figures = take(f->figures, &f->next_figure, count);
    return c->figures != NULL;
}

static bool parse_line(case_file *f, oracle_case *c)
{
    char *rest = NULL, *word = strtok_r(c->line, " ", &rest);
    const char **heads[] = {&c->name, &c->situation, &c->flags, NULL, NULL, &c->arguments};
    for (int i = 0; i < 6; i++, word = strtok_r(NULL, " ", &rest)) {
        if (!word)
            return false;
        if (heads[i])
            *heads[i] = word;
        else if (i == 3)
            c->order = atoi(word);
        else
            c->slack = atof(word);
    }
    for (; word && word[0] != '='; word = strtok_r(NULL, " ", &rest))
        if (c->n_operands == MAX_OPERANDS || !take_operand(f, c, word))
            return false;
    return word && take_figures(f, c, word + 1);
}

bool case_file_next(case_file *f, oracle_case *c, bb_error *error_out)
{
    if (f->next_line == f->end)
        return false;
    const char *end = memchr(f->next_line, '\n', (size_t)(f->end - f->next_line));
    size_t length = end ? (size_t)(end - f->next_line) : MAX_LINE;
    *c = (oracle_case){0};
    if (length < MAX_LINE) {
        memcpy(c->line, f->next_line, length);
        f->next_line = end + 1;
    }
    if (length >= MAX_LINE || !parse_line(f, c)) {
        bb_fail(error_out, BB_BAD_FORMAT, "no case: %s", c->line);
        return false;
    }
    return true;
}
