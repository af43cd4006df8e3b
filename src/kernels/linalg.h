/* SPDX-License-Identifier: MIT */
/* One matrix of a batch: what a factorisation or a solve of it is given. Methods (solve.c,
 * spectral.c) see one matrix at a time; linalg.c goes over the batch. */
#ifndef BIBUN_KERNELS_LINALG_H
#define BIBUN_KERNELS_LINALG_H

#include "lapack.h"

/* What is wrong with a matrix; `is` false when nothing is. */
typedef struct bb__trouble {
    int64_t is, pivot;
    double value; /* of the pivot */
} bb__trouble;

/* Numbers of elements of the memory that one matrix at a time is worked on in. */
typedef struct bb__sizes {
    int64_t a, values, u, v, work, integers;
} bb__sizes;

typedef struct bb__buffers {
    void *a, *values, *u, *v, *work;
    blasint *integers;
    bb__sizes size;
} bb__buffers;

/* A matrix of an operand and that of the result, and what it is worked on with. */
typedef struct bb__task {
    const bb_call *call;
    const bb__lapack *lapack;
    bb__triangle triangle;
    bb_array in[2], out;
    blasint m, n; /* of the first operand */
    bb__buffers b;
} bb__task;

/* How one kind of problem is solved. `report` says that it could not be for a matrix. */
typedef struct bb__method {
    void (*run)(const bb__task *t, bb__trouble *trouble_out);
    bb__sizes (*sizes_of)(int64_t m, int64_t n);
    void (*report)(const bb_call *call, int64_t matrix, const bb__trouble *t);
} bb__method;

/* Matrices: arrays of rank 2 with any strides. */

static inline double bb__at(const bb_array *a, int64_t i, int64_t j)
{
    int64_t offset = i * a->stride[0] + j * a->stride[1];
    return a->dtype == BB_F32 ? (double)((const float *)a->data)[offset]
                              : ((const double *)a->data)[offset];
}

static inline void bb__put(const bb_array *a, int64_t i, int64_t j, double x)
{
    int64_t offset = i * a->stride[0] + j * a->stride[1];
    if (a->dtype == BB_F32)
        ((float *)a->data)[offset] = (float)x;
    else
        ((double *)a->data)[offset] = x;
}

void *bb__element(const bb_array *a, int64_t offset);
bb_array bb__matrix_at(const bb_array *a, int64_t matrix); /* of an array of any rank from 2 */
/* rows `first` to first + count - 1 */
bb_array bb__rows_of(bb_array a, int64_t first, int64_t count);
/* contiguous memory as a matrix stored by rows, or by columns */
bb_array bb__by_rows(void *data, bb_dtype dtype, int64_t m, int64_t n);
bb_array bb__by_columns(void *data, bb_dtype dtype, int64_t m, int64_t n);
bool bb__is_finite(const bb_array *a);
void bb__negate_column(const bb_array *a, int64_t j);
/* makes the largest element of column j positive, the first of those within 1/1000 of it, so that
 * rounding of a tie decides nothing; whether it was not */
bool bb__orient(const bb_array *a, int64_t j);

/* Of matrices with so many rows or fewer (few.c): a copy by rows, the factors of the transpose of a
 * matrix by rows, and P l'^-1 u'^-1 x in the place of x, from these factors (solve.c). */
enum { BB__FEW = 16 };
typedef struct bb__few {
    void (*copy)(const bb_array *in, void *to);
    void (*lu)(int64_t n, void *a, blasint *pivots);
    void (*solve)(int64_t n, int64_t columns, const void *lu, const blasint *pivots, void *x);
} bb__few;
const bb__few *bb__few_of(bb_dtype dtype);

/* Methods, by the names of kernels.h (solve.c). */
void bb__run_cholesky(const bb__task *t, bb__trouble *trouble_out);
void bb__run_triangular(const bb__task *t, bb__trouble *trouble_out);
void bb__run_solve(const bb__task *t, bb__trouble *trouble_out);
void bb__run_inverse(const bb__task *t, bb__trouble *trouble_out);
void bb__run_det(const bb__task *t, bb__trouble *trouble_out);
bb__sizes bb__lu_sizes(int64_t m, int64_t n);
void bb__report_indefinite(const bb_call *call, int64_t matrix, const bb__trouble *t);
void bb__report_singular(const bb_call *call, int64_t matrix, const bb__trouble *t);

/* And of values and vectors (spectral.c). */
void bb__run_qr(const bb__task *t, bb__trouble *trouble_out);
void bb__run_eigh(const bb__task *t, bb__trouble *trouble_out);
void bb__run_svd(const bb__task *t, bb__trouble *trouble_out);
bb__sizes bb__qr_sizes(int64_t m, int64_t n);
bb__sizes bb__eigen_sizes(int64_t m, int64_t n);
bb__sizes bb__svd_sizes(int64_t m, int64_t n);
void bb__report_eigen(const bb_call *call, int64_t matrix, const bb__trouble *t);
void bb__report_svd(const bb_call *call, int64_t matrix, const bb__trouble *t);

#endif
