#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Golden figures for the samples of activations, as C initialisers: values and derivatives from
their definitions in 600 digits (mpmath), compared with PyTorch's in float64 where it has them.

usage: golden_acts.py [op ...]     prints the figures of the ops named, or of all
"""
import math
import sys

import mpmath as mp
import torch
import torch.nn.functional as F

mp.mp.dps = 600
INF, NAN = math.inf, math.nan
SELU_SCALE, SELU_ALPHA = mp.mpf('1.0507009873554804934193349852946'), \
    mp.mpf('1.6732632423543772848170429916717')
SPREAD = [0.0, -0.0, 0.5, -0.5, 2.5, -2.5, -10.0, 10.0, 1000.0, -1000.0, 1e300, -1e300]
RISES = {INF: (INF, 1.0), -INF: (0.0, 0.0)}  # like the rectifier at both ends
STEPS = {INF: (1.0, 0.0), -INF: (0.0, 0.0)}


def elu(alpha):
    return lambda x: x if x > 0 else alpha * mp.expm1(x)


def normal_cdf(x):
    return mp.erfc(-min(max(x, -1000), 1000) / mp.sqrt(2)) / 2


def normal_pdf(x):
    return mp.exp(-min(max(x, -1000), 1000)**2 / 2) / mp.sqrt(2 * mp.pi)


def gelu_tanh(x):
    return x / (1 + mp.exp(-2 * mp.sqrt(2 / mp.pi) * (x + mp.mpf('0.044715') * x**3)))


def softplus(x):
    return x + mp.log1p(mp.exp(-x)) if x > 0 else mp.log1p(mp.exp(x))


def band(low, high, inside):
    """`inside` between two kinks, whose slopes are those of `inside`, and what the ends are."""
    return lambda x: inside(x) if low <= x <= high else inside(mp.mpf(low if x < low else high))


# op, definition, points, {point: (value, slope)} where no quotient tells, PyTorch's
TABLE = [
    ('softplus', softplus, SPREAD, RISES, F.softplus),
    ('log_sigmoid', lambda x: -softplus(-x), SPREAD, {INF: (0.0, 0.0), -INF: (-INF, 1.0)},
     F.logsigmoid),
    ('normal_cdf', normal_cdf, SPREAD, STEPS, torch.special.ndtr),
    ('normal_pdf', normal_pdf, SPREAD, {INF: (0.0, 0.0), -INF: (0.0, 0.0)},
     lambda x: torch.exp(torch.distributions.Normal(0.0, 1.0, False).log_prob(x))),
    ('normal_pdf far out', normal_pdf, [20.3, -30.7, 36.9, 37.3],
     {INF: (0.0, 0.0), -INF: (0.0, 0.0)},
     lambda x: torch.exp(torch.distributions.Normal(0.0, 1.0, False).log_prob(x))),
    ('gelu', lambda x: x * normal_cdf(x), SPREAD, RISES, F.gelu),
    ('gelu_tanh', gelu_tanh, SPREAD, RISES, lambda x: F.gelu(x, approximate='tanh')),
    ('silu', lambda x: x / (1 + mp.exp(-x)), SPREAD, RISES, F.silu),
    ('mish', lambda x: x * mp.tanh(softplus(x)), SPREAD, RISES, F.mish),
    ('elu 0.75', elu(mp.mpf('0.75')), SPREAD,
     {0.0: (0.0, 0.75), INF: (INF, 1.0), -INF: (-0.75, 0.0)},
     lambda x: F.elu(x, 0.75)),
    ('selu', lambda x: SELU_SCALE * elu(SELU_ALPHA)(x), SPREAD,
     {0.0: (0.0, float(SELU_SCALE * SELU_ALPHA)),
      INF: (INF, float(SELU_SCALE)), -INF: (float(-SELU_SCALE * SELU_ALPHA), 0.0)}, F.selu),
    ('celu 2', lambda x: x if x > 0 else 2 * mp.expm1(x / 2), SPREAD,
     {0.0: (0.0, 1.0), INF: (INF, 1.0), -INF: (-2.0, 0.0)},
     lambda x: F.celu(x, 2.0)),
    ('softsign', lambda x: x / (1 + abs(x)), SPREAD,
     {0.0: (0.0, 1.0), INF: (1.0, 0.0), -INF: (-1.0, 0.0)}, F.softsign),
    ('hard_sigmoid', band(-3, 3, lambda x: x / 6 + mp.mpf(1) / 2), SPREAD + [3.0, -3.0],
     {3.0: (1.0, 1 / 6), -3.0: (0.0, 1 / 6), INF: (1.0, 0.0), -INF: (0.0, 0.0), 'NaN': 1 / 6},
     F.hardsigmoid),
    ('hard_swish', lambda x: x if x > 3 else band(-3, 3, lambda x: x * (x + 3) / 6)(x),
     SPREAD + [3.0, -3.0],
     {3.0: (3.0, 1.5), -3.0: (0.0, -0.5), INF: (INF, 1.0), -INF: (0.0, 0.0)}, F.hardswish),
    ('hard_tanh -0.5 1.5', band(-0.5, 1.5, lambda x: x), SPREAD + [1.5],
     {1.5: (1.5, 1.0), -0.5: (-0.5, 1.0), INF: (1.5, 0.0), -INF: (-0.5, 0.0), 'NaN': 1.0},
     lambda x: F.hardtanh(x, -0.5, 1.5)),
]


def number(x):
    if math.isnan(x):
        return 'NAN'
    if math.isinf(x):
        return 'INFINITY' if x > 0 else '-INFINITY'
    text = format(x, '.17g')
    return text if '.' in text or 'e' in text else text + '.0'


def numbers(values):
    return 'BB_NUMBERS(' + ', '.join(number(v) for v in values) + ')'


def figures(definition, x, known):
    if x in known:
        return known[x]
    if math.isnan(x):
        return NAN, known.get('NaN', NAN)
    exact = mp.mpf(x)
    h = mp.mpf(10)**-100 * max(1, abs(exact))
    slope = (definition(exact + h) - definition(exact - h)) / (2 * h)
    value = float(definition(exact))
    return value, float(slope) if abs(slope) > mp.mpf(10)**-330 else 0.0


def compare(name, peer, x, value):
    theirs = float(peer(torch.tensor(x, dtype=torch.float64)))
    if abs(x) <= 2.5 and abs(theirs - value) > 1e-14 * abs(value):
        sys.exit(f'{name} at {x}: {value} here, {theirs} by PyTorch')


def case(name, definition, points, known, peer):
    points = [*points, *[x for x in (INF, -INF) if x not in points], NAN]
    out = [figures(definition, x, known) for x in points]
    for x, (value, _) in zip(points, out):
        compare(name, peer, x, value)
    return (f'.in = {{BB_DIMS({len(points)})}},\n     .golden_in = {{{numbers(points)}}},\n'
            f'     .golden_out = {numbers(y for y, _ in out)},\n'
            f'     .golden_slope = {numbers(d for _, d in out)}')


if __name__ == '__main__':
    for entry in TABLE:
        if len(sys.argv) == 1 or entry[0].split()[0] in sys.argv[1:]:
            print(f'/* {entry[0]} */\n    {{.n_in = 1,\n     {case(*entry)}}},')
