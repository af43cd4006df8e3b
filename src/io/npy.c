/* SPDX-License-Identifier: MIT */
/* Arrays as NumPy stores them: magic, version, header, elements, and nothing after them.
 *
 * Sizes are compared with what the source holds before memory is taken for them. */
#include "npy.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static bool fail(bb__source *s, bb_status status, const char *what)
{
    bb_fail(s->error, status, "%s: %s", s->place, what);
    return false;
}

/* --- before the elements ---------------------------------------------------------------------- */

/* Exactly `size` bytes of `what`. */
static bool read_all(bb__source *s, void *bytes, size_t size, const char *what)
{
    int64_t got = s->read(s, bytes, size);
    s->offset += got > 0 ? got : 0;
    if (got >= 0 && (size_t)got < size)
        bb_fail(s->error, BB_BAD_FORMAT, "%s: truncated: %lld of %zu bytes of %s", s->place,
                (long long)got, size, what);
    return got >= 0 && (size_t)got == size;
}

static bool fail_magic(bb__source *s, const char magic[8])
{
    static const struct {
        const char *magic, *what;
    } others[] = {{"PK", "a zip archive (.npz), not a single array"},
                  {"\x80", "a pickle, which is not read"}};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (memcmp(magic, others[i].magic, strlen(others[i].magic)) == 0)
            return fail(s, BB_BAD_FORMAT, others[i].what);
    return fail(s, BB_BAD_FORMAT, "no array of NumPy's: the magic is missing");
}

/* Magic, version and the header's length. */
static bool read_prefix(bb__source *s, size_t *length_out)
{
    char magic[8];
    uint8_t length[4] = {0};
    if (!read_all(s, magic, sizeof magic, "magic"))
        return false;
    if (memcmp(magic, "\x93NUMPY", 6) != 0)
        return fail_magic(s, magic);
    int major = (uint8_t)magic[6], minor = (uint8_t)magic[7];
    if (major < 1 || major > 3 || minor != 0) {
        bb_fail(s->error, BB_BAD_FORMAT, "%s: unknown version %d.%d", s->place, major, minor);
        return false;
    }
    size_t width = major == 1 ? 2 : 4;
    if (!read_all(s, length, width, "the header's length"))
        return false;
    uint32_t claimed = length[0] | (uint32_t)length[1] << 8 | (uint32_t)length[2] << 16 |
                       (uint32_t)length[3] << 24;
    int64_t left = s->size - s->offset;
    if (claimed > left) {
        bb_fail(s->error, BB_BAD_FORMAT, "%s: a header of %lu bytes, where %lld are left", s->place,
                (unsigned long)claimed, (long long)left);
        return false;
    }
    *length_out = claimed;
    return true;
}

static bool read_header(bb__source *s, bb__npy_header *header_out)
{
    size_t length;
    if (!read_prefix(s, &length))
        return false;
    char *text = bb_memory_resize(NULL, length ? length : 1);
    if (!text)
        return fail(s, BB_OUT_OF_MEMORY, "out of memory");
    bool good = read_all(s, text, length, "header") && bb__npy_parse(s, text, length, header_out);
    bb_memory_release(text);
    return good;
}

/* --- elements --------------------------------------------------------------------------------- */

/* An array on its way into a tensor: `done` elements of the file's order are there. */
typedef struct array {
    bb__source *s;
    const bb__element *element;
    bool big, columns; /* first dimension fastest */
    bb_shape shape;
    int64_t done, count;
    char *out;
} array;

/* The index of the element that stands at `position` in the file. */
static bb_shape index_at(const array *a, int64_t position)
{
    bb_shape index = {.ndim = a->shape.ndim};
    for (int k = 0; k < index.ndim; k++) {
        int i = a->columns ? k : index.ndim - 1 - k;
        index.dim[i] = position % a->shape.dim[i];
        position /= a->shape.dim[i];
    }
    return index;
}

/* Elements in column-major order, from number `done` on, to their row-major places. */
static void scatter(array *a, const char *elements, int64_t count)
{
    bb_shape index = index_at(a, a->done);
    size_t size = bb_dtype_size(a->element->dtype);
    int64_t stride[BB_MAX_DIMS], step = 1, at = 0;
    for (int i = index.ndim - 1; i >= 0; step *= a->shape.dim[i--]) {
        stride[i] = step;
        at += index.dim[i] * step;
    }
    for (int64_t n = 0; n < count; n++) {
        memcpy(a->out + (size_t)at * size, elements + (size_t)n * size, size);
        for (int i = 0; i < index.ndim; i++) {
            at += stride[i];
            if (++index.dim[i] < a->shape.dim[i])
                break;
            at -= index.dim[i] * stride[i];
            index.dim[i] = 0;
        }
    }
}

static bool fail_range(const array *a, const uint8_t *bytes, int64_t position)
{
    char text[BB__INTEGER_TEXT], place[BB_SHAPE_TEXT];
    bb__element_print(a->element, bytes, a->big, text);
    bb_fail(a->s->error, BB_BAD_VALUE, "%s: element %s is %s, which %s cannot hold", a->s->place,
            bb_shape_text(index_at(a, position), place), text, bb_dtype_text(a->element->dtype));
    return false;
}

static bool read_elements(array *a)
{
    enum { CHUNK = 2048, WIDEST = 8 };
    const bb__element *e = a->element;
    uint8_t bytes[CHUNK * WIDEST];
    double chunk[CHUNK]; /* aligned for every dtype */
    for (int64_t count; a->done < a->count; a->done += count) {
        count = a->count - a->done < CHUNK ? a->count - a->done : CHUNK;
        if (!read_all(a->s, bytes, (size_t)(count * e->size), "elements"))
            return false;
        char *row = a->out + (size_t)a->done * bb_dtype_size(e->dtype);
        int64_t good = e->decode(bytes, count, e->size, a->big, a->columns ? (void *)chunk : row);
        if (good < count)
            return fail_range(a, bytes + good * e->size, a->done + good);
        if (a->columns)
            scatter(a, (const char *)chunk, count);
    }
    return true;
}

/* Asking for one byte more also lets an archive compare its checksum. */
static bool ends_here(bb__source *s)
{
    uint8_t surplus;
    int64_t got = s->read(s, &surplus, 1);
    return got == 0 || (got > 0 && fail(s, BB_BAD_FORMAT, "bytes left over"));
}

/* Whether the elements take up what is left of the source. */
static bool fits(const array *a, const char *descr)
{
    char text[BB_SHAPE_TEXT];
    int64_t left = a->s->size - a->s->offset, bytes = a->count * a->element->size;
    if (bytes == left)
        return true;
    bb_fail(a->s->error, BB_BAD_FORMAT, "%s: %s of '%s' takes %lld bytes, where %lld are left",
            a->s->place, bb_shape_text(a->shape, text), descr, (long long)bytes, (long long)left);
    return false;
}

bb_tensor *bb__npy_decode(bb__source *s)
{
    bb__npy_header header;
    array a = {.s = s};
    if (!read_header(s, &header))
        return NULL;
    a.element = bb__element_of(s, header.descr, &a.big);
    a.columns = header.fortran && header.shape.ndim > 1;
    a.shape = header.shape;
    a.count = bb_shape_count(header.shape);
    if (!a.element || !fits(&a, header.descr))
        return NULL;
    bb_tensor *t = bb_tensor_new(a.element->dtype, a.shape);
    if (!t) {
        fail(s, BB_OUT_OF_MEMORY, "out of memory");
        return NULL;
    }
    a.out = bb_tensor_data(t);
    if (read_elements(&a) && ends_here(s))
        return t;
    bb_tensor_release(t);
    return NULL;
}

/* --- files of one array ----------------------------------------------------------------------- */

static int64_t read_file(bb__source *s, void *bytes, size_t size)
{
    int file = *(const int *)s->handle;
    size_t done = 0;
    while (done < size) {
        ssize_t got = read(file, (char *)bytes + done, size - done);
        if (got == 0)
            break;
        if (got < 0 && errno != EINTR) {
            bb_fail(s->error, BB_BAD_FILE, "%s: %s", s->place, strerror(errno));
            return -1;
        }
        done += got > 0 ? (size_t)got : 0;
    }
    return (int64_t)done;
}

bb_tensor *bb_npy_read(const char *path, bb_error *error_out)
{
    if (!path) {
        bb_fail(error_out, BB_BAD_ARGUMENT, "the path is NULL");
        return NULL;
    }
    int file;
    bb__source s = {.error = error_out, .read = read_file, .handle = &file};
    bb__place(s.place, path, NULL);
    file = bb__open_regular(path, s.place, &s.size, error_out);
    if (file < 0)
        return NULL;
    bb_tensor *t = bb__npy_decode(&s);
    close(file);
    return t;
}

bb_status bb_npy_write(const char *path, const bb_tensor *t, bb_error *error_out)
{
    if (!path)
        return bb_fail(error_out, BB_BAD_ARGUMENT, "the path is NULL");
    char header[BB__NPY_HEADER], place[BB__PLACE];
    bb__place(place, path, NULL);
    if (!t)
        return bb_fail(error_out, BB_BAD_ARGUMENT, "%s: the tensor is NULL", place);
    size_t size = bb__npy_print(bb_tensor_dtype(t), bb_tensor_shape(t), header);
    bb__part parts[] = {{header, size}, {bb_tensor_read(t), bb_tensor_bytes(t)}};
    return bb__save(path, 2, parts, error_out);
}
