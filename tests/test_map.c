/* SPDX-License-Identifier: MIT */
/* The map kernel against plain loops: whatever the strides, shapes, types and number of threads,
 * the same bits. */
#include <criterion/criterion.h>

#include "kernels.h"

#include <string.h>

enum { MEMORY = 1 << 17 };

typedef struct layout_case {
    const char *name;
    bb_shape shape;
    int64_t x[BB_MAX_DIMS], y[BB_MAX_DIMS]; /* strides */
} layout_case;

static const layout_case layouts[] = {
    {"scalar", {0, {0}}, {0}, {0}},
    {"one element", {1, {1}}, {1}, {0}},
    {"vector", {1, {1000}}, {1}, {1}},
    {"vector and number", {1, {1000}}, {1}, {0}},
    {"two numbers", {1, {1000}}, {0}, {0}},
    {"contiguous in parts", {2, {300, 400}}, {400, 1}, {400, 1}},
    {"contiguous with ones", {4, {1, 30, 1, 40}}, {7, 40, 9, 1}, {0, 40, 0, 1}},
    {"row over short rows", {2, {100, 50}}, {50, 1}, {0, 1}},
    {"row over rows of three", {2, {4096, 3}}, {3, 1}, {0, 1}},
    {"column over rows of three", {2, {4096, 3}}, {3, 1}, {1, 0}},
    {"row over long rows", {2, {100, 784}}, {784, 1}, {0, 1}},
    {"column over long rows", {2, {100, 784}}, {784, 1}, {1, 0}},
    {"row and column", {2, {120, 90}}, {0, 1}, {1, 0}},
    {"row and column, long", {2, {50, 700}}, {0, 1}, {1, 0}},
    {"transposed", {2, {200, 300}}, {1, 200}, {300, 1}},
    {"both transposed", {2, {200, 300}}, {1, 200}, {1, 200}},
    {"transposed, short", {2, {7, 5}}, {1, 7}, {5, 1}},
    {"every third", {1, {5000}}, {3}, {2}},
    {"part of each row", {2, {60, 300}}, {400, 1}, {300, 1}},
    {"part of each short row", {2, {60, 30}}, {40, 1}, {31, 1}},
    {"channels", {3, {6, 16, 9}}, {144, 9, 1}, {0, 1, 0}},
    {"channels, long", {3, {3, 4, 784}}, {3136, 784, 1}, {0, 1, 0}},
    {"period of two dimensions", {3, {50, 11, 13}}, {143, 13, 1}, {0, 13, 1}},
    {"repeats in the middle", {3, {20, 30, 7}}, {210, 7, 1}, {7, 0, 1}},
    {"permuted", {4, {5, 6, 7, 8}}, {1, 5, 30, 210}, {336, 8, 48, 1}},
    {"eight dimensions",
     {8, {2, 3, 2, 3, 2, 3, 2, 3}},
     {1, 2, 6, 12, 36, 72, 216, 432},
     {0, 216, 0, 36, 18, 0, 3, 1}},
    {"a matrix less each row", {3, {3, 400, 9}}, {0, 9, 1}, {9, 0, 1}},
    {"parts of matrices", {3, {4, 50, 40}}, {2100, 40, 1}, {0, 0, 1}},
    {"rows of matrices", {4, {2, 3, 300, 7}}, {0, 2100, 7, 1}, {21, 7, 0, 1}},
    {"tile and one", {2, {3, 513}}, {600, 1}, {0, 1}},
    {"at the limit of long", {2, {9, 256}}, {300, 1}, {256, 1}},
    {"just short", {2, {9, 255}}, {300, 1}, {255, 1}},
    {"nothing", {2, {0, 5}}, {5, 1}, {0, 1}},
    {"nothing inside", {3, {4, 0, 5}}, {0, 5, 1}, {0, 0, 1}},
};
enum { LAYOUTS = sizeof(layouts) / sizeof(layouts[0]) };

static bb_array array_of(void *data, bb_dtype dtype, bb_shape shape, const int64_t *stride)
{
    bb_array a = {.data = data, .dtype = dtype, .shape = shape};
    memcpy(a.stride, stride, sizeof a.stride);
    return a;
}

static bb_array row_major(void *data, bb_dtype dtype, bb_shape shape)
{
    int64_t stride[BB_MAX_DIMS] = {0}, next = 1;
    for (int d = shape.ndim - 1; d >= 0; next *= shape.dim[d--])
        stride[d] = next;
    return array_of(data, dtype, shape, stride);
}

static int64_t count_of(bb_shape shape)
{
    int64_t count = 1;
    for (int d = 0; d < shape.ndim; d++)
        count *= shape.dim[d];
    return count;
}

static int64_t place_of(bb_shape shape, const int64_t *stride, int64_t element)
{
    int64_t place = 0;
    for (int d = shape.ndim - 1; d >= 0; d--) {
        place += element % shape.dim[d] * stride[d];
        element /= shape.dim[d];
    }
    return place;
}

/* x - 2 y in float: neither symmetric nor free of rounding. */
static void combine_f32(size_t n, const void *const *in, void *out, const void *attrs)
{
    const float *x = in[0], *y = in[1];
    for (size_t i = 0; i < n; i++)
        ((float *)out)[i] = x[i] - *(const float *)attrs * y[i];
}

static void choose_f64(size_t n, const void *const *in, void *out, const void *attrs)
{
    const uint8_t *mask = in[0];
    const double *x = in[1];
    (void)attrs;
    for (size_t i = 0; i < n; i++)
        ((double *)out)[i] = mask[i] ? x[i] : -1;
}

static void is_above_i32(size_t n, const void *const *in, void *out, const void *attrs)
{
    const int32_t *x = in[0], *y = in[1];
    (void)attrs;
    for (size_t i = 0; i < n; i++)
        ((uint8_t *)out)[i] = x[i] > y[i];
}

static const float two = 2;

static float numbers_x[MEMORY], numbers_y[MEMORY];

static void fill_numbers(void)
{
    for (int i = 0; i < MEMORY; i++) {
        numbers_x[i] = 0.37F * (float)i;
        numbers_y[i] = 1.0F / (float)(i + 3);
    }
}

TestSuite(map, .init = fill_numbers);

static void check_layout(const layout_case *c, int threads)
{
    static float out[MEMORY + 1];
    const bb_array in[] = {array_of(numbers_x, BB_F32, c->shape, c->x),
                           array_of(numbers_y, BB_F32, c->shape, c->y)};
    const bb_array to = row_major(out, BB_F32, c->shape);
    int64_t count = count_of(c->shape);
    memset(out, 0xff, sizeof out);
    bb__map_one(combine_f32, 2, in, &to, &two, threads);
    for (int64_t i = 0; i < count; i++) {
        float x = numbers_x[place_of(c->shape, c->x, i)];
        float y = numbers_y[place_of(c->shape, c->y, i)];
        cr_assert_eq(out[i], x - 2 * y, "%s: element %lld of %d threads", c->name, (long long)i,
                     threads);
    }
    const unsigned char *beyond = (const unsigned char *)(out + count);
    cr_assert_eq(*beyond, 0xff, "%s: written beyond the end", c->name);
}

Test(map, is_what_plain_loops_give)
{
    for (int i = 0; i < LAYOUTS; i++)
        for (int threads = 1; threads <= 4; threads += 3)
            check_layout(&layouts[i], threads);
}

Test(map, types_may_differ)
{
    static uint8_t mask[MEMORY], above[MEMORY];
    static double x[MEMORY], out[MEMORY];
    static int32_t whole[MEMORY];
    for (int i = 0; i < MEMORY; i++) {
        mask[i] = i % 3 == 0;
        x[i] = i;
        whole[i] = i * 7 % 11;
    }
    for (int l = 0; l < LAYOUTS; l++) {
        const layout_case *c = &layouts[l];
        const bb_array chosen[] = {array_of(mask, BB_U8, c->shape, c->x),
                                   array_of(x, BB_F64, c->shape, c->y)};
        const bb_array to = row_major(out, BB_F64, c->shape);
        bb__map_one(choose_f64, 2, chosen, &to, NULL, 4);
        const bb_array compared[] = {array_of(whole, BB_I32, c->shape, c->x),
                                     array_of(whole, BB_I32, c->shape, c->y)};
        const bb_array bits = row_major(above, BB_U8, c->shape);
        bb__map_one(is_above_i32, 2, compared, &bits, NULL, 4);
        for (int64_t i = 0; i < count_of(c->shape); i++) {
            int64_t p = place_of(c->shape, c->x, i), q = place_of(c->shape, c->y, i);
            cr_assert_eq(out[i], mask[p] ? x[q] : -1, "%s: element %lld", c->name, (long long)i);
            cr_assert_eq(above[i], whole[p] > whole[q], "%s: element %lld", c->name, (long long)i);
        }
    }
}

Test(map, may_write_over_an_input)
{
    static float memory[MEMORY];
    const int64_t row[BB_MAX_DIMS] = {0, 1};
    const bb_shape shape = {2, {1000, 100}};
    memcpy(memory, numbers_x, sizeof memory);
    const bb_array in[] = {row_major(memory, BB_F32, shape),
                           array_of(numbers_y, BB_F32, shape, row)};
    bb__map_one(combine_f32, 2, in, &in[0], &two, 4);
    for (int i = 0; i < 100000; i++)
        cr_assert_eq(memory[i], numbers_x[i] - 2 * numbers_y[i % 100], "element %d", i);
    memcpy(memory, numbers_x, sizeof memory);
    const bb_array same[] = {in[0], in[0]};
    bb__map_one(combine_f32, 2, same, &in[0], &two, 4);
    for (int i = 0; i < 100000; i++)
        cr_assert_eq(memory[i], numbers_x[i] - 2 * numbers_x[i], "element %d", i);
}

static void sum_of_eight(size_t n, const void *const *in, void *out, const void *attrs)
{
    (void)attrs;
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (int k = 0; k < BB_MAP_INPUTS; k++)
            sum = 3 * sum + ((const double *)in[k])[i];
        ((double *)out)[i] = sum;
    }
}

Test(map, takes_eight_inputs)
{
    static double x[600], out[600];
    const bb_shape shape = {2, {30, 20}};
    bb_array in[BB_MAP_INPUTS];
    for (int i = 0; i < 600; i++)
        x[i] = i;
    for (int k = 0; k < BB_MAP_INPUTS; k++)
        in[k] = array_of(x, BB_F64, shape, (int64_t[BB_MAX_DIMS]){k % 3 * 10, k % 2});
    const bb_array to = row_major(out, BB_F64, shape);
    bb__map_one(sum_of_eight, BB_MAP_INPUTS, in, &to, NULL, 1);
    for (int64_t i = 0; i < 600; i++) {
        double sum = 0;
        for (int k = 0; k < BB_MAP_INPUTS; k++)
            sum = 3 * sum + x[place_of(shape, in[k].stride, i)];
        cr_assert_eq(out[i], sum, "element %lld", (long long)i);
    }
}

Test(map, works_inside_a_parallel_region)
{
    static float out[4][MEMORY];
    const bb_shape shape = {1, {MEMORY}};
#pragma omp parallel for num_threads(4)
    for (int t = 0; t < 4; t++) {
        const bb_array in[] = {row_major(numbers_x, BB_F32, shape),
                               row_major(numbers_y, BB_F32, shape)};
        const bb_array to = row_major(out[t], BB_F32, shape);
        bb__map_one(combine_f32, 2, in, &to, &two, 4);
    }
    for (int t = 1; t < 4; t++)
        cr_assert_arr_eq(out[t], out[0], sizeof out[0]);
    cr_assert_eq(out[0][MEMORY - 1], numbers_x[MEMORY - 1] - 2 * numbers_y[MEMORY - 1]);
}

static void square_f64(size_t n, const void *const *in, void *out, const void *attrs)
{
    const double *x = in[0];
    (void)attrs;
    for (size_t i = 0; i < n; i++)
        ((double *)out)[i] = x[i] * x[i];
}

/* As many operands as there may be, all gathered, and as many results held at once as eight-fold
 * sums of them allow: the buffers have room for the shortest tiles. */
Test(map, holds_as_much_as_a_sweep_may)
{
    enum { HELD = 42, SUMS = BB__MAP_OPS - HELD };
    static double x[64], out[40 * 64];
    const bb_shape shape = {2, {40, 64}};
    bb_array in[BB__MAP_OPERANDS];
    bb__map_input inputs[BB__MAP_OPERANDS];
    bb__map_op ops[BB__MAP_OPS] = {{.tile = NULL}};
    bb__map m = {.n_in = BB__MAP_OPERANDS, .n_ops = BB__MAP_OPS, .in = inputs, .ops = ops};
    for (int i = 0; i < 64; i++)
        x[i] = i;
    for (int k = 0; k < BB__MAP_OPERANDS; k++)
        in[k] = array_of(x, BB_F64, shape, (int64_t[BB_MAX_DIMS]){1, 0});
    for (int k = 0; k < HELD; k++)
        ops[k] = (bb__map_op){
            .tile = square_f64, .n_in = 1, .in = {k % BB__MAP_OPERANDS}, .dtype = BB_F64};
    for (int k = HELD; k < BB__MAP_OPS; k++) {
        ops[k] = (bb__map_op){.tile = sum_of_eight, .n_in = BB_MAP_INPUTS, .dtype = BB_F64};
        for (int i = 0; i < BB_MAP_INPUTS; i++) {
            int held = (k - HELD) * (BB_MAP_INPUTS - 1) + i;
            ops[k].in[i] = m.n_in + (i == 0 && k > HELD ? k - 1 : held < HELD ? held : HELD - 1);
        }
    }
    ops[BB__MAP_OPS - 1].out = (char *)out;
    bb__map_prepare(&m, in, shape);
    bb__map_bind(&m, in);
    bb__map_run(&m, 2);
    for (int row = 0; row < 40; row++) {
        double sum = 0;
        for (int k = 0; k < SUMS; k++)
            for (int i = k > 0; i < BB_MAP_INPUTS; i++)
                sum = 3 * sum + x[row] * x[row];
        cr_assert_eq(out[row * 64], sum, "row %d: %g, not %g", row, out[row * 64], sum);
        cr_assert_eq(out[row * 64 + 63], sum);
    }
}

/* Results that no cache holds are written past it, whole vectors and what is left at the ends. */
Test(map, streams_what_is_large)
{
    enum { ROWS = 1025, COLUMNS = 1031, COUNT = ROWS * COLUMNS };
    const bb_shape shape = {2, {ROWS, COLUMNS}};
    double *x = bb_memory_zeroed(COUNT, sizeof *x), *out = bb_memory_zeroed(COUNT + 1, sizeof *out);
    const bb_array in[] = {array_of(x, BB_F64, shape, (int64_t[BB_MAX_DIMS]){COLUMNS, 1}),
                           array_of(x, BB_F64, shape, (int64_t[BB_MAX_DIMS]){1, 0})};
    for (int i = 0; i < COUNT; i++)
        x[i] = i % 1000;
    for (int by_rows = 0; by_rows <= 1; by_rows++) {
        bb__map_input inputs[2];
        bb__map_op ops[] = {
            {.tile = square_f64, .n_in = 1, .in = {by_rows}, .dtype = BB_F64},
            {.tile = square_f64, .n_in = 1, .in = {2}, .dtype = BB_F64, .out = (char *)(out + 1)}};
        bb__map m = {.may_stream = true, .n_in = 2, .n_ops = 2, .in = inputs, .ops = ops};
        bb__map_prepare(&m, in, shape);
        cr_assert(ops[1].streams && !ops[0].streams);
        bb__map_bind(&m, in);
        bb__map_run(&m, 2);
        for (int i = 0; i < COUNT; i++) {
            double from = by_rows ? x[i / COLUMNS] : x[i];
            cr_assert_eq(out[i + 1], from * from * from * from, "element %d", i);
        }
    }
    cr_assert_eq(out[0], 0);
    bb_memory_release(x);
    bb_memory_release(out);
}
