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

/* Threads (parallel.c). */

typedef void (*bb__range_fn)(void *context, int64_t first, int64_t last);

/* Calls `range` on parts of 0 .. n-1, together covering it once; parts are at least `grain` long
 * but for the last. */
void bb__parallel(int64_t n, int64_t grain, int threads, bb__range_fn range, void *context);
int bb__thread_count(void);         /* OpenMP's number for a new region */
int bb__clamp_threads(int threads); /* to what a machine can use */

/* Elementwise (map.c). */

enum { BB__TILE = 512 }; /* elements of a tile */

/* out = tile(in...), all of one shape, any strides of the inputs, `out` contiguous and perhaps the
 * memory of an input of the same layout. Cut into tiles that stay in the first-level cache. */
void bb__map(bb_map_fn tile, int n_in, const bb_array *in, const bb_array *out, const void *attrs,
             int threads);

/* Moving (move.c). */

/* same shape and dtype, any strides of both */
void bb__copy(const bb_array *in, const bb_array *out, int threads);
void bb__fill(const bb_array *out, double value); /* any strides */

/* out[o, j, i] = x[o, index[j], i] for x seen as [outer, size, inner] and contiguous index. An
 * index out of range faults. */
void bb__gather(const bb_call *call, int axis);

/* out = x, then out[o, index[j], i] += updates[o, j, i] in the order of j. An index out of range
 * faults. */
void bb__scatter_add(const bb_call *call, int axis);

/* Reductions (reduce.c): over the axes whose bits are set; out is contiguous. */

typedef enum bb__reduction { BB__SUM, BB__MAX, BB__MIN } bb__reduction;
void bb__reduce(bb__reduction kind, const bb_array *in, uint32_t axes, const bb_array *out,
                void *scratch, int threads);
size_t bb__reduce_scratch(const bb_array *in, uint32_t axes);
void bb__argmax(const bb_array *in, int axis, const bb_array *out, int threads);

/* Rows (softmax.c): x contiguous [outer, size, inner], along the middle. */

void bb__softmax(const bb_array *in, int axis, const bb_array *out, int threads);
void bb__log_softmax(const bb_array *in, int axis, const bb_array *out, int threads);
/* any strides */
void bb__logsumexp(const bb_array *in, uint32_t axes, const bb_array *out, int threads);

/* Products (gemm.c). */

/* out[..., m, n] = x[..., m, k] y[..., k, n] with equal leading sizes, any strides of x and y;
 * transposed operands cost nothing. */
void bb__matmul(const bb_array *x, const bb_array *y, const bb_array *out, void *scratch,
                int threads);
size_t bb__matmul_scratch(const bb_array *x, const bb_array *y);

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

/* Random (random.c). */

/* Elements from the stream of `key`; float dtypes. */
void bb__fill_uniform(const bb_array *out, double low, double high, uint64_t key, int threads);
void bb__fill_normal(const bb_array *out, double mean, double deviation, uint64_t key, int threads);

#endif
