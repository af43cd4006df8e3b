/* SPDX-License-Identifier: MIT */
/* Products with a few columns, where rows of x are read in vectors of terms, and rows of a
 * transposed x in vectors of rows of the result. The order of a sum depends on the number of its
 * terms, how x lies, and the width of vectors. */
#include "blas.h"
#include "lanes.h"

#include <string.h>

/* How many vectors of x are taken at once: with as many sums for each column they fill the
 * registers, and keep the processor busy while each sum waits for itself. */
enum { MOST_ABREAST = 8 };
#define ABREAST(columns) ((columns) == 1 ? 8 : (columns) == 2 ? 4 : 3)

#define VECTOR(x) (*(const bb__lanes_anywhere *)(const void *)(x))
#define INLINE static inline __attribute__((always_inline))
typedef int32_t mask __attribute__((vector_size(sizeof(bb__lanes))));

typedef struct product {
    int64_t m, k;
    const float *x;
    int64_t x_lead;
    const float *y; /* columns, `y_column` apart, of terms that are `y_term` apart */
    int64_t y_term, y_column;
    bool accumulate;
    float *out;
    int64_t lead;
} product;

INLINE void put(const product *p, int64_t i, int64_t j, float sum)
{
    float *to = p->out + i * p->lead + j;
    *to = p->accumulate ? *to + sum : sum;
}

/* One element after the other, where what is read of x is shorter than a vector. */
static void multiply_plainly(const product *p, int64_t columns, bool is_transposed)
{
    const int64_t row = is_transposed ? 1 : p->x_lead, term = is_transposed ? p->x_lead : 1;
    for (int64_t i = 0; i < p->m; i++)
        for (int64_t j = 0; j < columns; j++) {
            float sum = 0;
            for (int64_t l = 0; l < p->k; l++)
                sum += p->x[i * row + l * term] * p->y[j * p->y_column + l * p->y_term];
            put(p, i, j, sum);
        }
}

/* Rows of x. */

enum { TERMS = 1024 }; /* at a time, so that they stay in the first-level cache */

INLINE float total(bb__lanes v)
{
    float part[BB__LANES];
    memcpy(part, &v, sizeof v);
    for (int width = BB__LANES / 2; width > 0; width /= 2)
        for (int e = 0; e < width; e++)
            part[e] += part[e + width];
    return part[0];
}

/* The vector there; unless `left` is NULL, with zeros where that is zero. */
INLINE bb__lanes taken(const float *from, const mask *left)
{
    const bb__lanes v = VECTOR(from);
    return left ? (bb__lanes)((mask)v & *left) : v;
}

/* A vector of terms of each sum. */
INLINE void add_terms(const int columns, const product *p, const float *const *from, int64_t l,
                      const mask *left, bb__lanes (*sum)[BB__NARROW])
{
    const int rows = ABREAST(columns);
    bb__lanes x[MOST_ABREAST];
    for (int r = 0; r < rows; r++)
        x[r] = taken(from[r] + l, left);
    for (int j = 0; j < columns; j++) {
        const bb__lanes y = taken(p->y + j * p->y_column + l, left);
        for (int r = 0; r < rows; r++)
            sum[r][j] += x[r] * y;
    }
}

/* Of the vector that ends with the last term, the terms that whole vectors have not reached. */
static mask left_of(int64_t k)
{
    int32_t parts[2 * BB__LANES];
    memset(parts, 0, sizeof parts / 2), memset(parts + BB__LANES, 0xff, sizeof parts / 2);
    mask left;
    memcpy(&left, parts + k % BB__LANES, sizeof left);
    return left;
}

/* Rows i and following, of which what is beyond the last is the last once more. */
INLINE void multiply_rows(const int columns, const product *p, int64_t i)
{
    const int rows = ABREAST(columns);
    const float *from[MOST_ABREAST];
    bb__lanes sum[MOST_ABREAST][BB__NARROW];
    for (int r = 0; r < rows; r++) {
        from[r] = p->x + bb__lower(i + r, p->m - 1) * p->x_lead;
        for (int j = 0; j < columns; j++)
            sum[r][j] = (bb__lanes){0};
    }
    for (int64_t l = 0; l + BB__LANES <= p->k; l += BB__LANES)
        add_terms(columns, p, from, l, NULL, sum);
    if (p->k % BB__LANES) {
        const mask left = left_of(p->k);
        add_terms(columns, p, from, p->k - BB__LANES, &left, sum);
    }
    float totals[MOST_ABREAST][BB__NARROW];
    for (int r = 0; r < rows; r++)
        for (int j = 0; j < columns; j++)
            totals[r][j] = total(sum[r][j]);
    for (int r = 0; r < rows && i + r < p->m; r++)
        for (int j = 0; j < columns; j++)
            put(p, i + r, j, totals[r][j]);
}

/* Transposed rows. */

/* Sums of so many rows, so many terms at a time, in whose order x is read from memory. */
enum { ROWS = 1024, BLOCK = 16 };
typedef struct sums {
    int64_t vectors;
    int64_t at[ROWS / BB__LANES]; /* where each vector's first row is */
    bb__lanes of[ROWS / BB__LANES][BB__NARROW];
} sums;

/* The last vector ends with the last row: what it has in common with the one before it is the same
 * sums. */
static void begin(sums *s, int64_t columns, int64_t first, int64_t end)
{
    s->vectors = 0;
    for (int64_t i = first; i < end; i += BB__LANES, s->vectors++) {
        s->at[s->vectors] = bb__lower(i, end - BB__LANES);
        for (int64_t j = 0; j < columns; j++)
            s->of[s->vectors][j] = (bb__lanes){0};
    }
}

INLINE void add_vectors(const int columns, const int vectors, const product *p, sums *s, int64_t v)
{
    const float *from[MOST_ABREAST];
    bb__lanes sum[MOST_ABREAST][BB__NARROW];
    for (int i = 0; i < vectors; i++) {
        from[i] = p->x + s->at[v + i];
        for (int j = 0; j < columns; j++)
            sum[i][j] = s->of[v + i][j];
    }
    for (int64_t l = 0; l < p->k; l++) {
        bb__lanes x[MOST_ABREAST];
        for (int i = 0; i < vectors; i++)
            x[i] = VECTOR(from[i] + l * p->x_lead);
        for (int j = 0; j < columns; j++) {
            const float y = p->y[l * p->y_term + j * p->y_column];
            for (int i = 0; i < vectors; i++)
                sum[i][j] += x[i] * y;
        }
    }
    for (int i = 0; i < vectors; i++)
        for (int j = 0; j < columns; j++)
            s->of[v + i][j] = sum[i][j];
}

/* Columns of y. */

/* One after the other, some terms at a time, which are stored together. */
INLINE void pack_columns(const int columns, const product *p, float *to)
{
    enum { FEW = 4 };
    const int64_t step = p->y_term;
    const float *y = p->y;
    int64_t l = 0;
    for (; l + FEW <= p->k; l += FEW, y += FEW * step)
        for (int j = 0; j < columns; j++) {
            const float few[FEW] = {y[j], y[j + step], y[j + 2 * step], y[j + 3 * step]};
            memcpy(to + j * TERMS + l, few, sizeof few);
        }
    for (; l < p->k; l++, y += step)
        for (int j = 0; j < columns; j++)
            to[j * TERMS + l] = y[j];
}

/* Term by term. */
INLINE void pack_terms(const int columns, const product *p, float *to)
{
    for (int64_t l = 0; l < p->k; l++)
        for (int j = 0; j < columns; j++)
            to[l * columns + j] = p->y[l * p->y_term + j * p->y_column];
}

/* Products of so many columns: along rows of x, and across those of a transposed one. */

INLINE void run_along(const int columns, const product *p)
{
    _Alignas(64) float packed[BB__NARROW * TERMS];
    product block = *p;
    for (int64_t first = 0; first < p->k; first += block.k) {
        block.k = bb__lower(p->k - first, TERMS);
        product of = block;
        if (p->y_term != 1) {
            pack_columns(columns, &block, packed);
            of.y = packed, of.y_term = 1, of.y_column = TERMS;
        }
        if (block.k < BB__LANES)
            multiply_plainly(&of, columns, false);
        else
            for (int64_t i = 0; i < p->m; i += ABREAST(columns))
                multiply_rows(columns, &of, i);
        block.x += block.k, block.y += block.k * p->y_term, block.accumulate = true;
    }
}

/* Where y is read more than once, its terms are packed. */
INLINE void add_block(const int columns, const product *p, sums *s)
{
    const int many = ABREAST(columns), few = many / 2;
    float packed[BB__NARROW * BLOCK];
    product of = *p;
    if (s->vectors > many) {
        pack_terms(columns, p, packed);
        of.y = packed, of.y_term = columns, of.y_column = 1;
    }
    int64_t v = 0;
    for (; v + many <= s->vectors; v += many)
        add_vectors(columns, many, &of, s, v);
    for (; v + few <= s->vectors; v += few)
        add_vectors(columns, few, &of, s, v);
    for (; v < s->vectors; v++)
        add_vectors(columns, 1, &of, s, v);
}

INLINE void run_across(const int columns, const product *p)
{
    sums s;
    for (int64_t first = 0; first < p->m; first += ROWS) {
        const int64_t end = bb__lower(first + ROWS, p->m);
        product block = *p;
        begin(&s, columns, first, end);
        for (int64_t l = 0; l < p->k; l += BLOCK) {
            block.k = bb__lower(p->k - l, BLOCK);
            add_block(columns, &block, &s);
            block.x += BLOCK * p->x_lead, block.y += BLOCK * p->y_term;
        }
        for (int64_t v = 0, i = first; v < s.vectors; v++)
            for (; i < s.at[v] + BB__LANES; i++)
                for (int j = 0; j < columns; j++)
                    put(p, i, j, s.of[v][j][i - s.at[v]]);
    }
}

#define DEFINE_RUNS(COLUMNS)                       \
    static void along_##COLUMNS(const product *p)  \
    {                                              \
        run_along(COLUMNS, p);                     \
    }                                              \
    static void across_##COLUMNS(const product *p) \
    {                                              \
        run_across(COLUMNS, p);                    \
    }
DEFINE_RUNS(1)
DEFINE_RUNS(2)
DEFINE_RUNS(3)
DEFINE_RUNS(4)

typedef void (*run_fn)(const product *p);
static const run_fn along[BB__NARROW + 1] = {NULL, along_1, along_2, along_3, along_4};
static const run_fn across[BB__NARROW + 1] = {NULL, across_1, across_2, across_3, across_4};

void bb__narrow_gemm(int64_t m, int64_t n, int64_t k, bb__matrix x, bb__matrix y, bool accumulate,
                     float *out, int64_t lead)
{
    product p = {.m = m, .x = x.data, .x_lead = x.lead, .y = y.data, .out = out, .lead = lead};
    p.y_term = y.transposed ? 1 : y.lead, p.y_column = y.transposed ? y.lead : 1;
    p.k = k, p.accumulate = accumulate;
    if (x.transposed ? m < BB__LANES : k < BB__LANES)
        multiply_plainly(&p, n, x.transposed);
    else
        (x.transposed ? across : along)[n](&p);
}
