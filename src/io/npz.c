/* SPDX-License-Identifier: MIT */
/* Archives of named arrays, read by libzip, which also compares checksums.
 *
 * A member's claimed size is believed only as far as the file's own bytes can be inflated to it. */
#include "npz_zip.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { INFLATION = 1032 }; /* the most that deflate gains: 258 bytes for 2 bits */

bb_status bb__fail_zip(bb_error *error, const char *place, zip_error_t *met, bb_status otherwise)
{
    bool system = zip_error_system_type(met) == ZIP_ET_SYS && zip_error_code_system(met) != 0;
    const char *text = system ? strerror(zip_error_code_system(met)) : zip_error_strerror(met);
    if (zip_error_code_zip(met) == ZIP_ER_MEMORY)
        return bb_fail(error, BB_OUT_OF_MEMORY, "%s: out of memory", place);
    return bb_fail(error, system ? BB_BAD_FILE : otherwise, "%s: %s", place, text);
}

/* --- opening ---------------------------------------------------------------------------------- */

typedef struct member {
    zip_uint64_t index; /* in the archive */
    const char *name;   /* without suffix */
} member;

struct bb_npz {
    zip_t *zip;
    int64_t size; /* of the file */
    char *path, *names;
    member *members;
    int count;
};

/* Length of a member's name without the suffix; -1 when the member is no array. */
static int64_t stem(const char *name)
{
    size_t length = name ? strlen(name) : 0, tail = sizeof BB__NPY_SUFFIX - 1;
    bool is_array = length >= tail && strcmp(name + length - tail, BB__NPY_SUFFIX) == 0;
    return is_array ? (int64_t)(length - tail) : -1;
}

static bool add_member(bb_npz *z, zip_uint64_t index, char *copy, bb_error *error)
{
    const char *name = zip_get_name(z->zip, index, 0);
    size_t length = (size_t)stem(name);
    memcpy(copy, name, length);
    copy[length] = '\0';
    z->members[z->count++] = (member){index, copy};
    zip_int64_t first = zip_name_locate(z->zip, name, 0);
    if (first < 0 || (zip_uint64_t)first == index)
        return true;
    char place[BB__PLACE];
    bb__place(place, z->path, copy);
    bb_fail(error, BB_BAD_FORMAT, "%s: stands twice in the archive", place);
    return false;
}

static bool list_members(bb_npz *z, const char *place, bb_error *error)
{
    zip_int64_t entries = zip_get_num_entries(z->zip, 0);
    size_t count = 0, text = 0;
    for (zip_int64_t i = 0; i < entries; i++) {
        int64_t length = stem(zip_get_name(z->zip, (zip_uint64_t)i, 0));
        count += length >= 0;
        text += (size_t)(length + 1);
    }
    z->members = bb_memory_zeroed(count + 1, sizeof *z->members);
    z->names = bb_memory_resize(NULL, text + 1);
    if (!z->members || !z->names || count > INT_MAX) {
        bb_fail(error, BB_OUT_OF_MEMORY, "%s: out of memory", place);
        return false;
    }
    char *end = z->names;
    for (zip_int64_t i = 0; i < entries; i++) {
        int64_t length = stem(zip_get_name(z->zip, (zip_uint64_t)i, 0));
        if (length >= 0 && !add_member(z, (zip_uint64_t)i, end, error))
            return false;
        end += length + 1;
    }
    return true;
}

/* A file that libzip does not take for an archive, by its first bytes. */
static void fail_open(int file, const char *place, int code, bb_error *error)
{
    static const struct {
        const char *magic, *what;
    } kinds[] = {{"\x93NUMPY", "a single array (.npy), not an archive"},
                 {"\x80", "a pickle, which is not read"},
                 {"PK\x03\x04", "truncated: the archive's directory is missing"},
                 {"", "no zip archive"}};
    char magic[8] = {0};
    zip_error_t met;
    if (code == ZIP_ER_NOZIP && pread(file, magic, sizeof magic, 0) >= 0) {
        size_t i = 0;
        while (memcmp(magic, kinds[i].magic, strlen(kinds[i].magic)) != 0)
            i++;
        bb_fail(error, BB_BAD_FORMAT, "%s: %s", place, kinds[i].what);
        return;
    }
    zip_error_init_with_code(&met, code);
    bb__fail_zip(error, place, &met, BB_BAD_FORMAT);
    zip_error_fini(&met);
}

static bool open_archive(bb_npz *z, const char *place, bb_error *error)
{
    int code, file = bb__open_regular(z->path, place, &z->size, error);
    if (file < 0)
        return false;
    z->zip = zip_fdopen(file, 0, &code); /* which then owns the file */
    if (z->zip)
        return list_members(z, place, error);
    fail_open(file, place, code, error);
    close(file);
    return false;
}

bb_npz *bb_npz_open(const char *path, bb_error *error_out)
{
    if (!path) {
        bb_fail(error_out, BB_BAD_ARGUMENT, "the path is NULL");
        return NULL;
    }
    char place[BB__PLACE];
    bb__place(place, path, NULL);
    bb_npz *z = bb_memory_zeroed(1, sizeof *z);
    size_t size = strlen(path) + 1;
    if (z && (z->path = bb_memory_resize(NULL, size))) {
        memcpy(z->path, path, size);
        if (open_archive(z, place, error_out))
            return z;
    } else {
        bb_fail(error_out, BB_OUT_OF_MEMORY, "%s: out of memory", place);
    }
    bb_npz_close(z);
    return NULL;
}

void bb_npz_close(bb_npz *z)
{
    if (!z)
        return;
    if (z->zip)
        zip_discard(z->zip);
    bb_memory_release(z->members);
    bb_memory_release(z->names);
    bb_memory_release(z->path);
    bb_memory_release(z);
}

int bb_npz_count(const bb_npz *z)
{
    return z ? z->count : 0;
}

const char *bb_npz_name(const bb_npz *z, int i)
{
    return z && i >= 0 && i < z->count ? z->members[i].name : NULL;
}

/* --- reading ---------------------------------------------------------------------------------- */

static int64_t read_member(bb__source *s, void *bytes, size_t size)
{
    zip_file_t *file = s->handle;
    size_t done = 0;
    while (done < size) {
        zip_int64_t got = zip_fread(file, (char *)bytes + done, size - done);
        if (got < 0) {
            bb__fail_zip(s->error, s->place, zip_file_get_error(file), BB_BAD_FORMAT);
            return -1;
        }
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (int64_t)done;
}

/* Whether a member can be what it claims: stored or deflated, and not larger than that allows. */
static bool is_sound(const bb_npz *z, const bb__source *s, const zip_stat_t *about)
{
    const zip_uint64_t known = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
    bool deflated = about->comp_method == ZIP_CM_DEFLATE;
    if ((about->valid & known) != known)
        bb_fail(s->error, BB_BAD_FORMAT, "%s: the archive's directory is incomplete", s->place);
    else if (about->valid & ZIP_STAT_ENCRYPTION_METHOD && about->encryption_method != ZIP_EM_NONE)
        bb_fail(s->error, BB_BAD_FORMAT, "%s: encrypted, which is not read", s->place);
    else if (!deflated && about->comp_method != ZIP_CM_STORE)
        bb_fail(s->error, BB_BAD_FORMAT, "%s: unknown compression method %d", s->place,
                (int)about->comp_method);
    else if (about->comp_size > (zip_uint64_t)z->size)
        bb_fail(s->error, BB_BAD_FORMAT, "%s: claims %llu of the file's %lld bytes", s->place,
                (unsigned long long)about->comp_size, (long long)z->size);
    else if (about->size > about->comp_size * (deflated ? INFLATION : 1))
        bb_fail(s->error, BB_BAD_FORMAT, "%s: claims to hold %llu bytes in %llu", s->place,
                (unsigned long long)about->size, (unsigned long long)about->comp_size);
    else
        return true;
    return false;
}

static bb_tensor *read_array(bb_npz *z, zip_uint64_t index, bb__source *s)
{
    zip_stat_t about;
    if (zip_stat_index(z->zip, index, 0, &about) != 0) {
        bb__fail_zip(s->error, s->place, zip_get_error(z->zip), BB_BAD_FORMAT);
        return NULL;
    }
    if (!is_sound(z, s, &about))
        return NULL;
    s->size = (int64_t)about.size;
    s->handle = zip_fopen_index(z->zip, index, 0);
    if (!s->handle) {
        bb__fail_zip(s->error, s->place, zip_get_error(z->zip), BB_BAD_FORMAT);
        return NULL;
    }
    bb_tensor *t = bb__npy_decode(s);
    zip_fclose(s->handle);
    return t;
}

/* "W1, b1, W2, ...", as many names as fit. */
static void print_names(const bb_npz *z, char *text, size_t size)
{
    size_t used = 0, room = size - sizeof ", ...";
    for (int i = 0; i < z->count; i++) {
        const char *name = z->members[i].name;
        size_t length = strlen(name);
        bool fits = used + length + 2 < room;
        used += (size_t)snprintf(text + used, size - used, "%s", i ? ", " : "");
        bb__legible(text + used, size - used, fits ? name : "...", fits ? length : 3);
        if (!fits)
            break;
        used += length;
    }
}

bb_tensor *bb_npz_read(bb_npz *z, const char *name, bb_error *error_out)
{
    if (!z || !name) {
        bb_fail(error_out, BB_BAD_ARGUMENT, z ? "the name is NULL" : "the archive is NULL");
        return NULL;
    }
    bb__source s = {.error = error_out, .read = read_member};
    bb__place(s.place, z->path, name);
    for (int i = 0; i < z->count; i++)
        if (strcmp(z->members[i].name, name) == 0)
            return read_array(z, z->members[i].index, &s);
    char names[160] = "no arrays";
    print_names(z, names, sizeof names);
    bb_fail(error_out, BB_BAD_FORMAT, "%s: no such array; the file holds %s", s.place, names);
    return NULL;
}
