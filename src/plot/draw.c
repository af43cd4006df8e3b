/* SPDX-License-Identifier: MIT */
/* Saving a plot: the table, and the picture that gnuplot draws. gnuplot reads a script from a file
 * without a name and writes into the open picture, so that no path and no shell is between. */
#include "plot_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- where gnuplot is ------------------------------------------------------------------------- */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char gnuplot[4096]; /* its path; empty when there is none */

static void look_for_gnuplot(void)
{
    const char *folder = getenv("PATH");
    while (folder && *folder) {
        size_t length = strcspn(folder, ":");
        int wrote = snprintf(gnuplot, sizeof gnuplot, "%.*s/gnuplot", (int)length, folder);
        if (length > 0 && wrote < (int)sizeof gnuplot && access(gnuplot, X_OK) == 0)
            return;
        folder += length + (folder[length] == ':');
    }
    gnuplot[0] = '\0';
}

bool bb_plot_can_draw(void)
{
    pthread_once(&once, look_for_gnuplot);
    return gnuplot[0] != '\0';
}

/* --- files ------------------------------------------------------------------------------------ */

static bb_status fail_at(bb_error *error, const char *path)
{
    int number = errno;
    return bb_fail(error, number == ENOMEM ? BB_OUT_OF_MEMORY : BB_BAD_FILE, "%s: %s", path,
                   strerror(number));
}

/* Closes the file; whether all that was written has arrived. */
static bool close_written(FILE *file)
{
    bool good = fflush(file) == 0 && !ferror(file);
    int number = errno;
    bool closed = fclose(file) == 0;
    if (!good)
        errno = number;
    return good && closed;
}

static bb_status save_table(const bb_plot *p, const char *path, bb_error *error)
{
    FILE *file = fopen(path, "w");
    if (!file)
        return fail_at(error, path);
    bb__plot_table(p, file);
    return close_written(file) ? BB_OK : fail_at(error, path);
}

/* --- gnuplot ---------------------------------------------------------------------------------- */

/* What a run of gnuplot needs: what it reads, what it writes, and what it says. */
typedef struct drawing {
    FILE *script, *picture, *words;
} drawing;

static int spawn(const drawing *d, pid_t *child)
{
    extern char **environ;
    char *arguments[] = {gnuplot, "-d", NULL}; /* -d: no settings of the user's */
    FILE *files[] = {d->script, d->picture, d->words};
    posix_spawn_file_actions_t actions;
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed)
        return failed;
    for (int i = 0; !failed && i < 3; i++)
        failed = posix_spawn_file_actions_adddup2(&actions, fileno(files[i]), i);
    if (!failed)
        failed = posix_spawn(child, gnuplot, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

/* Whether the child ended well. A process that ignores its children cannot know, and then looks at
 * the picture alone. */
static bool ended_well(pid_t child)
{
    int state = 0;
    while (waitpid(child, &state, 0) < 0)
        if (errno != EINTR)
            return errno == ECHILD;
    return WIFEXITED(state) && WEXITSTATUS(state) == 0;
}

/* The last line that gnuplot said. */
static bb_status fail_with_words(bb_error *error, const char *path, FILE *words)
{
    char line[256], last[256] = "it says nothing";
    rewind(words);
    while (fgets(line, sizeof line, words)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[strspn(line, " \t")])
            strcpy(last, line);
    }
    return bb_fail(error, BB_BAD_FILE, "%s: gnuplot failed: %s", path, last);
}

static bb_status run(const bb_plot *p, const char *path, bool is_png, const drawing *d,
                     bb_error *error)
{
    bb__plot_script(p, d->script, is_png);
    if (fflush(d->script) != 0 || ferror(d->script))
        return bb_fail(error, BB_BAD_FILE, "%s: script for gnuplot: %s", path, strerror(errno));
    rewind(d->script);
    pid_t child;
    int failed = spawn(d, &child);
    if (failed)
        return bb_fail(error, BB_BAD_FILE, "%s: %s: %s", path, gnuplot, strerror(failed));
    if (!ended_well(child) || lseek(fileno(d->picture), 0, SEEK_END) <= 0)
        return fail_with_words(error, path, d->words);
    return BB_OK;
}

static bb_status draw(const bb_plot *p, const char *path, bool is_png, bb_error *error)
{
    drawing d = {tmpfile(), NULL, tmpfile()};
    bb_status status;
    if (!d.script || !d.words)
        status = bb_fail(error, BB_BAD_FILE, "%s: temporary file: %s", path, strerror(errno));
    else if (!(d.picture = fopen(path, "w")))
        status = fail_at(error, path);
    else
        status = run(p, path, is_png, &d, error);
    FILE *files[] = {d.script, d.picture, d.words};
    for (int i = 0; i < 3; i++)
        if (files[i])
            fclose(files[i]);
    if (status != BB_OK && d.picture)
        remove(path);
    return status;
}

/* --- saving ----------------------------------------------------------------------------------- */

static bb_status save(const bb_plot *p, const char *path, const char *ending, bool *drawn,
                      bb_error *error)
{
    size_t length = (size_t)(ending - path);
    char *table = bb_memory_resize(NULL, length + sizeof ".txt");
    if (!table)
        return bb_fail(error, BB_OUT_OF_MEMORY, "%s: out of memory", path);
    memcpy(table, path, length);
    strcpy(table + length, ".txt");
    bb_status status = save_table(p, table, error);
    bb_memory_release(table);
    if (status != BB_OK || !bb_plot_can_draw())
        return status;
    status = draw(p, path, strcmp(ending, ".png") == 0, error);
    *drawn = status == BB_OK;
    return status;
}

bb_status bb_plot_save(bb_plot *p, const char *path, bool *drawn_out, bb_error *error_out)
{
    if (!p)
        return bb_fail(error_out, BB_OUT_OF_MEMORY, "plot: out of memory");
    if (p->error.status != BB_OK)
        return bb_fail(error_out, p->error.status, "%s", p->error.text);
    if (!path)
        return bb_fail(error_out, BB_BAD_ARGUMENT, "the path is NULL");
    const char *name = strrchr(path, '/'), *ending = strrchr(name ? name : path, '.');
    if (!ending || (strcmp(ending, ".svg") != 0 && strcmp(ending, ".png") != 0))
        return bb_fail(error_out, BB_BAD_ARGUMENT, "%s: the name ends neither in .svg nor in .png",
                       path);
    bool drawn = false;
    bb_status status = save(p, path, ending, &drawn, error_out);
    if (status == BB_OK && drawn_out)
        *drawn_out = drawn;
    return status;
}
