/* SPDX-License-Identifier: MIT */
/* Bibun: graphs of op nodes, differentiated in reverse mode. This header is all of it. */
#ifndef BIBUN_BIBUN_H
#define BIBUN_BIBUN_H

#include <bibun/build.h>
#include <bibun/calculus.h>
#include <bibun/data.h>
#include <bibun/grad.h>
#include <bibun/gradcheck.h>
#include <bibun/graph.h>
#include <bibun/io.h>
#include <bibun/nn.h>
#include <bibun/npz.h>
#include <bibun/op.h>
#include <bibun/ops.h>
#include <bibun/optim.h>
#include <bibun/parallel.h>
#include <bibun/plot.h>
#include <bibun/program.h>
#include <bibun/rng.h>
#include <bibun/status.h>
#include <bibun/tensor.h>
#include <bibun/tile.h>
#include <bibun/viz.h>

/* Generated from the prototypes marked BB_BUILDER: each notes the caller's file and line, then
 * calls the function of the same name. */
#include <bibun/callsites.h>

#endif
