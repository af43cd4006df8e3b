/* SPDX-License-Identifier: MIT */
/* Files, plain or gzip, by zlib, which tells them apart by their first bytes. */
#include "stream.h"
#include "npy.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* A path that is too long keeps its end, where the file's name is. */
static void set_name(bb__stream *s)
{
    size_t length = strlen(s->path), room = sizeof s->name - 4;
    bool fits = length <= room;
    snprintf(s->name, sizeof s->name, "%s%s", fits ? "" : "...",
             fits ? s->path : s->path + (length - room));
}

bool bb__stream_open(bb__stream *s, const char *path, bb_error *error)
{
    *s = (bb__stream){.path = path, .error = error};
    if (!path) {
        bb_fail(error, BB_BAD_ARGUMENT, "the path is NULL");
        return false;
    }
    set_name(s);
    int64_t size;
    int file = bb__open_regular(path, s->name, &size, error);
    if (file < 0)
        return false;
    s->file = gzdopen(file, "rb"); /* which then owns the file */
    if (s->file)
        return true;
    close(file);
    bb_fail(error, BB_OUT_OF_MEMORY, "%s: out of memory", s->name);
    return false;
}

void bb__stream_close(bb__stream *s)
{
    gzclose(s->file);
}

/* zlib puts "<fd:N>: " before its sentence. */
static const char *without_place(const char *sentence)
{
    const char *end = strncmp(sentence, "<fd:", 4) == 0 ? strstr(sentence, ">: ") : NULL;
    return end ? end + 3 : sentence;
}

/* What zlib has met since the last read, as an error; false when nothing. */
static bool failed(bb__stream *s)
{
    int code;
    const char *sentence = gzerror(s->file, &code);
    if (code == Z_OK || code == Z_STREAM_END)
        return false;
    sentence = without_place(sentence);
    if (code == Z_MEM_ERROR)
        bb_fail(s->error, BB_OUT_OF_MEMORY, "%s: out of memory", s->name);
    else if (code == Z_ERRNO)
        bb_fail(s->error, BB_BAD_FILE, "%s: %s at offset %lld", s->name, sentence,
                (long long)s->offset);
    else
        bb_fail(s->error, BB_BAD_FORMAT, "%s: corrupt gzip: %s at compressed offset %lld", s->name,
                sentence, (long long)gzoffset(s->file));
    return true;
}

int64_t bb__stream_read(bb__stream *s, void *buffer, size_t size)
{
    const size_t most = (size_t)1 << 30; /* gzread takes and returns an int */
    size_t got = 0;
    while (got < size) {
        size_t want = size - got < most ? size - got : most;
        int count = gzread(s->file, (char *)buffer + got, (unsigned)want);
        if (count > 0) {
            got += (size_t)count;
            s->offset += count;
        }
        if (count < (int)want) {
            if (failed(s))
                return -1;
            break;
        }
    }
    return (int64_t)got;
}
