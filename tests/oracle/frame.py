# SPDX-License-Identifier: MIT
"""Cases for the oracle and their figures: each op is a PyTorch function in float64, and what is
written is its value, its gradients, and theirs. Numbers are odd multiples of 1/128, so that they
are exact in f32, and depend on the op's name and on how many were drawn for it before."""
import io
import math
import random
import zipfile

import numpy as np
import torch

INF, NAN = math.inf, math.nan
LINES, NUMBERS, FIGURES = [], [], []
STREAMS = {}


def draw(name, shape, low=-2.0, high=2.0):
    stream = STREAMS.setdefault(name, random.Random(name))
    first, last = math.ceil(low * 64), math.floor(high * 64)
    values = [(stream.randrange(first, last) + 0.5) / 64 for _ in range(math.prod(shape))]
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


def whole(name, shape, bound):
    stream = STREAMS.setdefault(name, random.Random(name))
    values = [stream.randrange(bound) for _ in range(math.prod(shape))]
    return torch.tensor(values, dtype=torch.int64).reshape(shape)


def distinct(name, shape, scale=0.25, offset=0.0):
    """Numbers of which no two are equal, in no order."""
    stream = STREAMS.setdefault(name, random.Random(name))
    count = math.prod(shape)
    values = stream.sample(range(-count, count), count)
    return torch.tensor([v * scale + scale / 2 + offset for v in values],
                        dtype=torch.float64).reshape(shape)


def real(values, *shape):
    t = torch.tensor(values, dtype=torch.float64)
    return t.reshape(shape) if shape else t


class Operand:
    """A tensor and how it takes part: f differentiated, c constant float, i and u whole numbers and
    masks; p a layer's parameter of that name, q one that is constant."""

    def __init__(self, kind, value, name=""):
        self.kind, self.value, self.name = kind, value, name

    def text(self):
        return self.kind + size(self.value.shape) + ("@" + self.name if self.name else "")


def fixed(value):
    return Operand("c", value)


def index(value):
    return Operand("i", torch.as_tensor(value, dtype=torch.int64))


def mask(value):
    return Operand("u", torch.as_tensor(value, dtype=torch.int64))


def parameter(name, value):
    return Operand("p", value, "layer." + name)


def state(name, value):
    return Operand("q", value, "layer." + name)


def operand(x):
    if x is None or isinstance(x, Operand):
        return x
    return Operand("f", x)


def cotangent(k, shape):
    """As in build.c."""
    values = [(((i + 977 * k + 1) * 2654435761 % 2**32 >> 16 & 31) - 16 + 0.5) / 8
              for i in range(math.prod(shape))]
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


def gradients(ys, xs, cotangents):
    """Zeros where nothing depends on x."""
    pairs = [(y, c) for y, c in zip(ys, cotangents) if y.requires_grad]
    if not pairs:
        return [torch.zeros_like(x) for x in xs]
    found = torch.autograd.grad([y for y, _ in pairs], xs, [c for _, c in pairs],
                                create_graph=True, allow_unused=True)
    return [torch.zeros_like(x) if d is None else d for d, x in zip(found, xs)]


def figures(function, values, leaves, order):
    y = function(*values)
    results = [y]
    if order > 0 and leaves:
        first = gradients([y], leaves, [cotangent(0, y.shape)])
        results += first
    if order > 1 and leaves:
        results += gradients(first, leaves,
                             [cotangent(k + 1, d.shape) for k, d in enumerate(first)])
    return y, results


def words(argument):
    if isinstance(argument, (tuple, list)):
        return ",".join(str(int(a)) for a in argument) or "none"
    return str(int(argument)) if isinstance(argument, bool) else str(argument)


def array(t):
    """The numbers; PyTorch's zeros without memory must be asked for."""
    t = torch.zeros(t.shape) if t._is_zerotensor() else t.detach()
    return t.to(torch.float64).numpy().reshape(-1).copy()


def size(shape):
    return "x".join(map(str, shape))


def leaf(x):
    """A copy of its own, for autograd to find."""
    return x.value.detach().clone().requires_grad_(x.kind in "fp")


def case(name, function, operands, arguments=(), situation="ordinary", flags="sdv", order=2,
         slack=1):
    """One case of builder bb_<name>; `function` takes the tensors of all operands, None for those
    that are None."""
    operands = [operand(x) for x in operands]
    values = [None if x is None else leaf(x) for x in operands]
    leaves = [v for v in values if v is not None and v.requires_grad]
    y, results = figures(function, values, leaves, order)
    kinds = ["-" if x is None else x.text() for x in operands]
    text = ";".join(words(a) for a in arguments) or "-"
    LINES.append(" ".join([name, situation, flags, str(order), f"{slack:g}", text, *kinds,
                           "=" + size(y.shape)]))
    NUMBERS.extend(array(x.value) for x in operands if x)
    FIGURES.extend(array(r) for r in results)


def npz_bytes():
    """An .npz whose bytes depend on nothing but its numbers."""
    arrays = {"cases": np.frombuffer("".join(line + "\n" for line in LINES).encode(), np.uint8),
              "numbers": np.concatenate(NUMBERS), "figures": np.concatenate(FIGURES)}
    whole_file = io.BytesIO()
    with zipfile.ZipFile(whole_file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as z:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.save(member, array)
            info = zipfile.ZipInfo(name + ".npy", (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            z.writestr(info, member.getvalue())
    return whole_file.getvalue()
