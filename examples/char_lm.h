/* SPDX-License-Identifier: MIT */
/* Character language models: what char_lstm.c and char_transformer.c share. A model gives the next
 * character's logits at each place of a text; here it is trained, validated and sampled. */
#ifndef CHAR_LM_H
#define CHAR_LM_H

#include <bibun/bibun.h>

typedef struct char_lm char_lm;

/* The logits [batch, places, vocabulary] of what follows each of the i32 characters
 * [batch, places]. Dropout is for training only. */
typedef bb_node *(*char_model)(bb_node *characters, bb_params *p, const char_lm *s, bool training);

/* A model's settings, most of which are options. */
struct char_lm {
    const char *about; /* a sentence for --help */
    char_model model;
    const char *text; /* a file */
    double rate, dropout;
    int64_t batch, context, width, layers, heads, iterations, sample, seed;
    int64_t threads;    /* 0: as many as OpenMP says */
    int64_t vocabulary; /* of the text, set when it is read */
};

/* Trains as the settings and the options say, and prints losses and a sample; what main returns. */
int char_lm_run(char_lm *s, int argc, char **argv);

#endif
