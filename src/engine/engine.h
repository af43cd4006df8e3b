/* SPDX-License-Identifier: MIT */
/* Floor 4, private: how a graph becomes a program.
 *
 * compile.c sweeps once over the nodes that the outputs need and emits values: merge.c finds an
 * equal one, fold.c computes what is constant, stages.c tears long sums, layout.c says where a
 * view's elements lie and where a copy is due. early.c says which values come before any parameter
 * changes, fuse.c which are computed together, order.c puts these units into the order in which
 * they run, branches.c and forks.c say which of them run at the same time, strips.c which run some
 * rows at a time, host.c which values lie in another's memory, plan*.c gives values memory, bind*.c
 * makes the steps, and run.c runs them. No file here names an op. */
#ifndef BIBUN_ENGINE_H
#define BIBUN_ENGINE_H

#include <bibun/program.h>

#include "kernels.h"
#include "node.h"

/* Values. */

/* What a node has become. Inputs are values with smaller numbers. */
typedef struct bb__value {
    const bb_node *node; /* where it came from: its name and call site are the value's */
    const bb_op *op;     /* NULL for leaves */
    const void *attrs;
    bb_node_kind kind;
    bb_type type;
    int n_in;
    int *in;
    bb_tensor *tensor; /* of a parameter or constant, retained */
    int root;          /* the value whose memory holds this one: itself unless it is a view */
    bb_layout layout;  /* within the root's memory */
    bool contiguous;   /* row-major, from wherever it starts */
    bool is_rest;      /* little that is left to do, after a value that counts the node's work */
} bb__value;

/* Copies of a value, or -1: row-major, and the latest with the rows further apart. */
typedef struct bb__copies {
    int contiguous, spaced;
} bb__copies;

/* What there is to do in a fork, in seconds on one thread: units that kernels do not divide among
 * threads, those that they do, and the longest branch. */
typedef struct bb__fork_work {
    double light, heavy, longest;
    int n_heavy;
    bool is_always; /* for tests: worth while in any case */
} bb__fork_work;

/* How many seconds so many threads gain by working on branches, not on one unit after the other:
 * these they would share, too, and meet for each heavy one. */
static inline double bb__fork_gain(const bb__fork_work *w, int threads)
{
    /* for threads to meet, and to have from other caches what they read: with a quarter of it two
     * directions of an LSTM took a fifth longer */
    static const double meeting = 4e-6;
    const double even = (w->light + w->heavy) / threads;
    const double apart = (w->longest > even ? w->longest : even) + meeting;
    return w->light + w->heavy / threads + w->n_heavy * meeting - apart;
}

typedef struct bb__ir {
    bb_graph *graph;
    bb_compile_options options;
    bb__arena arena;
    bb__value *values;
    size_t count, capacity;
    int (*readers)[2];  /* by node: ops with a row_step that read it, and that read views of it if
                         * it is a parameter */
    bb__copies *copies; /* by value */
    size_t copies_capacity;
    bb__table merged; /* values by what they compute */
    int *outputs;     /* the value of each requested output */
    int n_outputs;
    int n_nodes, n_merged, n_folded;
    bool *needed;         /* by value */
    bool *early;          /* by value: comes before any store (early.c) */
    int *unit;            /* by value: the one by which its unit goes, those computed together */
    int *next;            /* by value: the next one of its unit; -1 */
    bool *inner;          /* by value: read in its unit only, where it stays in a buffer */
    int n_fused;          /* values that are not the first of their unit */
    int *host;            /* by value: whose memory it is computed in, and which has its own; -1 */
    int64_t *host_offset; /* elements past that memory's start */
    int *spared;          /* by value: the store of it that computing it in place would spare; -1 */
    int *order;           /* the needed values of ops, as they run; units are not torn */
    int n_order;
    int *fork;   /* by value: the first of those that are computed at the same time, in branches;
                   * -1 */
    int *branch; /* by value: the number of its branch; branches are not torn */
    bb__fork_work **forks; /* by the first value of a fork */
    int *section; /* by value: the first of those that are computed with it, strip by strip */
    int *strips;  /* by value: how many there are */
    bool *local;  /* by value: read in its section only, where it has memory for a strip alone */
} bb__ir;

/* compile.c: the number of the value, which may be an older one; -1 when memory runs out. */
int bb__emit(bb__ir *ir, bb__value value);

static inline bool bb__is_pure(const bb_op *op)
{
    return op && !op->is_impure && !op->is_effect;
}

/* The tile that computes an op's value; NULL when a forward does. An op is a map for the dtype of
 * its last operand. */
static inline bb_map_fn bb__tile_of(const bb__ir *ir, const bb__value *value)
{
    if (value->op->forward || value->n_in == 0)
        return NULL;
    return value->op->map[ir->values[value->in[value->n_in - 1]].type.dtype];
}

static inline bool bb__is_elementwise(const bb__ir *ir, int v)
{
    const bb__value *value = &ir->values[v];
    return ir->needed[v] && value->op && value->root == v && bb__tile_of(ir, value);
}

/* Whether an op has anything to compute: a group of effects has not. */
static inline bool bb__has_work(const bb_op *op)
{
    return !op->is_effect || op->is_store;
}

/* Whether v is computed: no view, and no group of effects. */
static inline bool bb__is_computed(const bb__ir *ir, int v)
{
    return ir->values[v].root == v && bb__has_work(ir->values[v].op);
}

/* The place in the order after the unit that begins at `at`. */
static inline int bb__end_of_unit(const bb__ir *ir, int at)
{
    const int unit = ir->unit[ir->order[at]];
    do
        at++;
    while (at < ir->n_order && ir->unit[ir->order[at]] == unit);
    return at;
}

/* The places in the order after the branch, and after the fork, that begin at `at`. */
static inline int bb__end_of_branch(const bb__ir *ir, int at)
{
    const int fork = ir->fork[ir->order[at]], branch = ir->branch[ir->order[at]];
    do
        at++;
    while (at < ir->n_order && ir->fork[ir->order[at]] == fork &&
           ir->branch[ir->order[at]] == branch);
    return at;
}

static inline int bb__end_of_fork(const bb__ir *ir, int at)
{
    const int fork = ir->fork[ir->order[at]];
    do
        at++;
    while (at < ir->n_order && ir->fork[ir->order[at]] == fork);
    return at;
}

static inline size_t bb__bytes(bb_type type)
{
    return (size_t)bb_shape_count(type.shape) * bb_dtype_size(type.dtype);
}

/* merge.c: the number of an equal value, -1 when there is none, in which case `value` is noted as
 * number `next`; -2 when memory runs out. */
int bb__merge(bb__ir *ir, const bb__value *value, int next);

/* fold.c: whether all inputs are constant and the value is small; then *value becomes a constant.
 * False as well when the data are bad: the run will say so. */
bool bb__fold(const bb__ir *ir, bb__value *value);

/* layout.c */
bool bb__is_row_major(bb_shape shape, const int64_t *stride);
/* sets root, layout, contiguous */
void bb__lay_out(const bb__ir *ir, bb__value *value, int number);
/* the value itself, or a copy of it in row-major order; -1 when memory runs out */
int bb__contiguous(bb__ir *ir, int number);
/* Whether a map would gather it, or scatter it, in steps from line to line of the cache, of more
 * than caches keep until a line is met again: a copy, which turns it by blocks, is faster. What
 * repeats along an axis is none of it. */
bool bb__is_turned(const bb_type *type, const int64_t *stride);
/* the value itself, or a copy of what is turned; -1 when memory runs out */
int bb__for_map(bb__ir *ir, int number);
/* a copy of a matrix with rows `step` apart, or, where that makes it row-major, what bb__contiguous
 * gives; -1 when memory runs out */
int bb__rows_apart(bb__ir *ir, int number, int64_t step);
/* the value itself if it is an op's and no view, else a copy; -1 when memory runs out */
int bb__own(bb__ir *ir, int number);
/* emits `like`, which says node, op, attributes and type, on one operand, and folds nothing; -1
 * when memory runs out */
int bb__emit_on(bb__ir *ir, int number, bb__value like);
/* where a value's elements are, given its root's memory, which may be NULL */
bb_array bb__array_of(const bb__ir *ir, int number, void *root_memory);

/* stages.c: sums over the rows of a large computed value become sums of groups of rows, which a
 * section of strips can end with, and the sum of these; the number of the value, -1 when memory
 * runs out, and BB__WHOLE where it is better made at once. */
enum { BB__WHOLE = -2 };
int bb__emit_in_stages(bb__ir *ir, const bb__value *value);
/* whether v is the first of the two */
bool bb__is_in_stages(const bb__ir *ir, int v);

/* early.c: fills early; false when memory runs out. */
bool bb__mark_early(bb__ir *ir);
/* Makes more values early where fewer have to be kept then; of others that early ones give, sets
 * waits[v]. False when memory runs out. */
bool bb__pull_early(bb__ir *ir, bool *waits);
/* Whether at most one operand is of v's size, so that nothing is lost when v is computed later: its
 * operand is kept in its place. */
bool bb__can_wait(const bb__ir *ir, int v);

/* fuse.c: fills unit, next, inner. Values that are early stay among themselves; there may be more
 * of them then. False when memory runs out. */
bool bb__fuse(bb__ir *ir);

/* order.c: fills needed, spared, order and what bb__mark_early and bb__fuse fill; false when memory
 * runs out. */
bool bb__order(bb__ir *ir);

/* branches.c: fills fork, branch and forks, and puts forks into the order of their branches. False
 * when memory runs out. */
bool bb__find_branches(bb__ir *ir);

/* host.c: fills host and host_offset, and lays out anew what lies in another's memory with strides;
 * what is local to strips has memory of its own. False when memory runs out. */
bool bb__find_hosts(bb__ir *ir);

/* Operands at most of a value whose op is asked about rows, or an index. */
enum { BB__ROWWISE_INPUTS = 8 };

/* strips.c: fills section, strips and local. False when memory runs out. */
bool bb__find_strips(bb__ir *ir);
/* Of a local value: the bytes of a strip; of any other 0. */
static inline int64_t bb__local_bytes(const bb__ir *ir, int v)
{
    return ir->local[v] ? (int64_t)bb__bytes(ir->values[v].type) / ir->strips[v] : 0;
}

/* How many strips may be computed at a time, each with scratch memory of its own. */
static inline int bb__strip_slots(int strips)
{
    return strips < BB__SLOTS ? strips : BB__SLOTS;
}

/* The operands of v of which a row of it needs but that row, by bits; 0 when rows are not apart. */
uint32_t bb__rowwise(const bb__ir *ir, int v);

/* The memory plan. */

/* BB__SLOT: in the arena, for a strip of each slot of its section; the place is that of slot 0. */
typedef enum bb__home { BB__ARENA, BB__FEED, BB__TENSOR, BB__SLOT } bb__home;

/* Where a root's memory is. */
typedef struct bb__place {
    bb__home home;
    size_t offset;     /* in the arena, or past the start of a tensor */
    bb_tensor *tensor; /* BB__TENSOR: a parameter's, a constant's or an output's, borrowed */
    int last;          /* the step (place in ir->order) after which it is dead; INT_MAX for never */
} bb__place;

typedef struct bb__plan {
    bb__place *places; /* by value; of roots only */
    bool *stored;      /* by value: a store that needs no step, its value being computed in place */
    /* by place in ir->order: scratch memory, whose offset says nothing where there are no bytes */
    size_t *scratch, *scratch_bytes;
    size_t *slot_bytes;  /* by value: from one slot of its section to the next */
    bb_tensor **outputs; /* by output, retained; NULL for effects */
    size_t arena_bytes, value_bytes;
    int n_inplace;
} bb__plan;

/* plan.c: false when memory runs out. */
bool bb__plan_memory(const bb__ir *ir, bb__plan *plan);
void bb__plan_free(bb__plan *plan, int n_outputs);

/* blocks.c: best fit within a growing range of bytes. */
typedef struct bb__block {
    size_t offset, size;
} bb__block;
typedef struct bb__blocks {
    bb__block *free; /* by offset, never touching */
    size_t count, capacity;
    size_t top; /* all that was ever used lies below */
} bb__blocks;
bool bb__blocks_take(bb__blocks *blocks, size_t size, size_t *offset_out);
bool bb__blocks_give(bb__blocks *blocks, size_t offset, size_t size);
void bb__blocks_free(bb__blocks *blocks);

/* Programs. */

/* Neighbouring steps in branches: of branch i first[i] to first[i + 1] - 1, counted from the first
 * step of all. */
typedef struct bb__fork {
    int n_steps, n_branches;
    int *first;
    bb__fork_work work;
} bb__fork;

typedef struct bb__step {
    bb_call call;    /* of the head, if there is one */
    bb_array result; /* of the head */
    bb__map *map;    /* elementwise values: all that there is, or the tail of the head */
    const bb_array *map_in;
    bb__tail tail;
    bb__fork *fork;       /* of the first step of one; else NULL */
    int section;          /* steps that are computed strip by strip together, from this one on */
    int strips;           /* how many of each there are; 1 outside of sections */
    uint32_t split;       /* operands of the head that go with the strips, by bits */
    size_t strip_scratch; /* bytes of scratch memory of each strip that is computed at a time */
    size_t slot_bytes;    /* of all locals of the section, for each such strip */
    int64_t *local;       /* of each operand of the head: bytes of a strip if it is local, else 0 */
    int64_t result_local; /* of its result likewise */
    bool is_timed;        /* of the first step of a section or a fork: it is run for a profile */
    double *spent, share; /* seconds of such a run, by slot, and of all slots; of a step in a branch
                           * all that it took */
    bb_array out;         /* of the last value that has memory */
    const bb_node *node;  /* whose value that is */
    const bb_op **ops;    /* of a map, n_ops of them before any were paired */
    int n_ops;
    double flops, bytes; /* of one run */
    double seconds;      /* of the profiled runs together */
    int64_t runs;
} bb__step;

/* A place where a feed's address goes, `offset` bytes past its start. */
typedef struct bb__slot {
    void **address;
    size_t offset;
} bb__slot;

/* Memory that a run writes besides the arena: outputs, stored parameters. */
typedef struct bb__region {
    const char *start;
    size_t bytes;
} bb__region;

typedef struct bb__entry {
    const bb_node *node;
    bb__slot *slots;
    int n_slots;
    const bb_tensor *fed; /* during a run */
} bb__entry;

/* Memory to poison after a step. */
typedef struct bb__death {
    int step;
    void *memory;
    size_t bytes;
} bb__death;

struct bb_program {
    bb_graph *graph;
    bb__arena arena;
    char *memory;
    size_t memory_bytes;
    bb__step *steps;
    int n_steps;
    bb__entry *entries;
    int n_entries;
    const bb_node **output_nodes;
    bb_tensor **outputs; /* NULL for effects */
    int n_outputs;
    bb_tensor **retained;
    int n_retained;
    bool poison, profiling, flushes_denormals;
    bb__region *written;
    int n_written;
    bb__death *deaths; /* in the order of their steps */
    int n_deaths;
    uint64_t seed, step;
    int threads;
    bb_fault fault;
    bb_error error;
    bb_program_stats stats;
};

/* bind.c: NULL when memory runs out. The program shares the outputs of the plan, and is still to be
 * told which nodes they are. */
bb_program *bb__bind(const bb__ir *ir, const bb__plan *plan);

/* profile.c */
double bb__seconds(void); /* since some moment */
/* "mul add tanh", whole names as far as they fit, the first in any case, then "..."; and how wide a
 * column of them is */
enum { BB__STEP_COLUMN = 32 };
const char *bb__step_name(const bb__step *step, char *buffer, size_t size);

#endif
