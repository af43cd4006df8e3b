/* SPDX-License-Identifier: MIT */
/* Programs: what is left of a graph when it has been reduced to some outputs, optimised and given
 * its memory.
 *
 * A program keeps its graph, and the tensors of the parameters that it reads and writes, alive. One
 * thread at a time runs a program; different programs may run at the same time as long as none
 * writes what another uses. Functions here accept a NULL program. */
#ifndef BIBUN_PROGRAM_H
#define BIBUN_PROGRAM_H

#include <stdio.h>

#include <bibun/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A value for an input; of the input's dtype and shape. The tensor is borrowed during the run. */
typedef struct bb_feed {
    const bb_node *input;
    const bb_tensor *value;
} bb_feed;
typedef struct bb_feeds {
    int count;
    const bb_feed *items;
} bb_feeds;

/* BB_FEEDS({x, images}, {t, labels}); a program without inputs takes BB_NO_FEEDS. */
#ifdef __cplusplus
#define BB_FEEDS(...) bb__feeds_of({__VA_ARGS__})
#define BB_NO_FEEDS (bb_feeds{0, nullptr})
#else
#define BB_FEEDS(...)                                                      \
    ((bb_feeds){(int)(sizeof((bb_feed[]){__VA_ARGS__}) / sizeof(bb_feed)), \
                (const bb_feed[]){__VA_ARGS__}})
#define BB_NO_FEEDS ((bb_feeds){0, NULL})
#endif

/* Compiles what `outputs` need. NULL when it fails; bb_graph_error(g) then says why, until the next
 * compilation: a failure to compile does not stick. */
BB_BUILDER bb_program *bb_compile(bb_graph *g, bb_nodes outputs);

/* For tests and measurements: leave passes out. All false is bb_compile. */
typedef struct bb_compile_options {
    bool no_fold;  /* constant folding */
    bool no_merge; /* common-subexpression elimination */
    /* computing neighbouring steps together, some rows at a time, and what is for it: long sums
     * over rows in groups. Sums and products may round otherwise */
    bool no_strips;
    bool all_strips; /* the same wherever rows are apart, of single steps too, one row at a time */
    /* computing small neighbouring steps at the same time, in branches, and not in strips, so that
     * sums may round otherwise */
    bool no_branches;
    /* the same with as many branches as there can be in a place, however little is gained, of
     * steps of any size */
    bool all_branches;
    bool no_fuse; /* computing chains of elementwise ops tile by tile; tails; strips */
    /* writing over an input that nobody reads again; storing a new value straight into its
     * parameter; computing a value where concat or a copy puts it */
    bool no_inplace;
    bool no_reuse; /* sharing of memory by values that do not live at the same time */
    /* fill all memory with NaN before each run, and each value's memory when it dies */
    bool poison;
} bb_compile_options;
BB_BUILDER bb_program *bb_compile_with(bb_graph *g, bb_nodes outputs,
                                       const bb_compile_options *options);

BB_API void bb_program_free(bb_program *p);

/* Runs once. Allocates nothing, but for what oneDNN takes for the time of a call. BB_BAD_FEED when
 * an input is missing, wrong, fed twice, or fed memory that the run writes (an output, a parameter
 * that is assigned); BB_BAD_VALUE when an op found bad data (a label out of range), after which
 * outputs are not to be read. A run that fails has changed no parameter. Feeds of inputs of this
 * graph that the program does not need are ignored. */
BB_API bb_status bb_run(bb_program *p, bb_feeds feeds);

/* The sentence of the last failed run, with the line, where it is known, that made the input or the
 * node that it is about; NULL when the last one succeeded. */
BB_API const char *bb_program_error(const bb_program *p);

/* The value of an output after a run, borrowed until the program is freed; the next run overwrites
 * it. NULL when the node is not an output or has no value (an effect). */
BB_API const bb_tensor *bb_program_value(const bb_program *p, const bb_node *output);
/* Its first element; NaN when there is none. */
BB_API double bb_program_number(const bb_program *p, const bb_node *output);

/* How many threads a run may use: OpenMP's number by default. Below 1 stands for 1, and the larger
 * of 64 and four for each processor is the most. Results do not depend on it. */
BB_API void bb_program_set_threads(bb_program *p, int threads);

/* The seed of random nodes (0 by default) and the number of the next run (each run adds 1). */
BB_API void bb_program_set_seed(bb_program *p, uint64_t seed);
BB_API void bb_program_set_step(bb_program *p, uint64_t step);
BB_API uint64_t bb_program_step(const bb_program *p);

/* Denormals, numbers that are too small for a float to have all its digits (below 1.2e-38 in f32),
 * are a hundred times slower on many processors. Matrix products and convolutions take them for
 * zero; with true everything in a run does, where the processor can do that. False by default. */
BB_API void bb_program_set_flush_denormals(bb_program *p, bool flush);

typedef struct bb_program_stats {
    int nodes;          /* of the graph that the outputs need */
    int merged, folded; /* removed by common-subexpression elimination; by constant folding */
    int views;          /* nodes that cost nothing */
    int fused;          /* nodes that are computed in another's step */
    int steps;          /* kernels a run calls */
    int stripped;       /* of these, those that are computed together with others, by rows */
    int branched;       /* of these, those in branches that threads may run at the same time */
    int copies;         /* of these, copies that strides made necessary */
    int inplace;        /* values written over an input */
    int hosted;         /* values computed where concat or a copy puts them */
    size_t peak_bytes;  /* memory of all intermediate values together, as planned */
    size_t value_bytes; /* sum of the sizes of the values that the steps compute */
    double flops;       /* floating-point operations a run */
} bb_program_stats;
BB_API bb_program_stats bb_program_stats_of(const bb_program *p);

/* The plan as text, for those who explore: a line a step with its ops, the last node of it that is
 * stored, its shape and at which byte of the program's memory it lies, "kept" for the tensor of an
 * output or a parameter.
 * "matmul add sigmoid" is a product, on whose result the rest is computed piece by piece; steps "in
 * 4 strips" are computed together with their neighbours, a quarter of the rows at a time, and those
 * "in branch 2 of 3" by one thread while others are in the other branches, where a run's threads
 * gain by that.
 * BB_BAD_FILE when writing fails. */
BB_API bb_status bb_program_print(const bb_program *p, FILE *file);

/* Profiles. */

/* What one step of the plan does, and how long it took on average over the runs since profiling was
 * turned on. A first run takes far longer than others, for it also touches all memory: run once
 * before. */
typedef struct bb_step_profile {
    char ops[96];        /* "matmul", "add tanh": those computed together */
    const bb_node *node; /* of the last of them that is stored */
    double seconds;
    double flops; /* floating-point operations; 0 where the op does not say */
    double bytes; /* of distinct operands read and values stored */
} bb_step_profile;

/* Timing costs some 50 ns a step, and of steps in strips as much a strip. Turning it on starts
 * anew. */
BB_API void bb_program_set_profiling(bb_program *p, bool on);
BB_API int bb_program_step_count(const bb_program *p);
/* False when there is no step i. */
BB_API bool bb_program_step_profile(const bb_program *p, int i, bb_step_profile *profile_out);
/* A table, the slowest step first; zeros, and a line that says so, where no run was profiled.
 * BB_BAD_FILE when writing fails. */
BB_API bb_status bb_program_print_profile(const bb_program *p, FILE *file);

/* Without a program. */

/* The value of any node, at once: compiles, runs and frees. A new tensor, which the caller
 * releases; NULL when it fails. */
BB_API bb_tensor *bb_eval(bb_node *node, bb_feeds feeds, bb_error *error_out);
/* The same for a node of one element, whatever its rank, as a number; NaN when it fails, for which
 * having no element or several is a reason, too. Only error_out tells a failure from a NaN that
 * was computed. */
BB_API double bb_eval_number(bb_node *node, bb_feeds feeds, bb_error *error_out);

#ifdef __cplusplus
}

/* Lives until the end of the full expression, as the list does. */
inline bb_feeds bb__feeds_of(std::initializer_list<bb_feed> feeds)
{
    return bb_feeds{(int)feeds.size(), feeds.begin()};
}
#endif
#endif
