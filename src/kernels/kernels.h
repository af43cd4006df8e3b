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

/* Products (gemm.c): the only file that calls BLAS. */

/* out[..., m, n] = x[..., m, k] y[..., k, n] with equal leading sizes, any strides of x and y;
 * transposed operands cost nothing. */
void bb__matmul(const bb_array *x, const bb_array *y, const bb_array *out, void *scratch,
                int threads);
size_t bb__matmul_scratch(const bb_array *x, const bb_array *y);

/* Random (random.c). */

/* Elements from the stream of `key`; float dtypes. */
void bb__fill_uniform(const bb_array *out, double low, double high, uint64_t key, int threads);
void bb__fill_normal(const bb_array *out, double mean, double deviation, uint64_t key, int threads);

/* The gamma distribution (gamma.c) of scale 1: P(a, x) and its density p(a, x). NaN for a <= 0. */

enum { BB__GAMMA_ORDERS = 8 };

/* out[i] = the x with P(shapes[i], x) = Phi(z) for normal number z = i of the stream of `key`, but
 * not less than the smallest normal number; contiguous, of one float type */
void bb__draw_gamma(const bb_array *shapes, const bb_array *out, uint64_t key, int threads);
double bb__gamma_quantile(double a, double z);
/* the k-th derivative of P by a over p, 0 <= k <= BB__GAMMA_ORDERS; for k = 0 the upper tail has
 * the sign - and stands for P where x > a + 1 */
double bb__gamma_ratio(int k, double a, double x);
double bb__psi(int n, double x); /* the n-th derivative of the digamma function, x > 0 */

#endif
