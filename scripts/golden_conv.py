#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Golden samples for convolution, pooling and up-sampling, from PyTorch in float64, in C.

usage: golden_conv.py [op ...]     prints the samples of the ops named, or of all
"""
import sys

import torch
import torch.nn.functional as F

torch.set_num_threads(1)


def numbers(*shape, seed=0):
    generator = torch.Generator().manual_seed(100 + seed)
    return torch.randint(-40, 40, shape, generator=generator).double() / 16


def weight_gradient(x, dy, size, **options):
    w = torch.zeros(size, dtype=torch.float64, requires_grad=True)
    (F.conv2d(x, w, **options) * dy).sum().backward()
    return w.grad


def adjoint(function, x_shape, dy):
    x = torch.zeros(x_shape, dtype=torch.float64, requires_grad=True)
    (function(x) * dy).sum().backward()
    return x.grad


def max_spread(x, dy, **options):
    x = x.clone().requires_grad_()
    (F.max_pool2d(x, **options) * dy).sum().backward()
    return x.grad


def max_pick(x, v, **options):
    places = F.max_pool2d(x, return_indices=True, **options)[1]
    return v.flatten(2).gather(2, places.flatten(2)).view(places.shape)


def initialiser(kind):
    return lambda text: f'.attrs = &(const {kind}){text}'


conv, weight = initialiser('bb_conv'), initialiser('weight_attrs')
pool, up = initialiser('bb__pool_attrs'), initialiser('bb__upsample_attrs')
NAN, INF = float('nan'), float('inf')
TIES = torch.tensor([[[[1, 3, 3, -1], [3, 3, 2, -1], [NAN, 9, -INF, -INF], [9, 9, -INF, -INF]]]],
                    dtype=torch.float64)
A, B, C, D = numbers(1, 2, 4, 5), numbers(2, 2, 3, 2, seed=1), numbers(2, 4, 3, 3, seed=2), \
    numbers(2, 2, 2, 2, seed=3)
P, Q = numbers(1, 2, 5, 4, seed=4), numbers(1, 1, 3, 4, seed=5) + 4
WIDE = '{.window = {3, 2}, .stride = {2, 1}, .padding = {1, 1}}'

# op, the attributes in C, inputs, result
TABLE = [
    ('conv2d', conv('{.stride = {2, 1}, .padding = {1, 0}}'), [A, B],
     lambda x, w: F.conv2d(x, w, stride=(2, 1), padding=(1, 0))),
    ('conv2d', conv('{.padding = {1, 2}, .dilation = {2, 3}, .groups = 2}'), [C, D],
     lambda x, w: F.conv2d(x, w, padding=(1, 2), dilation=(2, 3), groups=2)),
    ('conv_transpose2d', conv('{.stride = {2, 3}, .padding = {1, 0}, .output_padding = {1, 2}}'),
     [numbers(1, 2, 2, 2, seed=6), B],
     lambda y, w: F.conv_transpose2d(y, w, stride=(2, 3), padding=(1, 0), output_padding=(1, 2))),
    ('conv_transpose2d', conv('{.dilation = {1, 2}, .groups = 2}'),
     [numbers(2, 2, 2, 1, seed=7), D],
     lambda y, w: F.conv_transpose2d(y, w, dilation=(1, 2), groups=2)),
    ('conv2d_weight', weight('{{.stride = {2, 1}, .padding = {1, 0}}, {3, 2}}'),
     [A, numbers(1, 2, 2, 4, seed=8)],
     lambda x, y: weight_gradient(x, y, (2, 2, 3, 2), stride=(2, 1), padding=(1, 0))),
    ('conv2d_weight', weight('{{.padding = {1, 1}, .groups = 2}, {2, 2}}'),
     [numbers(2, 4, 1, 2, seed=9), numbers(2, 2, 2, 3, seed=10)],
     lambda x, y: weight_gradient(x, y, (2, 2, 2, 2), padding=1, groups=2)),
    ('conv1d', conv('{.stride = {2}, .padding = {1}}'),
     [numbers(2, 2, 5, seed=11), numbers(3, 2, 3, seed=12)],
     lambda x, w: F.conv1d(x, w, stride=2, padding=1)),
    ('max_pool2d', pool('{.pool = {.window = {2, 2}}}'), [TIES], lambda x: F.max_pool2d(x, 2)),
    ('max_pool2d', pool('{.pool = %s}' % WIDE), [P],
     lambda x: F.max_pool2d(x, (3, 2), stride=(2, 1), padding=(1, 1))),
    ('max_pool2d', pool('{.is_adaptive = 1, .cells = {3, 2}}'), [P],
     lambda x: F.adaptive_max_pool2d(x, (3, 2))),
    ('max_pool2d_spread', pool('{.pool = {.window = {2, 2}}}'),
     [TIES, numbers(1, 1, 2, 2, seed=13)],
     lambda x, dy: max_spread(x, dy, kernel_size=2)),
    ('max_pool2d_spread', pool('{.pool = %s}' % WIDE),
     [Q, numbers(1, 1, 2, 5, seed=14)],
     lambda x, dy: max_spread(x, dy, kernel_size=(3, 2), stride=(2, 1), padding=(1, 1))),
    ('max_pool2d_pick', pool('{.pool = {.window = {2, 2}}}'), [TIES, numbers(1, 1, 4, 4, seed=15)],
     lambda x, v: max_pick(x, v, kernel_size=2)),
    ('average_pool2d', pool('{.pool = %s}' % WIDE),
     [P], lambda x: F.avg_pool2d(x, (3, 2), stride=(2, 1), padding=(1, 1))),
    ('average_pool2d', pool('{.is_adaptive = 1, .cells = {3, 3}}'), [P],
     lambda x: F.adaptive_avg_pool2d(x, (3, 3))),
    ('average_pool2d_spread',
     pool('{.pool = %s, .image = {3, 4}}' % WIDE),
     [numbers(1, 1, 2, 5, seed=14)],
     lambda dy: adjoint(lambda x: F.avg_pool2d(x, (3, 2), stride=(2, 1), padding=(1, 1)),
                        (1, 1, 3, 4), dy)),
    ('average_pool2d_spread', pool('{.is_adaptive = 1, .cells = {2, 3}, .image = {5, 4}}'),
     [numbers(1, 1, 2, 3, seed=16)],
     lambda dy: adjoint(lambda x: F.adaptive_avg_pool2d(x, (2, 3)), (1, 1, 5, 4), dy)),
]
for mode, size, corners in [('NEAREST', (5, 7), None), ('BILINEAR', (5, 7), False),
                            ('BILINEAR', (5, 7), True), ('BILINEAR', (2, 1), True)]:
    options = {'mode': mode.lower(), 'align_corners': corners}
    given = '.is_bilinear = %d, .align_corners = %d' % (mode == 'BILINEAR', bool(corners))
    TABLE += [
        ('upsample2d', up('{%s, .size = {%d, %d}}' % (given, *size)), [Q],
         lambda x, size=size, options=options: F.interpolate(x, size=size, **options)),
        ('upsample2d_spread', up('{%s, .size = {3, 4}}' % given),
         [numbers(1, 1, *size, seed=17) + 4],
         lambda dy, size=size, options=options:
             adjoint(lambda x: F.interpolate(x, size=size, **options), (1, 1, 3, 4), dy)),
    ]
TABLE += [
    ('pixel_shuffle', initialiser('int64_t')('{2}'), [numbers(1, 4, 2, 3, seed=18)],
     lambda x: F.pixel_shuffle(x, 2)),
    ('pixel_unshuffle', initialiser('int64_t')('{2}'), [numbers(1, 1, 4, 6, seed=19)],
     lambda x: F.pixel_unshuffle(x, 2)),
    ('global_max_pool2d', '', [P], lambda x: x.amax((2, 3))),
    ('global_average_pool2d', '', [P], lambda x: x.mean((2, 3))),
]


def c_number(value):
    names = {'nan': 'NAN', 'inf': 'INFINITY', '-inf': '-INFINITY'}
    return names.get(repr(value), repr(value))


def c_numbers(tensor):
    return f'BB_NUMBERS({", ".join(c_number(v) for v in tensor.flatten().tolist())})'


def sample(given, inputs, result):
    shapes = ', '.join(f'BB_DIMS({", ".join(map(str, x.shape))})' for x in inputs)
    parts = [f'.n_in = {len(inputs)}', f'.in = {{{shapes}}}']
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
