/* SPDX-License-Identifier: MIT */
/* Graphs as dot text: which nodes are drawn, how they look, and in what order they are written.
 *
 * The text depends on the graph only. Inputs have smaller ids than the nodes they feed, so each
 * choice is one sweep over the ids. */
#include <bibun/op.h>
#include <bibun/viz.h>

#include <string.h>

#include "label.h"
#include "scopes.h"

/* How kinds of nodes are told apart; the words are the legend at the head of the text. */
typedef struct look {
    const char *legend, *attributes;
} look;

enum { INPUT, PARAM, STATE, CONSTANT, FORWARD, GRADIENT, GRADIENT2, EFFECT, LOOKS };

static const look looks[LOOKS] = {
    [INPUT] = {"input: blue ellipse", "shape=ellipse, fillcolor=\"#bbdefb\""},
    [PARAM] = {"parameter: yellow cylinder", "shape=cylinder, fillcolor=\"#ffe082\""},
    [STATE] = {"state: pale yellow cylinder", "shape=cylinder, fillcolor=\"#fff8e1\""},
    [CONSTANT] = {"constant: grey note", "shape=note, fillcolor=\"#eeeeee\""},
    [FORWARD] = {"forward op: white box", "shape=box, fillcolor=\"#ffffff\""},
    [GRADIENT] = {"gradient op: pink rounded box",
                  "shape=box, style=\"filled,rounded\", fillcolor=\"#f8bbd0\""},
    [GRADIENT2] = {"gradient's gradient: purple rounded box",
                   "shape=box, style=\"filled,rounded\", fillcolor=\"#ce93d8\""},
    [EFFECT] = {"effect: green hexagon", "shape=hexagon, fillcolor=\"#c8e6c9\""},
};

static int look_of(const bb_node *node)
{
    static const int leaves[] = {[BB_NODE_INPUT] = INPUT, [BB_NODE_CONSTANT] = CONSTANT};
    bb_node_kind kind = bb_node_kind_of(node);
    int order = bb_node_order(node);
    if (kind == BB_NODE_PARAM)
        return bb_node_is_trainable(node) ? PARAM : STATE;
    if (kind != BB_NODE_OP)
        return leaves[kind];
    return bb__is_effect(node) ? EFFECT : order == 0 ? FORWARD : order == 1 ? GRADIENT : GRADIENT2;
}

/* What the sweeps find out about a node: MADE by differentiation, or an UPDATE, which is computed
 * from gradients but is none. */
enum {
    NEEDED = 1,
    ASKED = 2,
    MADE = 4,
    UPDATE = 8,
    FEEDS_DRAWN = 16,
    FEEDS_GRADIENT = 32,
    FEEDS_UPDATE = 64,
    DRAWN = 128
};

typedef struct picture {
    const bb_graph *g;
    FILE *file;
    const bb_dot_options *options;
    int count;
    unsigned char *marks; /* by node id */
} picture;

static bool is_drawn(const picture *p, const bb_node *node)
{
    return p->marks[bb_node_id(node)] & DRAWN;
}

static void mark_inputs(const picture *p, const bb_node *node, int mark)
{
    for (int i = 0; i < bb_node_input_count(node); i++)
        p->marks[bb_node_id(bb_node_input(node, i))] |= (unsigned char)mark;
}

static bool has_input_marked(const picture *p, const bb_node *node, int mark)
{
    for (int i = 0; i < bb_node_input_count(node); i++)
        if (p->marks[bb_node_id(bb_node_input(node, i))] & mark)
            return true;
    return false;
}

static bb_status mark_needed(const picture *p)
{
    bb_nodes outputs = p->options->outputs;
    for (int i = 0; i < outputs.count; i++) {
        const bb_node *node = outputs.items[i];
        if (!node || bb_node_kind_of(node) == BB_NODE_INERT)
            return BB_BAD_ARGUMENT;
        if (bb_node_graph(node) != p->g)
            return BB_BAD_GRAPH;
        p->marks[bb_node_id(node)] |= NEEDED | ASKED;
    }
    for (int id = p->count - 1; id >= 0; id--) {
        if (outputs.count == 0)
            p->marks[id] |= NEEDED;
        if (p->marks[id] & NEEDED)
            mark_inputs(p, bb_graph_node(p->g, id), NEEDED);
    }
    return BB_OK;
}

static void mark_hidden(const picture *p)
{
    for (int id = 0; id < p->count; id++) {
        const bb_node *node = bb_graph_node(p->g, id);
        if (bb_node_order(node) > 0)
            p->marks[id] |= MADE;
        else if (has_input_marked(p, node, MADE | UPDATE))
            p->marks[id] |= UPDATE;
    }
}

/* Whether a node has a use in the picture. A loss that only its gradient reads has; a factor of an
 * update, or a leaf that only gradients read, has none. */
static bool is_of_use(const bb_node *node, int mark)
{
    if (mark & (FEEDS_DRAWN | ASKED))
        return true;
    if (bb_node_kind_of(node) == BB_NODE_OP && mark & FEEDS_GRADIENT)
        return true;
    return !(mark & (FEEDS_GRADIENT | FEEDS_UPDATE));
}

static void mark_drawn(const picture *p)
{
    if (p->options->no_gradients)
        mark_hidden(p);
    for (int id = p->count - 1; id >= 0; id--) {
        const bb_node *node = bb_graph_node(p->g, id);
        int mark = p->marks[id];
        bool drawn = !(mark & (MADE | UPDATE)) && is_of_use(node, mark);
        if (!(mark & NEEDED))
            continue;
        if (drawn)
            p->marks[id] |= DRAWN;
        mark_inputs(p, node, drawn ? FEEDS_DRAWN : mark & MADE ? FEEDS_GRADIENT : FEEDS_UPDATE);
    }
}

static void indent(FILE *file, int depth)
{
    fprintf(file, "%*s", 4 * depth, "");
}

static void write_node(const picture *p, int id, int depth)
{
    const bb_node *node = bb_graph_node(p->g, id);
    indent(p->file, depth);
    fprintf(p->file, "n%d [label=\"", id);
    bb__dot_label(p->file, node);
    fprintf(p->file, "\", %s];\n", looks[look_of(node)].attributes);
}

/* The edge of input i. An effect's first operand, when it is a parameter, is what it writes. */
static void write_edge(const picture *p, const bb_node *node, int i)
{
    const bb_node *input = bb_node_input(node, i);
    bool writes = bb__is_effect(node) && i == 0 && bb_node_kind_of(input) == BB_NODE_PARAM;
    const char *attributes = writes                    ? " [dir=back, style=dashed]"
                             : bb_node_order(node) > 0 ? " [color=\"#ad1457\"]"
                                                       : "";
    if (is_drawn(p, input))
        fprintf(p->file, "    n%d -> n%d%s;\n", bb_node_id(input), bb_node_id(node), attributes);
}

static void write_nodes(const picture *p, const bb__scopes *s, int scope, int depth)
{
    for (int id = s->items[scope].first_node; id >= 0; id = s->next_node[id])
        write_node(p, id, depth);
}

static void open_cluster(const picture *p, const bb__scopes *s, int scope, int depth)
{
    const bb__scope *item = &s->items[scope];
    size_t skip = item->parent_length ? item->parent_length + 1 : 0;
    indent(p->file, depth - 1);
    fprintf(p->file, "subgraph cluster_%d {\n", scope);
    indent(p->file, depth);
    fputs("label=\"", p->file);
    bb__dot_text(p->file, item->path + skip, item->length - skip);
    fputs("\";\n", p->file);
    write_nodes(p, s, scope, depth);
}

/* Walks the tree without recursion, since scopes may nest as deep as the user likes. */
static void write_clusters(const picture *p, const bb__scopes *s)
{
    int scope = 0, depth = 1;
    write_nodes(p, s, 0, depth);
    for (;;) {
        int next = s->items[scope].first_child;
        while (next < 0 && scope != 0) {
            indent(p->file, --depth);
            fputs("}\n", p->file);
            next = s->items[scope].next;
            scope = s->items[scope].parent;
        }
        if (next < 0)
            return;
        scope = next;
        open_cluster(p, s, scope, ++depth);
    }
}

static bool write_body(const picture *p)
{
    bb__scopes scopes = {0};
    bool done = bb__scopes_begin(&scopes, p->count);
    for (int id = 0; done && id < p->count; id++) {
        const bb_node *node = bb_graph_node(p->g, id);
        if (is_drawn(p, node))
            done = bb__scopes_add(&scopes, id, p->options->no_scopes ? "" : bb_node_scope(node));
    }
    if (done)
        write_clusters(p, &scopes);
    bb__scopes_end(&scopes);
    for (int id = 0; done && id < p->count; id++) {
        const bb_node *node = bb_graph_node(p->g, id);
        for (int i = 0; is_drawn(p, node) && i < bb_node_input_count(node); i++)
            write_edge(p, node, i);
    }
    return done;
}

static void write_head(const picture *p)
{
    const char *title = p->options->title;
    for (int i = 0; i < LOOKS; i++)
        fprintf(p->file, "// %s\n", looks[i].legend);
    fputs("digraph bibun {\n", p->file);
    if (title) {
        fputs("    label=\"", p->file);
        bb__dot_text(p->file, title, strlen(title));
        fputs("\";\n    labelloc=t;\n", p->file);
    }
    fputs("    fontname=\"Helvetica\";\n"
          "    node [style=filled, fontname=\"Helvetica\", fontsize=11];\n"
          "    edge [color=\"#555555\"];\n",
          p->file);
}

bb_status bb_dot_write(const bb_graph *g, FILE *file, const bb_dot_options *options)
{
    static const bb_dot_options usual = {0};
    if (!g || !file)
        return BB_BAD_ARGUMENT;
    picture p = {g, file, options ? options : &usual, bb_graph_node_count(g), NULL};
    p.marks = bb_memory_zeroed((size_t)p.count, sizeof *p.marks);
    if (!p.marks)
        return BB_OUT_OF_MEMORY;
    bb_status status = mark_needed(&p);
    if (status == BB_OK) {
        mark_drawn(&p);
        write_head(&p);
        status = write_body(&p) ? BB_OK : BB_OUT_OF_MEMORY;
        fputs("}\n", file);
    }
    bb_memory_release(p.marks);
    bool written = fflush(file) == 0 && !ferror(file);
    return status != BB_OK ? status : written ? BB_OK : BB_BAD_FILE;
}

bb_status bb_dot_save(const bb_graph *g, const char *path, const bb_dot_options *options)
{
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file)
        return path ? BB_BAD_FILE : BB_BAD_ARGUMENT;
    bb_status status = bb_dot_write(g, file, options);
    bool closed = fclose(file) == 0;
    return status != BB_OK ? status : closed ? BB_OK : BB_BAD_FILE;
}
