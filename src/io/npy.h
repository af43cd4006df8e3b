/* SPDX-License-Identifier: MIT */
/* What .npy and .npz files share: the bytes of an array from any source, and the header that NumPy
 * puts before its elements. */
#ifndef BIBUN_IO_NPY_H
#define BIBUN_IO_NPY_H

#include <bibun/npz.h>

/* --- text for messages (place.c) -------------------------------------------------------------- */

/* "path", or "path: member" unless member is NULL. A long path loses its beginning, a long member
 * its end. */
enum { BB__PLACE = 320 };
void bb__place(char place[BB__PLACE], const char *path, const char *member);

/* Copies text into `size` bytes, '?' for control characters, "..." for what does not fit. */
void bb__legible(char *shown, size_t size, const char *text, size_t length);

/* --- files (place.c) -------------------------------------------------------------------------- */

/* Opens a regular file for reading; -1 with an error that begins with `place`. */
int bb__open_regular(const char *path, const char *place, int64_t *size_out, bb_error *error);

/* Whether a file may be put at `path`: nothing or a regular file is there. */
bool bb__may_replace(const char *path, const char *place, bb_error *error);

typedef struct bb__part {
    const void *bytes;
    size_t size;
} bb__part;

/* Writes the parts, one after the other, to a new file beside `path`, and renames it. */
bb_status bb__save(const char *path, int count, const bb__part *parts, bb_error *error);

/* --- an array's bytes ------------------------------------------------------------------------- */

typedef struct bb__source {
    char place[BB__PLACE];
    bb_error *error;
    int64_t size;   /* of all the bytes; the file's own size must justify it */
    int64_t offset; /* how many were read */
    /* as many bytes as asked for, fewer at the end; -1 with an error */
    int64_t (*read)(struct bb__source *s, void *bytes, size_t size);
    void *handle;
} bb__source;

/* Reads an array, which takes up the whole source. NULL with an error. */
bb_tensor *bb__npy_decode(bb__source *s);

/* --- the header (npy_header.c) ---------------------------------------------------------------- */

typedef struct bb__npy_header {
    char descr[24]; /* legible */
    bool fortran;
    bb_shape shape; /* valid */
} bb__npy_header;

/* Reads the dictionary of descr, fortran_order and shape that Python prints. */
bool bb__npy_parse(bb__source *s, const char *text, size_t length, bb__npy_header *header_out);

/* Magic, version 1.0, and the dictionary, to the byte as NumPy writes them; returns the size. */
enum { BB__NPY_HEADER = 320 };
size_t bb__npy_print(bb_dtype dtype, bb_shape shape, char header[BB__NPY_HEADER]);

/* --- elements (npy_elements.c) ---------------------------------------------------------------- */

/* An element type of files, and what it becomes. */
typedef struct bb__element {
    const char *type; /* NumPy's kind and size: "f4" */
    bb_dtype dtype;
    int size; /* in the file */
    /* how many elements were converted: `count`, or fewer when the next does not fit the dtype */
    int64_t (*decode)(const uint8_t *bytes, int64_t count, int size, bool big, void *out);
} bb__element;

/* The type that `descr` names, and whether its bytes are big-endian; NULL with an error. */
const bb__element *bb__element_of(bb__source *s, const char *descr, bool *big_out);

/* An integer of the file as text. */
enum { BB__INTEGER_TEXT = 24 };
void bb__element_print(const bb__element *e, const uint8_t *bytes, bool big,
                       char text[BB__INTEGER_TEXT]);

bool bb__is_big_endian(void); /* this machine */

#endif
