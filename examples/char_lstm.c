/* SPDX-License-Identifier: MIT */
/* A recurrent network writes like Shakespeare: it reads a text character by character, keeps what
 * it has seen in the states of LSTM layers, and learns to say which character comes next. --help
 * lists the options; look at the validation loss, and at the sample in the end.
 *
 * The loss is in nats a character: a uniform guess among 65 characters costs 4.2, one by their
 * frequencies 3.3. */
#include "char_lm.h"

#include <stdio.h>

/* part: model */
static bb_node *lstm_model(bb_node *characters, bb_params *p, const char_lm *s, bool training)
{
    bb_node *x = bb_embedding(characters, p, "characters", s->vocabulary, s->width);
    for (int64_t i = 0; i < s->layers; i++) {
        char name[24];
        snprintf(name, sizeof name, "lstm%d", (int)i + 1);
        x = bb_lstm(x, p, name, s->width);
        if (training && s->dropout > 0)
            x = bb_dropout(x, s->dropout);
    }
    return bb_dense(x, p, "out", s->vocabulary);
}
/* end: model */

int main(int argc, char **argv)
{
    char_lm s = {.about = "Trains an LSTM to continue a text, and lets it write.",
                 .model = lstm_model,
                 .text = BIBUN_DATA "/sonnets.txt",
                 .width = 192,
                 .layers = 2,
                 .context = 96,
                 .batch = 32,
                 .rate = 0.004,
                 .iterations = 2200,
                 .sample = 500,
                 .seed = 1};
    return char_lm_run(&s, argc, argv);
}
