/* SPDX-License-Identifier: MIT */
/* The one place that decides how a product is cut into panels and parts: for 16 threads, as far as
 * the panels stay wide enough for the library's kernels.
 *
 * The numbers are from OpenBLAS 0.3.21 and oneDNN 2.6.3 on an AMD Zen 4 with AVX-512, from products
 * of all sizes up to 2048 cut in all ways; on a Zen 3 with AVX2 they serve as well. */
#include "blas.h"
#include "gemm.h"

enum { MOST = 16 };

typedef struct sizes {
    int64_t batch;
    int64_t longer, other; /* of a result: panels cut the longer side */
    bool by_rows;
    double work; /* multiplications */
} sizes;

/* Twice as many panels as long as there are not enough, and each has that much work and width. */
static int64_t refined(const sizes *s, int64_t panels, double work, int64_t width)
{
    while (s->batch * panels < MOST && s->work / (double)(2 * panels) >= work &&
           s->longer / (2 * panels) >= width)
        panels *= 2;
    return panels;
}

/* Panels that OpenBLAS multiplies in place, which for a thin result is faster than what packs its
 * operands, though they may be more than MOST; 0 where they would be too narrow, or oneDNN is as
 * fast. */
static int64_t small_panels(const bb__gemm_sizes *of, const sizes *s)
{
    enum { THIN = 128, ROWS = 16, COLUMNS = 32 };
    static const double worth = 0.3e6; /* multiplications, beside the start of a thread */
    const int64_t least = s->by_rows ? ROWS : COLUMNS;
    int64_t panels = 1;
    if (s->other > THIN && s->work > BB__SMALL_WORK)
        return 0;
    while (s->work / (double)panels > BB__SMALL_WORK)
        panels *= 2;
    const int64_t width = s->longer / panels;
    const bool is_narrow = panels > 1 && width < least;
    if (is_narrow ||
        !bb__blas_suits_small(false, s->by_rows ? width : of->m, s->by_rows ? of->n : width, of->k))
        return 0;
    return refined(s, panels, worth, least);
}

/* Panels that read again what all of them share, so that they must be wide and heavy enough. With
 * oneDNN rows of x may be few, since it does not pack them; columns and transposed operands it
 * does. */
static int64_t large_panels(const sizes *s, bool is_packed)
{
    enum { WIDE = 128, PACKED = 32, IN_PLACE = 16 };
    static const double heavy = 0.75e6; /* multiplications */
    is_packed = is_packed || !s->by_rows;
    const int64_t least = is_packed ? PACKED : IN_PLACE, wanted = s->longer / (is_packed ? 4 : 8);
    return refined(s, 1, heavy, wanted < least ? least : wanted < WIDE ? wanted : WIDE);
}

/* More panels of rows, for which a product is hardly slower, until what follows a panel finds it in
 * the second-level cache. */
static int64_t cached_panels(const sizes *s, int64_t panels, size_t element)
{
    enum { CACHED_BYTES = 1 << 18, ROWS = 128 };
    while (s->longer / panels * s->other * (int64_t)element > CACHED_BYTES &&
           s->longer / (2 * panels) >= ROWS)
        panels *= 2;
    return panels;
}

/* Parts of long sums, for a small result. Each of its panels reads all of an operand that is long,
 * a part some rows of y; where y is a weight these are mostly in the cache of the thread that takes
 * the part, since it wrote them. A vector's product reads its matrix once, so panels serve it. The
 * numbers are from a Zen 5 with two cores. */
static int64_t parts_of(const bb__gemm_sizes *s, const sizes *z)
{
    enum { SMALL = 128, LONG = 384 };
    static const double heavy = 0.75e6; /* multiplications */
    int64_t parts = 1;
    while (s->batch == 1 && z->longer <= SMALL && z->other > 1 && parts < MOST &&
           s->k / (2 * parts) >= LONG && z->work / (double)(2 * parts) >= heavy)
        parts *= 2;
    return parts;
}

/* Columns begin at whole vectors. Rows are multiplied some at a time, those that are left over in
 * the end at the cost of as many. */
static bb__gemm_cut even_cut(const sizes *s, int64_t panels)
{
    enum { VECTOR = 16, ROWS = 8 };
    const int64_t unit = panels == 1 ? s->longer : s->by_rows ? ROWS : VECTOR;
    const int64_t units = bb__divided_up(s->longer, unit);
    bb__gemm_cut c = {.by_rows = s->by_rows, .parts = 1, .size = s->longer, .unit = unit};
    c.panels = panels < units ? panels : units;
    c.width = bb__divided_up(units, c.panels) * unit;
    c.width = c.width < s->longer ? c.width : s->longer;
    return c;
}

/* Its kernels beside dnnl_sgemm are the faster ones where y is transposed, unless rows are few, for
 * each of which y is turned again. They do not take part of the rows of a transposed x. */
static bool suits_onednn(const bb__gemm_sizes *s, const bb__gemm_cut *c, double work)
{
    enum { FEW_ROWS = 16, FEW_COLUMNS = 8 };
    if (s->dtype != BB_F32 || !s->y_transposed || work <= BB__SMALL_WORK || s->n <= FEW_COLUMNS)
        return false;
    return s->x_transposed ? !c->by_rows || c->panels == 1 : s->m >= FEW_ROWS;
}

/* Whether what multiplies reads rows of x where they are. */
static bool reads_in_place(const bb__gemm_sizes *s)
{
    return s->dtype == BB_F32 && bb__onednn_is_used() &&
           !bb__onednn_is_crowded(s->x_transposed, s->y_transposed, s->k, s->x_lead, s->y_lead);
}

bb__gemm_cut bb__gemm_cut_of(const bb__gemm_sizes *s)
{
    const bool by_rows = s->m >= s->n, is_float = s->dtype == BB_F32;
    const sizes z = {s->batch, by_rows ? s->m : s->n, by_rows ? s->n : s->m, by_rows,
                     (double)s->m * (double)s->n * (double)s->k};
    int64_t panels = 0;
    if (is_float && !s->y_transposed && bb__blas_has_small_kernels())
        panels = small_panels(s, &z);
    if (!panels)
        panels = large_panels(&z, s->y_transposed || !reads_in_place(s));
    if (by_rows)
        panels = cached_panels(&z, panels, bb_dtype_size(s->dtype));
    const int64_t parts = parts_of(s, &z);
    if (parts > 1)
        panels = by_rows && panels > parts ? panels / parts : 1;
    bb__gemm_cut c = even_cut(&z, panels);
    c.parts = parts;
    c.suits_onednn = parts == 1 && suits_onednn(s, &c, z.work);
    return c;
}
