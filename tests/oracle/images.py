# SPDX-License-Identifier: MIT
"""Convolution, pooling and images of another size."""
import torch
from torch.nn import functional as F

from frame import INF, NAN, case, distinct, draw, real

# images, filters, (stride, padding, dilation, groups)
CONVOLUTIONS = [
    ((1, 1, 3, 3), (1, 1, 2, 2), (1, 1), (0, 0), (1, 1), 1),
    ((2, 3, 4, 5), (2, 3, 3, 2), (1, 1), (0, 0), (1, 1), 1),
    ((1, 2, 5, 4), (3, 2, 3, 3), (2, 1), (1, 2), (1, 1), 1),
    ((2, 2, 6, 5), (2, 2, 2, 2), (1, 2), (1, 0), (2, 3), 1),
    ((1, 4, 4, 4), (6, 2, 2, 3), (1, 1), (0, 1), (1, 1), 2),
    ((2, 3, 3, 3), (3, 1, 3, 3), (1, 1), (1, 1), (1, 1), 3),
    ((2, 3, 2, 2), (4, 3, 1, 1), (1, 1), (0, 0), (1, 1), 1),
    ((1, 1, 7, 7), (1, 1, 3, 3), (3, 2), (2, 1), (1, 1), 1),
    ((1, 1, 1, 5), (2, 1, 1, 3), (1, 1), (0, 0), (1, 1), 1)]


def options(stride, padding, dilation, groups, output=(0, 0)):
    return (*stride, *padding, *dilation, groups, *output)


def conv_weight(shape, settings):
    def f(x, y):
        w = torch.zeros(shape, dtype=torch.float64, requires_grad=True)
        return torch.autograd.grad(F.conv2d(x, w, None, *settings), w, y, create_graph=True)[0]
    return f


for x, w, *settings in CONVOLUTIONS:
    x, w = draw("conv2d", x), draw("conv2d", w)
    case("conv2d", lambda x, w, s=settings: F.conv2d(x, w, None, *s), [x, w], (options(*settings),))
    y = draw("conv2d", tuple(F.conv2d(x, w, None, *settings).shape))
    case("conv2d_weight", conv_weight(tuple(w.shape), settings), [x, y],
         (*w.shape[2:], options(*settings)))
    stride, padding, dilation, groups = settings
    for output in {(0, 0), (stride[0] - 1, stride[1] - 1)}:
        case("conv_transpose2d",
             lambda y, w, s=settings, o=output: F.conv_transpose2d(
                 y, w, None, s[0], s[1], o, s[3], s[2]),
             [y, w], (options(*settings, output),))
for x, w, *settings in (((1, 1, 5), (1, 1, 3), 1, 0, 1, 1), ((2, 3, 7), (2, 3, 2), 2, 1, 1, 1),
                        ((2, 4, 6), (2, 2, 3), 1, 2, 2, 2), ((1, 2, 3), (3, 2, 1), 1, 0, 1, 1)):
    pairs = [(settings[0], 0), (settings[1], 0), (settings[2], 0), settings[3]]
    case("conv1d", lambda x, w, s=settings: F.conv1d(x, w, None, *s),
         [draw("conv1d", x), draw("conv1d", w)], (options(*pairs),))

POOLS = [((1, 1, 4, 4), (2, 2), (2, 2), (0, 0)), ((2, 2, 5, 4), (3, 2), (1, 2), (0, 0)),
         ((1, 2, 5, 6), (3, 3), (2, 2), (1, 1)), ((1, 1, 3, 3), (1, 1), (1, 1), (0, 0)),
         ((1, 1, 3, 5), (3, 5), (3, 5), (0, 0)), ((2, 5, 5), (2, 3), (3, 1), (1, 1))]
for shape, *pool in POOLS:
    words = tuple(n for pair in pool for n in pair)
    case("max_pool2d", lambda x, p=pool: F.max_pool2d(x, *p), [distinct("max_pool2d", shape)],
         (words,))
    case("average_pool2d", lambda x, p=pool: F.avg_pool2d(x, *p), [draw("average_pool2d", shape)],
         (words,))
for values, situation in (([1.0, 1.0, 1.0, 1.0], "tie"), ([NAN, 1.0, 2.0, 3.0], "nan-first"),
                          ([1.0, NAN, 2.0, NAN], "two-nans"), ([INF, 1.0, -INF, 2.0], "inf"),
                          ([-INF, -INF, -INF, -INF], "all-inf-below"),
                          ([0.0, -0.0, -1.0, -2.0], "zeros")):
    for name, f in (("max_pool2d", F.max_pool2d), ("average_pool2d", F.avg_pool2d)):
        case(name, lambda x, f=f: f(x, 2), [real(values, 1, 1, 2, 2)], ((2, 2, 0, 0, 0, 0),),
             situation)
for shape, height, width in (((1, 1, 4, 4), 2, 2), ((2, 1, 5, 3), 2, 2), ((1, 2, 3, 5), 1, 1),
                             ((1, 1, 5, 7), 3, 4), ((1, 1, 3, 3), 3, 3)):
    for kind, function in (("max", F.adaptive_max_pool2d), ("average", F.adaptive_avg_pool2d)):
        name = f"adaptive_{kind}_pool2d"
        case(name, lambda x, f=function, n=(height, width): f(x, n), [distinct(name, shape)],
             (height, width))
    case("global_max_pool2d", lambda x: torch.amax(x, (-2, -1)), [distinct("global", shape)])
    case("global_average_pool2d", lambda x: x.mean((-2, -1)), [draw("global", shape)])


def nearest(height, width):
    """By places, since F.interpolate computes them in floats."""
    def f(x):
        rows = torch.tensor([i * x.shape[-2] // height for i in range(height)])
        columns = torch.tensor([j * x.shape[-1] // width for j in range(width)])
        return x[..., rows, :][..., columns]
    return f


for shape, height, width in (((1, 1, 2, 2), 4, 4), ((2, 1, 3, 2), 5, 3), ((1, 2, 4, 5), 2, 3),
                             ((1, 1, 1, 3), 2, 7), ((1, 1, 3, 3), 3, 3), ((1, 1, 3, 3), 1, 1)):
    case("upsample_nearest2d", nearest(height, width), [draw("upsample_nearest2d", shape)],
         (height, width))
    for corners in (False, True):
        name = "upsample_bilinear2d"
        case(name, lambda x, n=(height, width), c=corners: F.interpolate(
            x, n, mode="bilinear", align_corners=c), [draw(name, shape)], (height, width, corners))
for shape, r in (((1, 4, 2, 3), 2), ((2, 9, 1, 2), 3), ((1, 2, 2, 2), 1), ((2, 8, 2, 1), 2)):
    case("pixel_shuffle", lambda x, r=r: F.pixel_shuffle(x, r), [draw("pixel_shuffle", shape)],
         (r,))
for shape, r in (((1, 1, 4, 2), 2), ((2, 1, 3, 6), 3), ((1, 2, 2, 2), 1), ((2, 2, 2, 4), 2)):
    case("pixel_unshuffle", lambda x, r=r: F.pixel_unshuffle(x, r),
         [draw("pixel_unshuffle", shape)],
         (r,))
