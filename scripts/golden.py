#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Golden figures for the samples of elementwise ops, from PyTorch in float64, as C initialisers.

usage: golden.py [op ...]     prints the figures of the ops named, or of all
"""
import math
import sys

import torch

INF, NAN = math.inf, math.nan
SPECIAL = [0.0, -0.0, INF, -INF, NAN]


def saturate(low, high):
    def one(x):
        whole = x if math.isinf(x) else math.trunc(x)
        return float(max(low, min(high, whole)))

    def all_of(x):
        return [0.0 if math.isnan(v) else one(v) for v in x.tolist()]

    return lambda x: torch.tensor(all_of(x), dtype=torch.float64)


# Pairs that say how x^y behaves: ordinary, zero and negative bases, infinities, NaN.
POW_X = [2.0, 9.0, 0.0, 0.0, 0.0, -2.0, -2.0, -0.0, INF, INF, NAN, 1.0, 0.5, -INF, 1e-10]
POW_Y = [10.0, 0.5, 0.0, 2.0, -1.0, 3.0, 0.5, -3.0, 0.0, -1.0, 0.0, NAN, INF, 3.0, -3.0]

PAIR_X = [1.5, -2.0, 0.0, -0.0, INF, -INF, INF, NAN, 1.0, NAN, 1e300, 1e-300]
PAIR_Y = [0.25, -2.0, 3.0, 5.0, INF, INF, 2.0, 1.0, NAN, NAN, -1e300, 3e-300]

MASK = [0, 1, 255, 0, 1, 0]

# op, expression, inputs, whether the derivative at each input is wanted as well
TABLE = [
    ('neg', lambda x: -x, [SPECIAL + [1.5, -1e300, 1e-300]], False),
    ('square', lambda x: x * x, [SPECIAL + [1.5, -3.0, 1e200, 1e-100]], False),
    ('square', lambda x: x * x, [[0.0, -1.5, 2.0]], True),
    ('sqrt', torch.sqrt, [SPECIAL + [2.0, -1.0, 1e300, 1e-300]], False),
    ('sqrt', torch.sqrt, [[0.0, 0.25, 2.0]], True),
    ('abs', torch.abs, [SPECIAL + [-1.5, 2.5, -1e300]], False),
    ('abs', torch.abs, [[0.0, -0.0, -1.5, 2.5, INF]], True),
    ('sign', lambda x: torch.where(torch.isnan(x), x, torch.sign(x)),
     [SPECIAL + [-1.5, 2.5, 1e-300]], False),
    ('sign', torch.sign, [[0.0, -1.5, 2.5]], True),
    ('exp', torch.exp, [SPECIAL + [1.0, -2.5, 700.0, -700.0, 1000.0, -1000.0, 1e-10]], False),
    ('log', torch.log, [SPECIAL + [1.0, 10.0, -1.0, 1e300, 1e-300]], False),
    ('log', torch.log, [[0.0, 0.25, 4.0, INF]], True),
    ('sin', torch.sin, [SPECIAL + [1.0, -2.5, math.pi, 1e6, 1e-10]], False),
    ('cos', torch.cos, [SPECIAL + [1.0, -2.5, math.pi, 1e6, 1e-10]], False),
    ('tanh', torch.tanh, [SPECIAL + [0.5, -2.5, 30.0, -1000.0, 1e-10]], False),
    ('tanh', torch.tanh, [[0.0, 0.5, -2.5, 30.0, INF]], True),
    ('sigmoid', torch.sigmoid, [SPECIAL + [0.5, -2.5, 40.0, -700.0, -1000.0, 1000.0]], False),
    ('sigmoid', torch.sigmoid, [[0.0, 2.5, 1000.0, -1000.0, INF, -INF]], True),
    ('relu', torch.relu, [SPECIAL + [-1.5, 2.5, 1e-300]], False),
    ('relu', torch.relu, [[0.0, -0.0, -1.5, 2.5, INF, -INF, NAN]], True),
    ('leaky_relu', lambda x: torch.nn.functional.leaky_relu(x, 0.125),
     [SPECIAL + [-1.5, 2.5, -1e300]], False),
    ('leaky_relu', lambda x: torch.nn.functional.leaky_relu(x, 0.125),
     [[0.0, -0.0, -1.5, 2.5, INF, -INF]], True),
    ('step', lambda x: torch.where(torch.isnan(x), x, (x > 0).double()),
     [SPECIAL + [-1.5, 2.5, 1e-300]], False),
    ('step', lambda x: (x > 0).double() + 0 * x, [[0.0, -1.5, 2.5]], True),
    ('clip', lambda x: torch.clamp(x, -0.5, 1.0), [SPECIAL + [-1.5, 2.5, 0.75, 1e-300]], False),
    ('clip', lambda x: torch.clamp(x, -0.5, 1.0), [[-0.5, 1.0, 0.25, -2.0, 3.0, INF, -INF]], True),
    ('cast f64', lambda x: x, [SPECIAL + [-1.5, 1e300]], False),
    ('cast i32', saturate(-2**31, 2**31 - 1),
     [SPECIAL + [1.9, -1.9, 2147483646.5, 3e9, -3e9, 1e300]], False),
    ('cast u8', saturate(0, 255),
     [SPECIAL + [1.9, -0.5, -1.9, 254.99, 255.0, 256.0, 1e300]], False),
    ('add', torch.add, [PAIR_X, PAIR_Y], False),
    ('sub', torch.sub, [PAIR_X, PAIR_Y], False),
    ('mul', torch.mul, [PAIR_X, PAIR_Y], False),
    ('div', torch.div, [PAIR_X + [1.0, -1.0, 0.0], PAIR_Y + [0.0, 0.0, 0.0]], False),
    ('pow', torch.pow, [POW_X, POW_Y], False),
    ('maximum', torch.maximum, [PAIR_X, PAIR_Y], False),
    ('minimum', torch.minimum, [PAIR_X, PAIR_Y], False),
    ('equal', torch.eq, [PAIR_X + [0.0], PAIR_Y + [-0.0]], False),
    ('not_equal', torch.ne, [PAIR_X + [0.0], PAIR_Y + [-0.0]], False),
    ('less', torch.lt, [PAIR_X + [0.0], PAIR_Y + [-0.0]], False),
    ('less_equal', torch.le, [PAIR_X + [0.0], PAIR_Y + [-0.0]], False),
    ('where', lambda m, x, y: torch.where(m != 0, x, y),
     [MASK, [1.5, NAN, -0.0, NAN, INF, 2.5], [-1.5, 2.0, 3.0, -INF, NAN, 1e300]], False),
]


def number(x):
    if math.isnan(x):
        return 'NAN'
    if math.isinf(x):
        return 'INFINITY' if x > 0 else '-INFINITY'
    text = format(x, '.17g')
    return text if '.' in text or 'e' in text else text + '.0'


def numbers(values):
    return 'BB_NUMBERS(' + ', '.join(number(float(v)) for v in values) + ')'


def print_case(expression, inputs, wants_slope):
    tensors = [torch.tensor(v, dtype=torch.float64, requires_grad=wants_slope) for v in inputs]
    out = expression(*tensors)
    count = ', '.join(f'BB_DIMS({len(v)})' for v in inputs)
    print(f'    {{.n_in = {len(inputs)},\n     .in = {{{count}}},')
    print('     .golden_in = {' + ', '.join(numbers(v) for v in inputs) + '},')
    print('     .golden_out = ' + numbers(out.detach().double().tolist()) + ',')
    if wants_slope:
        slope, = torch.autograd.grad(out.sum(), tensors)
        print('     .golden_slope = ' + numbers(slope.tolist()) + ',')
    print('    },')


def main(wanted):
    for name, expression, inputs, wants_slope in TABLE:
        if not wanted or name in wanted or name.split()[0] in wanted:
            print(f'/* {name} */')
            print_case(expression, inputs, wants_slope)


main(sys.argv[1:])
