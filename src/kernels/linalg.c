/* SPDX-License-Identifier: MIT */
/* Factorisations and solves over batches of matrices.
 *
 * A matrix is one thread's work, and the batch is cut by size only. What is wrong with a matrix is
 * noted beside it, and the first in the order of the batch is the fault. */
#include "linalg.h"
#include "base.h"
#include "blas.h"
#include "float_mode.h"
#include "kernels.h"

static int64_t side(const bb_array *a, int from_back)
{
    return a->shape.dim[a->shape.ndim - from_back];
}

static int64_t matrix_count(const bb_array *a)
{
    int64_t count = 1;
    for (int i = 0; i < a->shape.ndim - 2; i++)
        count *= a->shape.dim[i];
    return count;
}

static bb__sizes no_memory(int64_t m, int64_t n)
{
    (void)m, (void)n;
    return (bb__sizes){0};
}

static const bb__method methods[] = {
    [BB__CHOLESKY] = {bb__run_cholesky, no_memory, bb__report_indefinite},
    [BB__TRIANGULAR_SOLVE] = {bb__run_triangular, no_memory, bb__report_singular},
    [BB__SOLVE] = {bb__run_solve, bb__lu_sizes, bb__report_singular},
    [BB__INVERSE] = {bb__run_inverse, bb__lu_sizes, bb__report_singular},
    [BB__DET] = {bb__run_det, bb__lu_sizes, bb__report_singular},
    [BB__QR] = {bb__run_qr, bb__qr_sizes, bb__report_singular},
    [BB__EIGH] = {bb__run_eigh, bb__eigen_sizes, bb__report_eigen},
    [BB__SVD] = {bb__run_svd, bb__svd_sizes, bb__report_svd},
};

enum { MOST_PARTS = 16 };

/* Lays the buffers out from `base` on, which may be NULL; returns how many bytes they take. */
static size_t lay_out(bb__sizes s, bb_dtype dtype, char *base, bb__buffers *b_out)
{
    const size_t size = bb_dtype_size(dtype);
    const int64_t counts[] = {s.a, s.values, s.u, s.v, s.work};
    void *starts[5];
    size_t bytes = 0;
    for (int i = 0; i < 5; i++) {
        starts[i] = base ? base + bytes : NULL;
        bytes += bb__aligned((size_t)counts[i] * size);
    }
    *b_out = (bb__buffers){starts[0], starts[1], starts[2], starts[3], starts[4], NULL, s};
    b_out->integers = base ? (blasint *)(void *)(base + bytes) : NULL;
    return bytes + bb__aligned((size_t)s.integers * sizeof(blasint));
}

typedef struct job {
    bb__task task; /* of no matrix yet */
    const bb__method *method;
    bb_array out; /* [matrices, rows, columns] */
    int64_t count, grain;
    bb__trouble *troubles;
    char *memory; /* of the parts, one after the other */
    size_t part;
} job;

static job job_of(bb__linalg kind, int n_in, const bb_array *in, const bb_array *out)
{
    static const double worth = 100000; /* multiplications that pay for a thread */
    static const double single = 300;   /* as many as a matrix takes beside its arithmetic */
    const int64_t m = side(&in[0], 2), n = side(&in[0], 1), count = matrix_count(&in[0]);
    const int64_t each = count ? bb_shape_count(out->shape) / count : 0;
    const int64_t rows = kind == BB__DET ? 1 : side(out, 2);
    job j = {.task = {.lapack = bb__lapack_of(out->dtype), .m = (blasint)m, .n = (blasint)n},
             .method = &methods[kind],
             .count = count};
    double cost = (double)m * (double)n * (double)(n_in > 1 ? side(&in[1], 1) + m : m) + single;
    int64_t least = cost < worth ? (int64_t)(worth / cost) : 1;
    j.grain = bb__divided_up(count, MOST_PARTS);
    j.grain = j.grain > least ? j.grain : least;
    j.out =
        (bb_array){out->data, out->dtype, {3, {count, rows, rows ? each / rows : 0}}, {each, 0, 1}};
    j.out.stride[1] = j.out.shape.dim[2];
    j.part = lay_out(j.method->sizes_of(m, n), out->dtype, NULL, &j.task.b);
    return j;
}

size_t bb__linalg_scratch(bb__linalg kind, int n_in, const bb_array *in, const bb_array *out)
{
    job j = job_of(kind, n_in, in, out);
    size_t parts = (size_t)bb__divided_up(j.count, j.grain);
    return bb__aligned((size_t)j.count * sizeof(bb__trouble)) + parts * j.part;
}

/* Denormals count, unless the run flushes them: a pivot that is one is not 0. */
static void run_range(void *context, int64_t first, int64_t last)
{
    const job *j = context;
    bb__task t = j->task;
    lay_out(t.b.size, j->out.dtype, j->memory + (size_t)(first / j->grain) * j->part, &t.b);
    const bb__blas_state state = bb__blas_enter();
    bb__float_mode_set(state.mode);
    for (int64_t i = first; i < last; i++) {
        for (int k = 0; k < t.call->n_in; k++)
            t.in[k] = bb__matrix_at(&t.call->in[k], i);
        t.out = bb__matrix_at(&j->out, i);
        j->troubles[i] = (bb__trouble){0};
        j->method->run(&t, &j->troubles[i]);
    }
    bb__blas_leave(state);
}

static void run(job *j, const bb_call *call)
{
    if (bb_shape_count(call->out->shape) == 0)
        return;
    j->task.call = call;
    j->troubles = call->scratch;
    j->memory = (char *)call->scratch + bb__aligned((size_t)j->count * sizeof(bb__trouble));
    bb_parallel(j->count, j->grain, call->threads, run_range, j);
    for (int64_t i = 0; i < j->count; i++)
        if (j->troubles[i].is) {
            j->method->report(call, i, &j->troubles[i]);
            return;
        }
}

void bb__linalg_run(bb__linalg kind, const bb_call *call)
{
    job j = job_of(kind, call->n_in, call->in, call->out);
    run(&j, call);
}

void bb__triangular_solve(const bb_call *call, bool right, bool upper, bool transposed)
{
    job j = job_of(BB__TRIANGULAR_SOLVE, call->n_in, call->in, call->out);
    j.task.triangle = (bb__triangle){right, upper, transposed, false};
    run(&j, call);
}
