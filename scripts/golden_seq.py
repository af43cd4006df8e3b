#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Figures for what sequence models are made of, from PyTorch in float64.

usage: golden_seq.py | clang-format > tests/seq_figures.h
       golden_seq.py samples            (the golden samples of ops/nn, to be pasted)

For each layer the header has x, parameters, the result, and the gradients of the sum of the result
times given weights with respect to x and the parameters, in the layout of bibun's layers: weights
are [inputs, units], the two biases that PyTorch adds are one.
"""
import math
import sys

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)


def draw(*shape):
    return torch.randn(shape).round(decimals=3)


def listed(t):
    return ", ".join(repr(v).replace("inf", "INFINITY").replace("nan", "NAN")
                     for v in t.detach().double().reshape(-1).tolist())


# --- golden samples of the ops --------------------------------------------------------------------

def dims(t):
    return "BB_DIMS(" + ", ".join(map(str, t.shape)) + ")"


def sample(op, attrs, inputs, output, masks=()):
    mask = "".join(f".is_mask = {{[{i}] = true}}," for i in masks)
    shapes = ", ".join(map(dims, inputs))
    print(f"// {op}\n{{.n_in = {len(inputs)},", f".in = {{{shapes}}},", mask)
    print(f".attrs = &(const {attrs},")
    print(".golden_in = {" + ", ".join(f"BB_NUMBERS({listed(t)})" for t in inputs) + "},")
    print(f".golden_out = BB_NUMBERS({listed(output)})}},")


def attention(q, k, v, scale, mask=None, causal=False, added=None):
    s = scale * q @ k.transpose(-1, -2)
    s = s if added is None else s + added
    is_open = torch.ones(s.shape, dtype=torch.bool) if mask is None else mask.expand(s.shape).bool()
    is_open = is_open & torch.ones(s.shape[-2:], dtype=torch.bool).tril() if causal else is_open
    w = s.masked_fill(~is_open, -math.inf).softmax(-1)
    return w.masked_fill(~is_open.any(-1, keepdim=True), 0) @ v


def samples():
    x = draw(2, 4) + torch.tensor([[1000.0], [0.0]])
    sample("standardise", "standardise_attrs){1e-5, {1, {-1}}}", [x], F.layer_norm(x, (4,)))
    x = torch.tensor([[3.0, 3, 3], [1e-9, -1e-9, 0], [1, math.inf, 0]])
    sample("standardise", "standardise_attrs){1e-5, {1, {-1}}}", [x], F.layer_norm(x, (3,)))
    x = draw(2, 4, 2)
    sample("standardise_groups", "groups_attrs){1e-5, 2}", [x], F.group_norm(x, 2))
    x = torch.cat([draw(2, 3), torch.zeros(1, 3)])
    sample("rms_normalise", "rms_attrs){1e-6, {1, {1}}}", [x],
           x / torch.sqrt((x * x).mean(-1, keepdim=True) + 1e-6))
    p = torch.arange(3.0)[:, None] * 10000.0 ** (-torch.tensor([0.0, 2, 4]) / 5)
    table = torch.stack([p.sin(), p.cos()], -1).reshape(3, 6)[:, :5]
    sample("sinusoidal_positions", "positions_attrs){3, 5, BB_F64}", [], table)
    op, attrs = "scaled_dot_product_attention", "attention_attrs)"
    q, k, v = draw(3, 2), draw(4, 2), draw(4, 2)
    sample(op, attrs + "{0, 0}", [q, k, v], attention(q, k, v, 1 / math.sqrt(2)))
    sample(op, attrs + "{0.25, 1}", [q, k, v], attention(q, k, v, 0.25, causal=True))
    mask = torch.tensor([[1.0, 0, 1, 1], [0, 0, 0, 0], [0, 1, 0, 0]])
    sample(op, attrs + "{1, 0}", [q, k, v, mask], attention(q, k, v, 1, mask=mask), masks=[3])
    added = torch.tensor([[0.5, -math.inf, 0, 0]])
    sample(op, attrs + "{1, 0}", [q, k, v, added], attention(q, k, v, 1, added=added))


# --- layers ---------------------------------------------------------------------------------------

cases = []


def case(name, x, parameters, y):
    """`parameters` are (name, function from its tensor's gradient or value to our layout)."""
    weights = draw(*y.shape)
    tensors = [t for _, ts, _ in parameters for t in ts]
    found = torch.autograd.grad((y * weights).sum(), [x] + tensors)
    grads = dict(zip(map(id, [x] + tensors), found))
    rows = []
    for own, ts, to_own in parameters:
        value, grad = to_own(*ts), to_own(*[grads[id(t)] for t in ts])
        if len(ts) == 2:  # a sum of two: each has the whole gradient
            grad = grad / 2
        rows.append(f'{{"{own}", {value.numel()}, {{{listed(value)}}}, {{{listed(grad)}}}}}')
    cases.append(f'{{"{name}", {{{listed(x)}}}, {{{listed(y)}}}, {{{listed(weights)}}}, '
                 f'{{{listed(grads[id(x)])}}}, {{{", ".join(rows)}}}}},')


def fresh(module):
    for p in module.parameters():
        p.data = draw(*p.shape)
    return module


def x_of(*shape):
    return draw(*shape).requires_grad_()


transposed, same, both = (lambda t: t.T), (lambda t: t), (lambda a, b: a + b)


def recurrent(name, kind, **options):
    net, x = fresh(kind(2, 3, batch_first=True, **options)), x_of(2, 4, 2)
    bias = [("bias", [net.bias_ih_l0, net.bias_hh_l0], both)]
    if kind is nn.GRU:
        net.bias_hh_l0.data[:6] = 0
        bias = [("bias", [net.bias_ih_l0], same),
                ("recurrent_bias", [net.bias_hh_l0], lambda t: t[6:])]
    case(name, x, [("weight", [net.weight_ih_l0], transposed),
                   ("recurrent", [net.weight_hh_l0], transposed)] + bias, net(x)[0])


def norms():
    x, net = x_of(2, 3, 4), fresh(nn.LayerNorm(4))
    case("layer_norm", x, [("weight", [net.weight], same), ("bias", [net.bias], same)], net(x))
    x, net = x_of(2, 4, 3), fresh(nn.GroupNorm(2, 4))
    case("group_norm", x, [("weight", [net.weight], same), ("bias", [net.bias], same)], net(x))
    x, net = x_of(2, 3, 4), fresh(nn.InstanceNorm1d(3, affine=True))
    case("instance_norm", x, [("weight", [net.weight], same), ("bias", [net.bias], same)], net(x))
    x, w = x_of(2, 3, 4), x_of(4)
    case("rms_norm", x, [("weight", [w], same)],
         x / torch.sqrt((x * x).mean(-1, keepdim=True) + 1e-6) * w)
    x, net = x_of(4, 3, 2), fresh(nn.BatchNorm1d(3))
    y = net(x)
    case("batch_norm", x, [("weight", [net.weight], same), ("bias", [net.bias], same)], y)
    running = [net.running_mean, net.running_var]
    net.eval()
    return running, x, net(x)


def heads(name, causal):
    net, x = fresh(nn.MultiheadAttention(4, 2, batch_first=True)), x_of(2, 3, 4)
    mask = torch.ones(3, 3, dtype=torch.bool).triu(1) if causal else None
    case(name, x, [("in.weight", [net.in_proj_weight], transposed),
                   ("in.bias", [net.in_proj_bias], same),
                   ("out.weight", [net.out_proj.weight], transposed),
                   ("out.bias", [net.out_proj.bias], same)],
         net(x, x, x, need_weights=False, attn_mask=mask)[0])


def block():
    net = fresh(nn.TransformerEncoderLayer(4, 2, 8, dropout=0, activation="gelu", norm_first=True,
                                           batch_first=True))
    x, mask = x_of(2, 3, 4), torch.ones(3, 3, dtype=torch.bool).triu(1)
    a = net.self_attn
    case("transformer_block", x,
         [("norm1.weight", [net.norm1.weight], same), ("norm1.bias", [net.norm1.bias], same),
          ("attention.in.weight", [a.in_proj_weight], transposed),
          ("attention.in.bias", [a.in_proj_bias], same),
          ("attention.out.weight", [a.out_proj.weight], transposed),
          ("attention.out.bias", [a.out_proj.bias], same),
          ("norm2.weight", [net.norm2.weight], same), ("norm2.bias", [net.norm2.bias], same),
          ("up.weight", [net.linear1.weight], transposed), ("up.bias", [net.linear1.bias], same),
          ("down.weight", [net.linear2.weight], transposed),
          ("down.bias", [net.linear2.bias], same)],
         net(x, src_mask=mask))


def layers():
    running, x, y = norms()
    recurrent("rnn", nn.RNN)
    recurrent("lstm", nn.LSTM)
    recurrent("gru", nn.GRU)
    heads("attention", False)
    heads("causal_attention", True)
    block()
    print("""/* SPDX-License-Identifier: MIT */
/* Generated by scripts/golden_seq.py: results and gradients of layers, from PyTorch. */
#ifndef BIBUN_TESTS_SEQ_FIGURES_H
#define BIBUN_TESTS_SEQ_FIGURES_H

typedef struct seq_param {
    const char *name; /* NULL for none */
    int count;
    double value[48], grad[48];
} seq_param;

/* The result y for x, and the gradients of the sum of y times the weights. */
typedef struct seq_figures {
    const char *name;
    double x[24], y[24], weights[24], dx[24];
    seq_param params[12];
} seq_figures;

static const seq_figures all_seq_figures[] = {""")
    print("\n".join(cases))
    print("};\n\n/* After one training step of batch_norm, and its evaluation of the same x. */")
    for name, t in zip(("running_mean", "running_variance", "evaluated"), (*running, y)):
        print(f"static const double batch_norm_{name}[] = {{{listed(t)}}};")
    print("\n#endif")


samples() if sys.argv[1:] == ["samples"] else layers()
