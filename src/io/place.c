/* SPDX-License-Identifier: MIT */
/* Files for the readers and writers of arrays, and how messages name them. A file that is written
 * is complete or not there. */
#include "npy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- text ------------------------------------------------------------------------------------- */

void bb__legible(char *shown, size_t size, const char *text, size_t length)
{
    bool fits = length < size;
    size_t count = fits ? length : size - sizeof "...";
    for (size_t i = 0; i < count; i++) {
        unsigned char c = (unsigned char)text[i];
        shown[i] = c < ' ' || c == 127 ? '?' : text[i];
    }
    memcpy(shown + count, "...", fits ? 0 : 3);
    shown[fits ? count : count + 3] = '\0';
}

void bb__place(char place[BB__PLACE], const char *path, const char *member)
{
    enum { PATH = 200, MEMBER = 100 };
    size_t length = strlen(path);
    bool fits = length < PATH;
    int used = snprintf(place, BB__PLACE, "%s%s%s", fits ? "" : "...",
                        fits ? path : path + (length - PATH), member ? ": " : "");
    if (member)
        bb__legible(place + used, MEMBER, member, strlen(member));
}

static bool is_regular(const struct stat *about, const char *place, bb_error *error)
{
    if (S_ISREG(about->st_mode))
        return true;
    bb_fail(error, BB_BAD_FILE, "%s: %s", place,
            S_ISDIR(about->st_mode) ? strerror(EISDIR) : "not a regular file");
    return false;
}

/* --- reading ---------------------------------------------------------------------------------- */

int bb__open_regular(const char *path, const char *place, int64_t *size_out, bb_error *error)
{
    struct stat about;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe would wait for its writer */
    if (file < 0 || fstat(file, &about) != 0) {
        bb_fail(error, BB_BAD_FILE, "%s: %s", place, strerror(errno));
    } else if (is_regular(&about, place, error)) {
        *size_out = about.st_size;
        return file;
    }
    if (file >= 0)
        close(file);
    return -1;
}

/* --- writing ---------------------------------------------------------------------------------- */

bool bb__may_replace(const char *path, const char *place, bb_error *error)
{
    struct stat about;
    return stat(path, &about) != 0 || is_regular(&about, place, error);
}

/* A new file "path.N.tmp"; its name stands in `name`. */
static int create_beside(const char *path, char *name, size_t size)
{
    enum { ATTEMPTS = 1000 };
    int file = -1;
    for (int i = 0; file < 0 && i < ATTEMPTS && (i == 0 || errno == EEXIST); i++) {
        snprintf(name, size, "%s.%ld-%d.tmp", path, (long)getpid(), i);
        file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    }
    return file;
}

static bool write_all(int file, const bb__part *part)
{
    size_t done = 0;
    while (done < part->size) {
        ssize_t count = write(file, (const char *)part->bytes + done, part->size - done);
        if (count < 0 && errno != EINTR)
            return false;
        done += count > 0 ? (size_t)count : 0;
    }
    return true;
}

/* 0, or the errno of what failed; nothing is left behind then. */
static int write_beside(const char *path, char *name, size_t size, int count, const bb__part *parts)
{
    int file = create_beside(path, name, size);
    if (file < 0)
        return errno;
    bool good = true;
    for (int i = 0; good && i < count; i++)
        good = write_all(file, &parts[i]);
    int problem = good ? 0 : errno;
    if (close(file) != 0 && problem == 0)
        problem = errno;
    if (problem == 0 && rename(name, path) != 0)
        problem = errno;
    if (problem != 0)
        unlink(name);
    return problem;
}

bb_status bb__save(const char *path, int count, const bb__part *parts, bb_error *error)
{
    char place[BB__PLACE];
    bb__place(place, path, NULL);
    if (!bb__may_replace(path, place, error))
        return BB_BAD_FILE;
    size_t size = strlen(path) + 40;
    char *name = bb_memory_resize(NULL, size);
    if (!name)
        return bb_fail(error, BB_OUT_OF_MEMORY, "%s: out of memory", place);
    int problem = write_beside(path, name, size, count, parts);
    bb_memory_release(name);
    if (problem != 0)
        return bb_fail(error, BB_BAD_FILE, "%s: %s", place, strerror(problem));
    return BB_OK;
}
