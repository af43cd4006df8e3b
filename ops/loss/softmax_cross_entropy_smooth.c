/* SPDX-License-Identifier: MIT */
/* softmax_cross_entropy_smooth: cross-entropy with a share of the label's probability spread evenly
 * over all classes (Szegedy et al. 2016). */
#include "losses.h"
#include "support.h"

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    static const char *const name = "softmax_cross_entropy_smooth";
    bb_node *x = in.items[0], *labels = in.items[1], *refusal;
    (void)g;
    if ((refusal = bb__refuse_labels(x, labels, name)))
        return refusal;
    double smoothing = *(const double *)attrs;
    if (!(smoothing >= 0 && smoothing <= 1))
        return bb_fail_node(x, labels, name, BB_BAD_ARGUMENT, "smoothing %g is not in [0, 1]",
                            smoothing);
    bb_node *at_label = bb_softmax_cross_entropy(x, labels);
    if (smoothing == 0)
        return at_label;
    bb_node *spread = bb_mean(bb_log_softmax(x, 1), BB_ALL);
    return bb_sub(bb_mul_scalar(at_label, 1 - smoothing), bb_mul_scalar(spread, smoothing));
}

static const bb_sample samples[] = {
    {.n_in = 2,
     .in = {BB_DIMS(1, 2), BB_DIMS(1)},
     .is_integer = {false, true},
     .bound = 2,
     .attrs = &(const double){0.5}},
    {.n_in = 2,
     .in = {BB_DIMS(4, 3), BB_DIMS(4)},
     .is_integer = {false, true},
     .bound = 3,
     .attrs = &(const double){0.25}},
    {.n_in = 2,
     .in = {BB_DIMS(3, 3), BB_DIMS(3)},
     .golden_in = {BB_NUMBERS(1, 2, -0.5, 1000, 998, 0, -3, -3, 4), BB_NUMBERS(1, 0, 1)},
     .golden_out = BB_NUMBERS(30.236207493040641),
     .is_integer = {false, true},
     .attrs = &(const double){0.25}},
};

const bb_op bb__op_softmax_cross_entropy_smooth = {
    .name = "softmax_cross_entropy_smooth",
    .doc =
        "(1 - s) times the mean cross-entropy at the labels, and s times that of all classes alike",
    .arity = 2,
    .attrs_size = sizeof(double),
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_softmax_cross_entropy_smooth(bb_node *logits, bb_node *labels, double smoothing)
{
    return build(NULL, BB_NODES(logits, labels), &smoothing);
}
