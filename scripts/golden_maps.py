#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Golden figures for elementwise ops and special functions, from mpmath at 60 digits rounded to
float64, as C initialisers. What mpmath has no word for (zeros with a sign, infinities, NaN, values
at poles) stands in the table as C's Annex F and the headers of the ops have it.

usage: golden_maps.py [op ...]     prints the figures of the ops named, or of all
       golden_maps.py special      prints those of tests/test_special.c
       golden_maps.py derivatives  prints those of tests/test_maps_derivatives.c
"""
import math
import sys

from mpmath import mp, mpf

mp.dps = 60
INF, NAN = math.inf, math.nan
SPECIAL = [0.0, -0.0, INF, -INF, NAN]


def even(x):
    """The nearest whole number; of two the even one."""
    low = mp.floor(x)
    rest = x - low
    return low + (1 if rest > 0.5 or (rest == 0.5 and int(low) % 2) else 0)


def whole(x):
    return mp.floor(x) if x > 0 else mp.ceil(x)


def c_fmod(x, y):
    return x - y * whole(x / y)


def root(x):
    return mp.sign(x) * mp.cbrt(abs(x))


def inverse_erf(x):
    """From a first guess, for mpmath's own does not go to all digits in the tail."""
    return mp.findroot(lambda y: mp.erf(y) - x, mp.erfinv(x)) if abs(x) <= 1 else mpf(NAN)


def log_gamma(x):
    return mp.log(abs(mp.gamma(x)))


def polygamma(n):
    return lambda x: mp.polygamma(n, x)


# Values at SPECIAL; ordinary arguments, or pairs of an argument and a value.
VALUES = [
    ('log1p', mp.log1p, [0.0, -0.0, INF, NAN, NAN], [1.0, -0.5, (-1.0, -INF), -2.0, 1e300, 1e-10]),
    ('expm1', mp.expm1, [0.0, -0.0, INF, -1.0, NAN],
     [1.0, -2.5, 700.0, -50.0, (1000.0, INF), 1e-10]),
    ('log2', lambda x: mp.log(x, 2), [-INF, -INF, INF, NAN, NAN],
     [1.0, 8.0, 10.0, -1.0, 1e300, 1e-300]),
    ('exp2', lambda x: mpf(2) ** x, [1.0, 1.0, INF, 0.0, NAN],
     [1.0, -2.5, 0.5, 1000.0, (2000.0, INF), (-2000.0, 0.0)]),
    ('rsqrt', lambda x: 1 / mp.sqrt(x), [INF, -INF, 0.0, NAN, NAN],
     [4.0, 0.3, -1.0, 1e300, 1e-300]),
    ('cbrt', root, [0.0, -0.0, INF, -INF, NAN], [27.0, -0.3, 1e300, -1e-300]),
    ('reciprocal', lambda x: 1 / x, [INF, -INF, 0.0, -0.0, NAN], [3.0, -0.3, 1e300, -1e-300]),
    ('tan', mp.tan, [0.0, -0.0, NAN, NAN, NAN], [1.0, -2.5, 1.5707963267948966, 1e6, 1e-10]),
    ('asin', mp.asin, [0.0, -0.0, NAN, NAN, NAN], [0.5, -0.9, 1.0, -1.0, 1.5, 1e-10]),
    ('acos', mp.acos, [math.pi / 2, math.pi / 2, NAN, NAN, NAN],
     [0.5, -0.9, 1.0, -1.0, -1.5, 1e-10]),
    ('atan', mp.atan, [0.0, -0.0, math.pi / 2, -math.pi / 2, NAN], [0.5, -2.5, 1e300, -1e-10]),
    ('sinh', mp.sinh, [0.0, -0.0, INF, -INF, NAN], [0.5, -2.5, 700.0, (-1000.0, -INF), 1e-10]),
    ('cosh', mp.cosh, [1.0, 1.0, INF, INF, NAN], [0.5, -2.5, 700.0, (-1000.0, INF), 1e-10]),
    ('asinh', mp.asinh, [0.0, -0.0, INF, -INF, NAN], [0.5, -2.5, 1e300, -1e-10]),
    ('acosh', mp.acosh, [NAN, NAN, INF, NAN, NAN], [1.0, 1.5, 0.5, 1e300, 1.0000001, -2.0]),
    ('atanh', mp.atanh, [0.0, -0.0, NAN, NAN, NAN],
     [0.5, -0.9, (1.0, INF), (-1.0, -INF), 1.5, 1e-10]),
    ('erf', mp.erf, [0.0, -0.0, 1.0, -1.0, NAN], [0.5, -2.5, 6.5, 1e-10]),
    ('erfc', mp.erfc, [1.0, 1.0, 0.0, 2.0, NAN], [0.5, -2.5, 6.5, 26.0, (30.0, 0.0), 1e-10]),
    ('erfinv', inverse_erf, [0.0, -0.0, NAN, NAN, NAN],
     [0.5, -0.9, 0.1, 0.99999, -0.9999999999999999, (1.0, INF), (-1.0, -INF), 1.5, 1e-10]),
    ('lgamma', log_gamma, [INF, INF, INF, INF, NAN],
     [1.0, 2.0, 0.5, 10.3, 1e10, 1e-10, -0.5, -2.3, -100.7, (-1.0, INF), (-7.0, INF)]),
    ('digamma', mp.digamma, [-INF, INF, INF, NAN, NAN],
     [1.0, 0.5, 1.5, 9.9, 10.3, 1e10, 1e-10, -0.5, -2.3, -100.7, -1e-10, (-1.0, NAN), (-7.0, NAN)]),
    ('polygamma 0', mp.digamma, [-INF, INF, INF, NAN, NAN], [1.0, 0.5, -2.3]),
    ('polygamma 1', polygamma(1), [INF, INF, 0.0, NAN, NAN],
     [1.0, 0.5, 10.3, 30.7, 1e10, 1e200, 1e-10, -0.5, -2.3, -100.7, -1e-10, (-1.0, INF)]),
    ('polygamma 2', polygamma(2), [-INF, INF, 0.0, NAN, NAN],
     [1.0, 0.5, 10.3, 30.7, 1e10, 1e-10, -0.25, -2.3, -100.7, -1e-10, (-1.0, NAN)]),
    ('polygamma 7', polygamma(7), [INF, INF, 0.0, NAN, NAN],
     [1.0, 0.5, 10.3, 30.7, 1e10, 1e-10, -0.5, -2.3, (-1.0, INF)]),
    ('polygamma 100', polygamma(100), [-INF, INF, 0.0, NAN, NAN],
     [1.0, 0.5, 10.3, 130.7, (1e10, 0.0), -2.3, (-1.0, NAN)]),
    ('floor', mp.floor, SPECIAL, [0.5, -0.5, 1.5, -1.5, 2.0, 4503599627370495.5, -1e300]),
    ('ceil', mp.ceil, SPECIAL, [0.5, -0.5, 1.5, -1.5, 2.0, 4503599627370495.5, -1e300]),
    ('trunc', whole, SPECIAL, [0.5, -0.5, 1.5, -1.5, 2.0, 4503599627370495.5, -1e300]),
    ('round', even, SPECIAL,
     [0.5, -0.5, 1.5, -1.5, 2.5, 0.49999999999999994, -2.75, 4503599627370495.5, -1e300]),
]

# Slopes: ordinary arguments, or triples of an argument, a value and a slope.
SLOPES = [
    ('log1p', mp.log1p, lambda x: 1 / (1 + x), [0.0, -0.5, 3.0, (-1.0, -INF, INF)]),
    ('expm1', mp.expm1, mp.exp, [0.0, 1.0, -40.0, (-INF, -1.0, 0.0)]),
    ('log2', lambda x: mp.log(x, 2), lambda x: 1 / (x * mp.log(2)),
     [1.0, 0.3, 10.0, (0.0, -INF, INF)]),
    ('exp2', lambda x: mpf(2) ** x, lambda x: mpf(2) ** x * mp.log(2), [0.0, 3.0, -2.5]),
    ('rsqrt', lambda x: 1 / mp.sqrt(x), lambda x: -1 / (2 * x * mp.sqrt(x)),
     [4.0, 0.3, 1e-100, (0.0, INF, -INF), (-0.0, -INF, -INF)]),
    ('cbrt', root, lambda x: 1 / (3 * root(x) ** 2), [8.0, -0.3, 1e-100, (0.0, 0.0, INF)]),
    ('reciprocal', lambda x: 1 / x, lambda x: -1 / x ** 2, [2.0, -0.3, (0.0, INF, -INF)]),
    ('tan', mp.tan, lambda x: 1 + mp.tan(x) ** 2, [0.0, 1.0, -2.5, 1.57]),
    ('asin', mp.asin, lambda x: 1 / mp.sqrt(1 - x * x),
     [0.0, 0.5, -0.9, 0.9999999999, (1.0, math.pi / 2, INF), (-1.0, -math.pi / 2, INF), (2.0,
      NAN, NAN)]),
    ('acos', mp.acos, lambda x: -1 / mp.sqrt(1 - x * x),
     [0.0, 0.5, -0.9, 0.9999999999, (1.0, 0.0, -INF), (-1.0, math.pi, -INF), (2.0, NAN, NAN)]),
    ('atan', mp.atan, lambda x: 1 / (1 + x * x),
     [0.0, 0.5, -2.5, 1e100, (1e200, math.pi / 2, 0.0), (INF, math.pi / 2, 0.0)]),
    ('sinh', mp.sinh, mp.cosh, [0.0, 0.5, -2.5]),
    ('cosh', mp.cosh, mp.sinh, [0.0, 0.5, -2.5]),
    ('asinh', mp.asinh, lambda x: 1 / mp.sqrt(1 + x * x), [0.0, 0.5, -2.5, 1e200, (INF, INF, 0.0)]),
    ('acosh', mp.acosh, lambda x: 1 / mp.sqrt(x * x - 1),
     [1.5, 1.0000001, 1e200, (1.0, 0.0, INF), (0.5, NAN, NAN), (-2.0, NAN, NAN)]),
    ('atanh', mp.atanh, lambda x: 1 / (1 - x * x), [0.0, 0.5, -0.9, 0.9999999999, (1.0, INF, INF)]),
    ('erf', mp.erf, lambda x: 2 / mp.sqrt(mp.pi) * mp.exp(-x * x),
     [0.0, 0.5, -2.5, 10.0, (INF, 1.0, 0.0)]),
    ('erfc', mp.erfc, lambda x: -2 / mp.sqrt(mp.pi) * mp.exp(-x * x),
     [0.0, 0.5, -2.5, 10.0, (INF, 0.0, 0.0)]),
    ('erfinv', inverse_erf, lambda x: mp.sqrt(mp.pi) / 2 * mp.exp(inverse_erf(x) ** 2),
     [0.5, -0.9, 0.99999, (0.0, 0.0, 0.886226925452758), (1.0, INF, INF), (-1.0, -INF, INF)]),
    ('lgamma', log_gamma, mp.digamma,
     [1.0, 0.5, 10.3, -0.5, -2.3, (0.0, INF, -INF), (-1.0, INF, NAN)]),
    ('digamma', mp.digamma, polygamma(1), [1.0, 0.5, 10.3, -0.5, -2.3, (0.0, -INF, INF)]),
    ('polygamma 1', polygamma(1), polygamma(2), [1.0, 0.5, 10.3, -0.25, -2.3, (0.0, INF, -INF)]),
    ('floor', mp.floor, lambda x: 0, [0.5, -1.0, 2.0]),
    ('ceil', mp.ceil, lambda x: 0, [0.5, -1.0, 2.0]),
    ('trunc', whole, lambda x: 0, [0.5, -1.0, 2.0]),
    ('round', even, lambda x: 0, [0.25, -0.5, 2.5]),
]

# Triples of two arguments and a value, or pairs of arguments.
PAIRS = [
    ('atan2', mp.atan2,
     [(0.5, 2.0), (0.5, -2.0), (-0.5, -2.0), (-0.5, 2.0), (1e300, 1e300), (1e-300, -1e-300),
      (0.0, 1.0, 0.0), (-0.0, -1.0, -math.pi), (0.0, 0.0, 0.0), (0.0, -0.0, math.pi),
      (1.0, 0.0, math.pi / 2), (INF, INF, math.pi / 4), (INF, -INF, 3 * math.pi / 4),
      (1.0, -INF, math.pi), (NAN, 1.0, NAN), (1.0, NAN, NAN)]),
    ('hypot', lambda x, y: mp.sqrt(x * x + y * y),
     [(3.0, -4.0), (1e300, 1e300), (1e-300, 2e-300), (1e10, 1.0), (0.0, -0.0, 0.0), (0.0, -2.5,
      2.5),
      (INF, NAN, INF), (NAN, -INF, INF), (NAN, 1.0, NAN), (-INF, 1.0, INF)]),
    ('fmod', c_fmod,
     [(5.5, 2.0), (-5.5, 2.0), (5.5, -2.0), (-5.5, -2.0), (1e300, 3.0), (0.3, 0.1), (6.0, 2.0),
      (1.0, INF, 1.0), (-0.0, 2.0, -0.0), (1.0, 0.0, NAN), (INF, 2.0, NAN), (NAN, 2.0, NAN),
      (2.0, NAN, NAN)]),
]

# Where random inputs are drawn from, if not from the op's usual range: values must be near 1.
RANGES = {'polygamma 100': (36.5, 37.5)}


def rounded(value):
    if isinstance(value, mp.mpc):
        return NAN if abs(value.imag) > 1e-40 else float(value.real)
    return float(value)


def apply(function, *x):
    """The value; NaN outside the domain. The digits allow for the largest arguments."""
    with mp.workdps(400):
        return rounded(function(*(mpf(v) for v in x)))


def number(x):
    if math.isnan(x):
        return 'NAN'
    if math.isinf(x):
        return 'INFINITY' if x > 0 else '-INFINITY'
    text = format(x, '.17g')
    return text if '.' in text or 'e' in text else text + '.0'


def numbers(values):
    return 'BB_NUMBERS(' + ', '.join(map(number, values)) + ')'


def attributes(name):
    order = name.partition(' ')[2]
    text = f'        .attrs = &(const polygamma_attrs){{{order}}},\n' if order else ''
    if name in RANGES:
        text += '        .low = {},\n        .high = {},\n'.format(*RANGES[name])
    return text


def sample(name, inputs, values, slopes=None):
    dims = ', '.join(f'BB_DIMS({len(x)})' for x in inputs)
    text = f'    {{\n        .n_in = {len(inputs)},\n        .in = {{{dims}}},\n' + attributes(name)
    text += '        .golden_in = {' + ', '.join(map(numbers, inputs)) + '},\n'
    text += f'        .golden_out = {numbers(values)},\n'
    text += f'        .golden_slope = {numbers(slopes)},\n' if slopes else ''
    return text + '    },'


def value_sample(name, function, special, ordinary):
    cases = [x if isinstance(x, tuple) else (x, apply(function, x)) for x in ordinary]
    return sample(name, [SPECIAL + [x for x, _ in cases]], special + [y for _, y in cases])


def slope_sample(name, function, slope, arguments):
    cases = [x if isinstance(x, tuple) else (x, apply(function, x), apply(slope,
     x)) for x in arguments]
    return sample(name, [[c[0] for c in cases]], [c[1] for c in cases], [c[2] for c in cases])


def pair_sample(name, function, arguments):
    cases = [x if len(x) == 3 else (*x, apply(function, *x)) for x in arguments]
    return sample(name, [[c[0] for c in cases], [c[1] for c in cases]], [c[2] for c in cases])


def samples():
    for rows, make in ((VALUES, value_sample), (SLOPES, slope_sample), (PAIRS, pair_sample)):
        for row in rows:
            yield row[0], make, row


SIDES = [1e-5, 0.1, 0.7, 1.4616, 3.3, 9.7, 10.2, 19.4, 47.1, 1000.5, 1e8]
NEGATIVE = [-1e-5, -0.1, -0.75, -1.01, -3.3, -20.6, -1000.25]
TAILS = [1e-300, 1e-8, 0.01, 0.3, 0.49, 0.5, 0.51, 0.75, 0.9, 0.999, 0.999999, 1 - 1e-12, 1 - 2e-16]


def print_special():
    """Rows of an order, or 0, an argument and the value; where that fits into a float64."""
    print('digamma')
    for x in SIDES + NEGATIVE:
        print(f'    {{0, {number(x)}, {number(apply(mp.digamma, x))}}},')
    print('polygamma')
    for order in (1, 2, 3, 10, 51, 160):
        for x in SIDES + NEGATIVE:
            value = apply(polygamma(order), x)
            if 1e-300 < abs(value) < INF:
                print(f'    {{{order}, {number(x)}, {number(value)}}},')
    print('erfinv')
    for x in TAILS:
        print(f'    {{0, {number(x)}, {number(apply(inverse_erf, x))}}},')


# Far out, next to poles and ends of domains, and once at an ordinary place.
FAR = {
    'log1p': [0.5, -0.9999999999, 1e20], 'expm1': [0.5, -40, 1e-10], 'log2': [1.5, 1e-50, 1e50],
    'exp2': [0.5, -100], 'rsqrt': [1.5, 1e-50, 1e50], 'cbrt': [-1.5, 1e-50, 1e50],
    'reciprocal': [-1.5, 1e-50, 1e50], 'tan': [0.5, 1.57], 'asin': [0.5, -0.9999999999],
    'acos': [0.5, 0.9999999999], 'atan': [0.5, 1e6, -1e60], 'sinh': [0.5, -20], 'cosh': [0.5, 20],
    'asinh': [0.5, -1e6, 1e60], 'acosh': [1.5, 1.0000001, 1e60], 'atanh': [0.5, -0.9999999999],
    'erf': [0.5, -5, 12], 'erfc': [0.5, -5, 12], 'erfinv': [0.5, -0.99999, 0.9999999999],
    'lgamma': [0.5, 1e-10, 30.5, -2.3, 1e10], 'digamma': [0.5, 1e-10, 30.5, -2.25, 1e10],
}


def print_derivatives():
    for name, function, *_ in VALUES:
        for x in FAR.get(name, []):
            with mp.workdps(320):
                slopes = [mp.diff(function, mpf(float(x)), n) for n in (1, 2, 3)]
                figures = ', '.join(number(rounded(d)) for d in slopes)
            print(f'    {{"{name}", bb_{name}, {number(float(x))}, {{{figures}}}}},')


def main(wanted):
    if wanted == ['derivatives']:
        print_derivatives()
        return
    if wanted == ['special']:
        print_special()
        return
    for name, make, row in samples():
        if not wanted or name.partition(' ')[0] in wanted:
            print(f'    /* {name} */')
            print(make(*row))


if __name__ == '__main__':
    main(sys.argv[1:])
