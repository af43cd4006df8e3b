#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""peer_ops.py [--threads N] [--sums] [NAME]...: the cases of cases/*.def on PyTorch, from the same
numbers as in ops.c, each timed the same way and in a process of its own. Prints a line of JSON for
each: its time, and sums that stand for its results; with --sums lines that `ops --sums` reads,
untimed. "-" in place of names stands for those that come on standard input, line by line. Needs
Debian's python3-torch."""
import json
import math
import os
import pathlib
import re
import sys

import numpy
import torch
from torch import nn
from torch.nn import functional

import peer_functions
import peer_networks
from peer_torch import median_run, mlp

CASES = pathlib.Path(__file__).resolve().parent / "cases"
FAMILY = re.compile(r'^#include "cases/(.*)"$', re.M)
ROW = re.compile(r'^([A-Z]+)\((\w+), "([^"]*)",\s*"([^"]*)",', re.M)
INPUT = re.compile(r"(f32|f64|i32|param)(?:\(([^)]*)\))?\[([^\]]*)\]")
DTYPES = {"f32": torch.float32, "f64": torch.float64, "i32": torch.int64}
PARAMETERS, COTANGENTS = 100, 200  # first streams
RUNS_BEFORE, BUDGET = 3, 0.15


def numbers(shape, low, high, stream):
    """Element i is number i of a stream; ops.h says of which."""
    count = math.prod(shape)
    state = stream * 0xD1B54A32D192ED03 % 2**64
    z = numpy.arange(1, count + 1, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
    z += numpy.uint64(state)
    z = (z ^ z >> numpy.uint64(30)) * numpy.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ z >> numpy.uint64(27)) * numpy.uint64(0x94D049BB133111EB)
    z = (z ^ z >> numpy.uint64(31)) >> numpy.uint64(40)
    return torch.from_numpy(low + (high - low) * (z.astype(float) * 2.0**-24)).reshape(shape)


def parameter(shape, stream):
    limit = (max(shape, default=1) / math.prod(shape)) ** 0.5
    return numbers(shape, -limit, limit, stream)


def operands(text):
    """Tensors of what a row says of its inputs."""
    made, dtype = [], None
    for i, (kind, bounds, sizes) in enumerate(INPUT.findall(text)):
        shape = tuple(map(int, filter(None, sizes.split(","))))
        if kind == "param":
            parameters = sum(found[0] == "param" for found in INPUT.findall(text)[:i])
            made.append(parameter(shape, PARAMETERS + parameters).to(dtype))
            continue
        low, high = ([0.0] + [float(bound) for bound in (bounds or "1").split(",")])[-2:]
        dtype = DTYPES[kind]
        made.append(numbers(shape, low, high, i).to(dtype))
    return made


def fill(net):
    """Gives a network its first numbers; weights that multiply from the left lie turned here."""
    stream = PARAMETERS
    for module in net.modules():
        turned = isinstance(module, (nn.Linear, nn.RNNBase))
        for weight in module.parameters(recurse=False):
            back = turned and weight.ndim == 2
            first = parameter(tuple(weight.shape)[::-1] if back else tuple(weight.shape), stream)
            with torch.no_grad():
                weight.copy_(first.T if back else first)
            stream += 1
    return net


NAMES = {**vars(torch), **vars(peer_functions), **vars(peer_networks), "F": functional,
         "la": torch.linalg, "vector_norm": torch.linalg.vector_norm, "inf": math.inf, "mlp": mlp}


def function_of(text):
    """The row's expression as a function of its operands; rows are this folder's own."""
    return eval(f"lambda x=None, y=None, z=None, w=None: ({text})", NAMES)  # pylint: disable=W0123


# The kinds of rows: each gives a function that runs once and returns the results.

def listed(results):
    return list(results) if isinstance(results, tuple) else [results]


def vjp(text, xs):
    function, floats = function_of(text), [x for x in xs if x.is_floating_point()]
    for x in floats:
        x.requires_grad_(True)
    cotangents = [numbers(y.shape, -1, 1, COTANGENTS + i).to(y.dtype)
                  for i, y in enumerate(listed(function(*xs)))]

    def run():
        ys = [y.contiguous() for y in listed(function(*xs))]
        return ys + [d.contiguous() for d in torch.autograd.grad(ys, floats, cotangents)]
    return run


def loss(text, xs):
    function = function_of(text)
    xs[0].requires_grad_(True)

    def run():
        y = function(*xs)
        return [y, *torch.autograd.grad(y, xs[0])]
    return run


def value(text, xs):
    function = function_of(text)

    def run():
        with torch.no_grad():
            return listed(function(*xs))
    return run


def infer(text, xs):
    net = fill(function_of(text)(*xs))

    def run():
        with torch.inference_mode():
            return [net(xs[0])]
    return run


def step_of(optimiser, loss_of):
    def run():
        optimiser.zero_grad(set_to_none=True)
        y = loss_of()
        y.backward()
        optimiser.step()
        return [y]
    return run


def step(text, xs):
    net, loss_of = function_of(text)(*xs)
    return step_of(torch.optim.Adam(fill(net).parameters(), 1e-3), lambda: loss_of(net))


def entropy_step(net, xs, optimiser):
    labels = xs[-1]
    return step_of(optimiser, lambda: functional.cross_entropy(
        net(xs[0]).reshape(len(labels), -1), labels))


def net_by_adam(text, xs):
    net = fill(function_of(text)(*xs))
    return entropy_step(net, xs, torch.optim.Adam(net.parameters(), 1e-3))


def net_by_sgd(text, xs):
    net = fill(function_of(text)(*xs))
    return entropy_step(net, xs, torch.optim.SGD(net.parameters(), 0.1))


def rule(text, xs):
    weight = parameter((1000, 1000), PARAMETERS).float().requires_grad_(True)
    return step_of(function_of(text)(w=weight), lambda: (weight * xs[0]).sum())


KINDS = {"VJP": vjp, "LOSS": loss, "VALUE": value, "INFER": infer, "STEP": step,
         "NET": net_by_adam, "SGD": net_by_sgd, "RULE": rule}


def rows():
    """Of each case its kind, inputs and expression, by name."""
    found = {}
    for family in FAMILY.findall((CASES / "all.def").read_text(encoding="utf-8")):
        for kind, name, inputs, text in ROW.findall((CASES / family).read_text(encoding="utf-8")):
            if kind == "MAP":
                found[name] = "VJP", f"f32{inputs}[500,500]", text
                found[f"{name}_f64"] = "VJP", f"f64{inputs}[300,300]", text
            else:
                found[name] = kind, inputs, text
    return found


def sum_of(result):
    """The sizes of all elements, negative ones twice, each times its place."""
    flat = result.detach().double().reshape(-1)
    flat = torch.where(flat < 0, -2 * flat, flat)
    places = torch.arange(1, len(flat) + 1, dtype=torch.float64) / max(len(flat), 1)
    return float((flat * places).sum())


def measure(kind, inputs, text, timed):
    """Sums of the results of the third run, and then the time of one."""
    torch.manual_seed(0)
    run = KINDS[kind](text, operands(inputs))
    for _ in range(RUNS_BEFORE):
        results = run()
    found = {"sums": " ".join(f"{sum_of(result):.9g}" for result in results)}
    return found | ({"us": median_run(run, BUDGET) * 1e6} if timed else {})


def answer(name, row, only_sums):
    """The line of a case, whatever becomes of it."""
    try:
        found = measure(*row, not only_sums) if row else {"error": "there is no such case"}
    except Exception as error:  # pylint: disable=W0718
        found = {"error": f"{type(error).__name__}: {error}".split("\n", maxsplit=1)[0]}
    if only_sums:
        return f"{name} {found.get('sums', found.get('error'))}"
    return json.dumps({"name": name} | found)


def apart(name, row, only_sums, threads):
    """Prints the line of a case from a process of its own."""
    child = os.fork()
    if child == 0:
        if threads:
            torch.set_num_threads(threads)
        print(answer(name, row, only_sums), flush=True)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    if status:
        print(json.dumps({"name": name, "error": f"status {status}"}), flush=True)


def main(arguments):
    threads, known = 0, rows()
    if arguments[:1] == ["--threads"]:
        threads, arguments = int(arguments[1]), arguments[2:]
    only_sums = arguments[:1] == ["--sums"]
    names = arguments[only_sums:]
    for name in map(str.strip, sys.stdin) if names == ["-"] else names or known:
        apart(name, known.get(name), only_sums, threads)


main(sys.argv[1:])
