/* SPDX-License-Identifier: MIT */
/* Small networks of cases/networks.def; bench/peer_networks.py has the same, with parameters in the
 * same order. Logits, unless it says otherwise. */
#ifndef OPS_NETWORKS_H
#define OPS_NETWORKS_H

#include <bibun/bibun.h>

/* Recurrent layers have no biases, of which PyTorch's have two sets. */
#define UNBIASED (&(bb_recurrent_options){.no_bias = true})

typedef bb_node *activation(bb_node *x);

/* So many layers of so many units, and the outputs. */
bb_node *mlp(bb_node *x, bb_params *p, activation *act, int layers, int64_t units, int64_t outputs);
bb_node *residual_mlp(bb_node *x, bb_params *p);
bb_node *vgg(bb_node *x, bb_params *p);
bb_node *resnet(bb_node *x, bb_params *p);
bb_node *mobilenet(bb_node *x, bb_params *p);
bb_node *lenet(bb_node *x, bb_params *p);
bb_node *normalised_groups(bb_node *x, bb_params *p);
bb_node *signal_network(bb_node *x, bb_params *p);
bb_node *autoencoder(bb_node *x, bb_params *p); /* images */
bb_node *unet(bb_node *x, bb_params *p);        /* a logit for each pixel */
bb_node *discriminator(bb_node *x, bb_params *p);
bb_node *generator(bb_node *x, bb_params *p); /* images */
bb_node *vae_loss(bb_node *x, bb_params *p);  /* the loss, with a random sample in it */
bb_node *classes(bb_node *x, bb_params *p);   /* ten of them, by a dense layer */
bb_node *lstm_both_ways(bb_node *x, bb_params *p, int64_t units);  /* states */
bb_node *lstm_two_layers(bb_node *x, bb_params *p, int64_t units); /* the last state */
bb_node *bag(bb_node *words, bb_params *p, int64_t vocabulary, int64_t width);
bb_node *transformer(bb_node *x, bb_params *p, int layers, int64_t heads); /* of 65 characters */

/* Mean square of u_t + u u_x - 0.01 u_xx of a network u(x, t): Burgers' equation. */
bb_node *burgers(bb_node *x, bb_node *t, bb_params *p);

/* Not a network: Rosenbrock's function of all neighbours. */
bb_node *rosenbrock(bb_node *x);

#endif
