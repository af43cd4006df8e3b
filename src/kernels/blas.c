/* SPDX-License-Identifier: MIT */
/* With lapack.c the only file that calls BLAS, and with *onednn*.c the only one that calls oneDNN,
 * each on one thread. Float matrix products go to oneDNN where it was found, but for small ones,
 * whose y may be turned before, the last few columns of others, and, with AVX2, those of rows that
 * crowd the caches; all that is left to OpenBLAS. With AVX2 the last few columns, and products of
 * no more than a few, are loops of our own. */
#include "blas.h"

#include "float_mode.h"

#include <cblas.h>
#include <omp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef BB_HAS_ONEDNN
#include <oneapi/dnnl/dnnl.h>
#endif

/* Threads. */

/* OpenBLAS: the serial build is so anyway. The pthread build has one number for the whole process,
 * so setting it once is enough. The OpenMP build, and oneDNN, ask omp_get_max_threads in the
 * calling thread, also in a parallel region of another OpenMP runtime than their own. */
bb__blas_state bb__blas_enter(void)
{
    if (openblas_get_parallel() == OPENBLAS_THREAD && openblas_get_num_threads() != 1)
        openblas_set_num_threads(1);
    int threads = omp_get_max_threads();
    if (threads != 1)
        omp_set_num_threads(1);
    bb__blas_state state = {threads, bb__float_mode()};
    bb__float_mode_set(bb__float_mode_flushing(state.mode));
    return state;
}

void bb__blas_leave(bb__blas_state state)
{
    bb__float_mode_set(state.mode);
    if (state.threads != 1)
        omp_set_num_threads(state.threads);
}

/* Which kernels. */

#if defined(__x86_64__) && defined(__GNUC__)
/* Of OpenBLAS builds that choose kernels when they are loaded; NULL in others. */
extern void gotoblas_dynamic_init(void) __attribute__((weak));
extern void gotoblas_dynamic_quit(void) __attribute__((weak));

/* An OpenBLAS that is older than the processor takes SSE3 kernels, at a fifth of the speed. It is
 * made to choose again while the library is loaded, when no other thread can be multiplying. Who
 * has set OPENBLAS_CORETYPE has chosen. */
__attribute__((constructor)) static void choose_kernels(void)
{
    bb_simd_level level = bb_simd();
    bool is_old = strcmp(openblas_get_corename(), "Prescott") == 0 ||
                  strcmp(openblas_get_corename(), "Nehalem") == 0;
    if (!is_old || level == BB_SIMD_BASE || getenv("OPENBLAS_CORETYPE") || !gotoblas_dynamic_init ||
        !gotoblas_dynamic_quit)
        return;
    setenv("OPENBLAS_CORETYPE", level == BB_SIMD_AVX512 ? "SkylakeX" : "Haswell", 1);
    gotoblas_dynamic_quit();
    gotoblas_dynamic_init();
    unsetenv("OPENBLAS_CORETYPE");
}
#endif

bool bb__onednn_is_used(void)
{
#ifdef BB_HAS_ONEDNN
    static atomic_int known; /* 0: not yet, 1: no, 2: yes */
    int answer = atomic_load_explicit(&known, memory_order_relaxed);
    if (!answer) {
        const char *text = getenv("BIBUN_ONEDNN");
        answer = text && strcmp(text, "0") == 0 ? 1 : 2;
        atomic_store_explicit(&known, answer, memory_order_relaxed);
    }
    return answer == 2;
#else
    return false;
#endif
}

bool bb__blas_has_small_kernels(void)
{
    static const char *const cores[] = {"SkylakeX", "Cooperlake", "SapphireRapids"};
    static atomic_int known; /* 0: not yet, 1: no, 2: yes */
    int answer = atomic_load_explicit(&known, memory_order_relaxed);
    if (!answer) {
        answer = 1;
        for (size_t i = 0; i < sizeof cores / sizeof *cores; i++)
            answer = strcmp(openblas_get_corename(), cores[i]) == 0 ? 2 : answer;
        atomic_store_explicit(&known, answer, memory_order_relaxed);
    }
    return answer == 2;
}

static double work_of(int64_t m, int64_t n, int64_t k)
{
    return (double)m * (double)n * (double)k;
}

/* How many of n columns are a few beyond whole vectors: these take oneDNN as long as a vector, and
 * OpenBLAS's kernels for small matrices hardly longer than their share. */
static int64_t few_beyond_vectors(int64_t n)
{
    enum { VECTOR = 16, FEW = 4 };
    return n > VECTOR && n % VECTOR <= FEW ? n % VECTOR : 0;
}

/* Beyond so many columns, terms of a sum, elements of x where a few columns are the last, and
 * elements of a result where y is transposed, oneDNN is as fast or faster, alone or but for those
 * last: measured on an Emerald Rapids with 8 to 392 rows, 4 to 256 columns, sums of 16 to 1024. */
bool bb__blas_suits_small(bool yt, int64_t m, int64_t n, int64_t k)
{
    enum { NARROW = 16, LONG = 256, MUCH = 16384, TURNED = 1200 };
    const bool is_long = k > LONG || (few_beyond_vectors(n) && m * k > MUCH);
    const bool is_suited = yt ? m * n <= TURNED : n < NARROW || !is_long || !bb__onednn_is_used();
    return is_suited && work_of(m, n, k) <= BB__SMALL_WORK && bb__blas_has_small_kernels();
}

const char *bb__blas_text(char *buffer, size_t size)
{
    int length = snprintf(buffer, size, "OpenBLAS %s", openblas_get_corename());
#ifdef BB_HAS_ONEDNN
    const dnnl_version_t *v = dnnl_version();
    if (bb__onednn_is_used() && length > 0 && (size_t)length < size)
        snprintf(buffer + length, size - (size_t)length, ", oneDNN %d.%d.%d", v->major, v->minor,
                 v->patch);
#else
    (void)length;
#endif
    return buffer;
}

/* Products. */

/* Our own loops for few columns are measured with AVX2, where no library has kernels for them. */
static bool has_narrow_loops(void)
{
    return bb_simd() == BB_SIMD_AVX2 && !bb__blas_has_small_kernels();
}

/* Where they read x in vectors, products with few columns mostly take them an eighth to seven
 * tenths of the libraries' time: measured with 2 to 4096 rows, sums of 8 to 2048. A single column
 * is a vector, for which OpenBLAS is as fast. */
static bool suits_narrow_loops(bool xt, int m, int n, int k)
{
    enum { LEAST = 8 };
    return n > 1 && n <= BB__NARROW && (xt ? m : k) >= LEAST && has_narrow_loops();
}

#ifdef BB_HAS_ONEDNN
static bool onednn_has(dnnl_cpu_isa_t isa)
{
    return bb__onednn_is_used() && ((unsigned)dnnl_get_effective_cpu_isa() & isa) == isa;
}

bool bb__onednn_is_avx512(void)
{
    return onednn_has(dnnl_cpu_isa_avx512_core);
}

bool bb__onednn_is_avx2(void)
{
    return onednn_has(dnnl_cpu_isa_avx2) && !bb__onednn_is_avx512();
}

bool bb__onednn_is_crowded(bool x_transposed, bool y_transposed, int64_t k, int64_t x_lead,
                           int64_t y_lead)
{
    enum { OF_X = 128, OF_Y = 512 }; /* measured on a Zen 3, as what follows */
    const bool x = x_transposed && bb__rows_crowd(x_lead, k, OF_X);
    const bool y = !y_transposed && bb__rows_crowd(y_lead, k, OF_Y);
    return (x || y) && bb__onednn_is_avx2();
}

/* With AVX-512, on a Zen 5, rows a page apart cost a sixth of a product, half a page apart a
 * quarter of that. */
bool bb__onednn_wants_space(int64_t rows, int64_t k, int64_t y_lead)
{
    enum { LEAST = 256, HALF_A_PAGE = 512, A_PAGE = 1024, ROWS = 512, ROWS_A_PAGE = 256 };
    if (!bb__onednn_is_used() || !bb__rows_crowd(y_lead, k, LEAST))
        return false;
    if (!bb__onednn_is_avx512())
        return rows >= ROWS;
    return rows >= (bb__rows_crowd(y_lead, k, A_PAGE)        ? ROWS_A_PAGE
                    : bb__rows_crowd(y_lead, k, HALF_A_PAGE) ? 4 * ROWS_A_PAGE
                                                             : 16 * ROWS_A_PAGE);
}

/* Whether OpenBLAS is faster: it has less to prepare. */
static bool suits_openblas(bool yt, int m, int n, int k)
{
    static const double few = 16384; /* multiplications */
    return work_of(m, n, k) <= few || bb__blas_suits_small(yt, m, n, k);
}

/* How many columns beyond whole vectors are left to our own loops. Beyond pairs of vectors oneDNN's
 * kernels for AVX2 are the slowest; rows of x that lie along the sum cost our loops more, in the
 * end of each sum; a transposed y costs oneDNN more. Measured on a Zen 3 with 8 to 1024 rows, 9 to
 * 516 columns, sums of 16 to 2048: nine in ten of these take 0.6 to 0.98 of the time. */
static int last_narrow(bool xt, bool yt, int m, int n, int k)
{
    enum { VECTOR = 8, PAIR = 16, WIDE = 144, ROWS = 16, SHORT = 16, LONG = 64 };
    const int last = n % VECTOR, whole = n - last;
    const int enough = xt || k >= LONG ? BB__NARROW : 2;
    int most = 0;
    if (m < ROWS || k < SHORT || n > WIDE || whole == 0)
        return 0;
    if (whole % PAIR == 0)
        most = yt ? BB__NARROW : enough;
    else if (yt)
        most = enough;
    else if (whole == VECTOR)
        most = xt ? 2 : 1;
    return last <= most ? last : 0;
}

/* Of a product by oneDNN, those that are left to OpenBLAS's kernels for small matrices, or to our
 * own loops. */
static int last_columns(bool xt, bool yt, int m, int n, int k)
{
    const int last = (int)few_beyond_vectors(n);
    if (bb__blas_has_small_kernels())
        return work_of(m, last, k) <= BB__SMALL_WORK ? last : 0;
    return has_narrow_loops() && bb__onednn_is_avx2() ? last_narrow(xt, yt, m, n, k) : 0;
}

static bool is_for_onednn(bool xt, bool yt, int m, int n, int k, int x_lead, int y_lead)
{
    return !suits_openblas(yt, m, n, k) && bb__onednn_is_used() &&
           !bb__onednn_is_crowded(xt, yt, k, x_lead, y_lead);
}
#else
bool bb__onednn_is_crowded(bool x_transposed, bool y_transposed, int64_t k, int64_t x_lead,
                           int64_t y_lead)
{
    (void)x_transposed, (void)y_transposed, (void)k, (void)x_lead, (void)y_lead;
    return false;
}

bool bb__onednn_is_avx512(void)
{
    return false;
}

bool bb__onednn_is_avx2(void)
{
    return false;
}

bool bb__onednn_wants_space(int64_t rows, int64_t k, int64_t y_lead)
{
    (void)rows, (void)k, (void)y_lead;
    return false;
}
#endif

/* Whether a transposed y is turned first, which costs less than OpenBLAS's kernels for small
 * matrices save then: of 570 products of 4 to 128 rows, 8 to 128 columns and sums of 8 to 256 the
 * 270 that are turned take 0.6 of the time on average on a Zen 5. */
enum { MOST_TURNED = 8192 }; /* elements, which are on the stack */
static bool turns_y(int m, int n, int k)
{
    enum { SHORT = 16 };
    return work_of(m, n, k) <= BB__SMALL_WORK && (int64_t)n * k <= MOST_TURNED &&
           (k <= SHORT || !bb__blas_suits_small(true, m, n, k)) && bb__blas_has_small_kernels();
}

static void multiply_turned(bool xt, int m, int n, int k, const float *x, int x_lead,
                            const float *y, int y_lead, float beta, float *out, int out_lead)
{
    float turned[MOST_TURNED];
    cblas_somatcopy(CblasRowMajor, CblasTrans, n, k, 1, y, y_lead, turned, n);
    cblas_sgemm(CblasRowMajor, xt ? CblasTrans : CblasNoTrans, CblasNoTrans, m, n, k, 1, x, x_lead,
                turned, n, beta, out, out_lead);
}

static void multiply_floats(bool xt, bool yt, int m, int n, int k, const float *x, int x_lead,
                            const float *y, int y_lead, float beta, float *out, int out_lead)
{
    int done = 0; /* columns */
    if (yt && turns_y(m, n, k)) {
        multiply_turned(xt, m, n, k, x, x_lead, y, y_lead, beta, out, out_lead);
        return;
    }
    bool is_narrow = suits_narrow_loops(xt, m, n, k);
#ifdef BB_HAS_ONEDNN
    const int whole = n - last_columns(xt, yt, m, n, k);
    if (!is_narrow && is_for_onednn(xt, yt, m, n, k, x_lead, y_lead) &&
        dnnl_sgemm(xt ? 'T' : 'N', yt ? 'T' : 'N', m, whole, k, 1, x, x_lead, y, y_lead, beta, out,
                   out_lead) == dnnl_success)
        done = whole, is_narrow = has_narrow_loops();
#endif
    const float *rest = y + (ptrdiff_t)done * (yt ? y_lead : 1);
    if (done < n && is_narrow)
        bb__narrow_gemm(m, n - done, k, (bb__matrix){x, x_lead, xt}, (bb__matrix){rest, y_lead, yt},
                        beta != 0, out + done, out_lead);
    else if (done < n)
        cblas_sgemm(CblasRowMajor, xt ? CblasTrans : CblasNoTrans, yt ? CblasTrans : CblasNoTrans,
                    m, n - done, k, 1, x, x_lead, rest, y_lead, beta, out + done, out_lead);
}

void bb__gemm(bb_dtype dtype, bool xt, bool yt, int m, int n, int k, const void *x, int x_lead,
              const void *y, int y_lead, bool accumulate, void *out, int out_lead)
{
    if (dtype == BB_F64)
        cblas_dgemm(CblasRowMajor, xt ? CblasTrans : CblasNoTrans, yt ? CblasTrans : CblasNoTrans,
                    m, n, k, 1, x, x_lead, y, y_lead, accumulate, out, out_lead);
    else
        multiply_floats(xt, yt, m, n, k, x, x_lead, y, y_lead, accumulate, out, out_lead);
}

void bb__product(bb_dtype dtype, int64_t m, int64_t n, int64_t k, bb__matrix x, bb__matrix y,
                 bool accumulate, void *out, int64_t lead)
{
    const bb__blas_state state = bb__blas_enter();
    bb__gemm(dtype, x.transposed, y.transposed, (int)m, (int)n, (int)k, x.data, (int)x.lead, y.data,
             (int)y.lead, accumulate, out, (int)lead);
    bb__blas_leave(state);
}

/* The result is cleared first, since not every OpenBLAS lets beta = 0 hide a NaN that was there. */
void bb__gemv(bb_dtype dtype, bool transposed, int m, int n, const void *a, int lead, const void *x,
              int step, void *out)
{
    CBLAS_TRANSPOSE t = transposed ? CblasTrans : CblasNoTrans;
    if (dtype == BB_F32 && transposed && n <= BB__THIN) {
        bb__thin_gemv(m, n, a, lead, x, step, out);
        return;
    }
    memset(out, 0, (size_t)(transposed ? n : m) * bb_dtype_size(dtype));
    if (dtype == BB_F64)
        cblas_dgemv(CblasRowMajor, t, m, n, 1, a, lead, x, step, 0, out, 1);
    else
        cblas_sgemv(CblasRowMajor, t, m, n, 1, a, lead, x, step, 0, out, 1);
}
