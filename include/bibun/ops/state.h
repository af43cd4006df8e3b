/* SPDX-License-Identifier: MIT */
/* Effects: ops that change a parameter or state. */
#ifndef BIBUN_OPS_STATE_H
#define BIBUN_OPS_STATE_H

#include <bibun/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Stores `value` in a parameter or state at the end of a run: all that the run computes sees the
 * old numbers. The node has no value of its own; ask for it as an output, or join several with
 * bb_group. */
BB_BUILDER bb_node *bb_assign(bb_node *target, bb_node *value);
/* Several effects as one, which an output asks for together. */
BB_BUILDER bb_node *bb_group(bb_nodes effects);

#ifdef __cplusplus
}
#endif
#endif
