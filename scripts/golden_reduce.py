#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Golden samples for reductions, scans and order, from PyTorch and NumPy in float64, as C
initialisers.

usage: golden_reduce.py [op ...]     prints the samples of the ops named, or of all
"""
import math
import sys

import numpy as np
import torch

INF, NAN = math.inf, math.nan
PLAIN = [[2.35, 1.5465, -2.7485, -0.8382], [2.9645, 0.0743, -2.9837, 0.6945]]
ZEROS = [[2.0, 0.0, 3.0, -1.5], [0.0, 4.0, 0.0, 0.5], [1.5, -2.0, 0.25, 3.0]]
ODD = [[1.0, INF, 2.0], [0.0, INF, 1.0], [NAN, 0.0, 3.0], [-INF, -2.0, 1.0]]
TIES = [[3.0, 1.0, 3.0, -2.0, 1.0], [0.0, -0.0, -INF, NAN, INF], [NAN, 2.0, NAN, 5.0, 2.0]]
MASKS = [[0, 0, 0], [0, 255, 0], [1, 2, 3], [1, 0, 1]]
LARGE = [[3e200, -4e200, 0.0], [0.0, 0.0, 0.0], [3e-200, 4e-200, 0.0]]
INFINITE = [[1.0, -INF, 2.0], [NAN, 1.0, 0.0]]


def dims(bits, rank):
    return [axis for axis in range(rank) if bits >> axis & 1]


def reduced(fields, bits, keep):
    return f'.attrs = {fields[0]}({bits}, {keep})' if fields[1] is None else (
        f'.attrs = &(const {fields[0]}){{{{.axes = {bits}, .keep = {keep}}}, {fields[1]}}}')


def reduction(op, compute, inputs, bits=2, keep=0, kind='BB__REDUCED', more=None, mask=False):
    x = torch.tensor(inputs, dtype=torch.float64)
    y = compute(x, dims(bits, x.ndim), bool(keep))
    head = '.n_in = 1, .is_mask = {true}' if mask else '.n_in = 1'
    return op, head, reduced((kind, more), bits, keep), [x], y


def prod(x, axes, keep):
    for axis in sorted(axes, reverse=True):
        x = torch.prod(x, axis, keepdim=keep)
    return x


def var(correction):
    return lambda x, axes, keep: torch.var(x, axes, correction=correction, keepdim=keep)


def std(correction):
    return lambda x, axes, keep: torch.std(x, axes, correction=correction, keepdim=keep)


def norm(p):
    def scaled(x, axes, keep):
        top = np.nanmax(np.abs(np.where(np.isfinite(x), x, 0)), axis=tuple(axes), keepdims=True)
        top[top == 0] = 1
        y = torch.linalg.vector_norm(x / torch.tensor(top), p, axes, keepdim=True)
        y = y * torch.tensor(top)
        return y if keep else y.squeeze(axes[0])
    return scaled


def exclusive(scan, first):
    def result(x, axis):
        y = scan(x, axis)
        start = torch.full_like(y.narrow(axis, 0, 1), first)
        return torch.cat([start, y.narrow(axis, 0, y.shape[axis] - 1)], axis)
    return result


def backwards(scan):
    return lambda x, axis: torch.flip(scan(torch.flip(x, [axis]), axis), [axis])


def line(op, compute, inputs, given):
    return op, '.n_in = 1', given, [torch.tensor(inputs, dtype=torch.float64)], compute


def scans(op, scan, first, inputs):
    modes = [(0, 0, scan), (1, 0, exclusive(scan, first)), (0, 1, backwards(scan)),
             (1, 1, backwards(exclusive(scan, first)))]
    for leaves_out, reverse, compute in modes:
        for axis in (0, 1) if not leaves_out and not reverse else (1,):
            yield line(op, lambda x, f=compute, a=axis: f(x, a), inputs,
                       f'.attrs = WITH({axis}, {leaves_out}, {reverse})')


def recurrence(a, b):
    y = np.zeros_like(b)
    for i in range(b.shape[0]):
        y[i] = b[i] + (a[i] * y[i - 1] if i else 0)
    return y


def first_largest(x, axis):
    """Where the largest so far was first met; from the first NaN on, its place."""
    moved = np.moveaxis(np.array(x), axis, -1)
    places = np.zeros(moved.shape, dtype=np.int32)
    for at in np.ndindex(moved.shape[:-1]):
        row = moved[at]
        for i in range(len(row)):
            places[at + (i,)] = np.argmax(row[:i + 1])
    return np.moveaxis(places, -1, axis)


def order(x, axis, descending):
    """A stable order; NumPy's has NaN last, and so has that of what is negated."""
    x = np.array(x)
    return np.argsort(-x if descending else x, axis=axis, kind='stable')


def ordered(x, axis, descending):
    return np.take_along_axis(np.array(x), order(x, axis, descending), axis)


def attrs(kind, *values):
    return f'.attrs = &(const {kind}){{{", ".join(map(str, values))}}}'


def table():
    yield reduction('prod', prod, ZEROS)
    yield reduction('prod', prod, PLAIN, 3, 1)
    yield reduction('prod', prod, ODD)
    for correction in (0, 1):
        for bits in (1, 2, 3):
            yield reduction('var', var(correction), PLAIN, bits, 1, 'bb__var_attrs', correction)
            yield reduction('std', std(correction), PLAIN, bits, 0, 'bb__var_attrs', correction)
    offset = [[1e9 + 1, 1e9 + 2, 1e9 + 4], [5.0, 5.0, 5.0], [1.0, NAN, 2.0], [1.0, INF, 2.0]]
    with np.errstate(invalid='ignore'):
        for op, compute in (('var', np.var), ('std', np.std)):  # PyTorch's is off in the 8th digit
            yield reduction(op, lambda x, axes, keep, f=compute: f(np.array(x), axes[0], ddof=1),
                            offset, 2, 0, 'bb__var_attrs', 1)
    for p, text in ((1, '1'), (2, '2'), (INF, '(double)INFINITY')):
        for inputs in (PLAIN, LARGE, INFINITE):
            yield reduction('elementary_norm', norm(p), inputs, 2, 0, 'bb__norm_attrs', text)
    for p in (1, 1.5, 3, 4.5):
        yield reduction('norm', norm(p), PLAIN, 2, 1, 'bb__norm_attrs', p)
    yield reduction('norm', norm(3), LARGE, 2, 0, 'bb__norm_attrs', 3)
    yield reduction('norm', norm(3), INFINITE, 2, 0, 'bb__norm_attrs', 3)
    for op, compute in (('any', torch.any), ('all', torch.all)):
        def masks(x, axes, keep, f=compute):
            return f(x != 0, axes[0], keepdim=keep)
        yield reduction(op, masks, MASKS, 2, 0, 'BB__REDUCED', None, True)
        yield reduction(op, masks, MASKS, 1, 1, 'BB__REDUCED', None, True)
        yield reduction(op, lambda x, axes, keep: x != 0, MASKS, 0, 0, 'BB__REDUCED', None, True)
    for axis in (0, 1):
        yield line('argmin', lambda x, a=axis: np.argmin(np.array(x), a), TIES,
                   attrs('bb__axis_attrs', axis))
        yield line('cummax_index', lambda x, a=axis: first_largest(x, a), TIES,
                   attrs('bb__axis_attrs', axis))
        yield line('cummax', lambda x, a=axis: torch.cummax(x, a).values, TIES,
                   attrs('bb__axis_attrs', axis))
        for descending in (0, 1):
            yield line('argsort', lambda x, a=axis, d=descending: order(x, a, d), TIES,
                       attrs('argsort_attrs', axis, descending))
            yield line('sort', lambda x, a=axis, d=descending: ordered(x, a, d), TIES,
                       attrs('sort_attrs', axis, descending))
    yield line('topk_index', lambda x: order(x, 1, True)[:, :3], TIES, attrs('topk_attrs', 3, 1))
    yield line('topk', lambda x: ordered(x, 1, True)[:, :3], TIES, attrs('topk_attrs', 3, 1))
    yield line('topk', lambda x: torch.topk(x, 2, 0).values, PLAIN, attrs('topk_attrs', 2, 0))
    yield from scans('cumsum', torch.cumsum, 0, PLAIN)
    yield from scans('cumprod', torch.cumprod, 1, ZEROS)
    yield line('cumsum', lambda x: torch.cumsum(x, 1), ODD, '.attrs = WITH(1, 0, 0)')
    yield line('cumprod', lambda x: torch.cumprod(x, 1), ODD, '.attrs = WITH(1, 0, 0)')
    a, b = np.array([INF, 2.0, -0.5, 0.0, 3.0]), np.array([1.0, 0.25, -1.0, 2.0, INF])
    yield ('linear_recurrence', '.n_in = 2', '.attrs = WITH(0, 0, 0)', [a, b],
           lambda a, b: recurrence(a, b))
    yield ('linear_recurrence', '.n_in = 2', '.attrs = WITH(0, 0, 1)', [a[::-1], b],
           lambda a, b: recurrence(a[::-1], b[::-1])[::-1])


def c_number(value):
    value = float(value)
    return 'NAN' if math.isnan(value) else (
        repr(value) if math.isfinite(value) else 'INFINITY' if value > 0 else '-INFINITY')


def c_numbers(array):
    return f'BB_NUMBERS({", ".join(c_number(v) for v in np.ravel(np.array(array)))})'


def sample(head, given, inputs, result):
    shapes = ', '.join(f'BB_DIMS({", ".join(map(str, x.shape))})' for x in inputs)
    result = result(*inputs) if callable(result) else result
    return (f'    {{{head}, .in = {{{shapes}}}, {given}, '
            f'.golden_in = {{{", ".join(map(c_numbers, inputs))}}}, '
            f'.golden_out = {c_numbers(result)}}},')


wanted = sys.argv[1:]
for op, *entry in table():
    if not wanted or op in wanted:
        if not wanted:
            print(f'{op}:')
        print(sample(*entry))
