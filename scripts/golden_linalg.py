#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Golden samples for the ops of linear algebra, from PyTorch in float64, as C initialisers.

usage: golden_linalg.py [op ...]     prints the samples of the ops named, or of all
"""
import math
import sys

import torch

torch.set_default_dtype(torch.float64)


def matrix(*shape, first=0.3, weight=0.0):
    """Figures without a pattern that a wrong index could share, heavier on the diagonals."""
    count = math.prod(shape)
    x = torch.tensor([round(2 * math.sin(first + 1.7 * i), 3) for i in range(count)]).reshape(shape)
    for k in range(min(shape[-2:])) if weight else ():
        x[..., k, k] += weight * (k + 1)
    return x


def mirrored(x):
    """The symmetric matrix with x's lower triangle."""
    return x.tril() + x.tril(-1).transpose(-1, -2)


def orient(u, *others):
    """Makes the largest element of each column of u positive, and turns the others with it."""
    place = u.abs().argmax(-2, keepdim=True)
    sign = torch.sign(torch.gather(u, -2, place))
    return [sign * x for x in (u, *others)]


def eigh(x):
    values, vectors = torch.linalg.eigh(mirrored(x))
    return torch.cat([values.unsqueeze(-2)] + orient(vectors), -2)


def svd(x):
    u, s, vt = torch.linalg.svd(x, full_matrices=False)
    u, v = orient(u, vt.transpose(-1, -2))
    return torch.cat([u, s.unsqueeze(-2), v], -2)


def qr(x):
    q, r = torch.linalg.qr(x)
    sign = torch.sign(torch.diagonal(r, dim1=-2, dim2=-1))
    return torch.cat([q * sign.unsqueeze(-2), (r * sign.unsqueeze(-1)).triu()], -2)


def triangular(upper, transposed, right):
    def solve(a, b):
        a = a.triu() if upper else a.tril()
        a = a.transpose(-1, -2) if transposed else a
        return torch.linalg.solve(a, b) if not right else \
            torch.linalg.solve(a.transpose(-1, -2), b.transpose(-1, -2)).transpose(-1, -2)
    return solve


def how(flags):
    return f'HOW({flags})'


def text(subscripts):
    return f'TEXT("{subscripts}")'


def einsum(subscripts):
    return lambda *x: torch.einsum(subscripts, *x)


def norm(kind):
    return f'KIND({kind})'


REGULAR = torch.tensor([[0.0, 2.0, -1.0], [1.5, 0.25, 3.0], [-2.0, 1.0, 0.5]])
SINGULAR = torch.tensor([[1.0, 2.0], [2.0, 4.0]])
SQUARES = matrix(2, 2, 2, first=1.1)

# Ops whose random operands must be regular matrices; other attributes say so themselves.
DOMINANT = {'cholesky', 'solve', 'inverse', 'det', 'slogdet', 'qr', 'eigh', 'svd', 'pinv', 'lstsq'}

# op, attributes in C, inputs, result
TABLE = [
    ('outer', '', [matrix(2, 3), matrix(2, 2, first=2)],
     lambda x, y: torch.einsum('bi,bj->bij', x, y)),
    ('dot', '', [matrix(1, 4)[0], matrix(1, 4, first=2)[0]], torch.dot),
    ('dot', '', [matrix(2, 3), matrix(2, 3, first=2)], lambda x, y: (x * y).sum(-1)),
    ('kron', '', [matrix(2, 3), matrix(2, 2, first=2)], torch.kron),
    ('cholesky', '', [matrix(2, 3, 3, weight=4)], lambda x: torch.linalg.cholesky(mirrored(x))),
    ('triangular_solve', how('0'), [matrix(3, 3, weight=3), matrix(3, 2, first=2)],
     triangular(False, False, False)),
    ('triangular_solve', how('BB_UPPER'), [matrix(2, 2, 2, weight=3), matrix(2, 2, 2, first=2)],
     triangular(True, False, False)),
    ('triangular_solve', how('BB_UPPER | BB_TRANSPOSED'),
     [matrix(3, 3, weight=3), matrix(3, 2, first=2)], triangular(True, True, False)),
    ('triangular_solve', how('BB_RIGHT'), [matrix(3, 3, weight=3), matrix(2, 3, first=2)],
     triangular(False, False, True)),
    ('triangular_solve', how('BB_RIGHT | BB_TRANSPOSED'),
     [matrix(3, 3, weight=3), matrix(2, 3, first=2)], triangular(False, True, True)),
    ('solve', '', [REGULAR, matrix(3, 2, first=2)], torch.linalg.solve),
    ('solve', '', [SQUARES, matrix(2, 2, 1, first=2)], torch.linalg.solve),
    ('inverse', '', [REGULAR], torch.linalg.inv),
    ('inverse', '', [SQUARES], torch.linalg.inv),
    ('det', '', [REGULAR], torch.linalg.det),
    ('det', '', [torch.stack([SINGULAR, SQUARES[0]])], torch.linalg.det),
    ('slogdet', '', [REGULAR], lambda x: torch.stack(torch.linalg.slogdet(x), -1)),
    ('slogdet', '', [torch.stack([SINGULAR, SQUARES[0]])],
     lambda x: torch.stack(torch.linalg.slogdet(x), -1)),
    ('qr', '', [matrix(4, 3, weight=1)], qr),
    ('qr', '', [SQUARES], qr),
    ('eigh', '', [matrix(3, 3, weight=1)], eigh),
    ('eigh', '', [SQUARES], eigh),
    ('svd', '', [matrix(4, 3, weight=1)], svd),
    ('svd', '', [matrix(2, 2, 3, first=1)], svd),
    ('pinv', '', [matrix(4, 2)], torch.linalg.pinv),
    ('pinv', '', [matrix(2, 2, 3)], torch.linalg.pinv),
    ('lstsq', '', [matrix(4, 2), matrix(4, 1, first=2)], lambda a, b: torch.linalg.pinv(a) @ b),
    ('lstsq', '', [matrix(2, 3), matrix(2, 2, first=2)], lambda a, b: torch.linalg.pinv(a) @ b),
    ('matrix_norm', norm('BB_FROBENIUS'), [matrix(2, 2, 3)],
     lambda x: torch.linalg.matrix_norm(x, 'fro')),
    ('matrix_norm', norm('BB_NUCLEAR'), [matrix(2, 2, 3)],
     lambda x: torch.linalg.matrix_norm(x, 'nuc')),
    ('matrix_norm', norm('BB_SPECTRAL'), [matrix(2, 2, 3)],
     lambda x: torch.linalg.matrix_norm(x, 2)),
    ('matrix_norm', norm('BB_LARGEST_COLUMN'), [matrix(2, 2, 3)],
     lambda x: torch.linalg.matrix_norm(x, 1)),
    ('matrix_norm', norm('BB_LARGEST_ROW'), [matrix(2, 2, 3)],
     lambda x: torch.linalg.matrix_norm(x, math.inf)),
    ('einsum', text('ij,jk->ik'), [matrix(2, 3), matrix(3, 2, first=2)], einsum('ij,jk->ik')),
    ('einsum', text('ij,kj,k'), [matrix(2, 3), matrix(2, 3, first=2), matrix(1, 2, first=3)[0]],
     einsum('ij,kj,k')),
    ('einsum', text('iij->j'), [matrix(3, 3, 2)[:, :3]], einsum('iij->j')),
    ('einsum', text('bii'), [matrix(2, 3, 3)], einsum('bii')),
    ('einsum', text('...ij,...jk->...ki'), [matrix(2, 2, 3), matrix(1, 3, 2, first=2)],
     einsum('...ij,...jk->...ki')),
    ('einsum', text('bi,bjk,bk->bj'),
     [matrix(2, 2), matrix(2, 3, 2, first=2), matrix(2, 2, first=3)],
     einsum('bi,bjk,bk->bj')),
    ('einsum', text('i,j->ji'), [matrix(1, 2)[0], matrix(1, 3, first=2)[0]], einsum('i,j->ji')),
]


def number(x):
    if math.isinf(x):
        return 'INFINITY' if x > 0 else '-INFINITY'
    return repr(x + 0.0)


def numbers(x):
    return 'BB_NUMBERS(' + ', '.join(number(v) for v in x.reshape(-1).tolist()) + ')'


def dims(x):
    return '{0}' if x.dim() == 0 else 'BB_DIMS(' + ', '.join(map(str, x.shape)) + ')'


def print_case(name, attributes, inputs, expression):
    print(f'    {{.n_in = {len(inputs)},')
    print('     .in = {' + ', '.join(dims(x) for x in inputs) + '},')
    if attributes:
        print(f'     {attributes},')
    if name in DOMINANT:
        print('     .is_dominant = {true},')
    print('     .golden_in = {' + ', '.join(numbers(x) for x in inputs) + '},')
    print('     .golden_out = ' + numbers(expression(*inputs)) + ',')
    print('    },')


def main(wanted):
    for name, attributes, inputs, expression in TABLE:
        if not wanted or name in wanted:
            print(f'/* {name} */')
            print_case(name, attributes, inputs, expression)


main(sys.argv[1:])
