#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The polynomials in include/bibun/vector_f32.h and vector_f64.h, and in ops/: least squares of
relative errors at Chebyshev's nodes, in 40 digits (mpmath). A coefficient is rounded to float or
double before those above it are fitted, so that they make up for that. Prints them from the
constant up.

usage: fit_polynomials.py
"""
import struct

import mpmath as mp

mp.mp.dps = 40
MIDDLE, TOP = mp.mpf(2), mp.mpf('14.5')  # as in ops/normal_cdf.h
REACH = mp.log(2) / 2 * mp.mpf('1.001')  # of what is left of an argument of exp without its log 2s
LOW, HIGH = mp.sqrt(0.5) - 1, mp.sqrt(2) - 1  # of what is left of an argument of log, less 1
QUARTER = mp.pi / 2 * mp.mpf('1.001')  # of what is left of an angle


def scaled_mills(t):
    """(z + MIDDLE) Phi(-z) exp(z^2/2) for t = (z - MIDDLE) / (z + MIDDLE)"""
    z = MIDDLE * (1 + t) / (1 - t)
    return (z + MIDDLE) * mp.erfc(z / mp.sqrt(2)) / 2 * mp.exp(z * z / 2)


def bend(r):
    """(e^r - 1 - r) / r^2"""
    return (mp.expm1(r) - r) / r**2


def log1p_share(x):
    return mp.log1p(x) / x


def log_cubic(f):
    """(log(1 + f) - f + f^2/2) / f^3"""
    return (mp.log1p(f) - f + f**2 / 2) / f**3


def log_ratio(z):
    """(log((1 + s) / (1 - s)) - 2 s) / s^3 for z = s^2"""
    s = mp.sqrt(z)
    return (2 * mp.atanh(s) - 2 * s) / s**3


def sin_cubic(z):
    """(sin r - r) / r^3 for z = r^2"""
    r = mp.sqrt(z)
    return (mp.sin(r) - r) / r**3


def sinh_cubic(z):
    r = mp.sqrt(z)
    return (mp.sinh(r) - r) / r**3


def cosh_square(z):
    """(cosh r - 1) / r^2 for z = r^2"""
    return (mp.cosh(mp.sqrt(z)) - 1) / z


def erf_share(z):
    """erf(x) / x for z = x^2"""
    x = mp.sqrt(z)
    return mp.erf(x) / x


def erfc_exponent(x):
    """-log(1 - erf(x))"""
    return -mp.log(mp.erfc(x))


def nodes(low, high, count):
    return [(low + high - (high - low) * mp.cos(mp.pi * (i + 0.5) / count)) / 2
            for i in range(count)]


def to_type(x, code):
    return mp.mpf(struct.unpack(code, struct.pack(code, float(x)))[0])


def fit(f, low, high, degree, code, base):
    at = nodes(low, high, 8 * (degree + 1))
    exact, known = [f(x) for x in at], []
    while len(known) <= degree:
        powers = range(len(known), degree + 1)
        rows = mp.matrix([[x**k / y for k in powers] for x, y in zip(at, exact)])
        rest = mp.matrix([1 - (base + mp.polyval([0] + known[::-1], x)) / y
                          for x, y in zip(at, exact)])
        known.append(to_type(mp.lu_solve(rows, rest)[0], code))
    return known


def report(f, low, high, degree, code='f', base=0):
    """A polynomial that is f less base"""
    c = fit(f, low, high, degree, code, base)
    worst = max(abs((base + mp.polyval(c[::-1], x)) / f(x) - 1) for x in nodes(low, high, 1000))
    print(f'{f.__name__}: largest relative error 2^{mp.nstr(mp.log(worst, 2), 4)}')
    digits, suffix = (9, 'f') if code == 'f' else (17, '')
    print('    ' + ', '.join(mp.nstr(x, digits, min_fixed=-8) + suffix for x in c))


def split(name, number, bits, parts, code='f'):
    """The number as a sum of positive ones, of which all but the last have so many bits"""
    terms = []
    for _ in range(parts - 1):
        unit = mp.mpf(2)**(mp.floor(mp.log(abs(number), 2)) + 1 - bits)
        terms.append(mp.floor(number / unit) * unit)
        number -= terms[-1]
    terms.append(to_type(number, code))
    digits, suffix = (9, 'f') if code == 'f' else (17, '')
    print(f'{name}: ' + ', '.join(mp.nstr(x, digits, min_fixed=-8) + suffix for x in terms))


report(scaled_mills, mp.mpf(-1), (TOP - MIDDLE) / (TOP + MIDDLE), 10)
report(bend, -REACH, REACH, 4)
report(log1p_share, mp.mpf(0), mp.mpf(1), 9)
report(log_cubic, LOW, HIGH, 7)
report(sin_cubic, mp.mpf(0), QUARTER**2, 3)
report(sinh_cubic, mp.mpf(0), REACH**2, 2)
report(cosh_square, mp.mpf(0), REACH**2, 2)
report(erf_share, mp.mpf(0), mp.mpf(1), 5, base=1)
report(erfc_exponent, mp.mpf('0.99'), mp.mpf('3.95'), 7)
split('pi', mp.pi, 13, 4)
report(bend, -REACH, REACH, 9, 'd')
report(log_ratio, mp.mpf(0), (HIGH / (2 + HIGH))**2 * mp.mpf('1.001'), 6, 'd')
report(sinh_cubic, mp.mpf(0), REACH**2, 4, 'd')
report(cosh_square, mp.mpf(0), REACH**2, 5, 'd')
report(sin_cubic, mp.mpf(0), QUARTER**2, 7, 'd')
split('pi', mp.pi, 33, 4, 'd')
split('log 2', mp.log(2), 40, 2, 'd')
