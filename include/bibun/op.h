/* SPDX-License-Identifier: MIT */
/* For people who write ops: the descriptor, what its functions are given, and bb_apply.
 *
 * An op is a const bb_op and the functions it points to, in one file: infer, forward, backward,
 * samples, descriptor, builder. The library's own ops are written with this header, and so is
 * yours; docs/writing-an-op.md walks through one. */
#ifndef BIBUN_OP_H
#define BIBUN_OP_H

#include <bibun/graph.h>
#include <bibun/tile.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct bb_type {
    bb_dtype dtype;
    bb_shape shape;
} bb_type;

/* Infer. */

/* What infer sees and sets. `attrs` is the node's own copy, which infer may bring to a normal form
 * (a negative axis counted from the front). */
typedef struct bb_infer {
    const bb_op *op;
    int n_in;
    const bb_type *in;
    void *attrs;
    bb_type out;
    bb_status status; /* set by bb_infer_fail */
    char reason[160];
} bb_infer;

/* Fails with a reason such as "inner sizes differ"; the op's name, the operands with their shapes
 * and the user's line are added. Returns false, so that infer can return it. */
BB_API bool bb_infer_fail(bb_infer *c, bb_status status, const char *format, ...) BB_PRINTF(3, 4);

/* Stock infers and checks. Each returns false after bb_infer_fail. */
/* all inputs of one float type and shape, which the output has too */
BB_API bool bb_infer_same(bb_infer *c);
/* all inputs of one type and shape; the output is u8 of that shape */
BB_API bool bb_infer_compare(bb_infer *c);
BB_API bool bb_infer_need_float(bb_infer *c); /* every input f32 or f64 */
BB_API bool bb_infer_need_same(bb_infer *c);  /* every input of the first one's dtype and shape */
/* -ndim <= axis < ndim; counts it from the front */
BB_API bool bb_infer_axis(bb_infer *c, int64_t *axis, int ndim);

/* Forward. */

/* A strided window on numbers. Strides are in elements; 0 repeats. */
typedef struct bb_array {
    void *data; /* the first element */
    bb_dtype dtype;
    bb_shape shape;
    int64_t stride[BB_MAX_DIMS];
} bb_array;

/* What is wrong with the data of a run, as a label out of range. The first one is kept. */
typedef struct bb_fault {
    bool raised;
    char reason[160];
} bb_fault;

/* What forward is given. The output is contiguous unless the op says writes_strided; inputs may
 * have any strides unless the op asks for contiguous ones. */
typedef struct bb_call {
    const bb_op *op;
    const void *attrs;
    int n_in;
    const bb_array *in;
    const bb_array *out;
    void *scratch; /* as many bytes as op->scratch asked for, aligned to 64; else NULL */
    int threads;   /* how many may be used (bb_parallel); results must not depend on it */
    uint64_t seed; /* of the program; together with step it keys random numbers */
    uint64_t step; /* the number of the run, from 0 */
    bb_fault *fault;
    const struct bb__tail *tail; /* what an op that takes tails is to run; else NULL */
} bb_call;

/* Reports bad data; the run stops after this node and returns BB_BAD_VALUE. May be called from
 * forward by one thread at a time. */
BB_API void bb_call_fault(const bb_call *call, const char *format, ...) BB_PRINTF(2, 3);

enum { BB_MAP_INPUTS = 8 }; /* operands of an elementwise op at most */

/* Where an input's elements lie in its buffer; for views. */
typedef struct bb_layout {
    int64_t offset;
    int64_t stride[BB_MAX_DIMS];
} bb_layout;

/* Samples. */

enum { BB_SAMPLE_INPUTS = 8 };

/* A case that the conformance test runs. Random inputs are drawn from [low, high) (0, 0 stands for
 * -2, 2); with `golden_out`, the inputs are `golden_in` and the output must be `golden_out`,
 * figures that come from an independent source. Integer inputs are drawn from 0 to `bound` - 1, and
 * are 0 without. */
typedef struct bb_sample {
    int n_in;
    bb_shape in[BB_SAMPLE_INPUTS];
    bool is_integer[BB_SAMPLE_INPUTS]; /* draw this input as i32 */
    bool is_mask[BB_SAMPLE_INPUTS];    /* draw this input as u8 of 0 and 1 */
    /* make the diagonals of this input's matrices, its last two dimensions, heavy once they are
     * drawn, as bb_sample_weight says; where views repeat operands, its leading dimensions only */
    bool is_dominant[BB_SAMPLE_INPUTS];
    const void *attrs;
    double low, high;
    int64_t bound;
    const double *golden_in[BB_SAMPLE_INPUTS];
    const double *golden_out;
    double golden_tolerance; /* relative; 0 stands for 1e-12 */
    /* for one-input maps: the documented derivative at each golden input; NULL when none */
    const double *golden_slope;
} bb_sample;

/* What is_dominant adds to element `row`, `column` of a matrix of an input drawn from [low, high):
 * m (n + 1 + 4 row) on the diagonal, else 0, for the longer side n and the largest number drawn m.
 * That gives regular matrices of full rank, whose symmetric part, and lower triangle mirrored, are
 * positive definite with eigenvalues apart. */
BB_API double bb_sample_weight(const bb_sample *s, int i, int64_t row, int64_t column);

/* A shape and a list of numbers for static initialisers. */
#define BB_DIMS(...)                                               \
    {                                                              \
        (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), \
        {                                                          \
            __VA_ARGS__                                            \
        }                                                          \
    }
#define BB_NUMBERS(...) ((const double[]){__VA_ARGS__})

/* The descriptor. */

/* The maps x + y, x - y, x y, x / y, a x + b y (AXPBY, whose attributes are the doubles a and b),
 * -x, x^2 and the root of x, of one float type. */
typedef enum bb_arithmetic {
    BB_ARITHMETIC_NONE,
    BB_ARITHMETIC_ADD,
    BB_ARITHMETIC_SUB,
    BB_ARITHMETIC_MUL,
    BB_ARITHMETIC_DIV,
    BB_ARITHMETIC_AXPBY,
    BB_ARITHMETIC_NEG,
    BB_ARITHMETIC_SQUARE,
    BB_ARITHMETIC_SQRT,
} bb_arithmetic;

enum { BB_VARIADIC = -1, BB_INPLACE_NONE = 0 };

struct bb_op {
    const char *name;
    const char *doc; /* the formula, and what happens at a kink or a tie */
    int arity;       /* number of inputs, or BB_VARIADIC */
    /* the attribute struct has no padding and no pointers: nodes are compared by its bytes */
    size_t attrs_size;

    /* Set for a composite, and nothing below but samples: returns the node that other builders
     * make of the inputs, in graph g. */
    bb_node *(*build)(bb_graph *g, bb_nodes in, const void *attrs);

    /* All checks; sets c->out. */
    bool (*infer)(bb_infer *c);

    /* The numbers: either `map`, for elementwise ops, by the dtype of the last input; or `forward`,
     * which cannot fail or allocate. Unless the op is impure or may fault, several threads may be
     * in forward at once, for different nodes. An op whose output elements lie in its first input's
     * buffer sets `view`: it fills `out` and returns true, or returns false when strides cannot say
     * it; then forward copies. */
    bb_map_fn map[BB_DTYPE_COUNT];
    /* the map is this one: two of them, of which one is read by the other alone, and has no
     * attributes, are computed in one pass, and those of an update by Adam all in one */
    bb_arithmetic arithmetic;
    void (*forward)(const bb_call *call);
    bool (*view)(const void *attrs, const bb_type *in_type, const bb_layout *in,
                 const bb_type *out_type, bb_layout *out);
    /* Of an op that only puts its operands, at least one, side by side: where each of them lies in
     * the result, of which they are all together, none over another. What computes an operand may
     * then write it there, and forward finds it in its place. */
    void (*parts)(const void *attrs, int n_in, const bb_type *in, bb_layout *out);
    /* forward writes a result whose last dimension is dense while each of the others has a stride
     * of its own (call->out->stride), in any order, and nothing in between. With `parts` as well it
     * writes nothing where all operands lie in their places, and may then lie strided itself. With
     * a tail (takes_tail) the result is row-major. Maps write any strides without saying so. */
    bool writes_strided;

    /* The gradient with respect to input i, given that with respect to y: builds nodes with public
     * builders, of input i's shape. NULL for an input that has none (an index, a mask). Called only
     * for inputs that somebody asked for. */
    bb_node *(*backward)(bb_node *y, bb_node *dy, int i);

    /* May be NULL. The sum of two or more nodes of this op, all of one type, which arrive as parts
     * of one gradient, when that is less work than adding them: what slices of one operand give
     * back is put side by side. NULL when it is not. */
    bb_node *(*join)(bb_nodes parts);

    /* The node's op on operands of which some, those with batched[i], carry a new leading axis of
     * one size, as the result then does too: builds nodes with public builders. Maps need none;
     * without one, or where it returns NULL, there is a copy of the node for each row. */
    bb_node *(*batch)(const bb_node *node, bb_node *const *in, const bool *batched);

    /* What the planner needs. */
    bool needs_contiguous; /* inputs are copied when their strides are not row-major */
    /* how far apart the rows of operand i, a matrix, should be, which as yet has those strides, so
     * that it pays to copy it once a run; at least as many elements as it has columns; 0: it is
     * read as it is. `readers` nodes of ops with a row_step read it; if it is a parameter's view,
     * the parameter by any view. */
    int64_t (*row_step)(const bb_type *in, int i, const int64_t *stride, int readers);
    /* bit i: forward may write the output over input i, which has as many bytes; of maps implied */
    uint32_t inplace;
    /* Rows are what the first dimension counts. The operands, by bits, of which a row of the result
     * needs only the row of its number, and which have as many rows; of the others it may need all.
     * 0 or NULL: it needs all of each. Forward and scratch may then be given some rows at a time:
     * the result and these operands are shorter, attributes are as ever, one thread is to be used,
     * and others may be in forward, too. Not of ops with more than 8 operands. Maps need none. */
    uint32_t (*rows)(const void *attrs, const bb_type *in, const bb_type *out);
    /* Of a reduction over the first dimension, perhaps among others, that can be made in two
     * stages: its attributes for an operand whose first dimension is torn into groups of rows,
     * [groups, rows, ...], where it gives a result for each group, in f64 whatever the operand
     * is, and those with which it makes one of these. False: not so. */
    bool (*stages)(const void *attrs, void *within_out, void *across_out);
    /* of the library's own: elementwise values that follow may be computed on what forward has
     * finished, while it lies in the cache, by call->tail (kernels.h) */
    bool takes_tail;
    /* how many bytes of memory forward needs besides; the arrays have no data yet */
    size_t (*scratch)(const void *attrs, int n_in, const bb_array *in, const bb_array *out);
    /* floating-point operations; NULL: of a map one an output element, of a forward none */
    double (*flops)(const void *attrs, const bb_type *in, const bb_type *out);
    bool is_impure; /* other numbers each run: never merged or folded */
    /* forward may call bb_call_fault; such ops run before any parameter changes, but for what
     * `index` says */
    bool may_fault;
    /* Of an op that faults if, and only if, an operand, an index, has an element that is not from 0
     * to *bound_out - 1, also where its result is empty: which operand that is. Where another node
     * has found the same elements within as narrow bounds, the op need not run so early. NULL, an
     * operand that is none, or more than 8: it may fault at anything. bb_gradcheck_op tries it. */
    int (*index)(const void *attrs, const bb_type *in, int64_t *bound_out);
    /* has no value of its own: never merged, folded or dropped once requested */
    bool is_effect;
    bool takes_effects; /* operands are effects, and nothing else */
    /* forward copies input 1 into input 0, a parameter; runs after all that reads input 0, and
     * is left out when input 1 was computed in place there */
    bool is_store;

    /* Attributes as text, "axes 0 1", for pictures and messages; may be NULL. */
    void (*print_attrs)(const void *attrs, char *buffer, size_t size);

    const bb_sample *samples;
    int n_samples;
};

#define BB_SAMPLES(array) .samples = (array), .n_samples = (int)(sizeof(array) / sizeof((array)[0]))

/* For ops that are constant almost everywhere (sign, step): the gradient is zero, and said to be.
 * Without a rule, differentiation through the op is an error. */
BB_API bb_node *bb_backward_zero(bb_node *y, bb_node *dy, int i);

/* For ops on the last two dimensions of every operand, as those of images are: rows are apart where
 * there are more. */
BB_API uint32_t bb_rows_of_images(const void *attrs, const bb_type *in, const bb_type *out);

/* For ops that treat leading dimensions alike: the op itself on operands that all carry the new
 * axis; those that do not are repeated along it. What maps do. */
BB_API bb_node *bb_batch_same(const bb_node *node, bb_node *const *in, const bool *batched);
/* The same with other attributes, as an axis that is one further back. */
BB_API bb_node *bb_batch_with(const bb_node *node, bb_node *const *in, const bool *batched,
                              const void *attrs);

/* Appends a node that applies `op`; the only way a node of an op comes to be. `attrs` points to
 * op->attrs_size bytes, which are copied. A composite is built. */
BB_BUILDER bb_node *bb_apply(const bb_op *op, bb_nodes inputs, const void *attrs);

/* The same for ops without operands. */
BB_BUILDER bb_node *bb_apply_in(bb_graph *g, const bb_op *op, bb_nodes inputs, const void *attrs);

/* The floating-point operations that computing a node takes, by its op's `flops`; 0 for leaves. */
BB_API double bb_node_flops(const bb_node *node);

/* The key of the next random node: 0, 1, 2, ... in the order of creation; 0 for NULL. */
BB_API int64_t bb_graph_next_random(bb_graph *g);

/* For builders written with other builders: fails as "file:line: op_name: reason: operands, in
 * scope" and returns the inert node. Up to two operands are named; either may be NULL. */
BB_API bb_node *bb_fail_node(bb_node *x, bb_node *y, const char *op_name, bb_status status,
                             const char *format, ...) BB_PRINTF(5, 6);

/* The ops of the library, for enumeration: tests, documents, look-up by name. */
BB_API int bb_op_count(void);
BB_API const bb_op *bb_op_at(int i);              /* NULL when out of range */
BB_API const bb_op *bb_op_find(const char *name); /* NULL when there is none */

#ifdef __cplusplus
}
#endif
#endif
