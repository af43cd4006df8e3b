/* SPDX-License-Identifier: MIT */
/* The list of models that are measured; bench/peer_torch.py has the same shapes. */
#include "workloads.h"

const workload workloads[] = {
    {"mlp_seed", build_mlp_seed},
    {"mlp_infer1", build_mlp_infer1},
    {"mlp_infer100", build_mlp_infer100},
    {"mlp_wide", build_mlp_wide},
    {"conv_simple", build_conv_simple},
    {"conv_deep", build_conv_deep},
    {"lstm", build_lstm},
    {"gpt", build_gpt},
    {"eltwise", build_eltwise},
    {"scalar", build_scalar},
    {"gmm", build_gmm},
    {"hvp", build_hvp},
    {"rows", build_rows},
    {"ensemble", build_ensemble},
    {"directions", build_directions},
    {"products", build_products},
    {"convs", build_convs},
};
const int n_workloads = sizeof workloads / sizeof workloads[0];

const workload orders[3] = {
    {"function", build_wide_loss}, {"gradient", build_wide_gradient}, {"hvp", build_hvp}};
