/* SPDX-License-Identifier: MIT */
/* The two halves of a script for gnuplot: series, and the panels that show them. */
#ifndef BIBUN_PLOT_GNUPLOT_H
#define BIBUN_PLOT_GNUPLOT_H

#include "plot_parts.h"

/* The number of a series in its panel, among all and among the lines, and what draws it. */
typedef struct bb__look {
    int series, line;
    bool is_png;
} bb__look;

void bb__script_number(FILE *file, double number);

/* Series number n of the plot as the data block $dn; contours of it as the block $cn. */
void bb__script_data(FILE *file, const bb_plot *p);

/* "using ... with ...". */
void bb__script_style(FILE *file, const bb__series *s, bb__look look);

#endif
