/* SPDX-License-Identifier: MIT */
/* Reading data files, plain or gzip, and a progress bar. Only regular files are read: no pipe keeps
 * a reader waiting. Every error names the file and the place in it. No reader allocates more than
 * the file's own size can justify. */
#ifndef BIBUN_IO_H
#define BIBUN_IO_H

#include <bibun/tensor.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An IDX file (Y. LeCun's format of MNIST): u8, i32, f32 or f64, any rank up to 8; i8 and i16 are
 * read as i32. NULL with an error when it is not one, is truncated, or has bytes left over. */
BB_API bb_tensor *bb_idx_read(const char *path, bb_error *error_out);

/* A file of numbers, separated by commas, semicolons, tabs or blanks, a row a line, every row with
 * as many: f64 [rows, columns]. Lines that are empty or start with # are passed over; a first line
 * with text and no number is taken as a header. */
BB_API bb_tensor *bb_csv_read(const char *path, bb_error *error_out);

/* A progress bar with rate and remaining time, redrawn at most ten times a second; silent when the
 * stream is not a terminal. */
typedef struct bb_progress bb_progress;
/* NULL when memory runs out, which the others accept */
BB_API bb_progress *bb_progress_new(FILE *stream, const char *label, int64_t total);
/* note may be NULL: "loss 0.123" */
BB_API void bb_progress_update(bb_progress *p, int64_t done, const char *note);
BB_API void bb_progress_free(bb_progress *p); /* leaves the line complete */

#ifdef __cplusplus
}
#endif
#endif
