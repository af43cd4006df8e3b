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


def attrs(kind):
    return lambda *values: f'.attrs = &(const {kind}){{{", ".join(map(str, values))}}}'


def shape_attrs(*values):
    return f'.attrs = &(const bb__shape_attrs)BB_DIMS({", ".join(map(str, values))})'


slice_attrs, pad_attrs = attrs('slice_attrs'), attrs('pad_attrs')
axis_attrs, one_hot_attrs = attrs('bb__axis_attrs'), attrs('one_hot_attrs')

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
]


def c_numbers(array):
    return f'BB_NUMBERS({", ".join(repr(float(v)) for v in np.ravel(array))})'


def c_shape(array):
    shape = np.shape(array)
    return f'BB_DIMS({", ".join(map(str, shape))})' if shape else '{0}'


def sample(head, given, inputs, result):
    parts = [head, f'.in = {{{", ".join(map(c_shape, inputs))}}}']
    if given:
        parts.append(given)
    parts.append(f'.golden_in = {{{", ".join(map(c_numbers, inputs))}}}')
    parts.append(f'.golden_out = {c_numbers(result(*inputs))}')
    return f'    {{{", ".join(parts)}}},'


wanted = sys.argv[1:]
for op, *entry in TABLE:
    if not wanted or op in wanted:
        if not wanted:
            print(f'{op}:')
        print(sample(*entry))
