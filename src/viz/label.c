/* SPDX-License-Identifier: MIT */
/* Labels: what a node says in a picture; numbers read the same in every locale. */
#include "label.h"

#include <bibun/op.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How many bytes the character at `text` has; 0 when it is not UTF-8 that XML may hold. */
static size_t character(const unsigned char *text, size_t left)
{
    static const struct {
        unsigned char mask, lead;
        uint32_t least;
    } forms[] = {{0x80, 0x00, 0}, {0xE0, 0xC0, 0x80}, {0xF0, 0xE0, 0x800}, {0xF8, 0xF0, 0x10000}};
    for (size_t n = 0; n < sizeof forms / sizeof forms[0]; n++) {
        if ((text[0] & forms[n].mask) != forms[n].lead)
            continue;
        uint32_t code = text[0] & (unsigned char)~forms[n].mask;
        for (size_t i = 1; i <= n; i++) {
            if (i >= left || (text[i] & 0xC0) != 0x80)
                return 0;
            code = code << 6 | (text[i] & 0x3F);
        }
        bool is_character = code >= forms[n].least && code <= 0x10FFFF &&
                            (code < 0xD800 || code > 0xDFFF) && (code & 0xFFFE) != 0xFFFE;
        return is_character ? n + 1 : 0;
    }
    return 0;
}

void bb__dot_text(FILE *file, const char *text, size_t length)
{
    enum { LONGEST = 2000 }; /* Graphviz reads no strings over 16384 */
    const unsigned char *at = (const unsigned char *)text;
    size_t shown = length < LONGEST ? length : LONGEST;
    for (size_t i = 0; i < shown;) {
        size_t n = character(at + i, length - i);
        if (at[i] == '"' || at[i] == '\\')
            fprintf(file, "\\%c", at[i]);
        else if (at[i] == '\n')
            fputs("\\n", file);
        else if (at[i] == '&') /* dot reads entities of HTML */
            fputs("&amp;", file);
        else if (n == 0)
            fputc('?', file);
        else if (at[i] < ' ' || at[i] == 127)
            fputc(' ', file);
        else
            fwrite(at + i, 1, n, file);
        i += n ? n : 1;
    }
    if (shown < length)
        fputs("...", file);
}

static void put(FILE *file, const char *text)
{
    bb__dot_text(file, text, strlen(text));
}

bool bb__is_effect(const bb_node *node)
{
    const bb_op *op = bb_node_op(node);
    return op && op->is_effect;
}

/* Whatever the locale writes between the digits becomes one point. */
static void point(char *number)
{
    char *out = number;
    for (const char *c = number; *c; c++) {
        if (strchr("+-0123456789einfa", *c))
            *out++ = *c;
        else if (out == number || out[-1] != '.')
            *out++ = '.';
    }
    *out = '\0';
}

/* The shortest decimal that reads back as the same number of that dtype. */
static void number_text(char *buffer, size_t size, double x, bb_dtype dtype)
{
    if (isnan(x)) {
        snprintf(buffer, size, "nan");
        return;
    }
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(buffer, size, "%.*g", digits, x);
        double back = strtod(buffer, NULL);
        if (back == x || (dtype == BB_F32 && (float)back == (float)x))
            break;
    }
    point(buffer);
}

static void put_op(FILE *file, const bb_node *node)
{
    char text[256] = "";
    const bb_op *op = bb_node_op(node);
    const bb_tensor *value = bb_node_tensor(node);
    bool is_state = bb_node_kind_of(node) == BB_NODE_PARAM && !bb_node_is_trainable(node);
    put(file, is_state ? "state" : bb_node_op_name(node));
    if (op && op->print_attrs)
        op->print_attrs(bb_node_attrs(node), text, sizeof text);
    else if (bb_node_kind_of(node) == BB_NODE_CONSTANT && bb_tensor_count(value) == 1)
        number_text(text, sizeof text, bb_tensor_at(value, 0), bb_node_dtype(node));
    if (text[0])
        fputc(' ', file);
    put(file, text);
}

void bb__dot_label(FILE *file, const bb_node *node)
{
    char shape[BB_SHAPE_TEXT];
    if (bb_node_name(node)[0]) {
        put(file, bb_node_name(node));
        fputs("\\n", file);
    }
    put_op(file, node);
    if (!bb__is_effect(node))
        fprintf(file, "\\n%s %s", bb_dtype_text(bb_node_dtype(node)),
                bb_shape_text(bb_node_shape(node), shape));
}
