/* SPDX-License-Identifier: MIT */
/* IDX files: a magic of 00 00, element type and rank; the sizes; the elements, all big-endian.
 *
 * Memory grows with the bytes that were read, never with what the header claims. */
#include "stream.h"

#include <string.h>

/* `size` bytes, most significant first. */
static uint64_t big_endian(const uint8_t *bytes, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | bytes[i];
    return value;
}

static void decode_u8(const uint8_t *bytes, int64_t count, void *out)
{
    memcpy(out, bytes, (size_t)count);
}

static void decode_i8(const uint8_t *bytes, int64_t count, void *out)
{
    int32_t *numbers = out;
    for (int64_t i = 0; i < count; i++)
        numbers[i] = bytes[i] - (bytes[i] >> 7 << 8);
}

static void decode_i16(const uint8_t *bytes, int64_t count, void *out)
{
    int32_t *numbers = out;
    for (int64_t i = 0; i < count; i++) {
        int32_t word = (int32_t)big_endian(bytes + 2 * i, 2);
        numbers[i] = word - (word >> 15 << 16);
    }
}

/* i32 and f32; memcpy, since the bits are stored whatever the type. */
static void decode_4(const uint8_t *bytes, int64_t count, void *out)
{
    for (int64_t i = 0; i < count; i++) {
        uint32_t bits = (uint32_t)big_endian(bytes + 4 * i, 4);
        memcpy((char *)out + 4 * i, &bits, 4);
    }
}

static void decode_8(const uint8_t *bytes, int64_t count, void *out)
{
    for (int64_t i = 0; i < count; i++) {
        uint64_t bits = big_endian(bytes + 8 * i, 8);
        memcpy((char *)out + 8 * i, &bits, 8);
    }
}

/* By the third byte of the magic; a row with size 0 is no type. */
typedef struct element {
    int64_t size; /* in the file */
    bb_dtype dtype;
    void (*decode)(const uint8_t *bytes, int64_t count, void *out);
} element;

static const element elements[] = {
    [0x08] = {1, BB_U8, decode_u8},   [0x09] = {1, BB_I32, decode_i8},
    [0x0B] = {2, BB_I32, decode_i16}, [0x0C] = {4, BB_I32, decode_4},
    [0x0D] = {4, BB_F32, decode_4},   [0x0E] = {8, BB_F64, decode_8},
};

/* Exactly `size` bytes. */
static bool read_all(bb__stream *s, void *bytes, size_t size)
{
    long long offset = s->offset;
    int64_t got = bb__stream_read(s, bytes, size);
    if (got >= 0 && (size_t)got < size)
        bb_fail(s->error, BB_BAD_FORMAT, "%s: truncated: %lld of %zu bytes at offset %lld", s->name,
                (long long)got, size, offset);
    return got >= 0 && (size_t)got == size;
}

static bool read_magic(bb__stream *s, const element **type_out, int *ndim_out)
{
    uint8_t magic[4];
    if (!read_all(s, magic, sizeof magic))
        return false;
    if (magic[0] || magic[1]) {
        bb_fail(s->error, BB_BAD_FORMAT, "%s: no IDX file: magic %08lx at offset 0", s->name,
                (unsigned long)big_endian(magic, 4));
        return false;
    }
    if (magic[2] >= sizeof elements / sizeof elements[0] || elements[magic[2]].size == 0) {
        bb_fail(s->error, BB_BAD_FORMAT, "%s: unknown element type 0x%02x at offset 2", s->name,
                (unsigned)magic[2]);
        return false;
    }
    if (magic[3] > BB_MAX_DIMS) {
        bb_fail(s->error, BB_BAD_FORMAT, "%s: rank %d is over %d at offset 3", s->name, magic[3],
                (int)BB_MAX_DIMS);
        return false;
    }
    *type_out = &elements[magic[2]];
    *ndim_out = magic[3];
    return true;
}

static bool read_shape(bb__stream *s, int ndim, bb_shape *shape_out)
{
    uint8_t sizes[4 * BB_MAX_DIMS];
    char text[BB_SHAPE_TEXT];
    bb_shape shape = {.ndim = ndim};
    if (!read_all(s, sizes, (size_t)ndim * 4))
        return false;
    for (int i = 0; i < ndim; i++)
        shape.dim[i] = (int64_t)big_endian(sizes + 4 * i, 4);
    if (bb_shape_count(shape) < 0) {
        bb_fail(s->error, BB_BAD_FORMAT, "%s: shape %s has too many elements at offset 4", s->name,
                bb_shape_text(shape, text));
        return false;
    }
    *shape_out = shape;
    return true;
}

/* Up to `size` bytes into a block that grows to at most twice what was read, and is the caller's
 * even after a failure; how many, or -1 with an error. */
static int64_t read_growing(bb__stream *s, int64_t size, uint8_t **bytes)
{
    const int64_t first = 1 << 16;
    int64_t used = 0, room = 0;
    do {
        int64_t wider = room ? 2 * room : first;
        room = wider < size ? wider : size;
        uint8_t *block = bb_memory_resize(*bytes, room ? (size_t)room : 1);
        if (!block) {
            bb_fail(s->error, BB_OUT_OF_MEMORY, "%s: out of memory", s->name);
            return -1;
        }
        *bytes = block;
        int64_t got = bb__stream_read(s, block + used, (size_t)(room - used));
        if (got < 0)
            return -1;
        used += got;
    } while (used == room && used < size);
    return used;
}

static bool ends_here(bb__stream *s)
{
    uint8_t surplus;
    long long offset = s->offset;
    int64_t got = bb__stream_read(s, &surplus, 1);
    if (got > 0)
        bb_fail(s->error, BB_BAD_FORMAT, "%s: bytes left over at offset %lld", s->name, offset);
    return got == 0;
}

/* The rest of the file, which must be `size` bytes. */
static uint8_t *read_elements(bb__stream *s, int64_t size)
{
    uint8_t *bytes = NULL;
    long long offset = s->offset;
    int64_t got = read_growing(s, size, &bytes);
    if (got >= 0 && got < size)
        bb_fail(s->error, BB_BAD_FORMAT, "%s: truncated: %lld of %lld bytes at offset %lld",
                s->name, (long long)got, (long long)size, offset);
    else if (got == size && ends_here(s))
        return bytes;
    bb_memory_release(bytes);
    return NULL;
}

static bb_tensor *read_tensor(bb__stream *s)
{
    const element *type;
    int ndim;
    bb_shape shape;
    if (!read_magic(s, &type, &ndim) || !read_shape(s, ndim, &shape))
        return NULL;
    int64_t count = bb_shape_count(shape);
    uint8_t *bytes = read_elements(s, count * type->size);
    if (!bytes)
        return NULL;
    bb_tensor *t = bb_tensor_new(type->dtype, shape);
    if (t)
        type->decode(bytes, count, bb_tensor_data(t));
    else
        bb_fail(s->error, BB_OUT_OF_MEMORY, "%s: out of memory", s->name);
    bb_memory_release(bytes);
    return t;
}

bb_tensor *bb_idx_read(const char *path, bb_error *error_out)
{
    bb__stream s;
    if (!bb__stream_open(&s, path, error_out))
        return NULL;
    bb_tensor *t = read_tensor(&s);
    bb__stream_close(&s);
    return t;
}
