/* SPDX-License-Identifier: MIT */
/* A small problem for newton_cg.c and lbfgs.c: logistic regression of generated points. */
#ifndef LOGISTIC_H
#define LOGISTIC_H

#include <bibun/bibun.h>

enum { WEIGHTS = 12 };

/* The loss of weights w, f64 [WEIGHTS]; it has one minimum. */
bb_node *logistic_loss(bb_node *w);

#endif
