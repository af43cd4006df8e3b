#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Golden samples for reductions, products and losses, from PyTorch in float64, as C initialisers.

usage: golden_numeric.py [op ...]     prints the samples of the ops named, or of all
"""
import math
import sys

import torch

INF, NAN = math.inf, math.nan


def tensor(values, *shape):
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


def waves(*shape):
    """Numbers of both signs without a pattern, rounded so that they are exact in text."""
    count = math.prod(shape)
    phase = 0.3 * len(shape)
    return tensor([round(3 * math.sin(1.7 * i + phase), 4) for i in range(count)], *shape)


def reduced(axes, keep=0):
    bits = sum(1 << axis for axis in axes)
    return f'.attrs = &(const bb__reduce_attrs){{.axes = {bits}, .keep = {keep}}}'


def along(axis):
    return f'.attrs = &(const bb__axis_attrs){{{axis}}}'


def sums(axes, keep=0):
    return 'sum', reduced(axes, keep), lambda x: x.sum(axes, keepdim=bool(keep))


def extreme(name, axes, keep=0):
    function = torch.amax if name == 'max' else torch.amin
    return name, reduced(axes, keep), lambda x: function(x, axes, keepdim=bool(keep))


def logsumexp(axes, keep=0):
    return 'logsumexp', reduced(axes, keep), lambda x: torch.logsumexp(x, axes, keepdim=bool(keep))


def argmax(axis):
    return 'argmax', along(axis), lambda x: torch.max(x, axis).indices


def softmax(axis):
    return 'softmax', along(axis), lambda x: torch.softmax(x, axis)


def log_softmax(axis):
    return 'log_softmax', along(axis), lambda x: torch.log_softmax(x, axis)


MATMUL = 'matmul', None, torch.matmul
CROSS = ('softmax_cross_entropy', None,
         lambda x, t: torch.nn.functional.cross_entropy(x, t.long(), reduction='none'))

EXTREMES = tensor([1, INF, -INF, 2, NAN, 3, INF, INF, 0, -INF, -INF, -INF], 4, 3)
FAR = tensor([1000, 1001, 999, -1000, -1000, -1002, 0, -800, 700], 3, 3)
ROWS = tensor([-INF, 1, 2, -INF, -INF, -INF, NAN, 0, 1], 3, 3)

TABLE = [
    (*sums([0]), waves(3, 2)),
    (*sums([1]), EXTREMES),
    (*sums([0, 2], 1), waves(2, 3, 2)),
    (*extreme('max', [1]), EXTREMES),
    (*extreme('max', [0, 2]), waves(2, 3, 2)),
    (*extreme('min', [1]), EXTREMES),
    (*extreme('min', [0, 1], 1), waves(2, 3, 2)),
    (*logsumexp([1]), FAR),
    (*logsumexp([1]), EXTREMES),
    (*logsumexp([0, 2], 1), waves(2, 3, 2)),
    (*argmax(1), tensor([1, 3, 3, -INF, -INF, -INF, 0, NAN, INF, 5, 4, 5], 4, 3)),
    (*argmax(0), waves(4, 3)),
    (*softmax(1), FAR),
    (*softmax(1), ROWS),
    (*softmax(0), waves(3, 2)),
    (*log_softmax(1), FAR),
    (*log_softmax(1), ROWS),
    (*log_softmax(0), waves(3, 2)),
    (*MATMUL, waves(2, 3), waves(3, 2)),
    (*MATMUL, waves(2, 2, 3), waves(2, 3, 1)),
    (*CROSS, FAR, tensor([1, 2, 0], 3)),
    (*CROSS, tensor([-INF, 1, 2, -INF, 0, 1, NAN, 0, 1, -INF, -INF, -INF], 4, 3),
     tensor([1, 0, 1, 2], 4)),
]


def number(x):
    if math.isnan(x):
        return 'NAN'
    if math.isinf(x):
        return 'INFINITY' if x > 0 else '-INFINITY'
    return repr(x)


def numbers(values):
    return 'BB_NUMBERS(' + ', '.join(number(float(v)) for v in values.flatten().tolist()) + ')'


def print_sample(attrs, function, inputs):
    shapes = ', '.join(f'BB_DIMS({", ".join(map(str, x.shape))})' for x in inputs)
    flags = ['.is_integer = {false, true}'] if function is CROSS[2] else []
    fields = [f'.n_in = {len(inputs)}', f'.in = {{{shapes}}}', *flags, *([attrs] if attrs else []),
              '.golden_in = {' + ', '.join(map(numbers, inputs)) + '}',
              '.golden_out = ' + numbers(function(*inputs))]
    print('    {' + ',\n     '.join(fields) + '},')


def main(wanted):
    for name, attrs, function, *inputs in TABLE:
        if not wanted or name in wanted:
            print(f'    /* {name} */')
            print_sample(attrs, function, inputs)


main(sys.argv[1:])
