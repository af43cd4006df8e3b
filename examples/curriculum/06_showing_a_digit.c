/* SPDX-License-Identifier: MIT */
/* Showing a digit: an image is a row of numbers, and becomes a picture when the row is folded into
 * lines again. Look at the same pixels twice: as [784], which the network sees, and as [28 28]. */
#include "lesson.h"

#include <stdio.h>

enum { DIGITS = 10 };

/* Pixels [side side] or [1 pixels] as an image of so many lines. */
static void plot_digit(lesson *l, bb_plot *plot, const bb_tensor *image, int side)
{
    bb_tensor *pixels = bb_tensor_cast(image, BB_F64);
    lesson_need(l, pixels != NULL, "out of memory");
    bb_plot_image(plot, side, side, bb_tensor_read(pixels));
    bb_tensor_release(pixels);
}

/* part: fold */
/* The first image as lines of pixels; the numbers stay where they are. */
static bb_tensor *fold_first(lesson *l, const lesson_digits *digits)
{
    char text[BB_SHAPE_TEXT];
    int64_t side = digits->side;
    bb_tensor *row = bb_tensor_rows(digits->train.images, 0, 1);
    bb_tensor *flat = row ? bb_tensor_reshape(row, BB_SHAPE(side * side)) : NULL;
    bb_tensor *image = flat ? bb_tensor_reshape(flat, BB_SHAPE(side, side)) : NULL;
    lesson_need(l, image != NULL, "out of memory");
    lesson_note(l, "as the network sees it: %s", bb_shape_text(bb_tensor_shape(flat), text));
    lesson_note(l, "as a picture: %s", bb_shape_text(bb_tensor_shape(image), text));
    lesson_true(l, "the same numbers", bb_tensor_read(flat) == bb_tensor_read(image));
    bb_tensor_release(row);
    bb_tensor_release(flat);
    return image;
}
/* end: fold */

/* The first image of each digit, 0 to 9. */
static void show_all(lesson *l, const lesson_digits *digits)
{
    bb_plot *plot = bb_plot_new("The first image of each digit");
    bb_plot_columns(plot, DIGITS / 2);
    for (int label = 0; label < DIGITS; label++) {
        int64_t i = 0, count = bb_tensor_count(digits->train.labels);
        while (i < count && (int)bb_tensor_at(digits->train.labels, i) != label)
            i++;
        lesson_need(l, i < count, "a digit is missing among the labels");
        bb_tensor *row = bb_tensor_rows(digits->train.images, i, 1);
        lesson_need(l, row != NULL, "out of memory");
        bb_plot_panel(plot, (char[]){(char)('0' + label), '\0'});
        plot_digit(l, plot, row, digits->side);
        bb_tensor_release(row);
    }
    lesson_plot(l, plot, "all");
}

int main(int argc, char **argv)
{
    lesson *l = lesson_begin(argc, argv, "06", "Showing a digit");
    lesson_digits digits = lesson_read_digits(l);
    int label = (int)bb_tensor_at(digits.train.labels, 0);
    bool is_mnist = lesson_mnist(l) != NULL;

    bb_tensor *image = fold_first(l, &digits);
    lesson_exact(l, "pixels of an image", is_mnist ? 784 : 64, (double)bb_tensor_count(image), 0);
    lesson_exact(l, "lines of pixels", is_mnist ? 28 : 8, digits.side, 0);
    if (is_mnist)
        lesson_exact(l, "label of the first training image", 5, label, 0);
    else
        lesson_report(l, "label of the first training image", label, NULL);

    bb_plot *plot = bb_plot_new(lesson_text(l, "The first training image, label %d", label));
    plot_digit(l, plot, image, digits.side);
    bb_tensor_release(image);
    if (lesson_out(l)) /* lesson_plot prints it otherwise */
        lesson_need(l, bb_plot_print(plot, stdout, 0) == BB_OK, "the plot cannot be printed");
    lesson_plot(l, plot, "first");
    show_all(l, &digits);
    return lesson_end(l);
}
