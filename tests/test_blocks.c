/* SPDX-License-Identifier: MIT */
/* Blocks of memory against a map of bytes: what is taken never overlaps, what is given back can be
 * taken again, and free blocks never touch. */
#include "engine.h"

#include <criterion/criterion.h>
#include <string.h>

#include "probe.h"

enum { RANGE = 1 << 16, MOST_LIVE = 60, ROUNDS = 20000 };

typedef struct arena_model {
    bb__blocks blocks;
    unsigned char used[RANGE]; /* by unit of alignment: 1 while it is taken */
    bb__block live[MOST_LIVE];
    size_t n_live;
} arena_model;

static size_t units(size_t size)
{
    return (size + BB__ALIGN - 1) / BB__ALIGN;
}

static void mark(arena_model *m, bb__block block, unsigned char from, unsigned char to)
{
    size_t first = block.offset / BB__ALIGN;
    for (size_t i = first; i < first + units(block.size); i++) {
        cr_assert_lt(i, (size_t)RANGE);
        cr_assert_eq(m->used[i], from, "unit %zu", i);
        m->used[i] = to;
    }
}

static void take(arena_model *m, size_t size)
{
    bb__block block = {1, size};
    cr_assert(bb__blocks_take(&m->blocks, size, &block.offset));
    cr_assert_eq(block.offset % BB__ALIGN, 0);
    cr_assert_leq(block.offset + size, m->blocks.top);
    mark(m, block, 0, 1);
    m->live[m->n_live++] = block;
}

static void give(arena_model *m, size_t i)
{
    mark(m, m->live[i], 1, 0);
    cr_assert(bb__blocks_give(&m->blocks, m->live[i].offset, m->live[i].size));
    m->live[i] = m->live[--m->n_live];
}

/* The free list is exactly the runs of free units below the top. */
static void expect_runs(const arena_model *m)
{
    size_t at = 0, top = m->blocks.top / BB__ALIGN;
    cr_assert_eq(m->blocks.top % BB__ALIGN, 0);
    for (size_t i = 0; i < top; i++) {
        if (m->used[i])
            continue;
        size_t first = i;
        while (i < top && !m->used[i])
            i++;
        cr_assert_lt(at, m->blocks.count);
        cr_assert_eq(m->blocks.free[at].offset, first * BB__ALIGN);
        cr_assert_eq(m->blocks.free[at].size, (i - first) * BB__ALIGN);
        at++;
    }
    cr_assert_eq(at, m->blocks.count);
}

Test(blocks, random)
{
    static arena_model m;
    bb_rng rng = {7, 0};
    for (int round = 0; round < ROUNDS; round++) {
        bool may_take = m.n_live<MOST_LIVE, may_give = m.n_live> 0;
        if (may_take && (!may_give || bb_rng_below(&rng, 2) == 0))
            take(&m, bb_rng_below(&rng, round % 3 ? 300 : 5000));
        else
            give(&m, bb_rng_below(&rng, m.n_live));
        expect_runs(&m);
    }
    while (m.n_live > 0)
        give(&m, 0);
    expect_runs(&m);
    cr_assert_eq(m.blocks.count, 1, "all that was given back is one block");
    bb__blocks_free(&m.blocks);
}

static size_t taken(bb__blocks *blocks, size_t size)
{
    size_t offset = SIZE_MAX;
    cr_assert(bb__blocks_take(blocks, size, &offset));
    return offset;
}

Test(blocks, smallest_that_fits)
{
    bb__blocks b = {0};
    size_t wide = taken(&b, 640), wall = taken(&b, 1), narrow = taken(&b, 128);
    taken(&b, 1);
    cr_assert(bb__blocks_give(&b, wide, 640) && bb__blocks_give(&b, narrow, 128));
    cr_assert_eq(taken(&b, 100), narrow);
    cr_assert_eq(taken(&b, 129), wide);
    cr_assert_eq(taken(&b, 448), wide + 192, "the rest of the wide one");
    cr_assert_gt(wall, wide);
    bb__blocks_free(&b);
}

Test(blocks, the_end_widens)
{
    bb__blocks b = {0};
    taken(&b, 64);
    size_t last = taken(&b, 64);
    cr_assert(bb__blocks_give(&b, last, 64));
    cr_assert_eq(taken(&b, 256), last);
    cr_assert_eq(b.top, last + 256);
    bb__blocks_free(&b);
}

Test(blocks, nothing_and_too_much)
{
    bb__blocks b = {0};
    size_t offset = 77;
    cr_assert_eq(taken(&b, 0), 0);
    cr_assert(bb__blocks_give(&b, 0, 0));
    cr_assert_eq(b.top, 0);
    taken(&b, 64);
    cr_assert_not(bb__blocks_take(&b, SIZE_MAX, &offset));
    cr_assert_not(bb__blocks_take(&b, SIZE_MAX - BB__ALIGN, &offset));
    cr_assert_eq(offset, 77);
    cr_assert_eq(b.top, 64);
    bb__blocks_free(&b);
}

Test(blocks, memory_runs_out)
{
    bb__blocks b = {0};
    size_t offset = taken(&b, 64);
    probe_begin(1);
    cr_assert_not(bb__blocks_give(&b, offset, 64));
    cr_assert_eq(b.count, 0);
    probe_end();
    bb__blocks_free(&b);
}
