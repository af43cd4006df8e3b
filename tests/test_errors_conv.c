/* SPDX-License-Identifier: MIT */
/* What convolution, pooling and up-sampling refuse, to the letter. */
#include "refusals.h"

static bb_node *x, *k, *s; /* images [2 4 5 6], filters [6 4 3 3], a sequence [2 4 5] */

static bb_node *images(const char *name, int64_t n, int64_t c, int64_t height, int64_t width)
{
    return bb_input(w.g, name, BB_F32, BB_SHAPE(n, c, height, width));
}

static void more(void)
{
    x = images("images", 2, 4, 5, 6);
    k = images("filters", 6, 4, 3, 3);
    s = bb_input(w.g, "sequence", BB_F32, BB_SHAPE(2, 4, 5));
}

static void begin(void)
{
    refusals_begin();
    more();
}

/* The same as REFUSED, with the operands above made anew. */
#define REFUSED_MORE(status, text, ...)     \
    do {                                    \
        REFUSED(status, text, __VA_ARGS__); \
        more();                             \
    } while (0)

TestSuite(errors_conv, .init = begin, .fini = refusals_end);

#define OPERANDS ": images [2 4 5 6] x filters [6 4 3 3]"
#define TRANSPOSED ": dy [2 6 3 3] x filters [6 4 3 3]"

Test(errors_conv, options)
{
    const int64_t far = INT64_MAX;
    REFUSED_MORE(ARGUMENT, "conv2d: stride -1 is negative" OPERANDS,
                 bb_conv2d(x, k, (bb_conv){.stride = {1, -1}}));
    REFUSED_MORE(ARGUMENT, "conv2d: padding -2 is negative" OPERANDS,
                 bb_conv2d(x, k, (bb_conv){.padding = {-2, 1}}));
    REFUSED_MORE(ARGUMENT, "conv2d: dilation -3 is negative" OPERANDS,
                 bb_conv2d(x, k, (bb_conv){.dilation = {-3, 1}}));
    REFUSED_MORE(ARGUMENT, "conv2d: number of groups -1 is negative" OPERANDS,
                 bb_conv2d(x, k, (bb_conv){.groups = -1}));
    REFUSED_MORE(ARGUMENT, "conv2d: padding 9223372036854775807 is too large" OPERANDS,
                 bb_conv2d(x, k, (bb_conv){.padding = {0, far}}));
    REFUSED_MORE(ARGUMENT, "conv2d: output padding is for conv_transpose2d" OPERANDS,
                 bb_conv2d(x, k, (bb_conv){.stride = {2, 2}, .output_padding = {1, 0}}));
    REFUSED_MORE(ARGUMENT, "conv2d: 3 groups do not divide 4 channels" OPERANDS,
                 bb_conv2d(x, k, (bb_conv){.groups = 3}));
    REFUSED_MORE(ARGUMENT, "conv2d: 4 groups do not divide 6 filters" OPERANDS,
                 bb_conv2d(x, k, (bb_conv){.groups = 4}));
    REFUSED_MORE(SHAPE, "conv2d: filters of 4 channels do not fit 4 channels in 2 groups" OPERANDS,
                 bb_conv2d(x, k, (bb_conv){.groups = 2}));
    REFUSED_MORE(SHAPE, "conv2d: filters span 7, but the padded height is only 5" OPERANDS,
                 bb_conv2d(x, k, (bb_conv){.dilation = {3, 1}}));
    REFUSED_MORE(SHAPE, "conv2d: filters span 9, but the padded width is only 8" OPERANDS,
                 bb_conv2d(x, k, (bb_conv){.padding = {0, 1}, .dilation = {1, 4}}));
}

Test(errors_conv, operands)
{
    const bb_conv plain = {.groups = 1};
    REFUSED_MORE(SHAPE, "conv2d: images must have rank 4: x [2 3] x filters [6 4 3 3]",
                 bb_conv2d(w.x, k, plain));
    REFUSED_MORE(SHAPE, "conv2d: filters must have rank 4: images [2 4 5 6] x x [2 3]",
                 bb_conv2d(x, w.x, plain));
    REFUSED_MORE(TYPE, "conv2d: types differ: images f32 [2 4 5 6] x d f64 [2 3]",
                 bb_conv2d(x, w.d, plain));
    REFUSED_MORE(TYPE, "conv2d: needs f32 or f64: images f32 [2 4 5 6] x i i32 [2]",
                 bb_conv2d(x, w.i, plain));
    REFUSED_MORE(ARGUMENT, "conv2d: operand 2 is NULL: images [2 4 5 6] x NULL",
                 bb_conv2d(x, NULL, plain));
    REFUSED_MORE(SHAPE, "conv2d: filters must not be empty: images [2 4 5 6] x none [6 4 0 3]",
                 bb_conv2d(x, images("none", 6, 4, 0, 3), plain));
    REFUSED_MORE(SHAPE,
                 "conv2d: images of 2^31 pixels or more: huge [1 1 65536 65536] x one [1 1 1 1]",
                 bb_conv2d(images("huge", 1, 1, 65536, 65536), images("one", 1, 1, 1, 1), plain));
}

Test(errors_conv, sizes_that_would_overflow)
{
    bb_node *none = images("none", 1, 0, 3, 3), *wide = images("wide", 0, (int64_t)1 << 40, 1, 1);
    REFUSED_MORE(SHAPE,
                 "conv_transpose2d: filters of 2^31 elements or more: none [1 0 3 3] x wide [0 "
                 "1099511627776 1 1]",
                 bb_conv_transpose2d(none, wide, (bb_conv){.groups = INT32_MAX}));
    bb_node *tall = images("tall", 1, 0, (int64_t)1 << 40, 1);
    REFUSED_MORE(SHAPE,
                 "reshape: 0 elements do not fit [1 0 2147483647 2147483647 1099511627776 1]: tall "
                 "[1 0 1099511627776 1]",
                 bb_pixel_shuffle(tall, INT32_MAX));
    bb_node *deep = images("deep", 1, 4, 0, 0);
    REFUSED_MORE(SHAPE,
                 "reshape: 0 elements do not fit [1 4 0 2147483647 0 2147483647]: deep [1 4 0 0]",
                 bb_pixel_unshuffle(deep, INT32_MAX));
}

Test(errors_conv, transposed)
{
    bb_node *y = images("dy", 2, 6, 3, 3);
    REFUSED_MORE(ARGUMENT,
                 "conv_transpose2d: output padding 1 is not below the stride, 1" TRANSPOSED,
                 bb_conv_transpose2d(y, k, (bb_conv){.output_padding = {1, 0}}));
    y = images("dy", 2, 6, 3, 3);
    REFUSED_MORE(ARGUMENT, "conv_transpose2d: padding 3 takes away more than there is" TRANSPOSED,
                 bb_conv_transpose2d(y, k, (bb_conv){.padding = {0, 3}}));
    y = images("dy", 2, 6, 3, 3);
    REFUSED_MORE(ARGUMENT, "conv_transpose2d: 4 groups do not divide 6 filters" TRANSPOSED,
                 bb_conv_transpose2d(y, k, (bb_conv){.groups = 4}));
    REFUSED_MORE(SHAPE,
                 "conv_transpose2d: 6 filters do not fit 4 channels: images [2 4 5 6] x filters "
                 "[6 4 3 3]",
                 bb_conv_transpose2d(x, k, (bb_conv){.groups = 1}));
    REFUSED_MORE(SHAPE,
                 "conv_transpose2d: operand 1 must not be empty: dy [2 6 0 3] x filters [6 4 3 3]",
                 bb_conv_transpose2d(images("dy", 2, 6, 0, 3), k, (bb_conv){.groups = 1}));
}

Test(errors_conv, weight)
{
    const bb_conv plain = {.groups = 1};
    REFUSED_MORE(SHAPE, "conv2d_weight: numbers of images differ: images [2 4 5 6] x dy [3 6 3 4]",
                 bb_conv2d_weight(x, images("dy", 3, 6, 3, 4), 3, 3, plain));
    REFUSED_MORE(SHAPE,
                 "conv2d_weight: conv2d gives [4 4] for such filters: images [2 4 5 6] x dy "
                 "[2 6 3 4]",
                 bb_conv2d_weight(x, images("dy", 2, 6, 3, 4), 2, 3, plain));
    REFUSED_MORE(SHAPE, "conv2d_weight: filters must not be empty: images [2 4 5 6] x dy [2 6 3 4]",
                 bb_conv2d_weight(x, images("dy", 2, 6, 3, 4), 3, -1, plain));
}

static bb_node *short_filters(void)
{
    return bb_input(w.g, "k", BB_F32, BB_SHAPE(6, 4, 3));
}

Test(errors_conv, along_one_axis)
{
    REFUSED_MORE(
        ARGUMENT,
        "conv1d: stride[1] is 2, but there is no second axis: sequence [2 4 5] x k [6 4 3]",
        bb_conv1d(s, short_filters(), (bb_conv){.stride = {1, 2}}));
    REFUSED_MORE(
        ARGUMENT,
        "conv1d: padding[1] is 3, but there is no second axis: sequence [2 4 5] x k [6 4 3]",
        bb_conv1d(s, short_filters(), (bb_conv){.padding = {1, 3}}));
    REFUSED_MORE(
        ARGUMENT,
        "conv1d: dilation[1] is 1, but there is no second axis: sequence [2 4 5] x k [6 4 3]",
        bb_conv1d(s, short_filters(), (bb_conv){.dilation = {1, 1}}));
    REFUSED_MORE(ARGUMENT,
                 "conv1d: output_padding[1] is -1, but there is no second axis: sequence [2 4 5] x "
                 "k [6 4 3]",
                 bb_conv1d(s, short_filters(), (bb_conv){.output_padding = {0, -1}}));
    REFUSED_MORE(SHAPE,
                 "conv1d: both operands must have rank 3: sequence [2 4 5] x filters [6 4 3 3]",
                 bb_conv1d(s, k, (bb_conv){.groups = 1}));
    REFUSED_MORE(ARGUMENT, "conv1d: operand 1 is NULL: sequence [2 4 5]",
                 bb_conv1d(NULL, s, (bb_conv){.groups = 1}));
}

Test(errors_conv, pools)
{
    REFUSED_MORE(ARGUMENT, "max_pool2d: window height 0 is below 1: images [2 4 5 6]",
                 bb_max_pool2d(x, (bb_pool){.stride = {1, 1}}));
    REFUSED_MORE(ARGUMENT, "average_pool2d: window width -1 is below 1: images [2 4 5 6]",
                 bb_average_pool2d(x, (bb_pool){.window = {2, -1}}));
    REFUSED_MORE(ARGUMENT, "max_pool2d: stride -2 is negative: images [2 4 5 6]",
                 bb_max_pool2d(x, (bb_pool){.window = {2, 2}, .stride = {-2, 1}}));
    REFUSED_MORE(ARGUMENT, "max_pool2d: padding -1 is negative: images [2 4 5 6]",
                 bb_max_pool2d(x, (bb_pool){.window = {2, 2}, .padding = {0, -1}}));
    REFUSED_MORE(ARGUMENT,
                 "average_pool2d: padding 2 is not below the window's height, 2: images [2 4 5 6]",
                 bb_average_pool2d(x, (bb_pool){.window = {2, 3}, .padding = {2, 0}}));
    REFUSED_MORE(SHAPE,
                 "max_pool2d: a window of width 9 does not fit the padded image, 8: images "
                 "[2 4 5 6]",
                 bb_max_pool2d(x, (bb_pool){.window = {2, 9}, .padding = {0, 1}}));
    REFUSED_MORE(
        ARGUMENT, "max_pool2d: padding 9223372036854775806 is too large: images [2 4 5 6]",
        bb_max_pool2d(x, (bb_pool){.window = {2, INT64_MAX}, .padding = {0, INT64_MAX - 1}}));
    REFUSED_MORE(SHAPE, "max_pool2d: needs at least two dimensions: v [3]",
                 bb_max_pool2d(w.v, (bb_pool){.window = {1, 1}}));
    REFUSED_MORE(TYPE, "max_pool2d: needs f32 or f64: m u8 [2 3]",
                 bb_max_pool2d(w.m, (bb_pool){.window = {1, 1}}));
    REFUSED_MORE(SHAPE, "average_pool2d: images must not be empty: none [1 1 0 2]",
                 bb_average_pool2d(images("none", 1, 1, 0, 2), (bb_pool){.window = {1, 1}}));
    REFUSED_MORE(ARGUMENT, "max_pool2d: width 0 is below 1: images [2 4 5 6]",
                 bb_adaptive_max_pool2d(x, 2, 0));
    REFUSED_MORE(ARGUMENT, "average_pool2d: height 4294967296 is too large: images [2 4 5 6]",
                 bb_adaptive_average_pool2d(x, (int64_t)1 << 32, 1));
    REFUSED_MORE(ARGUMENT, "max: axis -2 is out of range for rank 1: v [3]",
                 bb_global_max_pool2d(w.v));
}

Test(errors_conv, upsampling)
{
    REFUSED_MORE(ARGUMENT, "upsample2d: height 0 is below 1: images [2 4 5 6]",
                 bb_upsample_nearest2d(x, 0, 3));
    REFUSED_MORE(ARGUMENT, "upsample2d: width -1 is below 1: images [2 4 5 6]",
                 bb_upsample_bilinear2d(x, 1, -1, true));
    REFUSED_MORE(SHAPE, "upsample2d: width 4294967296 is too large: images [2 4 5 6]",
                 bb_upsample_nearest2d(x, 1, (int64_t)1 << 32));
    REFUSED_MORE(SHAPE, "upsample2d: needs at least two dimensions: v [3]",
                 bb_upsample_nearest2d(w.v, 2, 2));
    REFUSED_MORE(SHAPE, "upsample2d: images must not be empty: none [1 1 0 2]",
                 bb_upsample_nearest2d(images("none", 1, 1, 0, 2), 2, 2));
    REFUSED_MORE(SHAPE, "pixel_shuffle: 3^2 does not divide 4 channels: images [2 4 5 6]",
                 bb_pixel_shuffle(x, 3));
    REFUSED_MORE(ARGUMENT, "pixel_shuffle: factor 0 is not in 1 .. 2147483647: images [2 4 5 6]",
                 bb_pixel_shuffle(x, 0));
    REFUSED_MORE(SHAPE, "pixel_shuffle: images must have rank 4: x [2 3]",
                 bb_pixel_shuffle(w.x, 1));
    REFUSED_MORE(SHAPE, "pixel_unshuffle: 2 does not divide 5 x 6: images [2 4 5 6]",
                 bb_pixel_unshuffle(x, 2));
    REFUSED_MORE(ARGUMENT, "pixel_unshuffle: factor -1 is not in 1 .. 2147483647: images [2 4 5 6]",
                 bb_pixel_unshuffle(x, -1));
    REFUSED_MORE(SHAPE, "pixel_unshuffle: images must have rank 4: x [2 3]",
                 bb_pixel_unshuffle(w.x, 1));
}

Test(errors_conv, layers)
{
    const bb_conv plain = {.groups = 1}, halves = {.groups = 2};
    REFUSED_MORE(SHAPE, "convolution: images must have rank 4: x [2 3], in conv1",
                 bb_convolution(w.x, w.params, "conv1", 3, 3, plain));
    REFUSED_MORE(TYPE, "convolution: needs f32 or f64: bytes u8 [1 1 2 2], in conv1",
                 bb_convolution(bb_input(w.g, "bytes", BB_U8, BB_SHAPE(1, 1, 2, 2)), w.params,
                                "conv1", 3, 3, plain));
    REFUSED_MORE(SHAPE,
                 "convolution: filters must be at least 1, not 0: images [2 4 5 6], in conv1",
                 bb_convolution(x, w.params, "conv1", 0, 3, plain));
    REFUSED_MORE(SHAPE,
                 "convolution: filters must be at least 1 x 1, not 3 x 0: images [2 4 5 6], in "
                 "conv1",
                 bb_convolution_with(x, w.params, "conv1", 2, 3, 0, NULL));
    REFUSED_MORE(ARGUMENT,
                 "convolution: 2 groups do not divide 4 channels and 3 filters: images [2 4 5 6], "
                 "in conv1",
                 bb_convolution(x, w.params, "conv1", 3, 3, halves));
    REFUSED_MORE(ARGUMENT, "convolution: a layer needs a name: images [2 4 5 6]",
                 bb_convolution(x, w.params, "", 3, 3, plain));
    REFUSED_MORE(SHAPE,
                 "conv2d: filters span 7, but the padded height is only 5: images [2 4 5 6] x "
                 "conv1.weight [3 4 7 7], in conv1",
                 bb_convolution(x, w.params, "conv1", 3, 7, plain));
}
