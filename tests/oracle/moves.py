# SPDX-License-Identifier: MIT
"""Ops that move, choose or repeat elements, and constants."""
import math

import torch
from torch.nn import functional as F

from frame import case, draw, fixed, index, mask, whole

SHAPES = [(5,), (3, 4), (2, 3, 4), (2, 1, 3, 2), (1,), (3, 0, 2)]
MATRICES = [(3, 4), (4, 3), (3, 3), (2, 3, 4), (1, 1), (2, 2, 1, 3), (5, 1)]


def move(name, f, shape, arguments=()):
    """A move of floats, and of whole numbers."""
    case(name, f, [draw(name, shape)], arguments)
    case(name, f, [index(whole(name, shape, 100))], arguments, order=0)


for x, y in (((), (3,)), ((4,), (3, 4)), ((3, 1), (3, 4)), ((2, 1, 3), (2, 4, 3)), ((1,), (0,)),
             ((1, 1), (2, 3, 2)), ((3, 4), (3, 4)), ((2, 1), (5, 2, 3)), ((1, 3), (0, 3))):
    move("broadcast", lambda t, s=y: t.expand(s), x, (y,))
    case("sum_to", lambda t, s=x: t.sum_to_size(s), [draw("sum_to", y)], (x,))
for x, y in (((6,), (2, 3)), ((2, 3), (-1,)), ((2, 3, 4), (4, -1, 2)), ((1,), (1, 1)), ((0, 3),
                                                                                        (3, 0)),
             ((2, 3), (3, 2)), ((2, 3, 4), (6, 4)), ((2, 2, 3), (2, 6))):
    move("reshape", lambda t, s=y: t.reshape(s), x, (y,))
case("reshape", lambda t: t.reshape(()), [draw("reshape", (1, 1))], ((),))
for shape, order in (((3, 4), (1, 0)), ((2, 3, 4), (2, 0, 1)), ((2, 3, 4), (0, 2, 1)), ((5,), (0,)),
                     ((2, 1, 3, 2), (-1, 0, -2, 1)), ((3, 0, 2), (2, 1, 0))):
    move("permute", lambda t, o=order: t.permute(o), shape, (order,))
for shape in ((3, 4), (2, 3, 4), (1, 5), (0, 3), (2, 2, 3, 1)):
    move("transpose", lambda t: t.transpose(-1, -2), shape)


def part(axis, start, stop, step):
    def f(t):
        cut = [slice(None)] * t.ndim
        cut[axis] = slice(start, stop, step)
        return t[tuple(cut)]
    return f


for shape, axis, start, stop, step in (
        ((7,), 0, 0, 7, 1), ((7,), -1, 1, 7, 3), ((3, 5), 1, 2, 4, 1), ((2, 5, 3), 1, 0, 5, 2),
        ((3, 2), 0, 3, 3, 1), ((0, 4), 1, 1, 3, 1), ((2, 7), 1, 0, 6, 5), ((2, 7), 1, 6, 7, 9)):
    move("slice", part(axis, start, stop, step), shape, (axis, start, stop, step))
for shape, axis, before, after, value in (
        ((3,), 0, 1, 2, 0.5), ((3, 4), 0, 2, 0, -1.0), ((3, 4), -1, 0, 3, 0.0),
        ((2, 3, 2), 1, 1, 1, 2.5), ((0, 2), 0, 2, 1, 3.0), ((3,), 0, 0, 0, 1.0)):
    def padded(t, a=axis, b=before, e=after, v=value):
        sides = [0, 0] * (t.ndim - 1 - a % t.ndim) + [b, e]
        return F.pad(t, sides, value=v)
    case("pad", padded, [draw("pad", shape)], (axis, before, after, value))
for shapes, axis in (([(3,)], 0), ([(3,), (4,)], -1), ([(2, 1), (2, 3), (2, 2)], 1),
                     ([(2, 1, 3), (2, 2, 3)], -2), ([(0, 2), (1, 2), (0, 2), (2, 2)], 0)):
    case("concat", lambda *ts, a=axis: torch.cat(ts, a), [draw("concat", s) for s in shapes],
         (axis,))
for shape, places, axis in (((5,), (), 0), ((7,), (4,), -1), ((3, 5), (7,), 0), ((2, 3, 4), (2,
                                                                                             2), 1),
                            ((2, 3, 2), (1, 3), 2), ((3, 4), (0,), 1)):
    def gathered(t, i, a=axis):
        a %= t.ndim
        y = torch.index_select(t, a, i.reshape(-1))
        return y.reshape(t.shape[:a] + i.shape + t.shape[a + 1:])

    def added(t, i, u, a=axis):
        a %= t.ndim
        u = u.reshape(t.shape[:a] + (i.numel(),) + t.shape[a + 1:])
        return torch.index_add(t, a, i.reshape(-1), u)
    i = whole("gather", places, shape[axis])
    a = axis % len(shape)
    updates = shape[:a] + places + shape[a + 1:]
    case("gather", gathered, [draw("gather", shape), index(i)], (axis,))
    case("gather", gathered, [index(whole("gather", shape, 50)), index(i)], (axis,), order=0)
    case("scatter_add", added, [draw("scatter_add", shape), index(i), draw("scatter_add", updates)],
         (axis,))
    if len(places) == 1:
        case("index_select", gathered, [draw("index_select", shape), index(i)], (axis,))
for shape in SHAPES + [()]:
    case("one_hot", lambda i: F.one_hot(i, 4) if i.numel() else i.new_zeros(i.shape + (4,)),
         [index(whole("one_hot", shape, 4))], ("float", 4), order=0)
    case("stop_gradient", lambda t: t.detach(), [draw("stop_gradient", shape)])
    case("zeros_like", lambda t: torch.zeros(t.shape).double(), [draw("zeros_like", shape)])
    case("ones_like", lambda t: torch.ones(t.shape).double(), [draw("ones_like", shape)])
    case("full", lambda s=shape: torch.full(s, 2.5).double(), [], ("float", shape, 2.5))
    case("full", lambda s=shape: torch.full(s, 3), [], ("i32", shape, 3))
for start, stop, step in ((0, 5, 1), (1, 2, 0.25), (3, -1, -0.5), (2, 2, 1)):
    case("arange", lambda a=(start, stop, step): torch.arange(*a, dtype=torch.float64), [],
         ("float", start, stop, step))
for first, last, count in ((0, 1, 5), (-1, 2, 4), (3, 3, 2), (2, 7, 1)):
    case("linspace", lambda a=(first, last, count): torch.linspace(*a, dtype=torch.float64), [],
         ("float", first, last, count))
for n in (0, 1, 4):
    case("eye", lambda n=n: torch.eye(n), [], ("float", n))

for shape in SHAPES:
    axes = range(-len(shape), len(shape))
    for axis in axes:
        move("flip", lambda t, a=axis: torch.flip(t, (a,)), shape, (axis,))
        move("expand_dims", lambda t, a=axis: t.unsqueeze(a), shape, (axis,))
        for n in (1, 3):
            move("repeat", lambda t, a=axis, n=n: t.repeat_interleave(n, a), shape, (axis, n))

            def tiled(t, a=axis, n=n):
                times = [1] * t.ndim
                times[a] = n
                return t.repeat(times)
            move("tile", tiled, shape, (axis, n))
        for shift in (1, -2, 7):
            move("roll", lambda t, a=axis, s=shift: torch.roll(t, s, a), shape, (axis, shift))
    for axis in range(len(shape)):
        case("flatten", lambda t, a=axis: torch.flatten(t, a), [draw("flatten", shape)], (axis,))
        for other in range(len(shape)):
            case("swap_axes", lambda t, a=axis, b=other: t.swapaxes(a, b),
                 [draw("swap_axes", shape)], (axis, other))
            case("move_axis", lambda t, a=axis, b=other: torch.movedim(t, a, b),
                 [draw("move_axis", shape)], (axis, other))
    case("stack", lambda *ts: torch.stack(ts, 0), [draw("stack", shape) for _ in range(3)], (0,))
    case("stack", lambda *ts: torch.stack(ts, -1), [draw("stack", shape) for _ in range(2)], (-1,))
for shape, axes in (((1, 3), (0,)), ((3, 1), (-1,)), ((2, 1, 3, 1), (1, 3)), ((1, 1), "all"),
                    ((2, 3), "all"), ((2, 1, 3), "all")):
    def squeezed(t, axes=axes):
        drop = [i for i in range(t.ndim) if t.shape[i] == 1] if axes == "all" else \
            [a % t.ndim for a in axes]
        return t.reshape([n for i, n in enumerate(t.shape) if i not in drop])
    move("squeeze", squeezed, shape, (axes,))
for shape, axis, parts in (((6,), 0, 3), ((2, 4), 1, 2), ((4, 3), -2, 4), ((2, 3), 1, 1)):
    for i in range(parts):
        move("split", lambda t, a=axis, p=parts, i=i: torch.chunk(t, p, a)[i], shape,
             (axis, parts, i))


def folded(axis, length, step):
    """The adjoint of unfold, by autograd itself."""
    def f(w):
        a = axis % (w.ndim - 1)
        y = torch.zeros(w.shape[:a] + (length,) + w.shape[a + 1:-1], dtype=w.dtype)
        for i in range(w.shape[a]):
            part = w.select(a, i).movedim(-1, a)
            y = torch.cat([y.narrow(a, 0, i * step),
                           y.narrow(a, i * step, part.shape[a]) + part,
                           y.narrow(a, i * step + part.shape[a],
                                    length - i * step - part.shape[a])], a)
        return y
    return f


for shape, axis, width, step in (((7,), 0, 3, 1), ((7,), 0, 3, 2), ((7,), 0, 2, 3), ((3, 5), 1, 2,
                                                                                     1),
                                 ((5, 2), 0, 5, 1), ((2, 6, 2), 1, 2, 2), ((4,), -1, 1, 1)):
    move("unfold", lambda t, a=axis, w=width, s=step: t.unfold(a, w, s), shape, (axis, width, step))
    windows = tuple(torch.zeros(shape).unfold(axis, width, step).shape)
    case("fold", folded(axis % len(shape), shape[axis], step), [draw("fold", windows)],
         (axis % len(shape), shape[axis], step))
for sizes in ((3,), (2, 3), (2, 1, 3)):
    for i in range(len(sizes)):
        case("meshgrid", lambda *ts, i=i: torch.meshgrid(*ts, indexing="ij")[i],
             [draw("meshgrid", (n,)) for n in sizes], (i,))
for shape in MATRICES:
    for k in (-1, 0, 1, 2):
        if -shape[-2] <= k <= shape[-1]:
            move("diagonal", lambda t, k=k: torch.diagonal(t, k, -2, -1), shape, (k,))
        for name in ("tril", "triu"):
            case(name, lambda t, k=k, f=getattr(torch, name): f(t, k), [draw(name, shape)], (k,))
    case("trace", lambda t: torch.diagonal(t, 0, -2, -1).sum(-1), [draw("trace", shape)])
for shape in ((3,), (2, 3), (1,), (2, 2, 2)):
    for k in (-1, 0, 2):
        case("diag", lambda t, k=k: torch.diag_embed(t, k), [draw("diag", shape)], (k,))
for shape, places, axis in (((5,), (3,), 0), ((3, 4), (2, 4), 0), ((3, 4), (3, 6), 1),
                            ((2, 3, 2), (2, 5, 2), -2)):
    name, i = "take_along_axis", whole("take_along_axis", places, shape[axis])
    case(name, lambda t, i, a=axis: torch.gather(t, a, i), [draw(name, shape), index(i)], (axis,))
    name = "scatter_add_along_axis"
    case(name, lambda t, i, u, a=axis: torch.scatter_add(t, a, i, u),
         [draw(name, shape), index(i), draw(name, places)], (axis,))

# What changes only derivatives.
case("straight_through", lambda v, s: v.detach() + s - s.detach(),
     [draw("straight_through", (3, 4)), draw("straight_through", (3, 4))])
for k in (0.5, -2.0):
    for name, factor in (("scale_gradient", k), ("reverse_gradient", -k)):
        case(name, lambda x, k=factor: k * x + ((1 - k) * x).detach(), [draw(name, (3, 4))], (k,))
