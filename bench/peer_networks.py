# SPDX-License-Identifier: MIT
"""The networks of cases/networks.def on PyTorch, as ops_networks.c has them, with parameters in the
same order."""
import torch
from torch import nn
from torch.nn import functional

from peer_torch import Block


class Sum(nn.Module):
    """What several modules give, added up."""

    def __init__(self, *modules):
        super().__init__()
        self.parts = nn.ModuleList(modules)

    def forward(self, x):
        return sum(part(x) for part in self.parts)


def residual_mlp():
    return nn.Sequential(*(Sum(nn.Sequential(nn.LayerNorm(256), nn.Linear(256, 512), nn.GELU(),
                                             nn.Linear(512, 256)), nn.Identity())
                           for _ in range(4)), nn.Linear(256, 10))


def vgg():
    layers, channels = [], 3
    for i in range(6):
        filters = 32 << i // 2
        layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU()]
        layers += [nn.MaxPool2d(2)] if i % 2 else []
        channels = filters
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(2048, 256), nn.ReLU(),
                         nn.Linear(256, 10))


def residual(channels, filters, stride):
    way = nn.Sequential(nn.Conv2d(channels, filters, 3, stride, 1), nn.BatchNorm2d(filters),
                        nn.ReLU(), nn.Conv2d(filters, filters, 3, 1, 1), nn.BatchNorm2d(filters))
    skip = nn.Conv2d(channels, filters, 1, stride) if stride > 1 else nn.Identity()
    return nn.Sequential(Sum(way, skip), nn.ReLU())


def mean_of_places(channels):
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10))


def resnet():
    return nn.Sequential(nn.Conv2d(3, 16, 3, 1, 1), nn.BatchNorm2d(16), nn.ReLU(),
                         residual(16, 16, 1), residual(16, 16, 1), residual(16, 32, 2),
                         residual(32, 32, 1), residual(32, 64, 2), residual(64, 64, 1),
                         mean_of_places(64))


def mobilenet():
    layers = [nn.Conv2d(3, 32, 3, 1, 1), nn.ReLU()]
    for channels, filters, stride in (32, 64, 1), (64, 128, 2), (128, 128, 2):
        layers += [nn.Conv2d(channels, channels, 3, stride, 1, groups=channels), nn.ReLU(),
                   nn.Conv2d(channels, filters, 1), nn.ReLU()]
    return nn.Sequential(*layers, mean_of_places(128))


def lenet():
    return nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2),
                         nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Flatten(),
                         nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(),
                         nn.Linear(84, 10))


class NormalisedGroups(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(3, 32, 3, 1, 1), nn.GroupNorm(8, 32), nn.SiLU())
        self.second = nn.Sequential(nn.Conv2d(32, 32, 3, 1, 1), nn.GroupNorm(8, 32), nn.SiLU())
        self.out = nn.Linear(32, 10)

    def forward(self, x):
        x = self.first(x)
        return self.out((x + self.second(x)).mean((2, 3)))


def signal():
    layers = []
    for channels in 16, 32, 32:
        layers += [nn.Conv1d(channels, 32, 5, padding=2, bias=False), nn.ReLU()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(32, 10))


def autoencoder():
    return nn.Sequential(nn.Conv2d(1, 16, 4, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 4, 2, 1),
                         nn.ReLU(), nn.ConvTranspose2d(32, 16, 4, 2, 1), nn.ReLU(),
                         nn.ConvTranspose2d(16, 1, 4, 2, 1), nn.Sigmoid())


def twice(channels, filters):
    return nn.Sequential(nn.Conv2d(channels, filters, 3, 1, 1), nn.ReLU(),
                         nn.Conv2d(filters, filters, 3, 1, 1), nn.ReLU())


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.ModuleList([twice(3, 16), twice(16, 32), twice(32, 64)])
        self.middle, self.large, self.out = twice(96, 32), twice(48, 16), nn.Conv2d(16, 1, 1)

    def forward(self, x):
        large = self.down[0](x)
        middle = self.down[1](functional.max_pool2d(large, 2))
        small = self.down[2](functional.max_pool2d(middle, 2))
        small = functional.interpolate(small, scale_factor=2)
        middle = self.middle(torch.cat([small, middle], 1))
        middle = functional.interpolate(middle, scale_factor=2)
        return self.out(self.large(torch.cat([middle, large], 1)))


def discriminator():
    layers, channels = [], 3
    for filters in 32, 64, 128:
        layers += [nn.Conv2d(channels, filters, 4, 2, 1)]
        layers += [nn.BatchNorm2d(filters)] if channels > 3 else []
        layers += [nn.LeakyReLU(0.2)]
        channels = filters
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(128 * 64, 1))


def generator():
    layers = [nn.Linear(64, 2048), nn.Unflatten(1, (128, 4, 4))]
    for channels, filters in (128, 64), (64, 32):
        layers += [nn.ConvTranspose2d(channels, filters, 4, 2, 1), nn.BatchNorm2d(filters),
                   nn.ReLU()]
    return nn.Sequential(*layers, nn.ConvTranspose2d(32, 3, 4, 2, 1), nn.Tanh())


class Vae(nn.Module):
    """Gives the loss."""

    def __init__(self):
        super().__init__()
        self.encoder, self.mean = nn.Linear(784, 400), nn.Linear(400, 20)
        self.variance = nn.Linear(400, 20)
        self.decoder, self.out = nn.Linear(20, 400), nn.Linear(400, 784)

    def forward(self, x):
        h = torch.relu(self.encoder(x))
        mean, variance = self.mean(h), self.variance(h)
        z = mean + torch.exp(0.5 * variance) * torch.randn_like(mean)
        y = self.out(torch.relu(self.decoder(z)))
        apart = (mean * mean + variance.exp() - (variance + 1)).mean()
        return functional.binary_cross_entropy_with_logits(y, x) + 0.5 * apart


class Recurrent(nn.Module):
    """A layer without biases, and ten classes of each state, or of the last."""

    def __init__(self, kind, inputs, units, last=False, **options):
        super().__init__()
        self.last = last
        self.layer = kind(inputs, units, bias=False, batch_first=True, **options)
        self.out = nn.Linear(units * (2 if options.get("bidirectional") else 1), 10)

    def forward(self, x):
        states = self.layer(x)[0]
        return self.out(states[:, -1] if self.last else states)


class Bag(nn.Module):
    """Ten classes of the mean of what words are embedded as."""

    def __init__(self, vocabulary, width):
        super().__init__()
        self.embedding, self.out = nn.Embedding(vocabulary, width), nn.Linear(width, 10)

    def forward(self, x):
        return self.out(self.embedding(x).mean(1))


def transformer(layers, width, heads):
    return nn.Sequential(*(Block(width, heads) for _ in range(layers)), nn.LayerNorm(width),
                         nn.Linear(width, 65))


def burgers(net, x, t):
    """Mean square of u_t + u u_x - 0.01 u_xx."""
    x.requires_grad_(True)
    t.requires_grad_(True)
    u = net(torch.cat([x, t], 1))
    slopes = torch.autograd.grad(u.sum(), (x, t), create_graph=True)
    second, = torch.autograd.grad(slopes[0].sum(), x, create_graph=True)
    return (slopes[1] + u * slopes[0] - 0.01 * second).square().mean()
