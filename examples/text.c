/* SPDX-License-Identifier: MIT */
/* Text for character models: codes are numbered in the order of the bytes that occur. */
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bb_status read_bytes(FILE *file, text *t)
{
    unsigned char block[4096];
    int64_t room = 0;
    for (size_t got; (got = fread(block, 1, sizeof block, file)) > 0;) {
        if (t->length + (int64_t)got > room) {
            room = 2 * room + (int64_t)sizeof block;
            int32_t *codes = realloc(t->codes, (size_t)room * sizeof *codes);
            if (!codes)
                return BB_OUT_OF_MEMORY;
            t->codes = codes;
        }
        for (size_t i = 0; i < got; i++)
            t->codes[t->length++] = block[i];
    }
    return ferror(file) ? BB_BAD_FILE : BB_OK;
}

/* Turns bytes into codes. */
static void number(text *t)
{
    int32_t code_of[256];
    bool occurs[256] = {false};
    for (int64_t i = 0; i < t->length; i++)
        occurs[t->codes[i]] = true;
    for (int byte = 0; byte < 256; byte++) {
        code_of[byte] = (int32_t)t->vocabulary;
        if (occurs[byte])
            t->chars[t->vocabulary++] = (unsigned char)byte;
    }
    for (int64_t i = 0; i < t->length; i++)
        t->codes[i] = code_of[t->codes[i]];
    t->train = t->length / 10 * 9;
}

bb_status text_read(const char *path, int64_t context, text *text_out, bb_error *error)
{
    text t = {0};
    FILE *file = fopen(path, "rb");
    if (!file)
        return bb_fail(error, BB_BAD_FILE, "%s: %s", path, strerror(errno));
    bb_status status = read_bytes(file, &t);
    fclose(file);
    if (status == BB_OK)
        number(&t);
    if (status != BB_OK)
        bb_fail(error, status, "%s: %s", path, bb_status_text(status));
    else if (t.length - t.train <= context)
        status = bb_fail(error, BB_BAD_ARGUMENT, "%s: too short for a context of %lld", path,
                         (long long)context);
    if (status == BB_OK)
        *text_out = t;
    else
        text_free(&t);
    return status;
}

void text_free(text *t)
{
    free(t->codes);
}

static void copy_window(const int32_t *from, int64_t row, bb_tensor *xs, bb_tensor *ts)
{
    int64_t context = bb_tensor_shape(xs).dim[1];
    size_t bytes = (size_t)context * sizeof *from;
    memcpy((int32_t *)bb_tensor_data(xs) + row * context, from, bytes);
    memcpy((int32_t *)bb_tensor_data(ts) + row * context, from + 1, bytes);
}

void text_draw(const text *t, bb_rng *rng, bb_tensor *xs, bb_tensor *ts)
{
    bb_shape shape = bb_tensor_shape(xs);
    for (int64_t row = 0; row < shape.dim[0]; row++) {
        uint64_t places = (uint64_t)(t->train - shape.dim[1]);
        copy_window(t->codes + bb_rng_below(rng, places), row, xs, ts);
    }
}

void text_validate(const text *t, int64_t first, bb_tensor *xs, bb_tensor *ts)
{
    bb_shape shape = bb_tensor_shape(xs);
    int64_t windows = (t->length - t->train - 1) / shape.dim[1];
    for (int64_t row = 0; row < shape.dim[0]; row++) {
        int64_t window = (first + row) % windows;
        copy_window(t->codes + t->train + window * shape.dim[1], row, xs, ts);
    }
}
