/* SPDX-License-Identifier: MIT */
/* Labels: what a node says in a picture; numbers read the same in every locale. */
#include "label.h"

#include <bibun/op.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

void bb__dot_text(FILE *file, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\')
            fprintf(file, "\\%c", c);
        else if (c == '\n')
            fputs("\\n", file);
        else if (c == '&') /* dot reads entities of HTML */
            fputs("&amp;", file);
        else
            fputc(c < ' ' || c == 127 ? ' ' : c, file);
    }
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
