#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""peer_torch.py [--threads N] [NAME]...: the workloads of bench.c on PyTorch, of the same shapes,
timed and printed the same way. Needs Debian's python3-torch."""
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional

REPEATS = 7
BUDGET = 1.0  # seconds of all repeats of a workload


def measure(run):
    """The median seconds of a run over REPEATS blocks."""
    def block(count):
        start = time.perf_counter()
        for _ in range(count):
            run()
        return time.perf_counter() - start

    block(3)
    count = max(1, int(BUDGET / REPEATS / max(block(1), 1e-7)))
    return statistics.median(block(count) / count for _ in range(REPEATS))


def mlp(activation, *units):
    layers = []
    for inputs, outputs in zip(units, units[1:]):
        layers += [nn.Linear(inputs, outputs), activation()]
    return nn.Sequential(*layers[:-1])


def training(net, batch, make_optimiser):
    images = torch.rand(batch, 784)
    labels = torch.randint(0, 10, (batch,))
    optimiser = make_optimiser(net.parameters())

    def run():
        optimiser.zero_grad(set_to_none=True)
        functional.cross_entropy(net(images), labels).backward()
        optimiser.step()
    return run


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


WORKLOADS = {
    "mlp_seed": lambda: training(mlp(nn.Sigmoid, 784, 50, 10), 100,
                                 lambda weights: torch.optim.SGD(weights, 0.1)),
    "mlp_infer1": lambda: inference(1),
    "mlp_infer100": lambda: inference(100),
    "mlp_wide": lambda: training(mlp(nn.ReLU, 784, 512, 512, 10), 128,
                                 lambda weights: torch.optim.Adam(weights, 1e-3)),
    "scalar": scalar,
}


def main(arguments):
    threads = 0
    if arguments[:1] == ["--threads"]:
        threads, arguments = int(arguments[1]), arguments[2:]
    if threads:
        torch.set_num_threads(threads)
    torch.manual_seed(0)
    for name in arguments or WORKLOADS:
        print(f"{name:26s} {measure(WORKLOADS[name]()) * 1e6:12.1f} us", flush=True)


main(sys.argv[1:])
