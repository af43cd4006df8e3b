/* SPDX-License-Identifier: MIT */
/* Reads digits from MNIST's files or from a table of numbers; a set that is returned is complete
 * and has as many labels as images. */
#include "digits.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

static void release(digits *d)
{
    bb_tensor_release(d->images);
    bb_tensor_release(d->labels);
}

void digits_free(digit_sets *sets)
{
    release(&sets->train);
    release(&sets->test);
}

bb_node *digits_pixels(const digits *d, bb_node *images)
{
    return bb_div(bb_cast(images, BB_F32), bb_scalar(bb_node_graph(images), BB_F32, d->most));
}

int64_t digits_part(const digits *d)
{
    int64_t count = bb_tensor_count(d->labels), part = count < 1000 ? count : 1000;
    while (count % part)
        part--;
    return part;
}

/* MNIST. */

static bb_tensor *read_bytes(const char *folder, const char *name, int ndim, bb_error *error)
{
    char path[1024];
    if (snprintf(path, sizeof path, "%s/%s.gz", folder, name) >= (int)sizeof path) {
        bb_fail(error, BB_BAD_FILE, "%s: the name is too long", folder);
        return NULL;
    }
    if (access(path, R_OK) != 0)
        snprintf(path, sizeof path, "%s/%s", folder, name);

    bb_tensor *t = bb_idx_read(path, error);
    if (!t)
        return NULL;
    bb_shape shape = bb_tensor_shape(t);
    if (bb_tensor_dtype(t) == BB_U8 && shape.ndim == ndim && bb_tensor_count(t) > 0)
        return t;
    char text[BB_SHAPE_TEXT];
    bb_fail(error, BB_BAD_FORMAT, "%s: %s %s where bytes with %d dimensions are needed", path,
            bb_dtype_text(bb_tensor_dtype(t)), bb_shape_text(shape, text), ndim);
    bb_tensor_release(t);
    return NULL;
}

static bb_tensor *as_rows(bb_tensor *images)
{
    bb_shape shape = bb_tensor_shape(images);
    return bb_tensor_reshape(images, BB_SHAPE(shape.dim[0], shape.dim[1] * shape.dim[2]));
}

static bb_status read_set(const char *folder, const char *images_name, const char *labels_name,
                          digits *out, bb_error *error)
{
    bb_tensor *images = read_bytes(folder, images_name, 3, error);
    bb_tensor *labels = images ? read_bytes(folder, labels_name, 1, error) : NULL;
    bb_status status = labels ? BB_OK : error->status;
    if (labels && bb_tensor_shape(images).dim[0] != bb_tensor_count(labels))
        status = bb_fail(error, BB_BAD_FORMAT, "%s: %s has %lld images, %s has %lld labels", folder,
                         images_name, (long long)bb_tensor_shape(images).dim[0], labels_name,
                         (long long)bb_tensor_count(labels));
    if (status == BB_OK) {
        *out = (digits){as_rows(images), bb_tensor_cast(labels, BB_I32), 255};
        if (!out->images || !out->labels)
            status = bb_fail(error, BB_OUT_OF_MEMORY, "%s: out of memory", folder);
    }
    bb_tensor_release(images);
    bb_tensor_release(labels);
    return status;
}

bb_status digits_read_mnist(const char *folder, digit_sets *sets_out, bb_error *error_out)
{
    digit_sets sets = {0};
    bb_status status = read_set(folder, "train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                &sets.train, error_out);
    if (status == BB_OK)
        status = read_set(folder, "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", &sets.test,
                          error_out);
    if (status == BB_OK)
        *sets_out = sets;
    else
        digits_free(&sets);
    return status;
}

/* A table of numbers. */

enum { MOST = 16 };

static bb_status split_columns(const bb_tensor *table, const char *path, digits *out,
                               bb_error *error)
{
    int64_t rows = bb_tensor_shape(table).dim[0], columns = bb_tensor_shape(table).dim[1];
    if (rows < 5 || columns < 2)
        return bb_fail(error, BB_BAD_FORMAT, "%s: %lld rows of %lld numbers are no digits", path,
                       (long long)rows, (long long)columns);
    int64_t pixels = columns - 1;
    out->images = bb_tensor_new(BB_U8, BB_SHAPE(rows, pixels));
    out->labels = bb_tensor_new(BB_I32, BB_SHAPE(rows));
    if (!out->images || !out->labels)
        return bb_fail(error, BB_OUT_OF_MEMORY, "%s: out of memory", path);

    const double *number = bb_tensor_read(table);
    uint8_t *image = bb_tensor_data(out->images);
    int32_t *label = bb_tensor_data(out->labels);
    for (int64_t r = 0; r < rows; r++) {
        for (int64_t i = 0; i < pixels; i++, number++) {
            if (!(*number >= 0 && *number <= MOST && *number == floor(*number)))
                return bb_fail(error, BB_BAD_FORMAT,
                               "%s: digit %lld: the pixel %g is no whole number from 0 to %d", path,
                               (long long)r + 1, *number, MOST);
            *image++ = (uint8_t)*number;
        }
        double last = *number++;
        if (!(last >= 0 && last < DIGIT_CLASSES))
            return bb_fail(error, BB_BAD_FORMAT, "%s: digit %lld: the label %g is not 0 to 9", path,
                           (long long)r + 1, last);
        *label++ = (int32_t)last;
    }
    return BB_OK;
}

/* Fisher and Yates; the same seed gives the same order. */
static void shuffle(int64_t *order, int64_t count, uint64_t seed)
{
    bb_rng rng = {bb_rng_key_text(seed, "split"), 0};
    for (int64_t i = 0; i < count; i++)
        order[i] = i;
    for (int64_t i = count - 1; i > 0; i--) {
        int64_t j = (int64_t)bb_rng_below(&rng, (uint64_t)i + 1);
        int64_t kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}

static digits pick(const digits *from, const int64_t *index, int64_t count)
{
    return (digits){bb_tensor_pick(from->images, index, count),
                    bb_tensor_pick(from->labels, index, count), MOST};
}

static bb_status split_rows(const digits *all, const char *path, uint64_t seed, digit_sets *out,
                            bb_error *error)
{
    int64_t count = bb_tensor_count(all->labels), train = count * 4 / 5;
    int64_t *order = bb_memory_zeroed((size_t)count, sizeof *order);
    if (order) {
        shuffle(order, count, seed);
        out->train = pick(all, order, train);
        out->test = pick(all, order + train, count - train);
    }
    bb_memory_release(order);
    if (out->train.images && out->train.labels && out->test.images && out->test.labels)
        return BB_OK;
    return bb_fail(error, BB_OUT_OF_MEMORY, "%s: out of memory", path);
}

bb_status digits_read_csv(const char *path, uint64_t seed, digit_sets *sets_out,
                          bb_error *error_out)
{
    bb_tensor *table = bb_csv_read(path, error_out);
    if (!table)
        return error_out->status;
    digits all = {0};
    digit_sets sets = {0};
    bb_status status = split_columns(table, path, &all, error_out);
    if (status == BB_OK)
        status = split_rows(&all, path, seed, &sets, error_out);
    if (status == BB_OK)
        *sets_out = sets;
    else
        digits_free(&sets);
    release(&all);
    bb_tensor_release(table);
    return status;
}
