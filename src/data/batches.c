/* SPDX-License-Identifier: MIT */
/* Batches of rows: the order of an epoch depends on the seed and the epoch's number only. */
#include <bibun/data.h>
#include <bibun/parallel.h>

#include <string.h>

struct bb_batches {
    bb_tensor *source[2]; /* examples and targets */
    bb_tensor *batch[2];
    int64_t rows, size, per_epoch, given; /* batches given in this epoch */
    bb_batch_order order;
    bool is_endless;
    uint64_t seed, epoch;
    int64_t *index; /* the rows of this epoch, as they are given */
};

/* Bytes of a row of a tensor that has a first dimension. */
static size_t row_bytes(const bb_tensor *t)
{
    bb_shape shape = bb_tensor_shape(t);
    shape.dim[0] = 1;
    return (size_t)bb_shape_count(shape) * bb_dtype_size(bb_tensor_dtype(t));
}

typedef struct copying {
    const char *from;
    const int64_t *index;
    char *to;
    size_t bytes; /* of a row */
} copying;

/* Asks for a row while others before it are copied: the processor does not guess where it is. */
static void fetch(const char *row, size_t bytes)
{
    enum { LINE = 64, MOST = 4096 };
    for (size_t at = 0; at < bytes && at < MOST; at += LINE)
        __builtin_prefetch(row + at);
}

static void copy_range(void *context, int64_t first, int64_t last)
{
    enum { AHEAD = 4 };
    const copying *c = context;
    for (int64_t i = first; i < last; i++) {
        if (i + AHEAD < last)
            fetch(c->from + (size_t)c->index[i + AHEAD] * c->bytes, c->bytes);
        memcpy(c->to + (size_t)i * c->bytes, c->from + (size_t)c->index[i] * c->bytes, c->bytes);
    }
}

static void copy_rows(const bb_tensor *from, const int64_t *index, int64_t count, bb_tensor *to)
{
    enum { GRAIN = 1 << 15 }; /* bytes that pay for a thread */
    copying c = {bb_tensor_read(from), index, bb_tensor_data(to), row_bytes(from)};
    bb_parallel(count, 1 + GRAIN / (1 + (int64_t)c.bytes), bb_thread_count(), copy_range, &c);
}

static bb_tensor *new_rows(const bb_tensor *like, int64_t count)
{
    bb_shape shape = bb_tensor_shape(like);
    shape.dim[0] = count;
    return bb_tensor_new(bb_tensor_dtype(like), shape);
}

bb_tensor *bb_tensor_pick(const bb_tensor *t, const int64_t *index, int64_t count)
{
    if (!t || bb_tensor_shape(t).ndim == 0 || count < 0 || (count > 0 && !index))
        return NULL;
    int64_t rows = bb_tensor_shape(t).dim[0];
    for (int64_t i = 0; i < count; i++)
        if (index[i] < 0 || index[i] >= rows)
            return NULL;
    bb_tensor *picked = new_rows(t, count);
    if (picked)
        copy_rows(t, index, count, picked);
    return picked;
}

static bb_status check(const bb_tensor *x, const bb_tensor *t, int64_t size, bb_batch_order order,
                       bb_error *error)
{
    if (!x || !t)
        return bb_fail(error, BB_BAD_ARGUMENT, "batches: %s is NULL", x ? "t" : "x");
    bb_shape xs = bb_tensor_shape(x), ts = bb_tensor_shape(t);
    if (xs.ndim == 0 || ts.ndim == 0)
        return bb_fail(error, BB_BAD_SHAPE, "batches: %s is a scalar and has no rows",
                       xs.ndim ? "t" : "x");
    if (xs.dim[0] != ts.dim[0])
        return bb_fail(error, BB_BAD_SHAPE, "batches: x has %lld rows, t has %lld",
                       (long long)xs.dim[0], (long long)ts.dim[0]);
    if (size < 1 || size > xs.dim[0])
        return bb_fail(error, BB_BAD_ARGUMENT, "batches: size %lld is not in 1 .. %lld, the rows",
                       (long long)size, (long long)xs.dim[0]);
    if (order != BB_IN_ORDER && order != BB_SHUFFLED && order != BB_DRAWN)
        return bb_fail(error, BB_BAD_ARGUMENT, "batches: %d is no order", (int)order);
    return BB_OK;
}

bb_batches *bb_batches_new(bb_tensor *x, bb_tensor *t, int64_t size, bb_batch_order order,
                           uint64_t seed, bb_error *error_out)
{
    if (check(x, t, size, order, error_out) != BB_OK)
        return NULL;
    bb_batches *b = bb_memory_zeroed(1, sizeof *b);
    if (b) {
        b->rows = bb_tensor_shape(x).dim[0];
        b->size = size;
        b->per_epoch = b->rows / size;
        b->order = order;
        b->seed = seed;
        b->source[0] = bb_tensor_retain(x);
        b->source[1] = bb_tensor_retain(t);
        b->batch[0] = new_rows(x, size);
        b->batch[1] = new_rows(t, size);
        b->index = bb_memory_zeroed((size_t)b->rows, sizeof *b->index);
    }
    if (b && b->batch[0] && b->batch[1] && b->index)
        return b;
    bb_batches_free(b);
    bb_fail(error_out, BB_OUT_OF_MEMORY, "batches: out of memory");
    return NULL;
}

void bb_batches_free(bb_batches *b)
{
    if (!b)
        return;
    for (int i = 0; i < 2; i++) {
        bb_tensor_release(b->source[i]);
        bb_tensor_release(b->batch[i]);
    }
    bb_memory_release(b->index);
    bb_memory_release(b);
}

/* Fisher and Yates for all rows, or a draw for each; in order, the stream is not read. */
static void begin_epoch(bb_batches *b)
{
    bb_rng rng = {bb_rng_key(b->seed, b->epoch), 0};
    for (int64_t i = 0; i < b->rows; i++)
        b->index[i] = b->order == BB_DRAWN ? (int64_t)bb_rng_below(&rng, (uint64_t)b->rows) : i;
    for (int64_t i = b->rows - 1; b->order == BB_SHUFFLED && i > 0; i--) {
        int64_t j = (int64_t)bb_rng_below(&rng, (uint64_t)i + 1), kept = b->index[i];
        b->index[i] = b->index[j];
        b->index[j] = kept;
    }
}

bool bb_batches_next(bb_batches *b, const bb_tensor **x_out, const bb_tensor **t_out)
{
    if (!b)
        return false;
    if (b->given == b->per_epoch) {
        b->given = 0;
        b->epoch++;
        if (!b->is_endless)
            return false;
    }
    if (b->given == 0)
        begin_epoch(b);
    const int64_t *index = b->index + b->given++ * b->size;
    for (int i = 0; i < 2; i++)
        copy_rows(b->source[i], index, b->size, b->batch[i]);
    *x_out = b->batch[0];
    *t_out = b->batch[1];
    return true;
}

void bb_batches_set_endless(bb_batches *b, bool is_endless)
{
    if (b)
        b->is_endless = is_endless;
}

int64_t bb_batches_per_epoch(const bb_batches *b)
{
    return b ? b->per_epoch : 0;
}
