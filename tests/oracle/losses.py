# SPDX-License-Identifier: MIT
"""Losses and scores."""
import torch
from torch.nn import functional as F

from frame import INF, NAN, case, distinct, draw, fixed, index, real, whole

ROWS = [(1, 1), (1, 4), (3, 2), (5, 3), (2, 7), (9, 4)]
SHAPES = [(), (1,), (5,), (3, 4), (2, 3, 2)]


def chances(name, shape):
    return torch.softmax(draw(name, shape), -1)


def exact(t):
    """Rounded to what f32 holds."""
    return t.to(torch.float32).to(torch.float64)


def labels(name, rows):
    return index(whole(name, (rows[0],), rows[1]))


for rows in ROWS:
    name = "softmax_cross_entropy"
    case(name, F.cross_entropy, [draw(name, rows), labels(name, rows)])
    case(name, F.cross_entropy, [draw(name, rows, -40, 40), labels(name, rows)], situation="far")
    case(name, F.cross_entropy, [draw(name, rows), exact(chances(name, rows))])
    each = "softmax_cross_entropy_each"
    case(each, lambda x, t: F.cross_entropy(x, t, reduction="none"),
         [draw(each, rows), labels(each, rows)])
    case(each, lambda x, t: F.cross_entropy(x, t, reduction="none"),
         [draw(each, rows), exact(chances(each, rows))])
    name = "softmax_cross_entropy_weighted"
    case(name, lambda x, t, w: torch.sum(F.cross_entropy(x, t, reduction="none") * w[t]) /
         torch.sum(w[t]), [draw(name, rows), labels(name, rows), draw(name, rows[1:], 0.25, 2)])
    for smoothing in (0.0, 0.1, 1.0):
        name = "softmax_cross_entropy_smooth"
        case(name, lambda x, t, s=smoothing: F.cross_entropy(x, t, label_smoothing=s),
             [draw(name, rows), labels(name, rows)], (smoothing,))
    name = "negative_log_likelihood"
    case(name, F.nll_loss, [draw(name, rows), labels(name, rows)])
    name = "negative_log_likelihood_weighted"
    case(name, lambda x, t, w: -torch.sum(torch.gather(x, 1, t[:, None])[:, 0] * w[t]) /
         torch.sum(w[t]), [draw(name, rows), labels(name, rows), draw(name, rows[1:], 0.25, 2)])
    name = "accuracy"
    case(name, lambda x, t: (x.argmax(1) == t).double().mean(),
         [fixed(distinct(name, rows)), labels(name, rows)], order=0)
    name = "kl_divergence"
    case(name, lambda q, t: torch.sum(torch.xlogy(t, t) - t * q) / q.shape[0],
         [draw(name, rows, -3, 0), exact(chances(name, rows))])
    for margin in (0.0, 0.5):
        name = "cosine_embedding"
        signs = whole(name, rows[:1], 2).double() * 2 - 1
        case(name, lambda x, y, t, m=margin: torch.where(
            t > 0, 1 - F.cosine_similarity(x, y, 1), F.cosine_similarity(x, y, 1).sub(m).clamp(0)
        ).mean(), [draw(name, rows), draw(name, rows), fixed(signs)], (margin,))
for x, y, axis in (((5,), (5,), 0), ((3, 4), (3, 4), 1), ((3, 4), (3, 4), 0),
                   ((2, 3, 4), (2, 3, 4), -2)):
    name = "cosine_similarity"
    case(name, lambda x, y, a=axis: F.cosine_similarity(x, y, a, eps=1e-300),
         [draw(name, x), draw(name, y)], (axis,))


def pairwise(name, f, arguments=(), make=draw, target=draw):
    for shape in SHAPES:
        case(name, f, [make(name, shape), target(name, shape)], arguments)


pairwise("mean_squared_error", F.mse_loss)
pairwise("half_squared_error", lambda x, t: F.mse_loss(x, t, reduction="sum") / 2)
pairwise("mean_absolute_error", F.l1_loss)
for delta in (0.5, 1.0):
    for name, f in (("huber", lambda x, t, d=delta: F.huber_loss(x, t, delta=d)),
                    ("smooth_l1", lambda x, t, d=delta: F.smooth_l1_loss(x, t, beta=d))):
        pairwise(name, f, (delta,), target=lambda n, s: draw(n, s) + 1 / 512)
        for sign in (1, -1):
            case(name, f, [real([sign * delta]), real([0.0])], (delta,), "kink")
        case(name, f, [real([0.0, 2.0]), real([0.0, INF])], (delta,), "infinite-target")
pairwise("hinge", lambda x, t: torch.clamp(1 - t * x, min=0).mean(),
         target=lambda n, s: fixed(whole(n, s, 2).double() * 2 - 1))
pairwise("binary_cross_entropy",
         lambda p, t: -(t * torch.log(p) + (1 - t) * torch.log1p(-p)).mean(),
         make=lambda n, s: draw(n, s, 0.0625, 0.9375), target=lambda n, s: draw(n, s, 0, 1))
pairwise("binary_cross_entropy_with_logits",
         lambda x, t: -(t * F.logsigmoid(x) + (1 - t) * F.logsigmoid(-x)).mean(),
         make=lambda n, s: draw(n, s, -6, 6), target=lambda n, s: draw(n, s, 0, 1))
for shape in SHAPES[1:]:
    for weight in (shape, shape[-1:], ()):
        name = "binary_cross_entropy_with_logits_weighted"
        case(name, lambda x, t, w, p: -(w * (p * t * F.logsigmoid(x) +
                                             (1 - t) * F.logsigmoid(-x))).mean(),
             [draw(name, shape, -6, 6), draw(name, shape, 0, 1), draw(name, weight, 0.25, 2),
              draw(name, weight, 0.25, 2)])

# Infinities and NaN, certainties, and losses that meet their targets.
SPECIAL = [("inf", [1.0, INF, 2.0]), ("-inf", [1.0, -INF, 2.0]), ("nan", [1.0, NAN, 2.0]),
           ("tie", [2.0, 2.0, 1.0]), ("far-apart", [1000.0, -1000.0, 0.0])]
for situation, values in SPECIAL:
    for label in (0, 1):
        case("softmax_cross_entropy", F.cross_entropy, [real(values, 1, 3), index([label])],
             situation=situation)
        case("negative_log_likelihood", F.nll_loss, [real(values, 1, 3), index([label])],
             situation=situation)
        case("accuracy", lambda x, t: (x.argmax(1) == t).double().mean(),
             [fixed(real(values, 1, 3)), index([label])], situation=situation, order=0)
    for name, f in (("mean_squared_error", F.mse_loss), ("mean_absolute_error", F.l1_loss),
                    ("half_squared_error", lambda x, t: F.mse_loss(x, t, reduction="sum") / 2)):
        case(name, f, [real(values), real([1.0, 2.0, 2.0])], situation=situation)
for p, t, situation in (([0.0, 1.0], [0.0, 1.0], "certain"), ([0.0, 1.0], [1.0, 0.0], "wrong"),
                        ([0.5, 0.5], [0.0, 1.0], "certain-target")):
    case("binary_cross_entropy",
         lambda p, t: -(torch.xlogy(t, p) + torch.special.xlog1py(1 - t, -p)).mean(),
         [real(p), fixed(real(t))], situation=situation)
for x, t, situation in (([800.0, -800.0], [1.0, 0.0], "far"),
                        ([800.0, -800.0], [0.0, 1.0], "far-off"),
                        ([0.0, 0.0], [0.0, 1.0], "zero"), ([INF, -INF], [1.0, 0.0], "inf")):
    case("binary_cross_entropy_with_logits", F.binary_cross_entropy_with_logits,
         [real(x), fixed(real(t))], situation=situation)
case("hinge", lambda x, t: torch.clamp(1 - t * x, min=0).mean(),
     [real([1.0, -1.0, 0.0]), fixed(real([1.0, -1.0, 1.0]))], situation="margin")
case("cosine_similarity", lambda x, y: F.cosine_similarity(x, y, 0, eps=1e-300),
     [real([0.0, 0.0]), real([1.0, 2.0])], (0,), "origin")
case("kl_divergence", lambda q, t: torch.sum(torch.xlogy(t, t) - t * q) / q.shape[0],
     [real([-1.0, -2.0, -3.0], 1, 3), fixed(real([0.0, 1.0, 0.0], 1, 3))], situation="certain")
