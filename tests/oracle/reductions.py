# SPDX-License-Identifier: MIT
"""Reductions, scans and order."""
import math

import torch

from frame import INF, NAN, case, distinct, draw, fixed, mask, real, whole

# Shapes and axes; None is all.
REDUCED = [((), None), ((5,), None), ((5,), (0,)), ((3, 4), (0,)), ((3, 4), (-1,)), ((3, 4), None),
           ((2, 3, 4), (1,)), ((2, 3, 4), (0, 2)), ((2, 3, 4), (-2, -1)), ((2, 1, 3, 2), (1, 3)),
           ((1, 5), (0,)), ((5, 1), (-1,)), ((3, 4), ()), ((37,), (0,)), ((3, 19), (1,)),
           ((19, 3), (0,)), ((1, 1), None)]
EMPTY = [((0,), None), ((3, 0), (1,)), ((3, 0), (0,)), ((0, 3), (0,)), ((2, 0, 3), (1,))]
SPECIAL = [[1.0, INF, 2.0], [1.0, -INF, 2.0], [1.0, NAN, 2.0], [INF, -INF, 0.0], [INF, INF, 1.0],
           [-INF, -INF, -INF], [0.0, 0.0, 0.0], [0.0, -0.0, 0.0], [NAN, INF, -INF], [2.0, 2.0, 1.0],
           [-1.0, 3.0, 3.0], [0.0, 2.0, 3.0], [0.0, 0.0, 3.0]]
SITUATIONS = ["inf", "-inf", "nan", "infs-of-both-signs", "two-infs", "all-inf-below", "zeros",
              "zeros-of-both-signs", "nan-and-infs", "tie", "tie-above", "a-zero", "two-zeros"]


def dims(x, axes):
    return tuple(range(x.ndim)) if axes is None else tuple(axes)


def word(shape, axes):
    if 0 in shape:
        return "empty"
    terms = math.prod(shape[a] for a in (range(len(shape)) if axes is None else axes))
    return "one-term" if terms == 1 else "ordinary"


def reduction(name, f, make=draw, empty=True, arguments=(), extra=(), order=2, kind=lambda x: x,
              special=SPECIAL, slack=1):
    """`f` takes x, a tuple of axes and whether they stay; `extra` are arguments before the axes,
    `arguments` after them."""
    for keep in (False, True):
        builder = name + ("_keep" if keep else "")
        for shape, axes in REDUCED + (EMPTY if empty else []):
            if name in ("max", "min") and not axes and axes is not None:
                continue
            case(builder, lambda x, a=axes, k=keep: f(x, dims(x, a), k),
                 [kind(make(builder, shape))],
                 (*extra, "all" if axes is None else axes, *arguments), order=order,
                 situation=word(shape, axes), slack=slack)
        for values, situation in zip(special, SITUATIONS):
            case(builder, lambda x, k=keep: f(x, (0,), k), [kind(real(values))],
                 (*extra, (0,), *arguments), situation, order=order, slack=slack)


def summed(f):
    """f over no axes is the identity here, and all axes in PyTorch."""
    return lambda x, axes, keep: f(x, axes, keep) if axes else x.clone()


def extreme(f, none):
    """Over no elements, what PyTorch refuses."""
    def g(x, axes, keep):
        if x.numel() > 0 or not axes:
            return f(x, axes, keep) if axes else x.clone()
        return torch.full_like(x.detach().sum(axes, keep), none)
    return g


def product(x, axes, keep):
    """PyTorch has the product over one axis."""
    for axis in sorted((a % max(x.ndim, 1) for a in axes), reverse=True):
        x = torch.prod(x, axis, keep)
    return x


def variance(correction, root=False):
    def f(x, axes, keep):
        count = math.prod(x.shape[a] for a in axes)
        mean = x.mean(axes, True) if axes else x
        total = summed(torch.sum)((x - mean) ** 2, axes, keep) / max(count - correction, 0)
        return torch.sqrt(total) if root else total
    return f


def norm(p):
    def f(x, axes, keep):
        if not axes:
            return torch.abs(x)
        return torch.linalg.vector_norm(x, p, axes, keep)
    return f


def filled(f, none):
    """A test of masks over several axes."""
    def g(x, axes, keep):
        y = x != 0
        for axis in sorted((a % max(x.ndim, 1) for a in axes), reverse=True):
            y = f(y, axis, keep)
        return y
    return g


reduction("sum", summed(torch.sum))
reduction("mean", summed(torch.mean))
reduction("max", extreme(torch.amax, -INF), distinct)
reduction("min", extreme(torch.amin, INF), distinct)
reduction("logsumexp", extreme(torch.logsumexp, -INF))
reduction("prod", product)
for correction in (0.0, 1.0):
    reduction("var", variance(correction), arguments=(correction,), empty=False)
    reduction("std", variance(correction, True), distinct, arguments=(correction,), empty=False,
              special=SPECIAL[:3])
for p in (1.0, 2.0, 3.0, INF):
    reduction("norm", norm(p), distinct, extra=(p,), empty=False, slack=10)
for name, f in (("any", torch.any), ("all", torch.all)):
    reduction(name, filled(f, 0), lambda n, shape: whole(n, shape, 3), order=0, kind=mask,
              special=[[0.0, 2.0, 0.0], [0.0, 0.0, 0.0], [1.0, 255.0, 3.0]])

ALONG = [((5,), 0), ((5,), -1), ((3, 4), 0), ((3, 4), 1), ((2, 3, 4), 1), ((2, 3, 4), -3),
         ((2, 1, 3), 1), ((1,), 0), ((3, 0, 2), 0), ((37,), 0), ((3, 19), 1), ((19, 3), 0)]


def along(name, f, make=draw, arguments=(), order=2, special=SPECIAL, slack=1, kind=lambda x: x):
    """`f` takes x and an axis; `arguments` stand after the axis."""
    for shape, axis in ALONG:
        case(name, lambda x, a=axis: f(x, a), [kind(make(name, shape))], (axis, *arguments),
             order=order, slack=slack)
    for values, situation in zip(special, SITUATIONS):
        case(name, lambda x: f(x, 0), [kind(real(values))], (0, *arguments), situation,
             order=order, slack=slack)


def flipped(f, reverse):
    return lambda x, axis: torch.flip(f(torch.flip(x, (axis,)), axis), (axis,)) if reverse else \
        f(x, axis)


def shifted(f, exclusive, first):
    def g(x, axis):
        if not exclusive:
            return f(x, axis)
        head = torch.full_like(x.narrow(axis, 0, min(1, x.shape[axis])), first)
        return f(torch.cat([head, x.narrow(axis, 0, max(x.shape[axis] - 1, 0))], axis), axis)
    return g


along("argmax", lambda x, a: torch.max(x, a).indices, distinct, order=0, kind=fixed)
along("argmin", lambda x, a: torch.min(x, a).indices, distinct, order=0, kind=fixed)
along("softmax", torch.softmax)
along("log_softmax", torch.log_softmax)
for exclusive in (False, True):
    for reverse in (False, True):
        along("cumsum", flipped(shifted(torch.cumsum, exclusive, 0.0), reverse),
              arguments=(exclusive, reverse))
        along("cumprod", flipped(shifted(torch.cumprod, exclusive, 1.0), reverse),
              arguments=(exclusive, reverse))
along("cummax", lambda x, a: torch.cummax(x, a).values, distinct)
along("cummax_index", lambda x, a: torch.cummax(x, a).indices, distinct, order=0, kind=fixed)
for descending in (False, True):
    along("sort", lambda x, a, d=descending: torch.sort(
        x, dim=a, descending=d, stable=True).values, distinct, arguments=(descending,))
    along("argsort", lambda x, a, d=descending: torch.sort(x, dim=a, descending=d,
                                                           stable=True).indices,
          distinct, arguments=(descending,), order=0, kind=fixed)
for shape, axis in ALONG:
    for k in {min(1, shape[axis]), min(2, shape[axis]), shape[axis]}:
        case("topk", lambda x, k=k, a=axis: torch.topk(x, k, a).values, [distinct("topk", shape)],
             (k, axis))
        case("topk_index", lambda x, k=k, a=axis: torch.topk(x, k, a).indices,
             [fixed(distinct("topk_index", shape))], (k, axis), order=0)


def recurrence(axis, reverse):
    def f(a, b):
        a, b = torch.broadcast_tensors(a, b)
        steps, y = [], None
        places = range(a.shape[axis])
        for i in reversed(places) if reverse else places:
            before = 0.0 if y is None else a.select(axis, i) * y
            y = before + b.select(axis, i)
            steps.append(y)
        return torch.stack(steps[::-1] if reverse else steps, axis)
    return f


for a, b, axis in (((5,), (5,), 0), ((3, 4), (3, 4), 0), ((3, 4), (3, 4), 1), ((4,), (3, 4), 1),
                   ((2, 3, 2), (2, 3, 2), 1), ((1, 4), (3, 4), 0), ((3, 1), (3, 4), -1)):
    for reverse in (False, True):
        case("linear_recurrence", recurrence(axis, reverse),
             [draw("linear_recurrence", a), draw("linear_recurrence", b)], (axis, reverse))
