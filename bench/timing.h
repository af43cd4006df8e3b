/* SPDX-License-Identifier: MIT */
/* How runs are timed. */
#ifndef TIMING_H
#define TIMING_H

#include <bibun/bibun.h>

enum { REPEATS = 7 };

double now(void);               /* seconds */
double median(double *seconds); /* of REPEATS of them, which are put into order */

/* Seconds of `count` runs; negative when one fails. */
double time_runs(bb_program *program, bb_feeds feeds, long count);

/* Median seconds of a run, over REPEATS blocks of as many runs as take `budget` seconds together;
 * negative when one fails. */
double median_run(bb_program *program, bb_feeds feeds, double budget);

/* Runs some times and prints a table of the steps. */
void profile_runs(bb_program *program, bb_feeds feeds);

#endif
