/* SPDX-License-Identifier: MIT */
/* What the ops that move numbers share: shapes and axes as attributes, and windows on arrays. */
#ifndef BIBUN_OPS_MOVES_H
#define BIBUN_OPS_MOVES_H

#include <bibun/op.h>
#include <bibun/ops.h>

/* A shape without padding; sizes beyond its rank are 0. */
typedef struct bb__shape_attrs {
    int64_t ndim;
    int64_t dim[BB_MAX_DIMS];
} bb__shape_attrs;

bb__shape_attrs bb__shape_to_attrs(bb_shape shape);
bb_shape bb__shape_from_attrs(const bb__shape_attrs *attrs);
/* Whether x is batches of matrices, at least one axis of them, with rows and columns exchanged. */
bool bb__is_transposed_batch(const bb_node *x);
void bb__print_shape(const void *attrs, char *buffer, size_t size); /* "[2 3]" */

typedef struct bb__axis_attrs {
    int64_t axis;
} bb__axis_attrs;

void bb__print_axis(const void *attrs, char *buffer, size_t size); /* "axis 1" */

/* Operands of one float type and shape, which the result has too, and an axis, which is counted
 * from the front. */
bool bb__infer_along(bb_infer *c, int64_t *axis);

/* For composites: an axis counted from the front, -1 when it is out of range; and the failure that
 * says so. */
int bb__count_axis(int axis, int ndim);
bb_node *bb__fail_axis(bb_node *x, const char *op_name, int axis, int ndim);

/* The `index` of ops that pick from x, input 0, by input 1 along the axis with which their
 * attributes begin. */
int bb__index_along_axis(const void *attrs, const bb_type *in, int64_t *bound_out);

/* Batching. */

/* [rows, shape...]; beyond BB_MAX_DIMS a shape that no builder accepts. */
bb_shape bb__with_rows(int64_t rows, bb_shape shape);
/* The size of the new axis. */
int64_t bb__batch_rows(const bb_node *node, bb_node *const *in, const bool *batched);
/* Operand i with the new axis, repeated along it when it has none. */
bb_node *bb__batch_operand(const bb_node *node, bb_node *const *in, const bool *batched, int i);
/* The rule of ops whose attributes begin with an int64_t axis. */
bb_node *bb__batch_axis(const bb_node *node, bb_node *const *in, const bool *batched);
/* The rows of ops that treat all dimensions alike but the axis with which their attributes
 * begin. */
uint32_t bb__rows_across_axis(const void *attrs, const bb_type *in, const bb_type *out);

/* The forward of an op with `view`: copies the input as the view sees it. */
void bb__forward_view(const bb_call *call);
double bb__no_flops(const void *attrs, const bb_type *in, const bb_type *out);

/* The shape of x with an axis replaced by the dimensions of index, inputs 0 and 1; counts the axis
 * from the front. */
bool bb__infer_gathered(bb_infer *c, int64_t *axis, bb_shape *out);

/* Checks the i32 index of take_along_axis and its adjoint, input 1, against x, input 0. */
bool bb__infer_along_axis(bb_infer *c, int64_t *axis);

/* The attributes of topk and topk_index; the axis comes first, as bb__batch_axis wants it. */
typedef struct bb__topk_attrs {
    int64_t axis, k;
} bb__topk_attrs;

/* A diagonal of the last two dimensions: column - row is k. */
typedef struct bb__diagonal_attrs {
    int64_t k;
} bb__diagonal_attrs;

bool bb__infer_band(bb_infer *c); /* any dtype; x's own type */
void bb__print_diagonal(const void *attrs, char *buffer, size_t size);

/* x with an axis of size 1 put before `axis`. */
bb_node *bb__insert_axis(bb_node *x, int axis);

/* bb_pad with `gap` elements of the value between neighbours as well: the adjoint of a slice with a
 * step. */
bb_node *bb__pad_apart(bb_node *x, int axis, int64_t before, int64_t after, int64_t gap,
                       double value);

#endif
