# SPDX-License-Identifier: MIT
"""Products, factorisations and solves."""
import torch

from frame import case, draw

PRODUCTS = [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 4)), ((2, 3), (3, 5)), ((1, 7), (7, 1)),
            ((2, 3, 4), (2, 4, 5)), ((2, 3, 4), (4, 2)), ((3, 4), (2, 4, 2)), ((5, 1), (1, 3)),
            ((2, 1, 3, 2), (2, 2, 3)), ((2, 3, 4), (4,)), ((3,), (2, 3, 2)), ((17, 9), (9, 19)),
            ((2, 0), (0, 3)), ((0, 3), (3, 2)), ((1, 2, 2), (3, 2, 2))]
SQUARES = [(1, 1), (2, 2), (3, 3), (2, 3, 3), (5, 5), (2, 1, 2, 2)]

for x, y in PRODUCTS:
    case("matmul", torch.matmul, [draw("matmul", x), draw("matmul", y)],
         situation="empty" if 0 in x + y else "ordinary")
for x, y in (((3,), (4,)), ((2, 3), (2, 4)), ((2, 1, 2), (3, 2)), ((1,), (1,))):
    case("outer", lambda a, b: a[..., :, None] * b[..., None, :], [draw("outer", x), draw("outer",
                                                                                          y)])
for x, y in (((3,), (3,)), ((2, 3), (2, 3)), ((2, 1, 2), (3, 2)), ((1,), (1,)), ((3,), (4, 3))):
    case("dot", lambda a, b: (a * b).sum(-1), [draw("dot", x), draw("dot", y)])


def kron(a, b):
    y = a[..., :, None, :, None] * b[..., None, :, None, :]
    return y.reshape(y.shape[:-4] + (y.shape[-4] * y.shape[-3], y.shape[-2] * y.shape[-1]))


for x, y in (((2, 3), (3, 2)), ((2, 2, 2), (2, 2, 1)), ((1, 1), (2, 3)), ((2, 2), (3, 1, 2))):
    case("kron", kron, [draw("kron", x), draw("kron", y)])
for text, *shapes in (("ij,jk->ik", (2, 3), (3, 4)), ("ij,jk", (2, 3), (3, 4)), ("ii->i", (3, 3)),
                      ("ii", (3, 3)), ("ij->ji", (2, 3)), ("ij->", (2, 3)), ("i,j->ij", (2,), (3,)),
                      ("bij,bjk->bik", (2, 2, 3), (2, 3, 2)), ("...ij,...jk->...ik", (2, 2, 3),
                                                               (3, 2)),
                      ("i,i->", (4,), (4,)), ("ij,jk,kl->il", (2, 3), (3, 2), (2, 4)),
                      ("abc,cb->a", (2, 3, 2), (2, 3)), ("i,i,i->i", (4,), (4,), (4,)),
                      ("ij,ij->i", (3, 2), (3, 2)), ("iij->j", (2, 2, 3))):
    case("einsum", lambda *xs, t=text: torch.einsum(t, *xs), [draw("einsum", s) for s in shapes],
         (text,))


def definite(name, shape):
    """Symmetric and positive definite, and exact in f32."""
    x = draw(name, shape, -1, 1)
    return x @ x.mT + torch.eye(shape[-1])


def apart(name, shape):
    """Far from singular."""
    return draw(name, shape, -1, 1) + 3 * torch.eye(*shape[-2:])


def lower_only(x):
    return torch.tril(x) + torch.tril(x, -1).mT


def turned(vectors, like):
    """Columns times the signs that make the largest element of each of `like` positive."""
    place = like.detach().abs().argmax(-2, keepdim=True)
    return vectors * torch.sign(torch.gather(like.detach(), -2, place))


def qr(x):
    q, r = torch.linalg.qr(x)
    sign = torch.sign(torch.diagonal(r, 0, -2, -1)).detach()
    return q * sign[..., None, :], r * sign[..., :, None]


def eigh_vectors(x):
    v = torch.linalg.eigh(lower_only(x)).eigenvectors
    return turned(v, v)


def svd(x):
    u, s, vh = torch.linalg.svd(x, full_matrices=False)
    return turned(u, u), s, turned(vh.mT, u)


def adjusted(f):
    """For a right side that is a vector."""
    return lambda a, b: f(a, b[..., None])[..., 0] if b.ndim == 1 else f(a, b)


def triangular(how):
    upper, transposed, right = how & 1, how & 2, how & 4

    def f(a, b):
        a = torch.triu(a) if upper else torch.tril(a)
        a = a.mT if transposed else a
        is_upper = bool(upper) != bool(transposed)
        if right:
            row = b.ndim == 1
            b = b[None] if row else b
            y = torch.linalg.solve_triangular(a, b, upper=is_upper, left=False)
            return y[..., 0, :] if row else y
        return adjusted(lambda s, t: torch.linalg.solve_triangular(s, t, upper=is_upper))(a, b)
    return f


NORMS = ["fro", "nuc", 2, 1, float("inf")]

for shape in SQUARES:
    n = shape[-1]
    case("cholesky", lambda x: torch.linalg.cholesky(lower_only(x)), [definite("cholesky", shape)],
         slack=100)
    case("inverse", torch.linalg.inv, [apart("inverse", shape)], slack=100)
    case("det", torch.linalg.det, [apart("det", shape)], slack=100)
    case("slogdet_sign", lambda x: torch.linalg.slogdet(x)[0], [apart("slogdet_sign", shape)],
         order=1)
    case("slogdet_log", lambda x: torch.linalg.slogdet(x)[1], [apart("slogdet_log", shape)],
         slack=100)
    case("eigh_values", lambda x: torch.linalg.eigh(lower_only(x)).eigenvalues,
         [definite("eigh_values", shape)], slack=100)
    case("eigh_vectors", eigh_vectors, [definite("eigh_vectors", shape)], slack=100)
    for b in (shape[:-1] + (2,), (n,), (n, 1)):
        case("solve", adjusted(torch.linalg.solve), [apart("solve", shape), draw("solve", b)],
             slack=100)
    for how in range(8):
        for b in ((n,), (2, n) if how & 4 else (n, 2)):
            name = "triangular_solve"
            case(name, triangular(how), [apart(name, shape), draw(name, b)], (how,), slack=100)

for shape in ((1, 1), (3, 2), (3, 3), (2, 4, 2), (5, 1)):
    for name, i in (("qr_q", 0), ("qr_r", 1)):
        case(name, lambda x, i=i: qr(x)[i], [apart(name, shape)], slack=100)
    for b in (shape[:-1] + (2,), (shape[-2],)):
        case("lstsq", adjusted(lambda a, b: torch.linalg.pinv(a) @ b),
             [apart("lstsq", shape), draw("lstsq", b)], slack=100)
for shape in ((1, 1), (3, 2), (2, 3), (3, 3), (2, 4, 2)):
    for name, i in (("svd_u", 0), ("svd_values", 1), ("svd_v", 2)):
        case(name, lambda x, i=i: svd(x)[i], [apart(name, shape)], slack=100)
    case("pinv", torch.linalg.pinv, [apart("pinv", shape)], slack=100)
    for kind, norm in enumerate(NORMS):
        case("matrix_norm", lambda x, p=norm: torch.linalg.matrix_norm(x, p),
             [apart("matrix_norm", shape)], (kind,), slack=100)

# Ties, and matrices of special form.
EYE = torch.eye(3).double()
for name, f in (("eigh_values", lambda x: torch.linalg.eigh(lower_only(x)).eigenvalues),
                ("cholesky", lambda x: torch.linalg.cholesky(lower_only(x))),
                ("inverse", torch.linalg.inv), ("det", torch.linalg.det),
                ("slogdet_log", lambda x: torch.linalg.slogdet(x)[1]),
                ("pinv", torch.linalg.pinv)):
    case(name, f, [2 * EYE], situation="identity", order=1)
case("det", torch.linalg.det, [torch.tensor([[1.0, 2.0], [2.0, 4.0]]).double()],
     situation="singular", order=0)
case("slogdet_log", lambda x: torch.linalg.slogdet(x)[1], [torch.zeros(2, 2).double()],
     situation="singular", order=0)
case("slogdet_sign", lambda x: torch.linalg.slogdet(x)[0],
     [torch.tensor([[0.0, 1.0], [1.0, 0.0]]).double()], situation="swap", order=0)
for kind, norm in enumerate(NORMS):
    case("matrix_norm", lambda x, p=norm: torch.linalg.matrix_norm(x, p), [2 * EYE], (kind,),
         "identity", order=1)
for name, i in (("qr_q", 0), ("qr_r", 1)):
    case(name, lambda x, i=i: qr(x)[i], [2 * EYE], situation="identity")
