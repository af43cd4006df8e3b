/* SPDX-License-Identifier: MIT */
/* The user's call sites: a stack a thread, pushed and popped by the macros of callsites.h.
 *
 * The innermost one is the builder that is running, since arguments are evaluated between its push
 * and its call; builders that the library calls itself do not push, so its composites keep the
 * user's line. */
#include "node.h"

#include <stdio.h>

enum { DEEPEST = 64 };

static _Thread_local bb__site sites[DEEPEST];
static _Thread_local int depth; /* may pass DEEPEST; the sites beyond are not kept */

void bb__site_push(const char *file, int line)
{
    if (depth < DEEPEST)
        sites[depth] = (bb__site){file, line};
    depth++;
}

static void pop(void)
{
    if (depth > 0)
        depth--;
}

bb_node *bb__site_pop_node(bb_node *node)
{
    pop();
    return node;
}

bb_status bb__site_pop_status(bb_status status)
{
    pop();
    return status;
}

bb_program *bb__site_pop_program(bb_program *program)
{
    pop();
    return program;
}

bb__site bb__site_now(void)
{
    return depth > 0 ? sites[depth <= DEEPEST ? depth - 1 : DEEPEST - 1] : (bb__site){NULL, 0};
}

const char *bb__site_text(bb__site site, char buffer[BB__SITE_TEXT])
{
    buffer[0] = '\0';
    if (site.file)
        snprintf(buffer, BB__SITE_TEXT, "%.*s:%d: ", BB__SITE_TEXT - 16, site.file, site.line);
    return buffer;
}
