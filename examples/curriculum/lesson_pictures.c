/* SPDX-License-Identifier: MIT */
/* Pictures of a lesson: what cannot be drawn for want of a program is printed or left out, and what
 * to install is said once. */
#include "lesson_parts.h"

#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>

void lesson__path(const lesson *l, lesson__path_text path, const char *prefix, const char *name,
                  const char *suffix)
{
    int length = snprintf(path, sizeof(lesson__path_text), "%s/%s%s%s%s", l->out, prefix,
                          *prefix ? "-" : "", name, suffix);
    if (length >= (int)sizeof(lesson__path_text))
        lesson__stop(l, 1, "%s: the name is too long", l->out);
}

static void tell_once(bool *told, const char *text)
{
    if (!*told)
        puts(text);
    *told = true;
}

static void picture_made(const lesson *l, const char *path)
{
    printf("picture %s\n", path);
    lesson__row(l, "picture", strrchr(path, '/') + 1, "", "", "");
}

void lesson_plot(lesson *l, bb_plot *plot, const char *name)
{
    bool drawn = false;
    if (l->out) {
        lesson__path_text path;
        bb_error error = {0};
        lesson__path(l, path, l->number, name, ".svg");
        if (bb_plot_save(plot, path, &drawn, &error) != BB_OK)
            lesson__stop(l, 1, "%s", error.text);
        if (drawn)
            picture_made(l, path);
        else
            tell_once(&l->told_gnuplot, "no gnuplot: install gnuplot-nox for the pictures");
    }
    bb_status status = drawn ? BB_OK : bb_plot_print(plot, stdout, 0);
    const char *text = bb_plot_error(plot);
    if (status != BB_OK)
        lesson__stop(l, 1, "%s", text ? text : bb_status_text(status));
    bb_plot_free(plot);
}

/* Whether dot is there; ends the program when it fails. */
static bool draw_graph(const lesson *l, char *dot_path, char *svg_path)
{
    extern char **environ;
    char *arguments[] = {"dot", "-Tsvg", dot_path, "-o", svg_path, NULL};
    pid_t child;
    int state;
    if (posix_spawnp(&child, "dot", NULL, NULL, arguments, environ) != 0)
        return false;
    while (waitpid(child, &state, 0) < 0)
        if (errno != EINTR)
            lesson__stop(l, 1, "dot: %s", strerror(errno));
    if (!WIFEXITED(state) || (WEXITSTATUS(state) != 0 && WEXITSTATUS(state) != 127))
        lesson__stop(l, 1, "%s: dot failed", dot_path);
    return WEXITSTATUS(state) == 0;
}

void lesson_graph(lesson *l, const bb_graph *g, const char *name, const bb_dot_options *wanted)
{
    if (!l->out)
        return;
    lesson__path_text dot_path, svg_path;
    lesson__path(l, dot_path, l->number, name, ".dot");
    lesson__path(l, svg_path, l->number, name, ".svg");
    bb_status status = bb_dot_save(g, dot_path, wanted);
    if (status != BB_OK)
        lesson__stop(l, 1, "%s: %s", dot_path, bb_status_text(status));
    if (draw_graph(l, dot_path, svg_path))
        picture_made(l, svg_path);
    else
        tell_once(&l->told_dot, "no dot: install graphviz for the pictures of graphs");
}
