/* SPDX-License-Identifier: MIT */
/* Dot text: golden text of a small graph, escapes, the choice of nodes, and determinism. */
#include <bibun/grad.h>
#include <bibun/nn.h>
#include <bibun/op.h>
#include <bibun/optim.h>
#include <bibun/viz.h>
#include <criterion/criterion.h>

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "probe.h"
#include "temporary.h"

/* Ops of the test's own, so that the golden text depends on nothing else. */
static bool infer_first(bb_infer *c)
{
    c->out = c->in[0];
    return true;
}

static void print_weight(const void *attrs, char *buffer, size_t size)
{
    snprintf(buffer, size, "weight \"%d\"", *(const int *)attrs);
}

static bb_node *backward_first(bb_node *y, bb_node *dy, int i)
{
    (void)y, (void)i;
    return bb_neg(dy);
}

/* Nothing here is run. */
static void forward_nothing(const bb_call *call)
{
    (void)call;
}

static const bb_op blend = {.name = "blend",
                            .arity = 2,
                            .attrs_size = sizeof(int),
                            .infer = infer_first,
                            .forward = forward_nothing,
                            .backward = backward_first,
                            .print_attrs = print_weight};
static const bb_op store = {.name = "store",
                            .arity = 2,
                            .infer = infer_first,
                            .forward = forward_nothing,
                            .is_effect = true};

static bb_node *blended(bb_node *x, bb_node *y)
{
    return bb_apply(&blend, BB_NODES(x, y), &(int){3});
}

/* The text, which the caller frees. */
static char *text_of(const bb_graph *g, const bb_dot_options *options)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    cr_assert_eq(bb_dot_write(g, file, options), BB_OK);
    fclose(file);
    return text;
}

static void expect_holds(const bb_graph *g, const bb_dot_options *options, const char *part)
{
    char *text = text_of(g, options);
    cr_assert(strstr(text, part), "no %s in\n%s", part, text);
    free(text);
}

static void expect_lacks(const bb_graph *g, const bb_dot_options *options, const char *part)
{
    char *text = text_of(g, options);
    cr_assert_not(strstr(text, part), "%s in\n%s", part, text);
    free(text);
}

static const char head[] = "// input: blue ellipse\n"
                           "// parameter: yellow cylinder\n"
                           "// state: pale yellow cylinder\n"
                           "// constant: grey note\n"
                           "// forward op: white box\n"
                           "// gradient op: pink rounded box\n"
                           "// gradient's gradient: purple rounded box\n"
                           "// effect: green hexagon\n"
                           "digraph bibun {\n";
static const char defaults[] = "    fontname=\"Helvetica\";\n"
                               "    node [style=filled, fontname=\"Helvetica\", fontsize=11];\n"
                               "    edge [color=\"#555555\"];\n";

static void expect_body(const char *text, const char *body)
{
    cr_assert_eq(strncmp(text, head, strlen(head)), 0, "%s", text);
    text += strlen(head);
    cr_assert_eq(strncmp(text, defaults, strlen(defaults)), 0, "%s", text);
    cr_assert_str_eq(text + strlen(defaults), body);
}

Test(dot, an_empty_graph)
{
    bb_graph *g = bb_graph_new();
    char *text = text_of(g, NULL);
    expect_body(text, "}\n");
    free(text);
    bb_graph_free(g);
}

/* One node of each kind but a gradient, in nested scopes that are left and entered again. */
static bb_node *every_kind(bb_graph *g, bb_params *params)
{
    bb_node *x = bb_input(g, "x", BB_F32, BB_SHAPE(2, 3));
    bb_scope_push(g, "net");
    bb_scope_push(g, "fc1");
    bb_node *w = bb_param(g, params, "w", BB_F32, BB_SHAPE(2, 3), (bb_init){0});
    bb_node *y = blended(x, w);
    bb_scope_pop(g);
    bb_scope_push(g, "fc2");
    bb_node *z = bb_named(blended(y, bb_scalar(g, BB_F32, 0.1)), "z");
    bb_scope_pop(g);
    bb_scope_push(g, "fc1");
    bb_node *v = bb_state(g, params, "v", BB_F64, BB_SCALAR, (bb_init){0});
    bb_scope_pop(g);
    bb_node *effect = bb_apply(&store, BB_NODES(v, z), NULL);
    bb_scope_pop(g);
    return effect;
}

Test(dot, golden_text)
{
    bb_graph *g = bb_graph_new();
    bb_params *params = bb_params_new(1);
    every_kind(g, params);
    cr_assert_null(bb_graph_error(g));
    char *text = text_of(g, NULL);
    expect_body(
        text,
        "    n0 [label=\"x\\ninput\\nf32 [2 3]\", shape=ellipse, fillcolor=\"#bbdefb\"];\n"
        "    subgraph cluster_1 {\n"
        "        label=\"net\";\n"
        "        n6 [label=\"store\", shape=hexagon, fillcolor=\"#c8e6c9\"];\n"
        "        subgraph cluster_2 {\n"
        "            label=\"fc1\";\n"
        "            n1 [label=\"net.fc1.w\\nparam\\nf32 [2 3]\", shape=cylinder, "
        "fillcolor=\"#ffe082\"];\n"
        "            n2 [label=\"blend weight \\\"3\\\"\\nf32 [2 3]\", shape=box, "
        "fillcolor=\"#ffffff\"];\n"
        "            n5 [label=\"net.fc1.v\\nstate\\nf64 []\", shape=cylinder, "
        "fillcolor=\"#fff8e1\"];\n"
        "        }\n"
        "        subgraph cluster_3 {\n"
        "            label=\"fc2\";\n"
        "            n3 [label=\"constant 0.1\\nf32 []\", shape=note, fillcolor=\"#eeeeee\"];\n"
        "            n4 [label=\"z\\nblend weight \\\"3\\\"\\nf32 [2 3]\", shape=box, "
        "fillcolor=\"#ffffff\"];\n"
        "        }\n"
        "    }\n"
        "    n0 -> n2;\n"
        "    n1 -> n2;\n"
        "    n2 -> n4;\n"
        "    n3 -> n4;\n"
        "    n5 -> n6 [dir=back, style=dashed];\n"
        "    n4 -> n6;\n"
        "}\n");
    free(text);
    bb_graph_free(g);
    bb_params_free(params);
}

Test(dot, a_title_and_no_scopes)
{
    bb_graph *g = bb_graph_new();
    bb_params *params = bb_params_new(1);
    every_kind(g, params);
    bb_dot_options options = {.no_scopes = true, .title = "a \"net\""};
    expect_holds(g, &options, "digraph bibun {\n    label=\"a \\\"net\\\"\";\n    labelloc=t;\n");
    expect_lacks(g, &options, "subgraph");
    expect_holds(g, &options, "    n6 [label=\"store\"");
    bb_graph_free(g);
    bb_params_free(params);
}

Test(dot, text_is_escaped)
{
    bb_graph *g = bb_graph_new();
    bb_input(g, "a\"b\\N\nc\td{|}<&lt;", BB_F32, BB_SCALAR);
    bb_scope_push(g, "\"\\");
    bb_input(g, "\xE5\xAD\xA6\xE7\xBF\x92", BB_F32, BB_SCALAR);
    expect_holds(g, NULL, "n0 [label=\"a\\\"b\\\\N\\nc d{|}<&amp;lt;\\ninput\\nf32 []\"");
    expect_holds(g, NULL, "label=\"\\\"\\\\\";\n");
    expect_holds(g, NULL, "n1 [label=\"\xE5\xAD\xA6\xE7\xBF\x92\\ninput\\nf32 []\"");
    bb_graph_free(g);
}

static void expect_constant(bb_dtype dtype, double value, const char *label)
{
    bb_graph *g = bb_graph_new();
    bb_scalar(g, dtype, value);
    expect_holds(g, NULL, label);
    bb_graph_free(g);
}

Test(dot, numbers_of_constants)
{
    expect_constant(BB_F32, 0.1, "\"constant 0.1\\nf32 []\"");
    expect_constant(BB_F64, 0.1, "\"constant 0.1\\nf64 []\"");
    expect_constant(BB_F64, 1.0 / 3, "\"constant 0.3333333333333333\\nf64 []\"");
    expect_constant(BB_F32, 1.0 / 3, "\"constant 0.33333334\\nf32 []\"");
    expect_constant(BB_F64, -1e-300, "\"constant -1e-300\\nf64 []\"");
    expect_constant(BB_I32, -2147483647, "\"constant -2147483647\\ni32 []\"");
    expect_constant(BB_U8, 7, "\"constant 7\\nu8 []\"");
    expect_constant(BB_F32, -INFINITY, "\"constant -inf\\nf32 []\"");
    expect_constant(BB_F32, -NAN, "\"constant nan\\nf32 []\"");
}

Test(dot, numbers_do_not_depend_on_the_locale)
{
    static const char *const commas[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "nl_NL.UTF-8", "C"};
    for (size_t i = 0; !setlocale(LC_NUMERIC, commas[i]);)
        i++;
    expect_constant(BB_F32, 0.1, "\"constant 0.1\\nf32 []\"");
    expect_constant(BB_F32, -2.5e-30, "\"constant -2.5e-30\\nf32 []\"");
}

Test(dot, constants_of_many_numbers_show_none)
{
    bb_graph *g = bb_graph_new();
    bb_tensor *t = bb_tensor_new(BB_F32, BB_SHAPE(2));
    bb_named(bb_constant(g, t), "table");
    bb_tensor_release(t);
    expect_holds(g, NULL, "\"table\\nconstant\\nf32 [2]\"");
    bb_graph_free(g);
}

Test(dot, outputs_choose_what_they_need)
{
    bb_graph *g = bb_graph_new();
    bb_node *x = bb_input(g, "x", BB_F32, BB_SCALAR), *unused = bb_input(g, "u", BB_F32, BB_SCALAR);
    bb_node *y = blended(x, x), *other = blended(x, unused);
    bb_dot_options options = {.outputs = BB_NODES(y)};
    char *text = text_of(g, &options);
    expect_body(text,
                "    n0 [label=\"x\\ninput\\nf32 []\", shape=ellipse, fillcolor=\"#bbdefb\"];\n"
                "    n2 [label=\"blend weight \\\"3\\\"\\nf32 []\", shape=box, "
                "fillcolor=\"#ffffff\"];\n"
                "    n0 -> n2;\n"
                "    n0 -> n2;\n"
                "}\n");
    free(text);
    expect_holds(g, NULL, "n1 -> n3;");
    cr_assert_not_null(other);
    bb_graph_free(g);
}

Test(dot, gradients_are_told_apart)
{
    bb_graph *g = bb_graph_new();
    bb_node *x = bb_input(g, "x", BB_F64, BB_SCALAR);
    bb_node *y = bb_sin(bb_square(x)), *dx = bb_grad(y, x), *ddx = bb_grad(dx, x);
    cr_assert_null(bb_graph_error(g));
    bb_dot_options first = {.outputs = BB_NODES(dx)}, second = {.outputs = BB_NODES(ddx)};
    expect_holds(g, &first, "fillcolor=\"#f8bbd0\"");
    expect_holds(g, &first, " [color=\"#ad1457\"]");
    expect_lacks(g, &first, "fillcolor=\"#ce93d8\"");
    expect_holds(g, &second, "fillcolor=\"#ce93d8\"");
    bb_graph_free(g);
}

/* The forward picture is the same before and after a gradient and an optimiser joined the graph. */
Test(dot, without_gradients_the_forward_graph_is_left)
{
    bb_graph *g = bb_graph_new();
    bb_params *params = bb_params_new(1);
    bb_node *x = bb_input(g, "x", BB_F32, BB_SHAPE(4, 3));
    bb_node *loss = bb_sum(bb_sigmoid(bb_dense(x, params, "fc1", 2)), BB_ALL);
    char *before = text_of(g, NULL);
    bb_node *step = bb_momentum(bb_exp(loss), params, 0.1, 0.9);
    cr_assert_null(bb_graph_error(g));
    bb_dot_options all = {.no_gradients = true};
    bb_dot_options needed = {.no_gradients = true, .outputs = BB_NODES(loss, step)};
    expect_holds(g, &all, "[label=\"exp\\nf32 []\"");
    expect_holds(g, &needed, "[label=\"exp\\nf32 []\"");
    expect_lacks(g, &all, "#f8bbd0");
    expect_lacks(g, &all, "velocity");
    expect_lacks(g, &all, "assign");
    expect_lacks(g, &all, "[label=\"constant");
    all.outputs = BB_NODES(loss);
    char *after = text_of(g, &all);
    cr_assert_str_eq(before, after);
    free(before);
    free(after);
    bb_graph_free(g);
    bb_params_free(params);
}

Test(dot, the_same_graph_gives_the_same_bytes)
{
    char *texts[2];
    for (int i = 0; i < 2; i++) {
        bb_graph *g = bb_graph_new();
        bb_params *params = bb_params_new((uint64_t)i);
        bb_node *x = bb_input(g, "x", BB_F32, BB_SHAPE(4, 3));
        bb_node *h = bb_tanh(bb_dense(x, params, "fc1", 5));
        bb_momentum(bb_sum(bb_dense(h, params, "fc2", 2), BB_ALL), params, 0.1, 0.9);
        texts[i] = text_of(g, NULL);
        char *again = text_of(g, NULL);
        cr_assert_str_eq(texts[i], again);
        free(again);
        bb_graph_free(g);
        bb_params_free(params);
    }
    cr_assert_str_eq(texts[0], texts[1]);
    free(texts[0]);
    free(texts[1]);
}

/* Wide and deep: many sibling scopes, a chain of 100,000 nodes. */
Test(dot, large_graphs)
{
    enum { SCOPES = 20000, EACH = 5 };
    bb_graph *g = bb_graph_new();
    bb_node *x = bb_input(g, "x", BB_F32, BB_SCALAR);
    char name[32];
    for (int i = 0; i < SCOPES; i++) {
        snprintf(name, sizeof name, "layer%d", i);
        bb_scope_push(g, name);
        for (int j = 0; j < EACH; j++)
            x = blended(x, x);
        bb_scope_pop(g);
    }
    expect_holds(g, NULL, "    subgraph cluster_20000 {\n        label=\"layer19999\";\n");
    expect_holds(g, NULL, "    n99999 -> n100000;\n");
    bb_graph_free(g);
}

Test(dot, errors)
{
    bb_graph *g = bb_graph_new(), *other = bb_graph_new();
    bb_node *x = bb_input(g, "x", BB_F32, BB_SCALAR);
    bb_node *bad = bb_apply(&blend, BB_NODES(NULL, NULL), NULL);
    bb_dot_options foreign = {.outputs = BB_NODES(x)}, null = {.outputs = BB_NODES(NULL)};
    bb_dot_options inert = {.outputs = BB_NODES(bad)};
    cr_assert_eq(bb_dot_write(NULL, stderr, NULL), BB_BAD_ARGUMENT);
    cr_assert_eq(bb_dot_write(g, NULL, NULL), BB_BAD_ARGUMENT);
    cr_assert_eq(bb_dot_write(other, stderr, &foreign), BB_BAD_GRAPH);
    cr_assert_eq(bb_dot_write(g, stderr, &null), BB_BAD_ARGUMENT);
    cr_assert_eq(bb_dot_write(g, stderr, &inert), BB_BAD_ARGUMENT);
    cr_assert_eq(bb_dot_save(g, NULL, NULL), BB_BAD_ARGUMENT);
    cr_assert_eq(bb_dot_save(g, "/", NULL), BB_BAD_FILE);
    cr_assert_eq(bb_dot_save(g, "/dev/full", NULL), BB_BAD_FILE);
    bb_graph_free(g);
    bb_graph_free(other);
}

Test(dot, saved_text_is_what_is_written, .init = temporary_enter, .fini = temporary_leave)
{
    bb_graph *g = bb_graph_new();
    bb_input(g, "x", BB_F32, BB_SCALAR);
    char *text = text_of(g, NULL), saved[4096] = "";
    cr_assert_eq(bb_dot_save(g, "g.dot", NULL), BB_OK);
    FILE *file = fopen("g.dot", "r");
    cr_assert(file && fread(saved, 1, sizeof saved - 1, file) > 0);
    fclose(file);
    cr_assert_str_eq(saved, text);
    free(text);
    bb_graph_free(g);
}

Test(dot, memory_that_runs_out)
{
    bb_graph *g = bb_graph_new();
    bb_params *params = bb_params_new(1);
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    bb_status status = BB_OUT_OF_MEMORY;
    every_kind(g, params);
    for (long at = 1; status != BB_OK; at++) {
        probe_begin(at);
        status = bb_dot_write(g, file, NULL);
        cr_assert(status == BB_OK || status == BB_OUT_OF_MEMORY);
        cr_assert_eq(probe.live, 0);
        probe_end();
    }
    fclose(file);
    free(text);
    bb_graph_free(g);
    bb_params_free(params);
}
