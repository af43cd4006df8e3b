#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Golden samples for the ops that move numbers, from NumPy in float64, as C initialisers.

usage: golden_shape.py [op ...]     prints the samples of the ops named, or of all
"""
import sys

import numpy as np


def numbers(*shape, first=0.5):
    count = int(np.prod(shape))
    return (first + np.arange(count) * np.where(np.arange(count) % 2, -1.25, 1.0)).reshape(shape)


def indices(*rows):
    return np.array(rows if len(rows) > 1 else rows[0], dtype=np.int32)


def pad(x, axis, before, after, gap, value):
    shape = list(x.shape)
    shape[axis] = before + x.shape[axis] + (x.shape[axis] - 1) * gap + after
    y = np.full(shape, float(value))
    inner = [slice(None)] * x.ndim
    inner[axis] = slice(before, shape[axis] - after, gap + 1)
    y[tuple(inner)] = x
    return y


def scatter_add(x, index, updates, axis):
    y = x.copy()
    np.add.at(y, (slice(None),) * axis + (index,), updates)
    return y


def scatter_add_along(x, index, updates, axis):
    y = x.copy()
    for at in np.ndindex(index.shape):
        to = at[:axis] + (index[at],) + at[axis + 1:]
        y[to] += updates[at]
    return y


def unfold(x, axis, size, step):
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis)
    return np.take(windows, np.arange(0, windows.shape[axis], step), axis)


def fold(x, axis, length, step):
    """The adjoint of unfold by its definition: one window's element after the other."""
    y = np.zeros(x.shape[:axis] + (length,) + x.shape[axis + 1:-1])
    for at in np.ndindex(x.shape):
        to = at[:axis] + (at[axis] * step + at[-1],) + at[axis + 1:-1]
        y[to] += x[at]
    return y


def with_odd(x, *places):
    x = x.copy()
    for place, value in zip(places, (np.nan, np.inf, -np.inf)):
        x[place] = value
    return x


def attrs(kind):
    return lambda *values: f'.attrs = &(const {kind}){{{", ".join(map(str, values))}}}'


def shape_attrs(*values):
    return f'.attrs = &(const bb__shape_attrs)BB_DIMS({", ".join(map(str, values))})'


slice_attrs, pad_attrs = attrs('slice_attrs'), attrs('pad_attrs')
axis_attrs, one_hot_attrs = attrs('bb__axis_attrs'), attrs('one_hot_attrs')

diagonal_attrs = attrs('bb__diagonal_attrs')
ONE, TWO = '.n_in = 1', '.n_in = 2'
SQUARE = with_odd(numbers(3, 3), (0, 2), (2, 0), (1, 1))


def of(op):
    return attrs(f'{op}_attrs')


# op, how its samples begin, the attributes in C, inputs, result
TABLE = [
    ('broadcast', '.n_in = 1', shape_attrs(2, 2, 3), [numbers(2, 1)],
     lambda x: np.broadcast_to(x, (2, 2, 3))),
    ('reshape', '.n_in = 1', shape_attrs(3, -1), [numbers(2, 3)], lambda x: x.reshape(3, -1)),
    ('permute', '.n_in = 1', shape_attrs(2, 0, 1), [numbers(2, 3, 2)],
     lambda x: x.transpose(2, 0, 1)),
    ('slice', '.n_in = 1', slice_attrs(1, 1, 5, 2), [numbers(2, 5)], lambda x: x[:, 1:5:2]),
    ('pad', '.n_in = 1', pad_attrs(1, 1, 2, 0, 9), [numbers(2, 2)],
     lambda x: np.pad(x, ((0, 0), (1, 2)), constant_values=9)),
    ('pad', '.n_in = 1', pad_attrs(0, 0, 1, 2, -1), [numbers(3, 2)],
     lambda x: pad(x, 0, 0, 1, 2, -1)),
    ('concat', '.n_in = 2', axis_attrs(1), [numbers(2, 2), numbers(2, 1, first=7)],
     lambda x, y: np.concatenate([x, y], axis=1)),
    ('gather', 'INDEX', axis_attrs(0), [numbers(3, 2), indices(2, 0, 2, 1)],
     lambda x, i: np.take(x, i, axis=0)),
    ('gather', 'INDEX', axis_attrs(1), [numbers(2, 3), indices([2, 2], [0, 1])],
     lambda x, i: np.take(x, i, axis=1)),
    ('gather', 'INDEX', axis_attrs(-1), [numbers(2, 3), np.int32(1)],
     lambda x, i: np.take(x, i, axis=-1)),
    ('scatter_add', 'INDEX', axis_attrs(0),
     [numbers(3, 2), indices(2, 0, 2, 2), numbers(4, 2, first=7)],
     lambda x, i, u: scatter_add(x, i, u, 0)),
    ('scatter_add', 'INDEX', axis_attrs(1),
     [numbers(2, 3), indices([0, 0], [2, 0]), numbers(2, 2, 2, first=0.1)],
     lambda x, i, u: scatter_add(x, i, u, 1)),
    ('one_hot', 'HOT', one_hot_attrs('BB_F64', 4), [indices([3, 0], [2, 3])],
     lambda i: np.eye(4)[i]),
    ('stop_gradient', '.n_in = 1, .is_integer = {true}', None, [indices([3, -7], [0, 2])],
     lambda x: x),
    ('flip', ONE, axis_attrs(1), [numbers(2, 3)], lambda x: np.flip(x, 1)),
    ('flip', ONE, axis_attrs(0), [numbers(3, 2)], lambda x: np.flip(x, 0)),
    ('diagonal', ONE, diagonal_attrs(0), [numbers(3, 3)], np.diagonal),
    ('diagonal', ONE, diagonal_attrs(1), [numbers(2, 2, 3)],
     lambda x: np.diagonal(x, 1, 1, 2)),
    ('diagonal', ONE, diagonal_attrs(-1), [numbers(4, 2)], lambda x: np.diagonal(x, -1)),
    ('diag', ONE, of('diag')(0), [numbers(3)], np.diag),
    ('diag', ONE, of('diag')(2), [numbers(2)], lambda x: np.diag(x, 2)),
    ('diag', ONE, of('diag')(-1), [numbers(2, 2)],
     lambda x: np.stack([np.diag(row, -1) for row in x])),
    ('trace', ONE, None, [numbers(3, 3)], np.trace),
    ('trace', ONE, None, [numbers(2, 2, 3)], lambda x: np.trace(x, 0, 1, 2)),
    ('tril', ONE, diagonal_attrs(0), [SQUARE], np.tril),
    ('tril', ONE, diagonal_attrs(-1), [SQUARE], lambda x: np.tril(x, -1)),
    ('tril', ONE, diagonal_attrs(9), [numbers(2, 3)], lambda x: np.tril(x, 9)),
    ('triu', ONE, diagonal_attrs(0), [SQUARE], np.triu),
    ('triu', ONE, diagonal_attrs(1), [numbers(2, 2, 3)], lambda x: np.triu(x, 1)),
    ('triu', ONE, diagonal_attrs(-9), [numbers(3, 2)], lambda x: np.triu(x, -9)),
    ('unfold', ONE, of('unfold')(1, 3, 2), [numbers(2, 7)], lambda x: unfold(x, 1, 3, 2)),
    ('unfold', ONE, of('unfold')(0, 2, 1), [numbers(3, 2)], lambda x: unfold(x, 0, 2, 1)),
    ('fold', ONE, of('fold')(1, 8, 2), [numbers(2, 3, 3)], lambda x: fold(x, 1, 8, 2)),
    ('fold', ONE, of('fold')(0, 3, 1), [numbers(2, 2, 2)], lambda x: fold(x, 0, 3, 1)),
    ('take_along_axis', 'INDEX', axis_attrs(1), [numbers(2, 3), indices([2, 2], [0, 1])],
     lambda x, i: np.take_along_axis(x, i, 1)),
    ('take_along_axis', 'INDEX', axis_attrs(0),
     [with_odd(numbers(3, 2), (0, 0), (1, 1)), indices([0, 1], [2, 2], [0, 0])],
     lambda x, i: np.take_along_axis(x, i, 0)),
    ('scatter_add_along_axis', 'INDEX', axis_attrs(1),
     [numbers(2, 3), indices([2, 2], [0, 1]), numbers(2, 2, first=7)],
     lambda x, i, u: scatter_add_along(x, i, u, 1)),
    ('scatter_add_along_axis', 'INDEX', axis_attrs(0),
     [numbers(3, 2), indices([2, 0], [2, 1]), numbers(2, 2, first=0.1)],
     lambda x, i, u: scatter_add_along(x, i, u, 0)),
    ('arange', None, of('arange')('BB_F64', 5, -1, 0.3, -1 + 4 * 0.3), [],
     lambda: np.arange(-1, 0.4, 0.3)),
    ('arange', None, of('arange')('BB_F64', 7, 0, 1 / 6, 1), [], lambda: np.linspace(0, 1, 7)),
    ('arange', None, of('arange')('BB_I32', 4, 7, -2, 1), [], lambda: np.arange(7, 0, -2)),
    ('arange', None, of('arange')('BB_U8', 4, 254, 1, 257), [], lambda: [254, 255, 255, 255]),
    ('eye', None, of('eye')('BB_F64', 3), [], lambda: np.eye(3)),
    ('stack', TWO, of('stack')(1), [numbers(2, 2), numbers(2, 2, first=7)],
     lambda x, y: np.stack([x, y], 1)),
    ('stack', TWO, of('stack')(-1), [numbers(2), numbers(2, first=7)],
     lambda x, y: np.stack([x, y], -1)),
    ('split', ONE, of('split')(1, 2, 1), [numbers(2, 4)], lambda x: np.split(x, 2, 1)[1]),
    ('repeat', ONE, of('repeat')(0, 2), [numbers(2, 2)], lambda x: np.repeat(x, 2, 0)),
    ('repeat', ONE, of('repeat')(-1, 3), [numbers(2, 2)], lambda x: np.repeat(x, 3, -1)),
    ('tile', ONE, of('tile')(0, 2), [numbers(2, 2)], lambda x: np.tile(x, (2, 1))),
    ('tile', ONE, of('tile')(-1, 3), [numbers(2, 2)], lambda x: np.tile(x, (1, 3))),
    ('roll', ONE, of('roll')(1, 1), [numbers(2, 3)], lambda x: np.roll(x, 1, 1)),
    ('roll', ONE, of('roll')(0, -5), [numbers(3, 2)], lambda x: np.roll(x, -5, 0)),
    ('squeeze', ONE, of('squeeze')(2), [numbers(2, 1, 2)], lambda x: np.squeeze(x, 1)),
    ('expand_dims', ONE, of('expand_dims')(1), [numbers(2, 2)], lambda x: x[:, None]),
    ('index_select', 'INDEX', of('index_select')(1), [numbers(2, 3), indices(2, 0, 2)],
     lambda x, i: np.take(x, i, 1)),
    ('meshgrid', TWO, of('meshgrid')(0), [numbers(2), numbers(3)],
     lambda x, y: np.meshgrid(x, y, indexing='ij')[0]),
    ('meshgrid', TWO, of('meshgrid')(1), [numbers(2), numbers(3)],
     lambda x, y: np.meshgrid(x, y, indexing='ij')[1]),
    ('swap_axes', ONE, of('swap_axes')(0, -1), [numbers(2, 1, 3)],
     lambda x: np.swapaxes(x, 0, -1)),
    ('move_axis', ONE, of('move_axis')(0, 2), [numbers(2, 3, 2)],
     lambda x: np.moveaxis(x, 0, 2)),
    ('move_axis', ONE, of('move_axis')(2, 0), [numbers(2, 3, 2)],
     lambda x: np.moveaxis(x, 2, 0)),
    ('flatten', ONE, of('flatten')(1), [numbers(2, 2, 2)], lambda x: x.reshape(2, 4)),
]


def c_number(value):
    return {'nan': 'NAN', 'inf': 'INFINITY', '-inf': '-INFINITY'}.get(repr(value), repr(value))


def c_numbers(array):
    return f'BB_NUMBERS({", ".join(c_number(float(v)) for v in np.ravel(array))})'


def c_shape(array):
    shape = np.shape(array)
    return f'BB_DIMS({", ".join(map(str, shape))})' if shape else '{0}'


def sample(head, given, inputs, result):
    parts = [head, f'.in = {{{", ".join(map(c_shape, inputs))}}}'] if inputs else []
    if given:
        parts.append(given)
    if inputs:
        parts.append(f'.golden_in = {{{", ".join(map(c_numbers, inputs))}}}')
    parts.append(f'.golden_out = {c_numbers(result(*inputs))}')
    return f'    {{{", ".join(parts)}}},'


wanted = sys.argv[1:]
for op, *entry in TABLE:
    if not wanted or op in wanted:
        if not wanted:
            print(f'{op}:')
        print(sample(*entry))
