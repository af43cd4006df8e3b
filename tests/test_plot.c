/* SPDX-License-Identifier: MIT */
/* Tables and charts to the letter: every kind of series, and what is odd in words and numbers. */
#include <bibun/plot.h>
#include <criterion/criterion.h>

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "temporary.h"

/* No gnuplot: the table is all. */
static void begin(void)
{
    temporary_enter();
    setenv("PATH", "", 1);
}

TestSuite(plot, .init = begin, .fini = temporary_leave);

static void expect_file(const char *name, const char *expected)
{
    char text[8192];
    FILE *file = fopen(name, "r");
    cr_assert(file, "%s", name);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    cr_expect_str_eq(text, expected, "%s:\n%s", name, text);
}

static void print_to(const char *name, bb_plot *p, int width)
{
    FILE *file = fopen(name, "w");
    cr_assert(file);
    cr_expect_eq(bb_plot_print(p, file, width), BB_OK);
    cr_assert_eq(fclose(file), 0);
}

/* Compares the table and the chart of 40 columns, and frees the plot. */
static void expect(bb_plot *p, const char *table, const char *chart)
{
    bool drawn = true;
    cr_assert_eq(bb_plot_save(p, "a.svg", &drawn, NULL), BB_OK);
    cr_expect(!drawn);
    cr_expect_eq(access("a.svg", F_OK), -1);
    expect_file("a.txt", table);
    print_to("chart", p, 40);
    expect_file("chart", chart);
    bb_plot_free(p);
}

/* A line, points with a gap, labels of the axes. */
Test(plot, series)
{
    bb_plot *p = bb_plot_new("Losses");
    bb_plot_axes(p, "epoch", "loss");
    bb_plot_line(p, "training", 5, NULL, (double[]){4, 2, 1, 0.5, 0.25});
    bb_plot_points(p, "test", 5, NULL, (double[]){4, 3, 2, NAN, 1.5});
    expect(p,
           "# Losses\n"
           "\n"
           "# line: training\n"
           "# epoch  loss\n"
           "      0     4\n"
           "      1     2\n"
           "      2     1\n"
           "      3   0.5\n"
           "      4  0.25\n"
           "\n"
           "# points: test\n"
           "# epoch  loss\n"
           "      0     4\n"
           "      1     3\n"
           "      2     2\n"
           "      3   nan\n"
           "      4   1.5\n",
           "Losses\n"
           "loss\n"
           "4 +o*\n"
           "  |  *\n"
           "  |   ***   o\n"
           "  |      **\n"
           "  |       **\n"
           "2 +         ****     o\n"
           "  |             ****                   o\n"
           "  |                 ********\n"
           "  |                         ************\n"
           "0 +\n"
           "  ++-----------------+-----------------+\n"
           "   0                 2                 4\n"
           "                   epoch\n"
           "* training   o test\n");
}

/* What has no logarithm interrupts the path; the table has all of it. */
Test(plot, logarithms)
{
    bb_plot *p = bb_plot_new(NULL);
    bb_plot_log(p, true, true);
    bb_plot_path(p, NULL, 6, (double[]){1, 10, 100, 1000, -1, 1e4},
                 (double[]){1e-3, 1e-2, 0, 1, 1, 10});
    expect(p,
           "# plot\n"
           "\n"
           "# path\n"
           "#     x      y\n"
           "      1  0.001\n"
           "     10   0.01\n"
           "    100      0\n"
           "   1000      1\n"
           "     -1      1\n"
           "  10000     10\n",
           "   10 +                               *\n"
           "      |\n"
           "      |                       *\n"
           "      |\n"
           "  0.1 +\n"
           "      |\n"
           "      |\n"
           "      |      ...*\n"
           "      |  ....\n"
           "0.001 + *\n"
           "      +-+--------------+--------------+-\n"
           "        1             100          10000\n");
}

/* All eight directions; a unit is as long on both axes. */
Test(plot, arrows)
{
    bb_plot *p = bb_plot_new("Field");
    bb_plot_equal_axes(p);
    bb_plot_arrows(p, "way", 8, (double[]){0, 0, 0, 0, 0, 0, 0, 0},
                   (double[]){0, 0, 0, 0, 0, 0, 0, 0}, (double[]){1, 2, 0, -2, -1, -2, 0, 2},
                   (double[]){0, 2, 1, 2, 0, -2, -1, -2});
    expect(p,
           "# Field\n"
           "\n"
           "# arrows: way\n"
           "# x  y  dx  dy\n"
           "  0  0   1   0\n"
           "  0  0   2   2\n"
           "  0  0   0   1\n"
           "  0  0  -2   2\n"
           "  0  0  -1   0\n"
           "  0  0  -2  -2\n"
           "  0  0   0  -1\n"
           "  0  0   2  -2\n",
           "Field\n"
           " 2 +\\.               ./\n"
           "   |  .             .\n"
           "   |   ...   ^   ...\n"
           "   |      .. . ..\n"
           "   |       .....\n"
           " 0 +     <........>\n"
           "   |      .. . ..\n"
           "   |   ...   v   ...\n"
           "   |  .             .\n"
           "-2 +/.               .\\\n"
           "   ++--------+--------+\n"
           "   -2        0        2\n"
           "> way\n");
}

/* The largest value is in the last bin, NaN in none. */
Test(plot, histograms)
{
    bb_plot *p = bb_plot_new("Bars");
    bb_plot_histogram(p, "a", 8, (double[]){0, 0, 1, 2, NAN, 2, 2, 4}, 4);
    bb_plot_histogram(p, "b", 3, (double[]){3, 3.5, 4}, 2);
    expect(p,
           "# Bars\n"
           "\n"
           "# histogram: a\n"
           "# from  to  count\n"
           "     0   1      2\n"
           "     1   2      1\n"
           "     2   3      3\n"
           "     3   4      1\n"
           "\n"
           "# histogram: b\n"
           "# from   to  count\n"
           "     3  3.5      1\n"
           "   3.5    4      2\n",
           "Bars\n"
           "  |                  **********\n"
           "  |                  **********\n"
           "  |                  **********\n"
           "2 +**********        **********    ooooo\n"
           "  |**********        **********    ooooo\n"
           "  |**********        **********    ooooo\n"
           "  |***************************oooooo****\n"
           "  |***************************oooooooooo\n"
           "  |***************************oooooooooo\n"
           "0 +***************************oooooooooo\n"
           "  ++-----------------+-----------------+\n"
           "   0                 2                 4\n"
           "* a   o b\n");
}

/* Levels are put in order; a path lies over them. */
Test(plot, contours)
{
    bb_plot *p = bb_plot_new("Bowl");
    double z[81];
    for (int i = 0; i < 81; i++)
        z[i] = (i % 9 - 4) * (i % 9 - 4) + (i / 9 - 4) * (i / 9 - 4);
    bb_plot_contours(p, 9, 9, z, -4, 4, -4, 4, 2, (double[]){16, 4});
    bb_plot_path(p, "way", 3, (double[]){-3, -1, 0}, (double[]){3, 2, 0});
    expect(p,
           "# Bowl\n"
           "\n"
           "# contours\n"
           "# 9 rows of 9 columns, x -4 to 4, y -4 to 4; levels 4 16\n"
           "  32  25  20  17  16  17  20  25  32\n"
           "  25  18  13  10   9  10  13  18  25\n"
           "  20  13   8   5   4   5   8  13  20\n"
           "  17  10   5   2   1   2   5  10  17\n"
           "  16   9   4   1   0   1   4   9  16\n"
           "  17  10   5   2   1   2   5  10  17\n"
           "  20  13   8   5   4   5   8  13  20\n"
           "  25  18  13  10   9  10  13  18  25\n"
           "  32  25  20  17  16  17  20  25  32\n"
           "\n"
           "# path: way\n"
           "#  x  y\n"
           "  -3  3\n"
           "  -1  2\n"
           "   0  0\n",
           "Bowl\n"
           " 4 +       bbbbbbbbbbbbbbbbbbbbbb\n"
           "   |    o...                    bbbb\n"
           " 2 +  bb    .....oaaaaaaaaaa       bbb\n"
           "   | b        aa  ..       aaa       bb\n"
           "   |b        a      ..       a        b\n"
           " 0 +bb       aaa      o     aa        b\n"
           "   | bbb       aaaaaaaaaaaaa        bb\n"
           "-2 +   bbbb                      bbb\n"
           "   |      bbbbbbbbbbbbbbbbbbbbbbb\n"
           "-4 +\n"
           "   ++--------+--------+-------+--------+\n"
           "   -4       -2        0       2        4\n"
           "a 4   b 16   o way\n");
}

/* Panels in rows of two; the first row of pixels is at the top. */
Test(plot, images)
{
    bb_plot *p = bb_plot_new("Pixels");
    bb_plot_columns(p, 2);
    for (int i = 0; i < 3; i++) {
        bb_plot_panel(p, (const char *[]){"a", "b", NULL}[i]);
        bb_plot_image(p, 2, 3, (double[]){0, 1, 2, 3, NAN, 9 - i});
    }
    expect(p,
           "# Pixels\n"
           "\n"
           "# panel 1 of 3: a\n"
           "\n"
           "# image\n"
           "# 2 rows of 3 columns\n"
           "    0    1    2\n"
           "    3  nan    9\n"
           "\n"
           "# panel 2 of 3: b\n"
           "\n"
           "# image\n"
           "# 2 rows of 3 columns\n"
           "    0    1    2\n"
           "    3  nan    8\n"
           "\n"
           "# panel 3 of 3\n"
           "\n"
           "# image\n"
           "# 2 rows of 3 columns\n"
           "    0    1    2\n"
           "    3  nan    7\n",
           "Pixels\n"
           "   a                    b\n"
           "  ..::                 ..::\n"
           "--  @@               --  @@\n"
           "\n"
           "  ..::\n"
           "==  @@\n");
}

/* A range that was set stays, and hides what is outside. */
Test(plot, empty)
{
    bb_plot *p = bb_plot_new("Nothing");
    bb_plot_y_range(p, -1, 1);
    bb_plot_line(p, "none", 0, NULL, NULL);
    bb_plot_line(p, "constant, outside", 2, NULL, (double[]){5, 5});
    expect(p,
           "# Nothing\n"
           "\n"
           "# line: none\n"
           "# x  y\n"
           "\n"
           "# line: constant, outside\n"
           "# x  y\n"
           "  0  5\n"
           "  1  5\n",
           "Nothing\n"
           " 1 +\n"
           "   |\n"
           "   |\n"
           "   |\n"
           "   |\n"
           " 0 +\n"
           "   |\n"
           "   |\n"
           "   |\n"
           "-1 +\n"
           "   ++-----------------+----------------+\n"
           "    0                0.5               1\n"
           "* none   o constant, outside\n");
}

/* Wide letters, bytes that are no UTF-8, control characters, and words that are too long. */
Test(plot, words)
{
    bb_plot *p = bb_plot_new("\xe5\xbe\xae\xe5\x88\x86 \xff \xc3\xa9\ta\nb");
    bb_plot_axes(p, "'\"\\`$@%d", "\xc0\xaf\xed\xa0\x80");
    bb_plot_points(p, "a label that is longer than the width of the chart", 1, NULL, (double[]){7});
    expect(p,
           "# \345\276\256\345\210\206 ? \303\251 a b\n"
           "\n"
           "# points: a label that is longer than the width of the chart\n"
           "# '\"\\`$@%d  ?????\n"
           "         0      7\n",
           "\345\276\256\345\210\206 ? \303\251 a b\n"
           "?????\n"
           "    |\n"
           "    |\n"
           "7.5 +\n"
           "    |\n"
           "    |\n"
           "  7 +                 *\n"
           "    |\n"
           "6.5 +\n"
           "    |\n"
           "    |\n"
           "    +---+-------------+-------------+---\n"
           "      -0.5            0            0.5\n"
           "                  '\"\\`$@%d\n"
           "* a label that is longer than the width\n");
}

static bb_plot *panels(int count)
{
    bb_plot *p = bb_plot_new("Panels");
    for (int i = 0; i < count; i++) {
        bb_plot_panel(p, "one");
        bb_plot_line(p, "line", 2, NULL, (double[]){0, 1});
    }
    return p;
}

static int longest_line(const char *name)
{
    int longest = 0, length = 0;
    FILE *file = fopen(name, "r");
    cr_assert(file);
    for (int c; (c = fgetc(file)) != EOF;) {
        length = c == '\n' ? 0 : length + 1;
        longest = length > longest ? length : longest;
    }
    fclose(file);
    return longest;
}

/* Panels stand side by side only as far as they have room. */
Test(plot, no_line_is_longer_than_the_width)
{
    bb_plot *p = panels(5);
    for (int width = 24; width < 200; width++) {
        print_to("chart", p, width);
        cr_expect_leq(longest_line("chart"), width);
    }
    print_to("chart", p, 0);
    cr_expect_leq(longest_line("chart"), 72);
    cr_expect_geq(longest_line("chart"), 60);
    bb_plot_free(p);
}

Test(plot, the_same_bytes_in_every_locale)
{
    static const char *const commas[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "nl_NL.UTF-8", "C"};
    for (size_t i = 0; !setlocale(LC_NUMERIC, commas[i]);)
        i++;
    bb_plot *p = bb_plot_new("x");
    bb_plot_line(p, NULL, 2, NULL, (double[]){0.5, -1e-20});
    bb_plot_save(p, "a.svg", NULL, NULL);
    expect_file("a.txt", "# x\n\n# line\n# x       y\n  0     0.5\n  1  -1e-20\n");
    bb_plot_free(p);
}
