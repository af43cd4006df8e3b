#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Golden samples for losses, from PyTorch in float64, as C initialisers.

usage: golden_losses.py [loss ...]     prints the samples of the losses named, or of all
"""
import math
import sys

import torch
import torch.nn.functional as F

INF = math.inf


def tensor(*rows):
    return torch.tensor(rows if len(rows) > 1 else rows[0], dtype=torch.float64)


X = tensor([0.5, -1.25, 3.0], [-2.0, 0.75, 10.0])
Y = tensor([0.25, -1.0, 0.5], [1.5, 0.75, -20.0])
T = tensor([0.0, 1.0, 0.25], [1.0, 0.75, 0.0])
P = tensor([0.0, 1.0, 0.5], [0.125, 0.75, 0.25])
SIGNS = tensor([1.0, -1.0, 1.0], [-1.0, -1.0, 1.0])
FAR = tensor([1000.0, -1000.0, 2.0], [800.0, 0.0, -900.0])
LOGITS = tensor([1.0, 2.0, -0.5], [1000.0, 998.0, 0.0], [-3.0, -3.0, 4.0])
LOG_P = torch.log_softmax(LOGITS, 1)
LABELS = torch.tensor([1, 0, 1])
WEIGHTS = tensor([0.5, 2.0, 0.25])
WIDE = tensor([1.0, 2.0, -2.0], [0.0, 3.0, 4.0], [1e200, 1e200, -1e200])
OTHER = tensor([2.0, 0.0, 1.0], [1e-200, 0.0, 0.0], [3e-200, 0.0, 3e-200])
ROW_SIGNS = tensor([1.0, -1.0, -1.0])


def cosine(x, y):
    x = x / x.abs().amax(1, keepdim=True)
    y = y / y.abs().amax(1, keepdim=True)
    return F.cosine_similarity(x, y, 1, eps=0.0)


def embedding(x, y, t):
    c = cosine(x, y)
    return torch.where(t > 0, 1 - c, (c + 0.5).clamp(min=0)).mean()


def divergence(log_q, p):
    return F.kl_div(log_q, p, reduction='sum') / len(p)


TABLE = [
    ('mean_absolute_error', F.l1_loss, (X, Y)),
    ('huber', lambda x, y: F.huber_loss(x, y, delta=2.0), (X, Y)),
    ('smooth_l1', lambda x, y: F.smooth_l1_loss(x, y, beta=0.5), (X, Y)),
    ('hinge', lambda x, y: (1 - x * y).clamp(min=0).mean(), (X, SIGNS)),
    ('binary_cross_entropy', F.binary_cross_entropy, (P, T)),
    ('binary_cross_entropy_with_logits', F.binary_cross_entropy_with_logits, (X, T)),
    ('binary_cross_entropy_with_logits', F.binary_cross_entropy_with_logits, (FAR, T)),
    ('binary_cross_entropy_with_logits_weighted',
     lambda x, t, w, p: F.binary_cross_entropy_with_logits(x, t, weight=w, pos_weight=p),
     (X, T, Y.abs(), tensor([0.5, 2.0, 3.0]))),
    ('kl_divergence', divergence, (torch.log_softmax(X, 1), P)),
    ('negative_log_likelihood', F.nll_loss, (LOG_P, LABELS)),
    ('negative_log_likelihood_weighted', lambda x, t, w: F.nll_loss(x, t, weight=w),
     (LOG_P, LABELS, WEIGHTS)),
    ('softmax_cross_entropy_weighted', lambda x, t, w: F.cross_entropy(x, t, weight=w),
     (LOGITS, LABELS, WEIGHTS)),
    ('softmax_cross_entropy_smooth', lambda x, t: F.cross_entropy(x, t, label_smoothing=0.25),
     (LOGITS, LABELS)),
    ('cosine_similarity', cosine, (WIDE, OTHER)),
    ('cosine_embedding', embedding, (WIDE, OTHER, ROW_SIGNS)),
    ('xlogy', torch.special.xlogy,
     (tensor([0.0, -0.0, 0.0, 0.0, 0.0, 2.0, 2.0, -3.0, math.nan, 1.5, INF, 0.0]),
      tensor([0.0, 0.0, math.nan, INF, -1.0, 0.0, 10.0, 0.5, 1.0, -1.0, 1e-10, 5.0]))),
]


def number(x):
    if math.isinf(x) or math.isnan(x):
        return 'NAN' if math.isnan(x) else 'INFINITY' if x > 0 else '-INFINITY'
    return format(x, '.17g')


def numbers(values):
    return 'BB_NUMBERS(' + ', '.join(number(float(v)) for v in values.flatten()) + ')'


def case(loss, operands):
    shapes = ', '.join(f'BB_DIMS({", ".join(map(str, v.shape))})' for v in operands)
    golden = ', '.join(numbers(v) for v in operands)
    return (f'.in = {{{shapes}}},\n     .golden_in = {{{golden}}},\n'
            f'     .golden_out = {numbers(loss(*operands).reshape(-1))}')


if __name__ == '__main__':
    for name, loss, operands in TABLE:
        if len(sys.argv) == 1 or name in sys.argv[1:]:
            print(f'/* {name} */\n{case(loss, operands)}')
