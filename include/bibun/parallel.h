/* SPDX-License-Identifier: MIT */
/* Threads: those that runs divide their work among, for ops and loops of one's own. */
#ifndef BIBUN_PARALLEL_H
#define BIBUN_PARALLEL_H

#include <bibun/status.h>

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Does what there is to do for first .. last - 1. */
typedef void (*bb_range_fn)(void *context, int64_t first, int64_t last);

/* Calls `range` on parts of 0 .. n - 1, together covering it once, in up to `threads` threads, the
 * calling one among them, and returns when all is done. Parts are `grain` long but for the last,
 * whatever the threads, so that a result that depends on its part alone, as a sum kept at
 * first / grain, is the same for any number. A part should take some microseconds, as long as it
 * takes a thread to begin.
 *
 * Nothing is called for n below 1; a `grain` or `threads` below 1 stands for 1, and the larger of
 * 64 and four for each processor is the most. The threads are made at the first call, for each
 * thread that calls this others, stand by until it ends, and sleep when there is nothing to do.
 * The caller works alone where they cannot be made, within a part, within an OpenMP region, and,
 * after a call that kept it waiting for others longer than it worked, or for its own core, for some
 * times as long. Parts are to compute: where they sleep or read files, it takes its core for taken.
 * When a process exits, its other threads should be idle or have ended: Clang's OpenMP can crash
 * where one of them begins or ends a region then. */
BB_API void bb_parallel(int64_t n, int64_t grain, int threads, bb_range_fn range, void *context);

/* OpenMP's number of threads for the calling one, as OMP_NUM_THREADS sets it; 1 within a part, and
 * within an OpenMP region. */
BB_API int bb_thread_count(void);

#ifdef __cplusplus
}
#endif
#endif
