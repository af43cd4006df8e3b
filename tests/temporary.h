/* SPDX-License-Identifier: MIT */
/* For tests of files: a folder of its own for each test, which is the working folder meanwhile, so
 * that errors name files by short names. */
#ifndef BIBUN_TESTS_TEMPORARY_H
#define BIBUN_TESTS_TEMPORARY_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char temporary_folder[] = "/tmp/bibun-XXXXXX";

static inline void temporary_enter(void)
{
    if (!mkdtemp(temporary_folder) || chdir(temporary_folder) != 0)
        abort();
}

static inline void temporary_leave(void)
{
    DIR *folder = opendir(temporary_folder);
    for (struct dirent *entry; folder && (entry = readdir(folder));)
        if (entry->d_name[0] != '.' && unlink(entry->d_name) != 0)
            rmdir(entry->d_name);
    if (folder)
        closedir(folder);
    if (chdir("/") == 0)
        rmdir(temporary_folder);
}

static inline void temporary_write(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(name, "wb");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
        abort();
}

#endif
