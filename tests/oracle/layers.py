# SPDX-License-Identifier: MIT
"""Normalisation, attention, and layers with their parameters."""
import math

import torch
from torch.nn import functional as F

from frame import INF, case, draw, index, mask, parameter, state, whole

from images import CONVOLUTIONS, options

EPSILON = 1e-5


def variables(name, **shapes):
    return [parameter(key.replace("__", "."), draw(name, shape)) for key, shape in shapes.items()]


def standardise(x, axes, epsilon):
    mean = x.mean(axes, True)
    return (x - mean) / torch.sqrt(((x - mean) ** 2).mean(axes, True) + epsilon)


def rms_normalise(x, axes, epsilon):
    return x / torch.sqrt((x * x).mean(axes, True) + epsilon)


for shape, axes in (((5,), (0,)), ((3, 4), (-1,)), ((3, 4), (0,)), ((2, 3, 4), (0, 2)),
                    ((2, 3, 4), (1, 2)), ((2, 19), (1,)), ((4, 1), (0,))):
    for epsilon in (EPSILON, 0.5):
        for name, f in (("standardise", standardise), ("rms_normalise", rms_normalise)):
            case(name, lambda x, f=f, a=axes, e=epsilon: f(x, a, e), [draw(name, shape)],
                 (axes, epsilon), slack=10)
for shape, groups in (((2, 4, 3), 2), ((1, 3, 2, 2), 3), ((2, 4, 2), 1), ((3, 2, 5), 2)):
    case("standardise_groups", lambda x, n=groups: F.group_norm(x, n, eps=EPSILON),
         [draw("standardise_groups", shape)], (groups, EPSILON), slack=10)
    channels = shape[1:2]
    case("group_norm", lambda x, w, b, n=groups: F.group_norm(x, n, w, b, EPSILON),
         [draw("group_norm", shape), *variables("group_norm", weight=channels, bias=channels)],
         (groups,), slack=10)
    case("instance_norm", lambda x, w, b: F.instance_norm(x, weight=w, bias=b, eps=EPSILON),
         [draw("instance_norm", shape), *variables("instance_norm", weight=channels,
                                                   bias=channels)],
         slack=10)
    case("batch_norm", lambda x, w, b: F.batch_norm(x, None, None, w, b, True, eps=EPSILON),
         [draw("batch_norm", shape), *variables("batch_norm", weight=channels, bias=channels)],
         (True,), slack=10)
    case("batch_norm", lambda x, m, v, w, b: F.batch_norm(x, m, v, w, b, False, eps=EPSILON),
         [draw("batch_norm", shape), state("running_mean", draw("batch_norm", channels)),
          state("running_variance", draw("batch_norm", channels, 0.5, 2)),
          *variables("batch_norm", weight=channels, bias=channels)], (False,), slack=10)
for shape in ((3, 4), (2, 3, 5), (6,)):
    width = shape[-1:]
    case("layer_norm", lambda x, w, b: F.layer_norm(x, x.shape[-1:], w, b, EPSILON),
         [draw("layer_norm", shape), *variables("layer_norm", weight=width, bias=width)], slack=10)
    case("rms_norm", lambda x, w: rms_normalise(x, -1, 1e-6) * w,
         [draw("rms_norm", shape), *variables("rms_norm", weight=width)], slack=10)
    case("dense", lambda x, w, b: x @ w + b,
         [draw("dense", shape), *variables("dense", weight=(width[0], 3), bias=(3,))], (3,))
for places in ((4,), (2, 3), ()):
    case("embedding", lambda i, w: w[i], [index(whole("embedding", places, 5)),
                                          *variables("embedding", weight=(5, 3))], (5,
                                                                                    3), flags="sv")
for x, w, *settings in CONVOLUTIONS:
    if w[2] == w[3]:
        case("convolution", lambda x, w, b, s=settings: F.conv2d(x, w, b, *s),
             [draw("convolution", x), *variables("convolution", weight=w, bias=w[:1])],
             (w[0], w[2], options(*settings)))
for x, w, *settings in (((1, 1, 2, 2), (1, 1, 3, 3), (1, 1), (0, 0), (1, 1), 1),
                        ((2, 2, 2, 3), (2, 3, 2, 2), (2, 1), (0, 1), (1, 1), 1),
                        ((1, 4, 2, 2), (4, 1, 3, 3), (2, 2), (1, 1), (1, 2), 2)):
    stride, padding, dilation, groups = settings
    filters = w[1] * groups
    case("transposed_convolution",
         lambda x, w, b, s=settings: F.conv_transpose2d(x, w, b, s[0], s[1], 0, s[3], s[2]),
         [draw("transposed_convolution", x),
          *variables("transposed_convolution", weight=w, bias=(filters,))],
         (filters, w[2], options(*settings)))


def attention(causal, scale):
    def f(q, k, v, m):
        scores = q @ k.mT * (scale or 1 / math.sqrt(q.shape[-1]))
        if m is not None:
            scores = torch.where(m != 0, scores, -INF) if m.dtype == torch.int64 else scores + m
        if causal:
            scores = torch.where(torch.ones(scores.shape).tril() > 0, scores, -INF)
        return torch.softmax(scores, -1) @ v
    return f


for q, k, v in (((3, 2), (3, 2), (3, 4)), ((2, 3, 2), (2, 3, 2), (2, 3, 2)), ((4, 3), (5, 3), (5,
                                                                                               1)),
                ((2, 1, 3, 2), (2, 3, 2), (2, 3, 2)), ((1, 1), (1, 1), (1, 1))):
    name = "scaled_dot_product_attention"
    seen = whole(name, (q[-2], k[-2]), 2)
    seen[:, 0] = 1
    for m in (None, mask(seen), draw(name, (q[-2], k[-2]))):
        for causal, scale in ((False, 0.0), (True, 0.5)):
            case(name, attention(causal, scale), [draw(name, q), draw(name, k), draw(name, v), m],
                 (causal, scale))


def positions(length, width):
    angle = torch.tensor([[i / 10000 ** (j // 2 * 2 / width) for j in range(width)]
                          for i in range(length)], dtype=torch.float64).reshape(length, width)
    return torch.where(torch.arange(width) % 2 == 0, torch.sin(angle), torch.cos(angle))


for length, width in ((5, 4), (3, 3), (1, 6)):
    case("sinusoidal_positions", lambda n=(length, width): positions(*n), [],
         ("float", length, width))


def unrolled(step, has_cell=False):
    """A recurrent layer from PyTorch's own cells."""
    def f(x, w, u, *rest):
        h = torch.zeros(x.shape[0], u.shape[0]).double()
        c, states = h, []
        for t in range(x.shape[1]):
            if has_cell:
                h, c = step(x[:, t], (h, c), w.mT, u.mT, *rest)
            else:
                h = step(x[:, t], h, w.mT, u.mT, *rest)
            states.append(h)
        return torch.stack(states, 1)
    return f


def gru(x, h, w, u, recurrent_bias, bias):
    zeros = torch.zeros(2 * h.shape[-1]).double()
    return torch.gru_cell(x, h, w, u, bias, torch.cat([zeros, recurrent_bias]))


def lstm(x, state, w, u, bias):
    return torch.lstm_cell(x, state, w, u, bias, torch.zeros_like(bias))


def rnn(x, h, w, u, bias):
    return torch.rnn_tanh_cell(x, h, w, u, bias, torch.zeros_like(bias))


for (batch, time, inputs), units in (((2, 3, 2), 3), ((1, 1, 4), 2), ((3, 4, 1), 1)):
    x = (batch, time, inputs)
    for name, gates, f in (("rnn", 1, unrolled(rnn)), ("lstm", 4, unrolled(lstm, True))):
        case(name, f, [draw(name, x), *variables(
            name, weight=(inputs, gates * units), recurrent=(units, gates * units),
            bias=(gates * units,))], (units,))
    case("gru", unrolled(gru), [draw("gru", x), *variables(
        "gru", weight=(inputs, 3 * units), recurrent=(units, 3 * units), recurrent_bias=(units,),
        bias=(3 * units,))], (units,))


def self_attention(heads):
    def f(x, w_in, b_in, w_out, b_out):
        batch, places, width = x.shape
        parts = (x @ w_in + b_in).reshape(batch, places, 3, heads, width // heads)
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        y = attention(False, 0.0)(q, k, v, None).transpose(1, 2).reshape(x.shape)
        return y @ w_out + b_out
    return f


def block(heads):
    def f(x, w1, b1, *rest):
        mix, (w2, b2, w_up, b_up, w_down, b_down) = rest[:4], rest[4:]
        x = x + self_attention(heads)(F.layer_norm(x, x.shape[-1:], w1, b1, EPSILON), *mix)
        y = F.layer_norm(x, x.shape[-1:], w2, b2, EPSILON)
        return x + F.gelu(y @ w_up + b_up) @ w_down + b_down
    return f


for shape, heads in (((2, 3, 4), 2), ((1, 2, 3), 1), ((1, 3, 4), 4)):
    n = shape[-1]
    mixing = {"in__weight": (n, 3 * n), "in__bias": (3 * n,), "out__weight": (n, n),
              "out__bias": (n,)}
    name = "multi_head_attention"
    case(name, self_attention(heads), [draw(name, shape), *variables(name, **mixing)], (heads,),
         slack=10)
    name = "transformer_block"
    inner = {"attention__" + key: size for key, size in mixing.items()}
    case(name, block(heads), [draw(name, shape), *variables(
        name, norm1__weight=(n,), norm1__bias=(n,), **inner, norm2__weight=(n,), norm2__bias=(n,),
        up__weight=(n, 4 * n), up__bias=(4 * n,), down__weight=(4 * n, n), down__bias=(n,))],
         (heads,), slack=10)
for batch, units in ((2, 3), (1, 1)):
    name = "gru_cell"
    for bias in (draw(name, (units,)), None):
        def cell(a, b, c, h):
            r, z, n = a.chunk(3, -1)
            r2, z2, n2 = b.chunk(3, -1)
            update = torch.sigmoid(z + z2)
            inner = n2 if c is None else n2 + c
            return (1 - update) * torch.tanh(n + torch.sigmoid(r + r2) * inner) + update * h
        case(name, cell, [draw(name, (batch, 3 * units)), draw(name, (batch, 3 * units)), bias,
                          draw(name, (batch, units))])

# Rows that see nothing, and far apart scores.
name = "scaled_dot_product_attention"
blind = torch.tensor([[0, 0], [1, 0]])


def zero_where_blind(q, k, v, m):
    seen = (m != 0).any(-1, keepdim=True)
    safe = torch.where(seen, m, torch.ones_like(m))
    return torch.where(seen, attention(False, 0.0)(q, k, v, safe), 0.0)


case(name, zero_where_blind, [draw(name, (2, 2)), draw(name, (2, 2)), draw(name, (2, 2)),
                              mask(blind)], (False, 0.0), "blind-row")
case(name, attention(False, 0.0), [draw(name, (2, 2), -40, 40), draw(name, (2, 2), -40, 40),
                                   draw(name, (2, 2)), None], (False, 0.0), "far", slack=100)
for f in (standardise, rms_normalise):
    case(f.__name__, lambda x, f=f: f(x, (0,), 1.0), [draw("equal", (1,)).expand(3)], ((0,), 1.0),
         "all-equal")
