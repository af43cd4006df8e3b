/* SPDX-License-Identifier: MIT */
/* What a map moves, at the instruction set in use: all of it and nothing beside it, wherever it
 * lies. */
#include "map.h"

#include <criterion/criterion.h>
#include <string.h>

enum { LONGEST = 200, ROOM = LONGEST + 3 * BB__LINE };

/* Targets at each place of a line, of sizes down to less than what lies before its end. */
Test(map_move, streams_begin_anywhere)
{
    _Alignas(BB__LINE) char from[ROOM], to[ROOM], wanted[ROOM];
    for (int i = 0; i < ROOM; i++)
        from[i] = (char)(i % 101 + 1);
    for (size_t at = 0; at <= BB__LINE; at++)
        for (size_t size = 0; size <= LONGEST; size++) {
            memset(to, 0, sizeof to);
            memset(wanted, 0, sizeof wanted);
            memcpy(wanted + BB__LINE + at, from, size);
            bb__map_stream(to + BB__LINE + at, from, size);
            bb__map_settle();
            cr_assert_arr_eq(to, wanted, sizeof to, "%zu bytes at %zu", size, at);
        }
}

/* Repeated, neighbouring and distant elements into a buffer and back; what follows the elements in
 * the buffer is anything for BB__MAP_SPLAT, and left alone behind that. */
Test(map_move, rows_of_any_steps)
{
    enum { ROWS = 3, MOST = 40, STEPS = 3 };
    static float x[ROWS * MOST * STEPS], back[ROWS * MOST * STEPS];
    float buffer[ROWS * MOST + BB__MAP_SPLAT + 1];
    for (int i = 0; i < ROWS * MOST * STEPS; i++)
        x[i] = (float)i;
    for (int64_t columns = 1; columns <= MOST; columns++)
        for (int64_t step = 0; step < STEPS; step++) {
            const bb__map m = {.ndim = 2, .dim = {ROWS, columns}};
            bb__map_input in = {.data = (const char *)x, .stride = {MOST * STEPS, step}};
            in.dtype = BB_F32;
            const int64_t start = columns / 2, n = ROWS * columns - start;
            buffer[n + BB__MAP_SPLAT] = -1;
            bb__map_gather(&m, &in, start, n, buffer);
            for (int64_t i = 0; i < n; i++) {
                const int64_t row = (start + i) / columns, column = (start + i) % columns;
                cr_assert_eq(buffer[i], x[row * MOST * STEPS + column * step]);
            }
            cr_assert_eq(buffer[n + BB__MAP_SPLAT], -1);
            memset(back, 0, sizeof back);
            in.data = (const char *)back;
            bb__map_scatter(&m, &in, start, n, buffer);
            for (int64_t i = 0; i < ROWS * columns; i++) {
                const int64_t place = i / columns * MOST * STEPS + i % columns * step;
                cr_assert(i < start ? step == 0 || back[place] == 0 : back[place] == x[place]);
            }
        }
}

/* Runs together, from any element to any other, through the ends of the dimensions around them. */
Test(map_move, runs_of_three_dimensions)
{
    enum { OUTER = 2, ROWS = 3, MOST = 7, FAR = 100 };
    static uint8_t x[OUTER * FAR];
    uint8_t buffer[OUTER * ROWS * MOST + BB__MAP_SPLAT];
    for (int i = 0; i < OUTER * FAR; i++)
        x[i] = (uint8_t)i;
    for (int64_t columns = 1; columns <= MOST; columns++)
        for (int64_t step = 0; step < 3; step++) {
            const bb__map m = {.ndim = 3, .dim = {OUTER, ROWS, columns}};
            bb__map_input in = {.data = (const char *)x, .stride = {FAR, 3 * MOST, step}};
            in.dtype = BB_U8;
            const int64_t count = OUTER * ROWS * columns;
            for (int64_t start = 0; start < count; start++)
                for (int64_t n = 1; n <= count - start; n++) {
                    bb__map_gather(&m, &in, start, n, buffer);
                    for (int64_t i = start; i < start + n; i++) {
                        const int64_t row = i / columns % ROWS, outer = i / columns / ROWS;
                        cr_assert_eq(buffer[i - start],
                                     x[outer * FAR + row * 3 * MOST + i % columns * step]);
                    }
                }
        }
}
