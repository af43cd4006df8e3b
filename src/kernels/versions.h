/* SPDX-License-Identifier: MIT */
/* The names of what is compiled once for each instruction set: with -DBB__VERSION=_avx2 the source
 * that defines bb__reduce defines bb__reduce_avx2. dispatch.c has the plain names. */
#ifndef BIBUN_VERSIONS_H
#define BIBUN_VERSIONS_H

#ifdef BB__VERSION
#define BB__PASTE_NOW(a, b) a##b
#define BB__PASTE(a, b) BB__PASTE_NOW(a, b)
#define BB__VERSIONED(name) BB__PASTE(name, BB__VERSION)
#define bb__accumulate BB__VERSIONED(bb__accumulate)
#define bb__argmax BB__VERSIONED(bb__argmax)
#define bb__argmin BB__VERSIONED(bb__argmin)
#define bb__average_pool BB__VERSIONED(bb__average_pool)
#define bb__average_spread BB__VERSIONED(bb__average_spread)
#define bb__columns_add BB__VERSIONED(bb__columns_add)
#define bb__columns_bytes BB__VERSIONED(bb__columns_bytes)
#define bb__columns_forward BB__VERSIONED(bb__columns_forward)
#define bb__columns_forward_scratch BB__VERSIONED(bb__columns_forward_scratch)
#define bb__columns_input BB__VERSIONED(bb__columns_input)
#define bb__columns_input_scratch BB__VERSIONED(bb__columns_input_scratch)
#define bb__columns_of BB__VERSIONED(bb__columns_of)
#define bb__columns_weight BB__VERSIONED(bb__columns_weight)
#define bb__columns_weight_scratch BB__VERSIONED(bb__columns_weight_scratch)
#define bb__conv_cut_of BB__VERSIONED(bb__conv_cut_of)
#define bb__copy BB__VERSIONED(bb__copy)
#define bb__copy_bytes BB__VERSIONED(bb__copy_bytes)
#define bb__fill BB__VERSIONED(bb__fill)
#define bb__fill_normal BB__VERSIONED(bb__fill_normal)
#define bb__fill_uniform BB__VERSIONED(bb__fill_uniform)
#define bb__gather BB__VERSIONED(bb__gather)
#define bb__label_losses BB__VERSIONED(bb__label_losses)
#define bb__log_softmax BB__VERSIONED(bb__log_softmax)
#define bb__logsumexp BB__VERSIONED(bb__logsumexp)
#define bb__max_pick BB__VERSIONED(bb__max_pick)
#define bb__max_pool BB__VERSIONED(bb__max_pool)
#define bb__max_spread BB__VERSIONED(bb__max_spread)
#define bb__norm BB__VERSIONED(bb__norm)
#define bb__places_of BB__VERSIONED(bb__places_of)
#define bb__places_read BB__VERSIONED(bb__places_read)
#define bb__places_target BB__VERSIONED(bb__places_target)
#define bb__places_write BB__VERSIONED(bb__places_write)
#define bb__reduce BB__VERSIONED(bb__reduce)
#define bb__reduce_kernel BB__VERSIONED(bb__reduce_kernel)
#define bb__reduce_scratch BB__VERSIONED(bb__reduce_scratch)
#define bb__scatter_add BB__VERSIONED(bb__scatter_add)
#define bb__softmax BB__VERSIONED(bb__softmax)
#define bb__upsample BB__VERSIONED(bb__upsample)
#define bb__upsample_scratch BB__VERSIONED(bb__upsample_scratch)
#define bb__upsample_spread BB__VERSIONED(bb__upsample_spread)
#define bb__var BB__VERSIONED(bb__var)
#define bb__walk_grain BB__VERSIONED(bb__walk_grain)
#define bb__walk_plan BB__VERSIONED(bb__walk_plan)
#define bb__walk_span_at BB__VERSIONED(bb__walk_span_at)
#define bb__walk_store BB__VERSIONED(bb__walk_store)
#define bb__walk_terms BB__VERSIONED(bb__walk_terms)
#endif

#endif
