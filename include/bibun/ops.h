/* SPDX-License-Identifier: MIT */
/* Every op, by family: a prototype a line, with its formula and what happens at a kink or a tie.
 *
 * Operands come first, attributes last. Operands of one op have one dtype, unless it says
 * otherwise. Where two or three operands stand side by side they are broadcast by NumPy's rules:
 * shapes are aligned at their last dimension, and a size of 1 repeats. Axes may be negative,
 * counting from the back. `d` is the gradient. */
#ifndef BIBUN_OPS_H
#define BIBUN_OPS_H

#include <bibun/ops/gradient.h>
#include <bibun/ops/linalg.h>
#include <bibun/ops/loss.h>
#include <bibun/ops/map.h>
#include <bibun/ops/nn.h>
#include <bibun/ops/random.h>
#include <bibun/ops/reduce.h>
#include <bibun/ops/shape.h>
#include <bibun/ops/state.h>

#endif
