/* SPDX-License-Identifier: MIT */
/* Products with Jacobians and Hessians. All come from reverse mode: a product with a cotangent u is
 * linear in u, so its own product, with a direction, by u is the Jacobian times the direction, in
 * which u no longer occurs. */
#include "calculus.h"

static bool infer(bb_infer *c)
{
    c->out = (bb_type){BB_F64, BB_SCALAR};
    return true;
}

/* Nobody holds a node of this op, so it never runs. */
static void forward(const bb_call *call)
{
    *(double *)call->out->data = 0;
}

/* The gradient of the sum of all y times their cotangents, which are constant and its second half
 * of operands. */
static bb_node *backward(bb_node *y, bb_node *dy, int i)
{
    (void)dy;
    int n = bb_node_input_count(y) / 2;
    return i < n ? bb_node_input(y, n + i) : NULL;
}

static const bb_op together = {
    .name = "together",
    .doc = "several functions, each with its cotangent, to be differentiated in one walk",
    .arity = BB_VARIADIC,
    .infer = infer,
    .forward = forward,
    .backward = backward,
};

bb_status bb__pull(bb_nodes ys, bb_nodes xs, bb_nodes cotangents, bb_node **out)
{
    for (int i = 0; i < ys.count; i++)
        if (ys.count == 1 || !bb_dtype_is_float(bb_node_dtype(ys.items[i])))
            return bb_grads(ys.items[i], cotangents.items[i], xs, out);
    bb_node **in = bb_memory_zeroed(2 * (size_t)ys.count, sizeof(bb_node *));
    if (!in)
        return bb__give_inert(bb__no_memory(ys.items[0], "vjp"), xs.count, out);
    for (int i = 0; i < ys.count; i++) {
        in[i] = ys.items[i];
        in[ys.count + i] = cotangents.items[i];
    }
    bb_node *y = bb_apply(&together, (bb_nodes){2 * ys.count, in}, NULL);
    bb_memory_release(in);
    return bb_grads(y, NULL, xs, out);
}

bb_node *bb__find_not_linear(bb_nodes us, bb_nodes ys)
{
    bb__ways ways = bb__ways_between(us, ys);
    bb_node *found = NULL;
    for (int id = 0; ways.marks && !found && id < ways.count; id++) {
        bb_node *node = bb_graph_node(bb_node_graph(ys.items[0]), id);
        const bb_op *op = bb_node_op(node);
        if (ways.marks[id] & BB__WAY && !(ways.marks[id] & BB__FROM) &&
            (!op->backward || op->backward == bb_backward_zero))
            found = node;
    }
    bb_memory_release(ways.marks);
    return found;
}

bool bb__depend(bb_nodes ys, bb_nodes us)
{
    bb__ways ways = bb__ways_between(us, ys);
    bool depend = false;
    for (int i = 0; ways.marks && i < ys.count; i++)
        depend = depend || bb__is_marked(&ways, ys.items[i], BB__WAY);
    bb_memory_release(ways.marks);
    return depend;
}

static bb_node *refuse_rule(bb_node *node, const char *name)
{
    const bb_op *op = bb_node_op(node);
    return bb_fail_node(node, NULL, name, BB_BAD_GRADIENT,
                        "a gradient rule that uses %s cannot be transposed", op->name);
}

/* us and gs are room for a node for each of ys and of xs. */
static bb_status push(bb_nodes ys, bb_nodes xs, bb_nodes directions, bb_node **us, bb_node **gs,
                      bb_node **out)
{
    bb_nodes cotangents = {ys.count, us}, gradients = {xs.count, gs};
    for (int i = 0; i < ys.count; i++)
        us[i] = bb_zeros_like(ys.items[i]);
    if (bb__pull(ys, xs, cotangents, gs) != BB_OK)
        return bb__give_inert(ys.items[0], ys.count, out);
    bb_node *crooked = bb__find_not_linear(cotangents, gradients);
    if (crooked)
        return bb__give_inert(refuse_rule(crooked, "jvp"), ys.count, out);
    if (bb__pull(gradients, cotangents, directions, out) != BB_OK)
        return bb__give_inert(ys.items[0], ys.count, out);
    if (bb__depend((bb_nodes){ys.count, out}, cotangents))
        bb_fail_node(ys.items[0], NULL, "jvp", BB_BAD_GRADIENT,
                     "a gradient rule is not linear in its cotangent");
    bool failed = bb_graph_has_failed(bb_node_graph(ys.items[0]));
    return failed ? bb__give_inert(ys.items[0], ys.count, out) : BB_OK;
}

bb_status bb_vjps(bb_nodes ys, bb_nodes xs, bb_nodes cotangents, bb_node **products_out)
{
    bb_node *inert;
    bb__operands functions = {ys, "function"};
    if (!bb__pairs_fit("vjp", xs, functions, (bb__operands){cotangents, "cotangent"}, &inert) ||
        !bb__operands_fit("vjp", ys.items[0], (bb__operands){xs, "variable"}, &inert))
        return bb__give_inert(inert, xs.count, products_out);
    return bb__pull(ys, xs, cotangents, products_out);
}

static bool is_empty(const bb_node *x)
{
    return bb_dtype_is_float(bb_node_dtype(x)) && bb_shape_count(bb_node_shape(x)) == 0;
}

/* Leaves out the variables without elements, along which nothing moves, not even what is infinite
 * for their sake; returns how many are left. */
static int leave_out_empty(bb_nodes xs, bb_nodes directions, bb_node **left, bb_node **left_along)
{
    int count = 0;
    for (int i = 0; i < xs.count; i++)
        if (!is_empty(xs.items[i])) {
            left[count] = xs.items[i];
            left_along[count++] = directions.items[i];
        }
    return count;
}

static bb_status stand_still(bb_nodes ys, bb_node **out)
{
    for (int i = 0; i < ys.count; i++)
        out[i] = bb_zeros_like(ys.items[i]);
    bool failed = bb_graph_has_failed(bb_node_graph(ys.items[0]));
    return failed ? bb__give_inert(ys.items[0], ys.count, out) : BB_OK;
}

static bool are_floats(bb_nodes ys)
{
    int i = 0;
    while (i < ys.count && bb_dtype_is_float(bb_node_dtype(ys.items[i])))
        i++;
    return i == ys.count;
}

bb_status bb_jvps(bb_nodes ys, bb_nodes xs, bb_nodes directions, bb_node **products_out)
{
    bb_node *inert;
    bb__operands variables = {xs, "variable"};
    if (!bb__pairs_fit("jvp", ys, variables, (bb__operands){directions, "direction"}, &inert) ||
        !bb__operands_fit("jvp", xs.items[0], (bb__operands){ys, "function"}, &inert))
        return bb__give_inert(inert, ys.count, products_out);
    bb_node **block = bb_memory_zeroed((size_t)ys.count + 3 * (size_t)xs.count, sizeof *block);
    if (!block)
        return bb__give_inert(bb__no_memory(ys.items[0], "jvp"), ys.count, products_out);
    bb_node **gs = block + ys.count, **left = gs + xs.count, **along = left + xs.count;
    bb_status status;
    int count = leave_out_empty(xs, directions, left, along);
    if (count == 0 && are_floats(ys)) {
        status = stand_still(ys, products_out);
    } else {
        bb_nodes moved = count ? (bb_nodes){count, left} : xs;
        bb_nodes moves = count ? (bb_nodes){count, along} : directions;
        status = push(ys, moved, moves, block, gs, products_out);
    }
    bb_memory_release(block);
    return status;
}

bb_status bb_hvps(bb_node *y, bb_nodes xs, bb_nodes directions, bb_node **products_out)
{
    bb_node *inert;
    bb__operands variables = {xs, "variable"}, function = {BB_NODES(y), "function"};
    if (!bb__operands_fit("hvp", NULL, function, &inert) ||
        !bb__operands_fit("hvp", y, variables, &inert) ||
        !bb__pairs_fit("hvp", xs, variables, (bb__operands){directions, "direction"}, &inert))
        return bb__give_inert(inert, xs.count, products_out);
    bb_node **gradients = bb_memory_zeroed((size_t)xs.count, sizeof(bb_node *));
    if (!gradients)
        return bb__give_inert(bb__no_memory(y, "hvp"), xs.count, products_out);
    bb_status status = bb_grads(y, NULL, xs, gradients);
    if (status == BB_OK)
        status = bb__pull((bb_nodes){xs.count, gradients}, xs, directions, products_out);
    else
        bb__give_inert(y, xs.count, products_out);
    bb_memory_release(gradients);
    return status;
}

bb_node *bb_vjp(bb_node *y, bb_node *x, bb_node *cotangent)
{
    bb_node *product = NULL;
    bb_vjps(BB_NODES(y), BB_NODES(x), BB_NODES(cotangent), &product);
    return product;
}

bb_node *bb_jvp(bb_node *y, bb_node *x, bb_node *direction)
{
    bb_node *product = NULL;
    bb_jvps(BB_NODES(y), BB_NODES(x), BB_NODES(direction), &product);
    return product;
}

bb_node *bb_hvp(bb_node *y, bb_node *x, bb_node *direction)
{
    bb_node *product = NULL;
    bb_hvps(y, BB_NODES(x), BB_NODES(direction), &product);
    return product;
}
