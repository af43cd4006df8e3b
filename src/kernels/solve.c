/* SPDX-License-Identifier: MIT */
/* Cholesky, and what elimination gives: solutions, inverses, determinants. A pivot of 0 is noted,
 * and the numbers beside it are then of no use. */
#include "kernels.h"
#include "linalg.h"

#include <math.h>

/* The lower triangle by rows is LAPACK's upper one by columns. */
void bb__run_cholesky(const bb__task *t, bb__trouble *trouble_out)
{
    const bb_array *l = &t->out;
    bb__copy(&t->in[0], l, 1);
    blasint info = t->lapack->cholesky(t->n, l->data);
    double pivot = info > 0 ? bb__at(l, info - 1, info - 1) : 0;
    if (info > 0 && !isnan(pivot))
        *trouble_out = (bb__trouble){1, info - 1, pivot};
    if (info > 0)
        bb__fill(l, NAN, 1);
    for (int64_t i = 0; i + 1 < t->n; i++) {
        bb_array rest = {bb__element(l, i * t->n + i + 1), l->dtype, {1, {t->n - i - 1}}, {1}};
        bb__fill(&rest, 0, 1);
    }
}

void bb__report_indefinite(const bb_call *call, int64_t matrix, const bb__trouble *t)
{
    bb_call_fault(call, "matrix %lld is not positive definite: pivot %lld is %g", (long long)matrix,
                  (long long)t->pivot, t->value);
}

static void note_zero_pivot(const bb_array *a, bb__trouble *trouble_out)
{
    for (int64_t i = a->shape.dim[0] - 1; i >= 0; i--)
        if (bb__at(a, i, i) == 0)
            *trouble_out = (bb__trouble){1, i, 0};
}

void bb__report_singular(const bb_call *call, int64_t matrix, const bb__trouble *t)
{
    bb_call_fault(call, "matrix %lld is singular: pivot %lld is 0", (long long)matrix,
                  (long long)t->pivot);
}

void bb__run_triangular(const bb__task *t, bb__trouble *trouble_out)
{
    const bb_array *x = &t->out;
    note_zero_pivot(&t->in[0], trouble_out);
    if (x->data != t->in[1].data)
        bb__copy(&t->in[1], x, 1);
    t->lapack->solve(t->triangle, (blasint)x->shape.dim[0], (blasint)x->shape.dim[1], t->in[0].data,
                     x->data);
}

bb__sizes bb__lu_sizes(int64_t m, int64_t n)
{
    return (bb__sizes){.a = m * n, .integers = n};
}

/* The factors of a': u' is the lower triangle of the result by rows, l' the upper one. */
static bb_array factorise(const bb__task *t, bb__trouble *trouble_out)
{
    bb_array a = bb__by_rows(t->b.a, t->out.dtype, t->n, t->n);
    if (t->n <= BB__FEW) {
        const bb__few *few = bb__few_of(a.dtype);
        few->copy(&t->in[0], a.data);
        few->lu(t->n, a.data, t->b.integers);
    } else {
        bb__copy(&t->in[0], &a, 1);
        t->lapack->lu(t->n, a.data, t->b.integers);
    }
    note_zero_pivot(&a, trouble_out);
    return a;
}

static void swap_rows(const bb_array *x, int64_t i, int64_t k)
{
    for (int64_t j = 0; i != k && j < x->shape.dim[1]; j++) {
        double kept = bb__at(x, i, j);
        bb__put(x, i, j, bb__at(x, k, j));
        bb__put(x, k, j, kept);
    }
}

/* a = u' l' P', so x = P l'^-1 u'^-1 b. */
static void solve_in_place(const bb__task *t, const bb_array *lu, const bb_array *x)
{
    blasint columns = (blasint)x->shape.dim[1];
    if (t->n <= BB__FEW) {
        bb__few_of(x->dtype)->solve(t->n, columns, lu->data, t->b.integers, x->data);
        return;
    }
    t->lapack->solve((bb__triangle){.upper = false}, t->n, columns, lu->data, x->data);
    t->lapack->solve((bb__triangle){.upper = true, .unit = true}, t->n, columns, lu->data, x->data);
    for (int64_t i = t->n - 1; i >= 0; i--)
        swap_rows(x, i, t->b.integers[i] - 1);
}

void bb__run_solve(const bb__task *t, bb__trouble *trouble_out)
{
    bb_array lu = factorise(t, trouble_out);
    if (t->n <= BB__FEW)
        bb__few_of(t->out.dtype)->copy(&t->in[1], t->out.data);
    else
        bb__copy(&t->in[1], &t->out, 1);
    solve_in_place(t, &lu, &t->out);
}

void bb__run_inverse(const bb__task *t, bb__trouble *trouble_out)
{
    bb_array lu = factorise(t, trouble_out);
    bb__fill(&t->out, 0, 1);
    for (int64_t i = 0; i < t->n; i++)
        bb__put(&t->out, i, i, 1);
    solve_in_place(t, &lu, &t->out);
}

/* The result is a row of one element, the determinant, or of its sign and log. */
void bb__run_det(const bb__task *t, bb__trouble *trouble_out)
{
    bb__trouble singular;
    bb_array lu = factorise(t, &singular);
    double product = 1, sign = 1, log_size = 0;
    (void)trouble_out;
    for (int64_t i = 0; i < t->n; i++) {
        double pivot = t->b.integers[i] - 1 == i ? bb__at(&lu, i, i) : -bb__at(&lu, i, i);
        product *= pivot;
        sign *= isnan(pivot) ? pivot : (pivot > 0) - (pivot < 0);
        log_size += log(fabs(pivot));
    }
    bool is_log = t->out.shape.dim[1] == 2;
    bb__put(&t->out, 0, 0, is_log ? sign : product);
    if (is_log)
        bb__put(&t->out, 0, 1, log_size);
}
