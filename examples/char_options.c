/* SPDX-License-Identifier: MIT */
/* The options of character models. */
#include "char_options.h"

#include "options.h"

#define AT(field) offsetof(char_lm, field)
static const option options[] = {
    {"--text", "a file", "to learn from [some sonnets]", TEXT, AT(text), 0, 0},
    {"--width", "1 to 4096", "features of each place", WHOLE, AT(width), 1, 4096},
    {"--layers", "1 to 99", "layers", WHOLE, AT(layers), 1, 99},
    {"--heads", "1 to 99", "of attention, a divisor of the width", WHOLE, AT(heads), 1, 99},
    {"--dropout", "0 to 0.9", "share of features dropped in training", REAL, AT(dropout), 0, 0.9},
    {"--context", "2 to 4096", "characters that are seen at once", WHOLE, AT(context), 2, 4096},
    {"--batch", "1 to 4096", "texts in a batch", WHOLE, AT(batch), 1, 4096},
    {"--rate", "0 to 1", "learning rate at its highest", REAL, AT(rate), 0, 1},
    {"--iterations", "1 to 1000000000", "batches to train on", WHOLE, AT(iterations), 1, 1e9},
    {"--sample", "0 to 1000000", "characters to write in the end", WHOLE, AT(sample), 0, 1e6},
    {"--seed", "0 to 2147483647", "of weights, batches and the sample", WHOLE, AT(seed), 0,
     2147483647},
    {"--threads", "1 to 1024", "[as many as there are cores]", WHOLE, AT(threads), 1, 1024},
    {0},
};

int char_options_read(char_lm *s, int argc, char **argv)
{
    return options_read(s->about, options, s, argc, argv);
}
