/* SPDX-License-Identifier: MIT */
/* Forks: which units of a stretch are computed in branches, at the same time.
 *
 * A window of the stretch falls into branches, the parts that no pair of its units connects. What
 * connects them is cut off where a window begins: behind the last that is needed by a unit which
 * does not follow it, and right before such a unit. From each such place the window is sought by
 * which two threads gain most; of those that overlap the better one is taken. */
#include "forks.h"

#include <stdlib.h>

/* Branches of the units first to end - 1. */
typedef struct window {
    const bb__stretch *stretch;
    int first, end;
    int branches;
    int parent[BB__STRETCH];     /* by unit: towards the first of its branch, which is its own */
    double seconds[BB__STRETCH]; /* by the first unit of a branch: of all of it */
    bb__fork_work work;
} window;

static int branch_of(window *w, int i)
{
    while (w->parent[i] != i)
        i = w->parent[i] = w->parent[w->parent[i]];
    return i;
}

static void open_window(window *w, const bb__stretch *s, int first)
{
    w->stretch = s;
    w->first = w->end = first;
    w->branches = 0;
    w->work = (bb__fork_work){0};
}

/* The first unit of a branch stands for it. */
static void join(window *w, int i, int j)
{
    const int a = branch_of(w, i), b = branch_of(w, j);
    const int first = a < b ? a : b, other = a < b ? b : a;
    if (a == b)
        return;
    w->parent[other] = first;
    w->seconds[first] += w->seconds[other];
    w->branches--;
}

/* Whether kernels divide a unit among threads. */
static bool is_heavy(const bb__stretch *s, int i)
{
    static const double heavy = 8e-6; /* seconds */
    return s->seconds[i] >= heavy;
}

/* By the unit behind it. */
static void grow(window *w)
{
    const bb__stretch *s = w->stretch;
    const int i = w->end++;
    const double seconds = s->seconds[i];
    w->parent[i] = i;
    w->seconds[i] = seconds;
    w->branches++;
    for (int e = s->pairs[i]; e < s->pairs[i + 1]; e++)
        if (s->edges[e] >= w->first)
            join(w, i, s->edges[e]);
    bb__fork_work *work = &w->work;
    const double branch = w->seconds[branch_of(w, i)];
    work->longest = branch > work->longest ? branch : work->longest;
    if (is_heavy(s, i)) {
        work->heavy += seconds;
        work->n_heavy++;
    } else {
        work->light += seconds;
    }
}

/* What two threads gain; with `all` something for every branch. */
static double gain_of(const window *w, bool all)
{
    static const double worth = 0.2; /* of the time */
    const double gain = bb__fork_gain(&w->work, 2);
    if (all)
        return w->branches > 1 ? w->branches : 0;
    return gain > worth * (w->work.light + w->work.heavy / 2) ? gain : 0;
}

/* The best window that begins at `first`; another branch begins at unit `last`. It is looked for as
 * far behind that as there is before it, and half as far again behind a better one. */
static bb__fork_range best_from(window *w, const bb__stretch *s, int first, int last, bool all)
{
    enum { PATIENCE = 16 };
    bb__fork_range best = {first, first, 0};
    int stop = last + (last - first) + PATIENCE;
    open_window(w, s, first);
    while (w->end < s->n && w->end < stop && (w->end <= last || w->branches > 1)) {
        grow(w);
        const double gain = gain_of(w, all);
        if (gain <= best.gain)
            continue;
        best = (bb__fork_range){first, w->end, gain};
        const int next = w->end + (w->end - first) / 2 + PATIENCE;
        stop = next > stop ? next : stop;
    }
    return best;
}

/* A unit before which a window may begin, and the last one that there begins another branch, since
 * all that it needs comes before the window. */
typedef struct start {
    int first, last;
} start;

static int by_length(const void *a, const void *b)
{
    const start *x = a, *y = b;
    const int order = (y->last - y->first) - (x->last - x->first);
    return order ? order : x->first - y->first;
}

/* The latest unit of the stretch that this one needs; -1. */
static int nearest_of(const bb__stretch *s, int unit)
{
    int nearest = -1;
    for (int e = s->pairs[unit]; e < s->pairs[unit + 1]; e++)
        nearest = s->edges[e] > nearest ? s->edges[e] : nearest;
    return nearest;
}

/* The starts there are, those of the longest windows first: behind what a unit needs that does not
 * follow it, and before such a unit. Of starts with next to nothing between them, as the few
 * numbers of each parameter's step, the first and the last do. */
static int find_starts(const bb__stretch *s, start *starts)
{
    static const double next_to_nothing = 0.25e-6; /* seconds */
    int last[BB__STRETCH + 1], n = 0, furthest = -1, in_a_row = 0;
    bool begins[BB__STRETCH + 1] = {false};
    for (int i = 0; i <= s->n; i++)
        last[i] = -1;
    for (int i = 1; i < s->n; i++) {
        const int behind = nearest_of(s, i) + 1;
        if (behind == i)
            continue;
        last[behind] = i;
        begins[behind] = begins[i] = true;
    }
    for (int i = 0; i < s->n; i++) {
        const int before = furthest;
        furthest = last[i] > furthest ? last[i] : furthest;
        if (!begins[i] || furthest <= i) {
            in_a_row = 0;
            continue;
        }
        const bool follows = in_a_row > 0 && furthest == before;
        in_a_row = follows && s->seconds[i - 1] < next_to_nothing ? in_a_row + 1 : 1;
        n -= in_a_row > 2;
        starts[n++] = (start){i, furthest};
    }
    qsort(starts, (size_t)n, sizeof *starts, by_length);
    return n;
}

static int by_gain(const void *a, const void *b)
{
    const bb__fork_range *x = a, *y = b;
    const int order = (x->gain < y->gain) - (x->gain > y->gain);
    return order ? order : x->first - y->first;
}

static int by_place(const void *a, const void *b)
{
    return ((const bb__fork_range *)a)->first - ((const bb__fork_range *)b)->first;
}

/* Of ranges, those with the largest gains that do not overlap, by place. */
static int choose(bb__fork_range *ranges, int n)
{
    bool taken[BB__STRETCH] = {false};
    int kept = 0;
    qsort(ranges, (size_t)n, sizeof *ranges, by_gain);
    for (int i = 0; i < n; i++) {
        const bb__fork_range r = ranges[i];
        bool is_free = true;
        for (int u = r.first; u < r.end; u++)
            is_free = is_free && !taken[u];
        for (int u = r.first; is_free && u < r.end; u++)
            taken[u] = true;
        if (is_free)
            ranges[kept++] = r;
    }
    qsort(ranges, (size_t)kept, sizeof *ranges, by_place);
    return kept;
}

int bb__find_forks(const bb__stretch *s, bool all, bb__fork_range *ranges)
{
    /* units looked at for each unit of the stretch; and how long windows are that are sought in any
     * case */
    enum { BUDGET = 32, SHORT = 16 };
    window w;
    start starts[BB__STRETCH];
    const int n_starts = find_starts(s, starts);
    int n = 0;
    for (int i = 0, looked = 0; i < n_starts; i++) {
        if (looked >= BUDGET * s->n && starts[i].last - starts[i].first > SHORT)
            continue;
        const bb__fork_range best = best_from(&w, s, starts[i].first, starts[i].last, all);
        looked += w.end - starts[i].first;
        if (best.gain > 0)
            ranges[n++] = best;
    }
    return choose(ranges, n);
}

void bb__find_late(const bb__stretch *s, bool *late)
{
    bool leads_on[BB__STRETCH] = {false}; /* to a heavy one */
    for (int i = s->n - 1; i >= 0; i--)
        for (int e = s->pairs[i]; e < s->pairs[i + 1]; e++)
            leads_on[s->edges[e]] |= leads_on[i] || is_heavy(s, i);
    for (int i = 0; i < s->n; i++) {
        late[i] = is_heavy(s, i) && !leads_on[i];
        for (int e = s->pairs[i]; e < s->pairs[i + 1]; e++)
            late[i] |= late[s->edges[e]];
    }
}

int bb__number_branches(const bb__stretch *s, bb__fork_range range, bool all, int *branch,
                        bb__fork_work *work_out)
{
    enum { MANY = 16 };
    static const double short_time = 2e-6; /* seconds */
    window w;
    open_window(&w, s, range.first);
    while (w.end < range.end)
        grow(&w);
    *work_out = w.work;
    const double each = (w.work.light + w.work.heavy) / MANY;
    const double least = each > short_time ? each : short_time;
    double seconds = least;
    int n = 0;
    for (int i = range.first; i < range.end; i++) {
        const int first = branch_of(&w, i);
        if (first == i && (seconds >= least || all)) {
            n++;
            seconds = 0;
        }
        seconds += first == i ? w.seconds[i] : 0;
        branch[i - range.first] = first == i ? n - 1 : branch[first - range.first];
    }
    return n;
}
