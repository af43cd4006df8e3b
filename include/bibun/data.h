/* SPDX-License-Identifier: MIT */
/* Batches of examples. */
#ifndef BIBUN_DATA_H
#define BIBUN_DATA_H

#include <bibun/rng.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct bb_batches bb_batches;

typedef enum bb_batch_order {
    BB_IN_ORDER, /* each example once an epoch, as they stand */
    BB_SHUFFLED, /* each example once an epoch, in a new order each epoch (Fisher and Yates) */
    /* examples drawn at random, independently; an epoch is as many batches as fit into the
     * examples */
    BB_DRAWN,
} bb_batch_order;

/* Batches of `size` rows of two tensors with as many rows, which are retained: examples and targets
 * of any dtype and rank. Rows that do not fill a batch are left out of the epoch: to evaluate all,
 * take a size that divides them. The same seed gives the same batches. bb_thread_count() threads
 * copy them. NULL with an error when the rows differ, size < 1, there are fewer rows than `size`,
 * or memory runs out. */
BB_API bb_batches *bb_batches_new(bb_tensor *x, bb_tensor *t, int64_t size, bb_batch_order order,
                                  uint64_t seed, bb_error *error_out);
BB_API void bb_batches_free(bb_batches *b);

/* The next batch: true and two tensors that stay the same objects from call to call, owned by the
 * batches; false at the end of an epoch, after which the next call begins another. */
BB_API bool bb_batches_next(bb_batches *b, const bb_tensor **x_out, const bb_tensor **t_out);

/* Endless batches do not stop between epochs, each of which is ordered as it would be otherwise:
 * bb_batches_next is then true always, and whoever asks counts. Off at first; may change at any
 * time. */
BB_API void bb_batches_set_endless(bb_batches *b, bool is_endless);
BB_API int64_t bb_batches_per_epoch(const bb_batches *b);

/* The rows of `t` whose numbers stand in index[0 .. count-1], as a new tensor; NULL when one is out
 * of range or memory runs out. */
BB_API bb_tensor *bb_tensor_pick(const bb_tensor *t, const int64_t *index, int64_t count);

#ifdef __cplusplus
}
#endif
#endif
