# SPDX-License-Identifier: MIT
"""What the rows of cases/*.def call on PyTorch's side, beside PyTorch itself and networks. What is
the same in each run, as an identity matrix, is made once."""
import functools
import math

import torch
from torch import nn


def sq(x):
    return x * x


def squares(*xs):
    return tuple(map(sq, xs))


def turn(x, *order):
    return sq(x.permute(order).contiguous())


def gates(a, b, c, d):
    return torch.tanh(a) * torch.sigmoid(b) + c * d


def svd(x):
    u, s, v = torch.linalg.svd(x, full_matrices=False)
    return u, s, v.mT


@functools.lru_cache(None)
def I(n, dtype=torch.float64):
    return torch.eye(n, dtype=dtype)


@functools.lru_cache(None)
def moments(channels, dtype):
    return torch.zeros(channels, dtype=dtype), torch.ones(channels, dtype=dtype)


def running(x):
    return moments(x.shape[1], x.dtype)


@functools.lru_cache(None)
def hidden(n):
    return torch.ones(n, n, dtype=torch.bool).triu(1)


def attention(q, k, v, mask=None):
    scores = q @ k.mT * q.shape[-1] ** -0.5
    if mask is not None:
        scores = (scores.masked_fill(mask, -math.inf) if mask.dtype == torch.bool
                  else scores + mask)
    return scores.softmax(-1) @ v


def hvp(function, x, direction):
    with torch.enable_grad():
        x.requires_grad_(True)
        slope, = torch.autograd.grad(function(x), x, create_graph=True)
        return torch.autograd.grad(slope, x, direction)[0]


def clipped(optimiser, weight):
    step = optimiser.step

    def clip_and_step():
        nn.utils.clip_grad_norm_([weight], 1)
        step()
    optimiser.step = clip_and_step
    return optimiser
