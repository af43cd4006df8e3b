/* SPDX-License-Identifier: MIT */
/* Archives of named arrays, written by libzip, which writes beside the path and renames.
 *
 * libzip reads the arrays when it closes the archive: until then headers and tensors stay. */
#include "npz_zip.h"

#include <string.h>

/* What libzip reads when it closes the archive. */
typedef struct member {
    zip_buffer_fragment_t parts[2]; /* header and elements */
    char header[BB__NPY_HEADER];
} member;

typedef struct writer {
    const char *path;
    char place[BB__PLACE];
    zip_t *zip;
    member *members;
    zip_int32_t method;
    bb_error *error;
} writer;

static bb_status fail_add(writer *w, const char *name, zip_error_t *met)
{
    char place[BB__PLACE];
    int code = zip_error_code_zip(met);
    bb__place(place, w->path, name);
    if (code == ZIP_ER_EXISTS)
        return bb_fail(w->error, BB_BAD_ARGUMENT, "%s: two arrays of this name", place);
    if (code == ZIP_ER_INVAL)
        return bb_fail(w->error, BB_BAD_ARGUMENT,
                       "%s: the name is not UTF-8, or holds control characters", place);
    return bb__fail_zip(w->error, place, met, BB_BAD_FILE);
}

static bb_status add_source(writer *w, const char *name, const char *file_name, member *m)
{
    enum { DATE = 0 << 9 | 1 << 5 | 1 }; /* 1 January 1980: the same arrays give the same bytes */
    zip_uint64_t parts = m->parts[1].length ? 2 : 1;
    zip_source_t *source = zip_source_buffer_fragment(w->zip, m->parts, parts, 0);
    if (!source)
        return fail_add(w, name, zip_get_error(w->zip));
    zip_int64_t index = zip_file_add(w->zip, file_name, source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
        zip_source_free(source);
        return fail_add(w, name, zip_get_error(w->zip));
    }
    if (zip_set_file_compression(w->zip, (zip_uint64_t)index, w->method, 0) != 0 ||
        zip_file_set_dostime(w->zip, (zip_uint64_t)index, 0, DATE, 0) != 0)
        return fail_add(w, name, zip_get_error(w->zip));
    return BB_OK;
}

/* "name.npy", which libzip copies. */
static bb_status add_array(writer *w, const bb_npz_entry *entry, member *m)
{
    size_t length = strlen(entry->name);
    char *file_name = bb_memory_resize(NULL, length + sizeof BB__NPY_SUFFIX);
    if (!file_name)
        return bb_fail(w->error, BB_OUT_OF_MEMORY, "%s: out of memory", w->place);
    memcpy(file_name, entry->name, length);
    memcpy(file_name + length, BB__NPY_SUFFIX, sizeof BB__NPY_SUFFIX);

    const bb_tensor *t = entry->value;
    zip_uint64_t size = bb__npy_print(bb_tensor_dtype(t), bb_tensor_shape(t), m->header);
    m->parts[0] = (zip_buffer_fragment_t){(zip_uint8_t *)m->header, size};
    /* not const in the interface, but only read */
    union {
        const void *read;
        zip_uint8_t *data;
    } elements = {bb_tensor_read(t)};
    m->parts[1] = (zip_buffer_fragment_t){elements.data, bb_tensor_bytes(t)};
    bb_status status = add_source(w, entry->name, file_name, m);
    bb_memory_release(file_name);
    return status;
}

static bb_status write_archive(writer *w, int count, const bb_npz_entry *entries)
{
    bb_status status = BB_OK;
    for (int i = 0; status == BB_OK && i < count; i++)
        status = add_array(w, &entries[i], &w->members[i]);
    if (status == BB_OK && zip_close(w->zip) == 0)
        return BB_OK;
    if (status == BB_OK)
        status = bb__fail_zip(w->error, w->place, zip_get_error(w->zip), BB_BAD_FILE);
    zip_discard(w->zip);
    return status;
}

static bb_status open_and_write(writer *w, int count, const bb_npz_entry *entries)
{
    int code;
    zip_error_t met;
    w->zip = zip_open(w->path, ZIP_CREATE | ZIP_TRUNCATE, &code);
    if (w->zip)
        return write_archive(w, count, entries);
    zip_error_init_with_code(&met, code);
    bb_status status = bb__fail_zip(w->error, w->place, &met, BB_BAD_FILE);
    zip_error_fini(&met);
    return status;
}

static bb_status check_entry(const writer *w, int i, const bb_npz_entry *entry)
{
    enum { LONGEST = 65536 - (int)sizeof BB__NPY_SUFFIX }; /* a length has 16 bits */
    char place[BB__PLACE];
    if (!entry->name || !entry->name[0])
        return bb_fail(w->error, BB_BAD_ARGUMENT, "%s: array %d has no name", w->place, i);
    bb__place(place, w->path, entry->name);
    if (strlen(entry->name) > LONGEST)
        return bb_fail(w->error, BB_BAD_ARGUMENT, "%s: too long a name", place);
    if (!entry->value)
        return bb_fail(w->error, BB_BAD_ARGUMENT, "%s: the tensor is NULL", place);
    return BB_OK;
}

/* An archive without members, which libzip would not write. */
static bb_status write_empty(const char *path, bb_error *error)
{
    static const char end[22] = "PK\x05\x06"; /* the end of the central directory */
    return bb__save(path, 1, &(bb__part){end, sizeof end}, error);
}

bb_status bb_npz_write(const char *path, int count, const bb_npz_entry *entries, bool compress,
                       bb_error *error_out)
{
    if (!path)
        return bb_fail(error_out, BB_BAD_ARGUMENT, "the path is NULL");
    writer w = {.path = path, .error = error_out};
    w.method = compress ? ZIP_CM_DEFLATE : ZIP_CM_STORE;
    bb__place(w.place, path, NULL);
    if (count < 0 || (count > 0 && !entries))
        return bb_fail(error_out, BB_BAD_ARGUMENT, "%s: no list of %d arrays", w.place, count);
    bb_status status = BB_OK;
    for (int i = 0; status == BB_OK && i < count; i++)
        status = check_entry(&w, i, &entries[i]);
    if (status != BB_OK)
        return status;
    if (count == 0)
        return write_empty(path, error_out);
    if (!bb__may_replace(path, w.place, error_out))
        return BB_BAD_FILE;
    w.members = bb_memory_zeroed((size_t)count, sizeof *w.members);
    if (!w.members)
        return bb_fail(error_out, BB_OUT_OF_MEMORY, "%s: out of memory", w.place);
    status = open_and_write(&w, count, entries);
    bb_memory_release(w.members);
    return status;
}
