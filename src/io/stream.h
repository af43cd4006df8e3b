/* SPDX-License-Identifier: MIT */
/* Private to io: a file, plain or gzip, as a stream of its bytes; what fails names the file. */
#ifndef BIBUN_IO_STREAM_H
#define BIBUN_IO_STREAM_H

#include <bibun/io.h>

#include <zlib.h>

typedef struct bb__stream {
    gzFile file;
    const char *path;
    char name[200]; /* the path, or its end, for errors */
    int64_t offset; /* bytes given so far, after decompression */
    bb_error *error;
} bb__stream;

/* False with an error when the file cannot be opened; then there is nothing to close. */
bool bb__stream_open(bb__stream *s, const char *path, bb_error *error);
void bb__stream_close(bb__stream *s);

/* Fills the buffer; fewer bytes only at the end of the file; -1 with an error. */
int64_t bb__stream_read(bb__stream *s, void *buffer, size_t size);

#endif
