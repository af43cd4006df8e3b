#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Golden figures of the gamma distribution, as C initialisers, from their definitions in 150 digits
(mpmath): derivatives of P(a, x) by a over the density, and quantiles of Phi(z). The
negative of the first, what it is used for, is compared with PyTorch's _standard_gamma_grad.

usage: golden_random.py [ratio | quantile]     prints the figures named, or all
"""
import sys

import mpmath as mp
import torch

mp.mp.dps = 150
SHAPES = [0.05, 0.3, 1.0, 2.5, 10.0, 10.0, 100.0, 9000.0, 20000.0, 1e6]
PLACES = [0.02, 0.5, 0.001, 2.0, 9.0, 25.0, 110.0, 9100.0, 19800.0, 1e6 + 2000]
NORMALS = [-1.0, 0.25, 3.0, -2.0, -5.0, 5.0, 0.0, 1.5, -0.5, 4.0]


def text(values):
    return 'BB_NUMBERS(' + ', '.join(format(float(v), '.17g') for v in values) + ')'


def case(order, inputs, out):
    shapes = ', '.join(f'BB_DIMS({len(v)})' for v in inputs)
    golden = ', '.join(text(v) for v in inputs)
    return (f'    {{.n_in = {len(inputs)}, .in = {{{shapes}}}, ORDER({order}),\n'
            f'     .golden_in = {{{golden}}},\n     .golden_out = {text(out)}}},\n')


def below(a, x):
    return mp.gammainc(a, 0, x, regularized=True)


def density(a, x):
    return mp.exp((a - 1) * mp.log(x) - x - mp.loggamma(a))


def ratio_at(order, a, x):
    a, x = mp.mpf(a), mp.mpf(x)
    h = a * mp.mpf(10)**-25
    f = {i: below(a + i * h, x) for i in (-1, 0, 1)}
    d = (f[1] - f[-1]) / (2 * h) if order == 1 else (f[1] - 2 * f[0] + f[-1]) / h**2
    return d / density(a, x)


def ratio():
    first = [ratio_at(1, a, x) for a, x in zip(SHAPES, PLACES)]
    peer = torch._standard_gamma_grad(*[torch.tensor(v, dtype=torch.float64)
                                        for v in (SHAPES, PLACES)])
    for ours, theirs in zip(first, peer.tolist()):
        if abs(float(ours) + theirs) > 1e-3 * theirs:
            sys.exit(f'{-float(ours)} here, {theirs} by PyTorch')
    second = [ratio_at(2, a, x) for a, x in zip(SHAPES[:7], PLACES)]
    return (case(1, [SHAPES, PLACES], first)
            + case(2, [SHAPES[:7], PLACES[:7]], second))


def quantile_at(a, z):
    """By bisection over the logarithm, of the smaller tail."""
    a, tail = mp.mpf(a), mp.erfc(abs(mp.mpf(z)) / mp.sqrt(2)) / 2
    low, high = mp.mpf(-300), mp.log(a + 100 + 20 * mp.sqrt(a))
    for _ in range(80):
        v = (low + high) / 2
        x = mp.exp(v)
        is_low = below(a, x) < tail if z < 0 else mp.gammainc(a, x, regularized=True) > tail
        low, high = (v, high) if is_low else (low, v)
    return mp.exp(low)


def quantile():
    mp.mp.dps = 40
    rows = [f'{{{a!r}, {z!r}, {float(quantile_at(a, z))!r}}}'
            for a, z in zip(SHAPES, NORMALS)]
    return ',\n'.join(rows) + '\n'


if __name__ == '__main__':
    for name in sys.argv[1:] or ['ratio', 'quantile']:
        print({'ratio': ratio, 'quantile': quantile}[name]())
