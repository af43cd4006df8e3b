/* SPDX-License-Identifier: MIT */
/* Floor 1: loops over strided arrays, and the calls to BLAS and OpenMP, which are seen nowhere
 * else.
 *
 * Kernels know nothing of graphs. They neither fail nor allocate: shapes were checked by infer, and
 * scratch memory comes from the plan. Results do not depend on the number of threads: work is cut
 * by size, never by thread. */
#ifndef BIBUN_KERNELS_H
#define BIBUN_KERNELS_H

#include <bibun/op.h>
#include <bibun/parallel.h>

#include "versions.h"

/* "OpenBLAS SkylakeX, oneDNN 2.6.3" (blas.c) */
const char *bb__blas_text(char *buffer, size_t size);

/* Faults (fault.c). */

void bb__index_fault(const bb_call *call, int32_t index, int64_t size);

/* Whether an index is in 0 .. size - 1; a fault when it is not. */
static inline bool bb__index_fits(const bb_call *call, int32_t index, int64_t size)
{
    if (index >= 0 && index < size)
        return true;
    bb__index_fault(call, index, size);
    return false;
}

/* The same of many; the fault is of the first that does not fit. */
bool bb__indices_fit(const bb_call *call, const int32_t *index, int64_t n, int64_t size);

/* Threads (parallel.c, and team.c, which has them; bb_parallel is public). */

/* Where part i of `parts` begins when `total` is dealt out evenly; part i ends where i + 1
 * begins. */
static inline int64_t bb__deal(int64_t total, int64_t parts, int64_t i)
{
    return total / parts * i + (total % parts < i ? total % parts : i);
}

static inline int64_t bb__lower(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* a / b, rounded up, for a >= 0 and b > 0 */
static inline int64_t bb__divided_up(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

/* Within a part of bb_parallel, a number below its `threads` that no other thread of that call has
 * at the time: which part of scratch memory is free to use. No result may depend on it. */
int bb__thread_slot(void);
/* As many threads as have scratch memory of their own where each needs a part. */
enum { BB__SLOTS = 16 };
int bb__processors(void);           /* for this process, when first asked */
int bb__clamp_threads(int threads); /* to what a machine can use */

/* What follows a result, element by element: run on stretches of finished elements, numbered in
 * row-major order, by the thread that computed them and while its cache has them. The stretches of
 * one result cover each element once. */
typedef struct bb__tail {
    void (*run)(const void *context, int64_t first, int64_t count);
    const void *context;
    int64_t grain; /* elements that pay for a thread */
} bb__tail;

/* Maps (map.c, map_prepare.c): one elementwise op, or several that are run tile by tile in one
 * sweep. */

enum {
    BB__TILE = 512,        /* elements of a tile at most */
    BB__MAP_OPERANDS = 24, /* distinct inputs of a map */
    BB__MAP_OPS = 48,
    BB__MAP_READS =
        BB_MAP_INPUTS + 1, /* operands of an op of a map: an update by Adam has one more */
};

typedef enum bb__map_access {
    BB__LINEAR,  /* the operand runs through its memory as the result does */
    BB__BY_ROWS, /* each row lies contiguously in the operand's own memory */
    BB__REPEAT,  /* gathered; tiles that begin at the same element are the same */
    BB__GATHER,  /* gathered for every tile */
} bb__map_access;

typedef struct bb__map_input {
    bb__map_access how;
    bb_dtype dtype;
    size_t size;   /* bytes an element */
    size_t buffer; /* where a tile is gathered */
    const char *data;
    int64_t local; /* bytes of a strip, of what has memory for a strip alone; else 0 */
    int64_t stride[BB_MAX_DIMS];
} bb__map_input;

typedef struct bb__map_op {
    bb_map_fn tile;           /* NULL: a later op, an update by Adam, computes it */
    bb_arithmetic arithmetic; /* that it is, if any */
    const void *attrs;
    const double *factors[2]; /* of an update by Adam, whose attributes they are; else NULL */
    int n_in;
    int in[BB__MAP_READS]; /* inputs of the map; from its n_in on, results of earlier ops */
    bb_dtype dtype;        /* of the result */
    size_t size;
    char *out;     /* contiguous, perhaps the memory of an input of the same layout that no later
                    * op reads; NULL: the result is only for later ops */
    int64_t local; /* as of inputs */
    bool streams;  /* too much for any cache: written past them, from the buffer */
    int to;        /* else the array, behind the inputs, through which it is scattered; 0: none */
    size_t buffer; /* where it is held without memory in row-major order */
} bb__map_op;

/* The caller sets the first block, and of inputs nothing, of ops all but size, streams, buffer and
 * factors, which are NULL. */
typedef struct bb__map {
    bool may_stream;       /* results may be written past the caches; of one op they are not */
    int n_in, n_to, n_ops; /* arrays that are read, and behind them those that are scattered to */
    bb__map_input *in;
    bb__map_op *ops;

    int ndim; /* of the normal form */
    int64_t dim[BB_MAX_DIMS];
    bool asks_ahead;                                  /* as what is streamed shows, from memory */
    int work;                                         /* passes over a tile, about */
    int64_t count, tile, row, row_tiles, tile_length; /* tiles do not cross the ends of rows */
    int64_t tiles, grain;
} bb__map;

/* All n_in + n_to arrays and the results are of `shape`, with any strides. Looks at no data. There
 * may be fewer ops then. */
void bb__map_prepare(bb__map *m, const bb_array *in, bb_shape shape);
/* Where the arrays are; before each run, or before stretches are. */
void bb__map_bind(const bb__map *m, const bb_array *in);
void bb__map_run(const bb__map *m, int threads);
/* Elements first to first + count in row-major order, in the calling thread. */
void bb__map_run_stretch(const void *map, int64_t first, int64_t count);
/* The same of strip number `strip`, whose locals lie `shift` bytes after those of the first
 * slot. */
void bb__map_run_strip(const bb__map *m, int64_t strip, int64_t shift, int64_t first,
                       int64_t count);
/* As a tail. */
bb__tail bb__map_tail(const bb__map *m);

/* One op, at once; out is contiguous. */
void bb__map_one(bb_map_fn tile, int n_in, const bb_array *in, const bb_array *out,
                 const void *attrs, int threads);

/* Moving (move.c, gather.c, restride.c). */

/* Every step-th element of `a` along an axis, `size` of them, from the element `start` on. */
static inline bb_array bb__window(const bb_array *a, int axis, int64_t start, int64_t size,
                                  int64_t step)
{
    bb_array window = *a;
    window.data = (char *)a->data + start * a->stride[axis] * (int64_t)bb_dtype_size(a->dtype);
    window.shape.dim[axis] = size;
    if (size > 1)
        window.stride[axis] *= step;
    return window;
}

/* The strides under a shape of as many elements, in row-major order of both, of what lies with
 * `stride` under another; false where none say it. */
bool bb__restride(bb_shape from, const int64_t *stride, bb_shape to,
                  int64_t stride_out[BB_MAX_DIMS]);
/* The `parts` of a copy in row-major order. */
void bb__copy_parts(const void *attrs, int n_in, const bb_type *in, bb_layout *out);

/* same shape and dtype, any strides of both */
void bb__copy(const bb_array *in, const bb_array *out, int threads);
void bb__fill(const bb_array *out, double value, int threads); /* any strides */
/* out += in, float; same shape and dtype, any strides by which no two elements of out are one */
void bb__accumulate(const bb_array *in, const bb_array *out, int threads);
/* out = in along an axis, with `value` before, behind and in gaps between; any strides of both */
void bb__pad(const bb_array *in, const bb_array *out, int axis, int64_t before, int64_t gap,
             double value, int threads);
/* the operands one after the other along an axis; any strides of all */
void bb__concat(const bb_call *call, int axis);
/* out = in where low <= column - row <= high, else 0; the last two dimensions are matrices, and out
 * may be in */
void bb__band(const bb_array *in, const bb_array *out, int64_t low, int64_t high, int threads);

/* out[o, j, i] = x[o, index[j], i] for x seen as [outer, size, inner] and contiguous index. An
 * index out of range faults. */
void bb__gather(const bb_call *call, int axis);

/* out = x, then out[o, index[j], i] += updates[o, j, i] in the order of j. An index out of range
 * faults. */
void bb__scatter_add(const bb_call *call, int axis);

/* Reductions (reduce.c): over the axes whose bits are set; out is contiguous. */

/* any and all reduce u8, the others float */
typedef enum bb__reduction { BB__SUM, BB__MAX, BB__MIN, BB__PROD, BB__ANY, BB__ALL } bb__reduction;
void bb__reduce(bb__reduction kind, const bb_array *in, uint32_t axes, const bb_array *out,
                void *scratch, int threads);
size_t bb__reduce_scratch(const bb_array *in, uint32_t axes);
void bb__argmax(const bb_array *in, int axis, const bb_array *out, int threads);
void bb__argmin(const bb_array *in, int axis, const bb_array *out, int threads);

/* Deviations and norms (moments.c): over the axes whose bits are set, any strides, float. */

/* the sum of squared deviations from the mean, over `divisor` */
void bb__var(const bb_array *in, uint32_t axes, double divisor, const bb_array *out, int threads);
/* the same about a mean that is known, of the shape and type of the result, with any strides */
void bb__var_about(const bb_array *in, const bb_array *mean, uint32_t axes, double divisor,
                   const bb_array *out, int threads);
/* the sum of |x| for p = 1, the root of the sum of squares for 2, the largest |x| for infinity */
void bb__norm(const bb_array *in, uint32_t axes, double p, const bb_array *out, int threads);

/* Rows that were given mean 0 and a deviation of 1 / scale, one number for each row (normalise.c):
 * out = scale (dy - mean of dy - y mean of dy y), all contiguous; out may lie over dy or y. */
void bb__normalised_gradient(const bb_array *dy, const bb_array *y, const bb_array *scale,
                             const bb_array *out, const bb__tail *tail, int threads);

/* Rows (softmax.c): x contiguous [outer, size, inner], along the middle. */

void bb__softmax(const bb_array *in, int axis, const bb_array *out, int threads);
void bb__log_softmax(const bb_array *in, int axis, const bb_array *out, int threads);
/* log(sum of e^x) - x[label] for each row of contiguous x [rows, n]; i32 labels in 0 .. n - 1 */
void bb__label_losses(const bb_array *x, const bb_array *labels, const bb_array *out, int threads);
/* any strides */
void bb__logsumexp(const bb_array *in, uint32_t axes, const bb_array *out, int threads);

/* Scans (scan.c): along an axis, from its end if `reverse`; everything contiguous. */

/* `exclusive` leaves out the element itself */
typedef struct bb__scan_order {
    int axis;
    bool reverse, exclusive;
} bb__scan_order;
void bb__cumsum(const bb_array *in, bb__scan_order order, const bb_array *out, int threads);
void bb__cumprod(const bb_array *in, bb__scan_order order, const bb_array *out, int threads);
/* y[i] = a[i] y[i - 1] + b[i], y[-1] = 0 */
void bb__recurrence(const bb_array *a, const bb_array *b, bb__scan_order order, const bb_array *out,
                    int threads);
/* i32 place of the largest so far: the first of equals, the first NaN before all */
void bb__cummax_index(const bb_array *in, int axis, const bb_array *out, int threads);

/* Sorting (sort.c). */

/* i32 places in rising or falling order, equals in theirs, NaN last, as many of the first ones as
 * out has along the axis; any strides and dtype of in */
void bb__argsort(const bb_array *in, int axis, bool is_falling, const bb_array *out, void *scratch,
                 int threads);
size_t bb__argsort_scratch(const bb_array *in, int axis, int64_t wanted);

/* Elements picked one by one (along.c), everything contiguous: input 1 is the i32 index, an index
 * out of range faults. */

/* out[o, j, i] = x[o, index[o, j, i], i] */
void bb__take_along_axis(const bb_call *call, int axis);
/* out = x, then out[o, index[o, j, i], i] += updates[o, j, i] in the order of j; float */
void bb__scatter_add_along_axis(const bb_call *call, int axis);

/* Products (gemm.c). */

/* out[..., m, n] = x[..., m, k] y[..., k, n] with equal leading sizes, any strides of x and y;
 * transposed operands cost nothing. The tail may be NULL; without one the strides of out are any
 * but for that of a last dimension longer than 1, which is 1. */
void bb__matmul(const bb_array *x, const bb_array *y, const bb_array *out, void *scratch,
                const bb__tail *tail, int threads);
size_t bb__matmul_scratch(const bb_array *x, const bb_array *y, const bb_array *out);
/* op.h's row_step (gemm_operand.c) */
int64_t bb__matmul_row_step(const bb_type *in, int i, const int64_t *stride, int readers);

/* Factorisations and solves (linalg.c, lapack.c): of each matrix of the operands, whose leading
 * sizes are equal; any strides of the operands. What is wrong with a matrix is a fault. */

typedef enum bb__linalg {
    BB__CHOLESKY,         /* lower triangle of the lower triangle; NaN of NaN */
    BB__TRIANGULAR_SOLVE, /* see bb__triangular_solve */
    BB__SOLVE,            /* a^-1 b */
    BB__INVERSE,
    BB__DET,  /* of each matrix one number, or its sign and log: results of rank 2 less, or 1 */
    BB__QR,   /* [m + n, n]: q over r, for m >= n */
    BB__EIGH, /* [n + 1, n]: values over vectors, of the lower triangle; NaN of NaN */
    BB__SVD,  /* [m + 1 + n, k]: u over the values over v; NaN of NaN */
} bb__linalg;

void bb__linalg_run(bb__linalg kind, const bb_call *call);
size_t bb__linalg_scratch(bb__linalg kind, int n_in, const bb_array *in, const bb_array *out);

/* a contiguous; reads one of its triangles; the result may be written over b */
void bb__triangular_solve(const bb_call *call, bool right, bool upper, bool transposed);

/* A matrix in memory with rows, or columns when it is transposed, `lead` elements apart. */
typedef struct bb__matrix {
    const void *data;
    int64_t lead;
    bool transposed;
} bb__matrix;

/* out = x y, or out += x y, for x [m k], y [k n] and out [m n] with rows `lead` apart, none of them
 * empty: by one thread, for kernels that cut their work themselves. Sizes are below 2^31. */
void bb__product(bb_dtype dtype, int64_t m, int64_t n, int64_t k, bb__matrix x, bb__matrix y,
                 bool accumulate, void *out, int64_t lead);

/* Convolutions (conv*.c): contiguous images [n c h w], filters [o c/groups kh kw] and results
 * [n o oh ow]. Axis 0 of the pairs is the height. */
typedef struct bb__conv_shape {
    bb_dtype dtype;
    int64_t n, c, h, w, o, kh, kw, oh, ow, groups;
    int64_t stride[2], padding[2], dilation[2];
} bb__conv_shape;

/* One function a direction: the result from images and filters, and its adjoints with respect to
 * either. conv_choice.c says when oneDNN stands behind one. Tails may be NULL. */
void bb__conv2d_forward(const bb__conv_shape *s, const void *x, const void *w, void *out,
                        void *scratch, const bb__tail *tail, int threads);
void bb__conv2d_input(const bb__conv_shape *s, const void *dy, const void *w, void *dx,
                      void *scratch, const bb__tail *tail, int threads);
void bb__conv2d_weight(const bb__conv_shape *s, const void *x, const void *dy, void *dw,
                       void *scratch, int threads);
size_t bb__conv2d_forward_scratch(const bb__conv_shape *s);
size_t bb__conv2d_input_scratch(const bb__conv_shape *s);
size_t bb__conv2d_weight_scratch(const bb__conv_shape *s);

/* Windows on contiguous planes [h w], with results [oh ow] (pool.c): window i of an axis begins at
 * i stride - padding, or runs from floor(i h / oh) to ceil((i + 1) h / oh) when `is_adaptive`; what
 * lies outside of the plane is left out. No window is empty. */
typedef struct bb__pool_shape {
    bb_dtype dtype;
    bool is_adaptive;
    int64_t planes, h, w, oh, ow;
    int64_t window[2], stride[2], padding[2];
} bb__pool_shape;

/* The largest, the first of equal ones, a NaN before all: its value; the element of v at its place;
 * dy added at its place. */
void bb__max_pool(const bb__pool_shape *s, const void *x, void *y, int threads);
void bb__max_pick(const bb__pool_shape *s, const void *x, const void *v, void *y, int threads);
void bb__max_spread(const bb__pool_shape *s, const void *x, const void *dy, void *dx, int threads);
/* The sum over the window's size, of an adaptive window as it is, else with what lies outside; and
 * its adjoint. */
void bb__average_pool(const bb__pool_shape *s, const void *x, void *y, int threads);
void bb__average_spread(const bb__pool_shape *s, const void *dy, void *dx, int threads);

/* Planes [h w] at other sizes (upsample.c): the nearest element or a mean of four; and its
 * adjoint. */
typedef struct bb__upsample_shape {
    bb_dtype dtype;
    bool is_bilinear, align_corners;
    int64_t planes, h, w, oh, ow;
} bb__upsample_shape;
void bb__upsample(const bb__upsample_shape *s, const void *x, void *y, void *scratch, int threads);
void bb__upsample_spread(const bb__upsample_shape *s, const void *dy, void *dx, void *scratch,
                         int threads);
size_t bb__upsample_scratch(const bb__upsample_shape *s);

/* Random (random.c). */

/* Elements from the stream of `key`; float dtypes. */
void bb__fill_uniform(const bb_array *out, double low, double high, uint64_t key, int threads);
void bb__fill_normal(const bb_array *out, double mean, double deviation, uint64_t key, int threads);

/* Special functions (special.c): poles and values outside the domain as the headers of the ops say.
 */

double bb__lgamma(double x);
double bb__digamma(double x);
double bb__polygamma(int64_t n, double x); /* n >= 0; 0 is digamma */
double bb__erfinv(double x);

/* The gamma distribution (gamma.c) of scale 1: P(a, x) and its density p(a, x). NaN for a <= 0. */

enum { BB__GAMMA_ORDERS = 8 };

/* out[i] = the x with P(shapes[i], x) = Phi(z) for normal number z = i of the stream of `key`, but
 * not less than the smallest normal number; contiguous, of one float type */
void bb__draw_gamma(const bb_array *shapes, const bb_array *out, uint64_t key, int threads);
double bb__gamma_quantile(double a, double z);
/* the k-th derivative of P by a over p, 0 <= k <= BB__GAMMA_ORDERS; for k = 0 the upper tail has
 * the sign - and stands for P where x > a + 1 */
double bb__gamma_ratio(int k, double a, double x);

#endif
