#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""peer_torch.py [--threads N] [NAME]...: the workloads of bench.c on PyTorch, of the same shapes,
timed and printed the same way, with the megabytes that resident memory grew by, from before the
workload is made. As in bench.c two small products run first, so that the libraries' code and
threads' stacks count on neither side, and the figure is right for the first workload of a process
only. Needs Debian's python3-torch."""
import pathlib
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional

REPEATS = 7
BUDGET = 1.0  # seconds of all repeats of a workload


def median_run(run, budget):
    """The median seconds of a run over REPEATS blocks that take `budget` seconds together."""
    def block(count):
        start = time.perf_counter()
        for _ in range(count):
            run()
        return time.perf_counter() - start

    count = max(1, int(budget / REPEATS / max(block(1), 1e-7)))
    return statistics.median(block(count) / count for _ in range(REPEATS))


def measure(run):
    for _ in range(3):
        run()
    return median_run(run, BUDGET)


def resident_peak():
    """The largest resident memory so far, in bytes."""
    status = pathlib.Path("/proc/self/status").read_text(encoding="utf-8")
    return 1024 * int(status.split("VmHWM:")[1].split()[0])


def resident_now():
    """Resident memory, which is the largest from now on."""
    pathlib.Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")
    return resident_peak()


def start_libraries():
    for size in (64, 256):
        x = torch.rand(size, size, requires_grad=True)
        (x @ x).sum().backward()


def mlp(activation, *units):
    layers = []
    for inputs, outputs in zip(units, units[1:]):
        layers += [nn.Linear(inputs, outputs), activation()]
    return nn.Sequential(*layers[:-1])


def adam(weights):
    return torch.optim.Adam(weights, 1e-3)


def step_of(net, inputs, labels, make_optimiser, classes):
    """A whole training step: forward, backward and the optimiser's update."""
    optimiser = make_optimiser(net.parameters())

    def run():
        optimiser.zero_grad(set_to_none=True)
        functional.cross_entropy(net(inputs).reshape(-1, classes), labels).backward()
        optimiser.step()
    return run


def training(net, batch, make_optimiser):
    return step_of(net, torch.rand(batch, 784), torch.randint(0, 10, (batch,)), make_optimiser, 10)


def inference(batch):
    net = mlp(nn.Sigmoid, 784, 50, 100, 10)
    images = torch.rand(batch, 784)

    def run():
        with torch.inference_mode():
            functional.softmax(net(images), 1)
    return run


def scalar():
    x = torch.tensor(0.5, requires_grad=True)

    def run():
        y = x
        for _ in range(5000):
            y = torch.sin(y * 1.01)
        torch.autograd.grad(y, x)
    return run


def images(net):
    return step_of(net, torch.rand(100, 1, 28, 28), torch.randint(0, 10, (100,)), adam, 10)


def conv_simple():
    return images(nn.Sequential(nn.Conv2d(1, 30, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                                nn.Linear(30 * 12 * 12, 100), nn.ReLU(), nn.Linear(100, 10)))


def conv_deep():
    layers, channels = [], 1
    for i, (filters, padding) in enumerate([(16, 1), (16, 1), (32, 1), (32, 2), (64, 1), (64, 1)]):
        layers += [nn.Conv2d(channels, filters, 3, padding=padding), nn.ReLU()]
        layers += [nn.MaxPool2d(2)] if i % 2 else []
        channels = filters
    layers += [nn.Flatten(), nn.Linear(64 * 4 * 4, 50), nn.ReLU(), nn.Dropout(0.5),
               nn.Linear(50, 10), nn.Dropout(0.5)]
    return images(nn.Sequential(*layers))


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(65, 64)
        self.lstm = nn.LSTM(64, 256, batch_first=True)
        self.out = nn.Linear(256, 65)

    def forward(self, x):
        states, _ = self.lstm(self.embedding(x))
        return self.out(states)


def characters(net, batch, make_optimiser):
    return step_of(net, torch.randint(0, 65, (batch, 64)), torch.randint(0, 65, (batch * 64,)),
                   make_optimiser, 65)


class Block(nn.Module):
    """Attention and a wide layer, each behind a normalisation and added to what came in."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.into, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def attend(self, x):
        batch, places, width = x.shape
        parts = self.into(x).reshape(batch, places, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        scores = query @ key.transpose(-1, -2) / (width // self.heads) ** 0.5
        later = torch.ones(places, places, dtype=torch.bool).triu(1)
        shares = scores.masked_fill(later, -torch.inf).softmax(-1)
        return self.out((shares @ value).transpose(1, 2).reshape(batch, places, width))

    def forward(self, x):
        x = x + self.attend(self.norm1(x))
        return x + self.down(functional.gelu(self.up(self.norm2(x))))


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.positions = nn.Embedding(65, 128), nn.Parameter(torch.randn(64, 128))
        self.blocks = nn.Sequential(*(Block(128, 4) for _ in range(4)))
        self.norm, self.out = nn.LayerNorm(128), nn.Linear(128, 65)

    def forward(self, x):
        return self.out(self.norm(self.blocks(self.embedding(x) + self.positions)))


def eltwise():
    a, b, c = (torch.rand(1 << 22, requires_grad=True) for _ in range(3))

    def run():
        y = (torch.tanh(a * b + c) * torch.exp(-a * a)).sum()
        torch.autograd.grad(y, (a, b, c))
    return run


def gmm():
    """The log-likelihood of 25 Gaussians on 1000 points in 64 dimensions, as in ADBench."""
    size, parts, points = 64, 25, 1000
    alpha = torch.rand(parts, requires_grad=True)
    mu, q = (torch.rand(parts, size, requires_grad=True) for _ in range(2))
    low = torch.rand(parts, size * (size - 1) // 2, requires_grad=True)
    x = torch.rand(points, size)
    rows, columns = torch.tril_indices(size, size, -1)

    def run():
        factors = torch.diag_embed(q.exp())
        factors[:, rows, columns] = low
        away = (x - mu[:, None, :]) @ factors.transpose(1, 2)
        level = (alpha + q.sum(1))[:, None] - 0.5 * away.square().sum(2)
        y = torch.logsumexp(level, 0).sum() - points * torch.logsumexp(alpha, 0)
        torch.autograd.grad(y, (alpha, mu, q, low))
    return run


def hvp():
    net = mlp(nn.Tanh, 784, 512, 512, 10)
    inputs, labels = torch.rand(128, 784), torch.randint(0, 10, (128,))
    weights = list(net.parameters())
    direction = [torch.randn_like(weight) for weight in weights]

    def run():
        loss = functional.cross_entropy(net(inputs), labels)
        slopes = torch.autograd.grad(loss, weights, create_graph=True)
        torch.autograd.grad(slopes, weights, direction)
    return run


WORKLOADS = {
    "mlp_seed": lambda: training(mlp(nn.Sigmoid, 784, 50, 10), 100,
                                 lambda weights: torch.optim.SGD(weights, 0.1)),
    "mlp_infer1": lambda: inference(1),
    "mlp_infer100": lambda: inference(100),
    "mlp_wide": lambda: training(mlp(nn.ReLU, 784, 512, 512, 10), 128, adam),
    "conv_simple": conv_simple,
    "conv_deep": conv_deep,
    "lstm": lambda: characters(Recurrent(), 32, adam),
    "gpt": lambda: characters(Transformer(), 16, lambda weights: torch.optim.AdamW(weights, 1e-3)),
    "eltwise": eltwise,
    "scalar": scalar,
    "gmm": gmm,
    "hvp": hvp,
}


def main(arguments):
    threads = 0
    if arguments[:1] == ["--threads"]:
        threads, arguments = int(arguments[1]), arguments[2:]
    if threads:
        torch.set_num_threads(threads)
    torch.manual_seed(0)
    start_libraries()
    for name in arguments or WORKLOADS:
        before = resident_now()
        seconds = measure(WORKLOADS[name]())
        grown = resident_peak() - before
        print(f"{name:26s} {seconds * 1e6:12.1f} us {grown / 1e6:8.1f} MB grown", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
