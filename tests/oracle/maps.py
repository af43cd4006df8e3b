# SPDX-License-Identifier: MIT
"""Elementwise ops: ordinary numbers in many shapes, then points where something happens."""
import math

import torch
from torch.nn import functional as F

from frame import INF, NAN, case, draw, fixed, index, mask, real, whole

SHAPES = [(), (1,), (7,), (3, 4), (2, 3, 4), (0,), (3, 0, 2), (1, 1, 1), (19,), (2, 1, 3, 2)]
POINTS = [0.0, -0.0, INF, -INF, NAN, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, -3.0, 1.5, 2.5, -2.5,
          6.0, -6.0, 20.0, -20.0, 60.0, -60.0]
FAR = [1e-30, -1e-30, 1e-10, -1e-10, 1e10, -1e10, 700.0, -700.0, 1e150, -1e150, 1e-150]
PAIRS = [((3, 4), (3, 4)), ((3, 4), (4,)), ((3, 4), ()), ((), (3, 4)), ((3, 1), (1, 4)),
         ((2, 1, 4), (3, 1)), ((0, 3), (1, 3)), ((1,), (3, 0, 2)), ((2, 3, 2), (2, 3, 2)), ((), ()),
         ((1,), (5,)), ((1, 1), (2, 1, 3)), ((19,), (19,)), ((2, 1, 1, 3), (1, 2, 2, 1))]
GRID = [0.0, -0.0, INF, -INF, NAN, 1.0, -1.0, 0.5, 2.0, -2.0, 3.0, -2.5]


def unary(name, f, low=-2.0, high=2.0, arguments=(), order=2, points=(), slack=1, far=True):
    """`points` are tried besides those that every op is tried with; `slack` is for what PyTorch
    itself is not exact at."""
    for shape in SHAPES:
        case(name, f, [draw(name, shape, low, high)], arguments, flags="sdvm", order=order,
             slack=slack)
    case(name, f, [real(POINTS + list(points))], arguments, "points", "sdme", order, slack)
    if far:
        case(name, f, [real(FAR)], arguments, "far", "dme", order, slack)


def binary(name, f, x_range=(-2.0, 2.0), y_range=(-2.0, 2.0), order=2, slack=1):
    for x, y in PAIRS:
        case(name, f, [draw(name, x, *x_range), draw(name, y, *y_range)], flags="sdvm",
             order=order, slack=slack)
    pairs = [(x, y) for x in GRID for y in GRID]
    case(name, f, [real([x for x, _ in pairs]), real([y for _, y in pairs])], situation="grid",
         flags="sdme", order=order, slack=slack)


def compare(name, f):
    for x, y in PAIRS:
        case(name, f, [fixed(torch.round(draw(name, x))), fixed(torch.round(draw(name, y)))],
             order=0)
        case(name, f, [whole_operand(name, x), whole_operand(name, y)], order=0)
    case(name, f, [fixed(real(GRID).reshape(-1, 1)), fixed(real(GRID))], situation="grid", order=0)


def whole_operand(name, shape):
    return index(whole(name, shape, 3))




def keep_nan(x, y):
    return torch.where(torch.isnan(x), x.detach(), y)


class Polygamma(torch.autograd.Function):
    """By Hurwitz's zeta function, since torch.polygamma has only nine digits."""

    @staticmethod
    def forward(context, n, x):
        context.n = n
        context.save_for_backward(x)
        sign = -1.0 if n % 2 == 0 else 1.0
        return sign * math.factorial(n) * torch.special.zeta(torch.tensor(n + 1.0).double(), x)

    @staticmethod
    def backward(context, dy):
        x, = context.saved_tensors
        return None, dy * Polygamma.apply(context.n + 1, x)


class Digamma(torch.autograd.Function):
    @staticmethod
    def forward(context, x):
        context.save_for_backward(x)
        return torch.digamma(x)

    @staticmethod
    def backward(context, dy):
        x, = context.saved_tensors
        return dy * Polygamma.apply(1, x)


class LogGamma(torch.autograd.Function):
    @staticmethod
    def forward(context, x):
        context.save_for_backward(x)
        return torch.lgamma(x)

    @staticmethod
    def backward(context, dy):
        x, = context.saved_tensors
        return dy * Digamma.apply(x)


unary("neg", torch.neg)
unary("square", lambda x: x * x)
unary("sqrt", torch.sqrt, 0.1, 4)
unary("abs", torch.abs)
unary("sign", lambda x: keep_nan(x, torch.sign(x)))
unary("exp", torch.exp)
unary("log", torch.log, 0.1, 4)
unary("sin", torch.sin, -7, 7)
unary("cos", torch.cos, -7, 7)
unary("tanh", torch.tanh, -3, 3)
unary("sigmoid", torch.sigmoid, -5, 5)
unary("relu", torch.relu)
for slope in (0.125, 0.0, -0.5):
    unary("leaky_relu", lambda x, s=slope: F.leaky_relu(x, s), arguments=(slope,))
unary("step", lambda x: keep_nan(x, (x > 0).double()))
for low, high in ((-0.5, 1.0), (0.0, 0.0), (-INF, 0.5)):
    unary("clip", lambda x, a=low, b=high: torch.clamp(x, a, b), arguments=(low, high))
unary("mul_scalar", lambda x: x * -2.5, arguments=(-2.5,))
unary("add_scalar", lambda x: x + 0.75, arguments=(0.75,))
unary("log1p", torch.log1p, -0.9, 3)
unary("expm1", torch.expm1)
unary("log2", torch.log2, 0.1, 4)
unary("exp2", torch.exp2)
unary("rsqrt", torch.rsqrt, 0.1, 4)
unary("cbrt", lambda x: torch.sign(x) * torch.abs(x) ** (1 / 3), 0.25, 4, slack=10)
unary("reciprocal", torch.reciprocal, 0.25, 4)
unary("tan", torch.tan, -1.25, 1.25)
unary("asin", torch.asin, -0.9, 0.9)
unary("acos", torch.acos, -0.9, 0.9)
unary("atan", torch.atan, -4, 4)
unary("sinh", torch.sinh)
unary("cosh", torch.cosh)
unary("asinh", torch.asinh, -4, 4)
unary("acosh", torch.acosh, 1.25, 4)
unary("atanh", torch.atanh, -0.9, 0.9)
unary("erf", torch.erf)
unary("erfc", torch.erfc)
unary("erfinv", torch.erfinv, -0.9, 0.9, slack=10)
unary("lgamma", LogGamma.apply, 0.25, 6, slack=50)
unary("digamma", Digamma.apply, 0.25, 6, slack=50)
for n in (1, 2, 3):
    unary("polygamma", lambda x, k=n: Polygamma.apply(k, x), 0.5, 6, (n,), slack=50)
for name in ("floor", "ceil", "round", "trunc"):
    unary(name, getattr(torch, name), -4, 4, points=[3.5, -3.5, 4.5])

binary("add", torch.add)
binary("sub", torch.sub)
binary("mul", torch.mul)
binary("div", torch.div, y_range=(0.5, 3))
binary("pow", torch.pow, x_range=(0.25, 3))
binary("maximum", torch.maximum)
binary("minimum", torch.minimum)
binary("hypot", torch.hypot)
binary("atan2", torch.atan2)
binary("fmod", torch.fmod, (-6, 6), (0.75, 3))

compare("equal", torch.eq)
compare("not_equal", torch.ne)
compare("less", torch.lt)
compare("less_equal", torch.le)
compare("greater", torch.gt)
compare("greater_equal", torch.ge)


def where(m, x, y):
    return torch.where(m != 0, x, y)


for x, y in PAIRS:
    common = torch.broadcast_shapes(x, y)
    for shape in {common, common[1:], ()}:
        case("where", where, [mask(whole("where", shape, 2)), draw("where", x), draw("where", y)])
case("where", where, [mask([0, 1, 255, 0, 1, 0]), real([1.0, NAN, -0.0, NAN, INF, 2.0]),
                      real([-1.0, 2.0, 3.0, -INF, NAN, 1.0])], situation="points", flags="sdm")

# Conversions saturate, which PyTorch leaves open: only numbers in range.
for shape in SHAPES:
    case("cast", lambda x: x, [draw("cast", shape)], ("float",))
    case("cast", lambda x: torch.trunc(x), [fixed(draw("cast", shape, -90, 90))], ("i32",), order=0)
    case("cast", lambda x: torch.trunc(x), [fixed(draw("cast", shape, 0, 200))], ("u8",), order=0)
    case("cast", lambda x: x.double(), [whole_operand("cast", shape)], ("f64",), order=0)

# Activations.
unary("softplus", lambda x: F.softplus(x, threshold=1000), -5, 5)
unary("log_sigmoid", F.logsigmoid, -5, 5)
# Some of PyTorch's own lose digits far out; these are the same functions of its exact ones.
def normal_cdf(x):
    return torch.erfc(-x / math.sqrt(2)) / 2


def elu(x, alpha, scale=1.0):
    return torch.where(x > 0, x, alpha * torch.expm1(torch.clamp(x * scale, max=0)))


unary("normal_cdf", normal_cdf, -3, 3, slack=10)
unary("normal_pdf", lambda x: torch.exp(-x * x / 2) / math.sqrt(2 * math.pi), -3, 3)
unary("gelu", lambda x: x * normal_cdf(x), -3, 3, slack=10)
unary("gelu_tanh", lambda x: x * torch.sigmoid(2 * math.sqrt(2 / math.pi) *
                                               (x + 0.044715 * x ** 3)), -3, 3)
unary("silu", F.silu, -5, 5)
unary("mish", F.mish, -5, 5)
unary("softsign", F.softsign, -5, 5)
for alpha in (1.0, 0.5):
    unary("elu", lambda x, a=alpha: elu(x, a), arguments=(alpha,))
    unary("celu", lambda x, a=alpha: elu(x, a, 1 / a), arguments=(alpha,))
unary("selu", lambda x: 1.0507009873554804934193349852946 *
      elu(x, 1.6732632423543772848170429916717))
unary("hard_sigmoid", lambda x: torch.clamp(x / 6 + 0.5, 0, 1), -5, 5)
unary("hard_swish", lambda x: x * torch.clamp(x / 6 + 0.5, 0, 1), -5, 5)
for low, high in ((-1.0, 1.0), (0.5, 2.0)):
    unary("hard_tanh", lambda x, a=low, b=high: F.hardtanh(x, a, b), arguments=(low, high))
binary("xlogy", torch.xlogy, y_range=(0.25, 3))
for x, y in PAIRS:
    for w in ((), y):
        case("lerp", torch.lerp, [draw("lerp", x), draw("lerp", y), draw("lerp", w)],
             flags="sdvm")
for x, y in PAIRS:
    case("axpby", lambda x, y: 0.75 * x - 2.5 * y, [draw("axpby", x), draw("axpby", y)],
         (0.75, -2.5), flags="sdvm")
case("is_nan", torch.isnan, [fixed(real(POINTS))], order=0)
case("is_finite", torch.isfinite, [fixed(real(POINTS))], order=0)
for name in ("logical_and", "logical_or", "logical_xor"):
    for x, y in PAIRS:
        case(name, getattr(torch, name), [mask(whole(name, x, 3)), mask(whole(name, y, 3))],
             order=0)
for shape in SHAPES:
    case("logical_not", torch.logical_not, [mask(whole("logical_not", shape, 3))], order=0)
