#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The polynomials in ops/normal_cdf.h and in ops/exponential.h, which it stands on: least squares
of relative errors at Chebyshev's nodes, in 40 digits (mpmath). A coefficient is rounded to float
before those above it are fitted, so that they make up for that. Prints them from the constant up.

usage: fit_normal_cdf.py
"""
import struct

import mpmath as mp

mp.mp.dps = 40
MIDDLE, TOP = mp.mpf(2), mp.mpf('14.5')  # as in ops/normal_cdf.h
REACH = mp.log(2) / 2 * mp.mpf('1.001')  # of what is left of an argument of exp without its log 2s


def scaled_mills(t):
    """(z + MIDDLE) Phi(-z) exp(z^2/2) for t = (z - MIDDLE) / (z + MIDDLE)"""
    z = MIDDLE * (1 + t) / (1 - t)
    return (z + MIDDLE) * mp.erfc(z / mp.sqrt(2)) / 2 * mp.exp(z * z / 2)


def bend(r):
    """(e^r - 1 - r) / r^2"""
    return (mp.expm1(r) - r) / r**2


def log1p_share(x):
    return mp.log1p(x) / x


def nodes(low, high, count):
    return [(low + high - (high - low) * mp.cos(mp.pi * (i + 0.5) / count)) / 2
            for i in range(count)]


def to_float(x):
    return mp.mpf(struct.unpack('f', struct.pack('f', float(x)))[0])


def fit(f, low, high, degree):
    at = nodes(low, high, 8 * (degree + 1))
    exact, known = [f(x) for x in at], []
    while len(known) <= degree:
        powers = range(len(known), degree + 1)
        rows = mp.matrix([[x**k / y for k in powers] for x, y in zip(at, exact)])
        rest = mp.matrix([1 - mp.polyval([0] + known[::-1], x) / y for x, y in zip(at, exact)])
        known.append(to_float(mp.lu_solve(rows, rest)[0]))
    return known


def report(name, f, low, high, degree):
    c = fit(f, low, high, degree)
    worst = max(abs(mp.polyval(c[::-1], x) / f(x) - 1) for x in nodes(low, high, 1000))
    print(f'{name}: largest relative error 2^{mp.nstr(mp.log(worst, 2), 4)}')
    print('    ' + ', '.join(mp.nstr(x, 9, min_fixed=-8) + 'f' for x in c))


report('scaled_mills', scaled_mills, mp.mpf(-1), (TOP - MIDDLE) / (TOP + MIDDLE), 10)
report('bend', bend, -REACH, REACH, 4)
report('log1p_share', log1p_share, mp.mpf(0), mp.mpf(1), 9)
