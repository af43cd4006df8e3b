/* SPDX-License-Identifier: MIT */
/* Cross-entropy with probabilities as the target, which loss/cross_entropy_of_probabilities.c has. */
#ifndef BIBUN_OPS_LOSSES_H
#define BIBUN_OPS_LOSSES_H

#include <bibun/op.h>
#include <bibun/ops.h>

/* -sum of p log_softmax(x) for each row; float nodes. */
bb_node *bb__cross_entropy_of_probabilities(bb_node *logits, bb_node *target);

#endif
