/* SPDX-License-Identifier: MIT */
/* pinv: the pseudo-inverse of matrices of full rank, R^-1 Q' for x = Q R, or that of x' transposed;
 * its gradient asks nothing of the singular values but that none is 0. */
#include "matrices.h"

static bb_node *invert_tall(bb_node *x)
{
    return bb_triangular_solve(bb_qr_r(x), bb_transpose(bb_qr_q(x)), BB_UPPER);
}

static bb_node *construct(bb_node *x)
{
    bb_shape shape = bb_node_shape(x);
    if (shape.ndim < 2)
        return bb_fail_node(x, NULL, "pinv", BB_BAD_SHAPE, "operand 1 is no matrix");
    bool is_tall = shape.dim[shape.ndim - 2] >= shape.dim[shape.ndim - 1];
    return is_tall ? invert_tall(x) : bb_transpose(invert_tall(bb_transpose(x)));
}

static bb_node *build(bb_graph *g, bb_nodes in, const void *attrs)
{
    (void)g, (void)attrs;
    return construct(in.items[0]);
}

static const bb_sample samples[] = {
    {.n_in = 1, .in = {BB_DIMS(3, 2)}, .is_dominant = {true}},
    {.n_in = 1, .in = {BB_DIMS(2, 2, 3)}, .is_dominant = {true}},
    {.n_in = 1, .in = {BB_DIMS(0, 2)}, .is_dominant = {true}},
    {
        .n_in = 1,
        .in = {BB_DIMS(4, 2)},
        .is_dominant = {true},
        .golden_in = {BB_NUMBERS(0.591, 1.819, -1.06, -1.546, 1.458, 1.17, -1.759, -0.716)},
        .golden_out = BB_NUMBERS(-0.31654262030690006, 0.04028959778570225, 0.23849219252872883,
                                 -0.5014565352742101, 0.477106648022161, -0.23413021033991024,
                                 -0.024328338650912953, 0.2812264549109555),
    },
    {
        .n_in = 1,
        .in = {BB_DIMS(2, 2, 3)},
        .is_dominant = {true},
        .golden_in = {BB_NUMBERS(0.591, 1.819, -1.06, -1.546, 1.458, 1.17, -1.759, -0.716, 1.944,
                                 0.216, -2.0, 0.3)},
        .golden_out = BB_NUMBERS(0.15231414523612347, -0.2756067931482501, 0.3577543318990138,
                                 0.21746965354331016, -0.24455397211428662, 0.2195223443817595,
                                 -0.27367052662760055, 0.16040042263387222, 0.011071739705319411,
                                 -0.4878590650959524, 0.2708543772073353, -0.034548738269403634),
    },
};

const bb_op bb__op_pinv = {
    .name = "pinv",
    .doc = "the pseudo-inverse of matrices of full rank, else a fault",
    .arity = 1,
    .build = build,
    BB_SAMPLES(samples),
};

bb_node *bb_pinv(bb_node *x)
{
    return construct(x);
}
