/* SPDX-License-Identifier: MIT */
/* A sheet of characters; what is put beside it is lost, and a wide letter takes two cells. */
#include "plot_parts.h"

static const uint32_t covered = UINT32_MAX; /* by the wide letter to the left */

bool bb__canvas_begin(bb__canvas *c, int width, int height)
{
    *c = (bb__canvas){width, height, NULL};
    c->cells = bb_memory_zeroed((size_t)width * (size_t)height, sizeof *c->cells);
    return c->cells != NULL;
}

void bb__canvas_end(bb__canvas *c)
{
    bb_memory_release(c->cells);
}

void bb__canvas_put(bb__canvas *c, int x, int y, uint32_t code)
{
    if (x >= 0 && x < c->width && y >= 0 && y < c->height)
        c->cells[(size_t)y * (size_t)c->width + (size_t)x] = code;
}

void bb__canvas_text(bb__canvas *c, int x, int y, int room, const char *text)
{
    for (uint32_t code; (code = bb__next_code(&text)) != 0;) {
        int width = bb__code_width(code);
        if (width > room)
            return;
        if (width == 0) /* a cell has room for one code point */
            continue;
        bb__canvas_put(c, x, y, code == ' ' ? 0 : code);
        if (width == 2)
            bb__canvas_put(c, x + 1, y, covered);
        x += width;
        room -= width;
    }
}

void bb__canvas_write(const bb__canvas *c, FILE *file)
{
    for (int y = 0; y < c->height; y++) {
        const uint32_t *row = c->cells + (size_t)y * (size_t)c->width;
        int end = c->width;
        while (end > 0 && row[end - 1] == 0)
            end--;
        for (int x = 0; x < end; x++)
            if (row[x] != covered)
                bb__put_code(file, row[x] ? row[x] : ' ');
        fputc('\n', file);
    }
}
