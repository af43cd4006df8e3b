/* SPDX-License-Identifier: MIT */
/* Copies of images for direct convolution, and the convolution: sums of some filters at some
 * vectors of places stay in registers while all elements of the filters are gone through. A sum's
 * order depends on neither vectors nor blocks. */
#include "conv_direct.h"
#include "float_mode.h"

#include <string.h>

enum { MOST_SPOTS = BB__MOST_ABREAST };
#if defined(__AVX512F__)
enum { FILTERS = 8 };
#else
enum { FILTERS = 4 };
#endif

#define VECTOR(x) ((bb__lanes_anywhere *)(void *)(uintptr_t)(x))

/* Copies. */

/* Rows and columns of a phase, for so many places. */
static int64_t reach(const bb__conv_shape *s, int axis, int64_t places)
{
    const int64_t k = axis ? s->kw : s->kh;
    return places + (k - 1) * s->dilation[axis] / s->stride[axis];
}

static int64_t distance_of(const bb__conv_shape *s, const bb__direct_cut *cut, int64_t ky,
                           int64_t kx)
{
    const int64_t down = ky * s->dilation[0], right = kx * s->dilation[1];
    const int64_t phase = down % s->stride[0] * cut->phases[1] + right % s->stride[1];
    return (phase * cut->rows + down / s->stride[0]) * cut->width + right / s->stride[1];
}

/* So many places that the copy stays in the second-level cache, and that sums over them are worth
 * their end. */
bb__direct_cut bb__direct_cut_of(const bb__conv_shape *s)
{
    enum { PLACES = 1024, BYTES = 1 << 18, EVEN = 8 };
    const int64_t channels = s->c / s->groups, plane = s->oh * s->ow;
    bb__direct_cut cut = {.blocks = {1, 1, 1, 0, channels}};
    for (int axis = 0; axis < 2; axis++)
        cut.phases[axis] = bb__lower(s->stride[axis], (axis ? s->kw : s->kh) * s->dilation[axis]);
    cut.width = reach(s, 1, s->ow);
    const int64_t row = channels * cut.phases[0] * cut.phases[1] * cut.width;
    const int64_t most = bb__within(BYTES / (row * (int64_t)sizeof(float)) * s->ow, s->ow, PLACES);
    if (plane > most) {
        cut.blocks.image_blocks = s->n;
        cut.blocks.row_blocks = bb__within(bb__divided_up(plane, most), 1, s->oh);
    } else {
        const int64_t blocks = bb__divided_up(s->n * plane, most);
        cut.blocks.image_blocks = bb__within(bb__divided_up(blocks, EVEN) * EVEN, 1, s->n);
    }
    const int64_t rows = bb__divided_up(s->oh, cut.blocks.row_blocks);
    const int64_t images = bb__divided_up(s->n, cut.blocks.image_blocks);
    cut.blocks.columns = images * rows * s->ow;
    cut.rows = reach(s, 0, rows);
    cut.plane = cut.phases[0] * cut.phases[1] * cut.rows * cut.width;
    cut.bytes = bb__aligned((size_t)(images * channels * cut.plane) * sizeof(float)) +
                bb__aligned((size_t)bb__filter_size(s) * sizeof(int32_t));
    return cut;
}

/* By vectors: a call of memcpy for each of many short rows would cost more than the copy. */
static void copy_run(const float *x, int64_t n, float *to)
{
    int64_t i = 0;
    for (; i + BB__LANES <= n; i += BB__LANES)
        *VECTOR(to + i) = *VECTOR(x + i);
    if (i < n && n >= BB__LANES)
        *VECTOR(to + n - BB__LANES) = *VECTOR(x + n - BB__LANES);
    else
        for (; i < n; i++)
            to[i] = x[i];
}

/* Which elements of a copied row lie in the image: every `step`-th from `first` on. */
typedef struct inner {
    int64_t first, step, left, end, count;
} inner;

static inner inner_of(int64_t size, int64_t first, int64_t step, int64_t n)
{
    inner in = {first, step, 0, 0, n};
    in.left = first < 0 ? bb__within(bb__divided_up(-first, step), 0, n) : 0;
    in.end = size > first ? bb__within(bb__divided_up(size - first, step), in.left, n) : in.left;
    return in;
}

static void copy_row(const float *row, const inner *in, float *to)
{
    for (int64_t i = 0; i < in->left; i++)
        to[i] = 0;
    if (in->step == 1 && in->end > in->left)
        copy_run(row + in->first + in->left, in->end - in->left, to + in->left);
    else
        for (int64_t i = in->left; i < in->end; i++)
            to[i] = row[in->first + i * in->step];
    for (int64_t i = in->end; i < in->count; i++)
        to[i] = 0;
}

static void copy_plane(const bb__conv_shape *s, const bb__direct_cut *cut, const float *x,
                       bb__places at, float *to)
{
    const int64_t rows = reach(s, 0, at.rows);
    for (int64_t a = 0; a < cut->phases[0]; a++)
        for (int64_t b = 0; b < cut->phases[1]; b++, to += cut->rows * cut->width) {
            const inner in = inner_of(s->w, b - s->padding[1], s->stride[1], cut->width);
            for (int64_t i = 0; i < rows; i++) {
                const int64_t y = (at.row + i) * s->stride[0] + a - s->padding[0];
                float *row = to + i * cut->width;
                if (y < 0 || y >= s->h)
                    memset(row, 0, (size_t)cut->width * sizeof *row);
                else
                    copy_row(x + y * s->w, &in, row);
            }
        }
}

void bb__direct_copy(const bb__conv_shape *s, const bb__direct_cut *cut, const float *x,
                     bb__places at, bb__channels channels, float *to)
{
    for (int64_t i = at.image; i < at.image + at.images; i++)
        for (int64_t c = channels.first; c < channels.first + channels.count; c++, to += cut->plane)
            copy_plane(s, cut, x + (i * s->c + c) * s->h * s->w, at, to);
}

void bb__direct_distances(const bb__conv_shape *s, const bb__direct_cut *cut, int32_t *to)
{
    const int64_t taps = s->kh * s->kw, size = bb__filter_size(s);
    for (int64_t t = 0; t < taps; t++)
        to[t] = (int32_t)distance_of(s, cut, t / s->kw, t % s->kw);
    for (int64_t t = taps; t < size; t++)
        to[t] = to[t - taps] + (int32_t)cut->plane;
}

/* Spots. */

enum { REPEATED = 2 * MOST_SPOTS };

size_t bb__direct_spots_bytes(const bb__conv_shape *s, const bb__direct_cut *cut)
{
    const int64_t most = cut->blocks.columns / s->ow * bb__divided_up(s->ow, BB__LANES);
    return bb__aligned((size_t)(most + 2 * REPEATED) * sizeof(bb__spot));
}

static void repeat_last(bb__spot *end)
{
    for (int i = 0; i < REPEATED; i++)
        end[i] = end[-1];
}

bb__spots bb__direct_spots(const bb__conv_shape *s, const bb__direct_cut *cut, bb__places at,
                           bool is_apart, bb__spot *memory)
{
    const int64_t image = cut->plane * (s->c / s->groups), lines = at.images * at.rows;
    const int64_t vectors = s->ow / BB__LANES;
    const bool has_rest = s->ow % BB__LANES > 0;
    bb__spots spots = {.whole = lines * (vectors + (has_rest && !is_apart)),
                       .rests = has_rest && is_apart ? lines : 0,
                       .are_halves = is_apart && bb__rests_are_halves(s),
                       .at = memory};
    const int64_t last = s->ow - (spots.are_halves ? BB__HALF : BB__LANES);
    spots.rest = memory + spots.whole + REPEATED;
    bb__spot *next = spots.at, *rest = spots.rest;
    for (int64_t i = 0; i < at.images; i++)
        for (int64_t row = 0; row < at.rows; row++) {
            const bb__spot first = {i * image + row * cut->width,
                                    (i * s->o * s->oh + at.row + row) * s->ow};
            for (int64_t k = 0; k < vectors; k++)
                *next++ = (bb__spot){first.x + k * BB__LANES, first.y + k * BB__LANES};
            if (has_rest)
                *(is_apart ? rest++ : next++) = (bb__spot){first.x + last, first.y + last};
        }
    repeat_last(next);
    if (spots.rests > 0)
        repeat_last(rest);
    return spots;
}

/* Convolution. */

typedef struct job {
    const bb__conv_shape *s;
    bb__direct_cut cut;
    int64_t parts; /* of the filters of a group */
    int64_t items; /* blocks times groups times parts */
    size_t packed; /* where filters are in the scratch of a thread */
    size_t slot;   /* bytes of that */
    const float *x, *w;
    float *out;
    char *scratch;
    const bb__tail *tail; /* or NULL */
} job;

static job job_of(const bb__conv_shape *s)
{
    enum { FEW = 8, LEAST_FILTERS = 16 };
    job j = {.s = s, .cut = bb__direct_cut_of(s), .parts = 1};
    const bb__conv_cut *blocks = &j.cut.blocks;
    const int64_t items = blocks->image_blocks * blocks->row_blocks * s->groups;
    const int64_t filters = s->o / s->groups;
    if (items < FEW && filters >= 2 * LEAST_FILTERS)
        j.parts = bb__lower(FEW / items, filters / LEAST_FILTERS);
    j.items = items * j.parts;
    j.packed = j.cut.bytes + bb__direct_spots_bytes(s, &j.cut);
    j.slot = j.packed + bb__aligned((size_t)(FILTERS * bb__filter_size(s)) * sizeof(float));
    return j;
}

/* Some filters, whose elements lie side by side. */
typedef struct filters {
    const int32_t *distances;
    const float *w;
    int64_t size; /* elements of one */
} filters;

static void pack(const float *w, int64_t size, int64_t count, float *to)
{
    for (int64_t i = 0; i < count; i++)
        for (int64_t t = 0; t < size; t++)
            to[t * count + i] = w[i * size + t];
}

/* Sums of `count` filters at some spots, or at two halves each; all three are constants. */
static inline __attribute__((always_inline)) void run_tile(const int count, const int n_spots,
                                                           const bool are_halves, const filters *f,
                                                           const float *x, const bb__spot *at,
                                                           float *out, int64_t plane)
{
    bb__lanes sum[FILTERS][MOST_SPOTS];
    const float *from[MOST_SPOTS], *from_second[MOST_SPOTS];
    const int step = are_halves ? 2 : 1;
    for (int k = 0; k < n_spots; k++) {
        from[k] = x + at[k * step].x;
        from_second[k] = x + at[k * step + step - 1].x;
    }
    for (int i = 0; i < count; i++)
        for (int k = 0; k < n_spots; k++)
            sum[i][k] = (bb__lanes){0};
    for (int64_t t = 0; t < f->size; t++) {
        const int64_t d = f->distances[t];
        bb__lanes v[MOST_SPOTS];
        for (int k = 0; k < n_spots; k++)
            v[k] = are_halves ? bb__joined(from[k] + d, from_second[k] + d)
                              : (bb__lanes)*VECTOR(from[k] + d);
        for (int i = 0; i < count; i++) {
            const float w = f->w[t * count + i];
            for (int k = 0; k < n_spots; k++)
                sum[i][k] += v[k] * w;
        }
    }
    for (int i = 0; i < count; i++)
        for (int k = 0; k < n_spots; k++) {
            float *to = out + i * plane;
            if (are_halves)
                bb__part(sum[i][k], to + at[2 * k].y, to + at[2 * k + 1].y);
            else
                *VECTOR(to + at[k].y) = sum[i][k];
        }
}

#define DEFINE_RUN(COUNT)                                                                     \
    static void run_##COUNT(const filters *f, const float *x, const bb__spots *s, float *out, \
                            int64_t plane)                                                    \
    {                                                                                         \
        enum { TAKEN = BB__ABREAST(COUNT), LESS = (TAKEN + 1) / 2 };                          \
        const int64_t pairs = (s->rests + 1) / 2;                                             \
        int64_t i = 0;                                                                        \
        for (; i + LESS < s->whole; i += TAKEN)                                               \
            run_tile(COUNT, TAKEN, false, f, x, s->at + i, out, plane);                       \
        if (i < s->whole)                                                                     \
            run_tile(COUNT, LESS, false, f, x, s->at + i, out, plane);                        \
        for (i = 0; i + LESS < pairs; i += TAKEN)                                             \
            run_tile(COUNT, TAKEN, true, f, x, s->rest + 2 * i, out, plane);                  \
        if (i < pairs)                                                                        \
            run_tile(COUNT, LESS, true, f, x, s->rest + 2 * i, out, plane);                   \
    }
DEFINE_RUN(1)
DEFINE_RUN(2)
DEFINE_RUN(3)
DEFINE_RUN(4)
#if defined(__AVX512F__)
DEFINE_RUN(5)
DEFINE_RUN(6)
DEFINE_RUN(7)
DEFINE_RUN(8)
#endif

typedef void (*run_fn)(const filters *f, const float *x, const bb__spots *s, float *out,
                       int64_t plane);
static const run_fn runs[FILTERS + 1] = {
    NULL,  run_1, run_2, run_3, run_4,
#if defined(__AVX512F__)
    run_5, run_6, run_7, run_8,
#endif
};

static void run_item(const job *j, bb__places at, int64_t group, int64_t part, char *slot)
{
    const bb__conv_shape *s = j->s;
    const int64_t outputs = s->o / s->groups, channels = s->c / s->groups, plane = s->oh * s->ow;
    const int64_t first = group * outputs + bb__deal(outputs, j->parts, part);
    const int64_t end = group * outputs + bb__deal(outputs, j->parts, part + 1);
    const int64_t size = bb__filter_size(s);
    float *copy = (float *)(void *)slot, *packed = (float *)(void *)(slot + j->packed);
    int32_t *distances = (int32_t *)(void *)(slot + j->cut.bytes) - size;
    const unsigned mode = bb__float_mode();
    bb__float_mode_set(bb__float_mode_flushing(mode));
    bb__direct_copy(s, &j->cut, j->x, at, (bb__channels){group * channels, channels}, copy);
    bb__direct_distances(s, &j->cut, distances);
    const bb__spots spots = bb__direct_spots(s, &j->cut, at, bb__rests_are_halves(s),
                                             (bb__spot *)(void *)(slot + j->cut.bytes));
    for (int64_t f = first; f < end; f += FILTERS) {
        const int64_t count = bb__lower(end - f, FILTERS);
        pack(j->w + f * size, size, count, packed);
        runs[count](&(filters){distances, packed, size}, copy, &spots,
                    j->out + (at.image * s->o + f) * plane, plane);
    }
    bb__float_mode_set(mode);
    bb__conv_finish(j->tail, s->o, s->oh, s->ow, at, (bb__channels){first, end - first});
}

static void run_range(void *context, int64_t first, int64_t last)
{
    const job *j = context;
    char *slot = j->scratch + (size_t)bb__thread_slot() * j->slot;
    const int64_t row_blocks = j->cut.blocks.row_blocks;
    for (int64_t item = first; item < last; item++) {
        const int64_t part = item % j->parts, rest = item / j->parts;
        const int64_t group = rest % j->s->groups, block = rest / j->s->groups;
        run_item(j, bb__places_of(j->s, &j->cut.blocks, block / row_blocks, block % row_blocks),
                 group, part, slot);
    }
}

bool bb__direct_is_possible(const bb__conv_shape *s, bb__conv_direction d)
{
    if (s->dtype != BB_F32 || bb__conv_is_nothing(s))
        return false;
    if (d == BB__CONV_INPUT) {
        const bb__conv_shape t = bb__turned_shape(s);
        return s->stride[0] == 1 && s->stride[1] == 1 &&
               bb__direct_is_possible(&t, BB__CONV_FORWARD);
    }
    return s->ow >= BB__LANES && s->c / s->groups * bb__direct_cut_of(s).plane <= INT32_MAX;
}

size_t bb__direct_forward_scratch(const bb__conv_shape *s)
{
    const job j = job_of(s);
    return (size_t)bb__lower(j.items, BB__SLOTS) * j.slot;
}

void bb__direct_forward(const bb__conv_shape *s, const void *x, const void *w, void *out,
                        void *scratch, const bb__tail *tail, int threads)
{
    job j = job_of(s);
    j.x = x, j.w = w, j.out = out, j.scratch = scratch, j.tail = tail;
    bb_parallel(j.items, bb__conv_grain(bb__conv_multiplications(s) / (double)j.items),
                (int)bb__lower(threads, BB__SLOTS), run_range, &j);
}

/* The gradient of the images, as the convolution of dy with the filters turned around. */

size_t bb__direct_input_scratch(const bb__conv_shape *s)
{
    const bb__conv_shape t = bb__turned_shape(s);
    const size_t bytes = bb__turned_bytes(s) + bb__direct_forward_scratch(&t);
    const size_t columns = bb__columns_input_scratch(s);
    return bytes > columns ? bytes : columns;
}

void bb__direct_input(const bb__conv_shape *s, const void *dy, const void *w, void *dx,
                      void *scratch, const bb__tail *tail, int threads)
{
    const bb__conv_shape t = bb__turned_shape(s);
    if (bb__turn(s, w, scratch))
        bb__direct_forward(&t, dy, scratch, dx, (char *)scratch + bb__turned_bytes(s), tail,
                           threads);
    else
        bb__columns_input(s, dy, w, dx, scratch, tail, threads);
}
