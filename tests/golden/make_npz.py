#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the files of NumPy's that test_npy.c and test_npz.c read, into this script's folder."""
import io
import pathlib
import zipfile

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
NUMBERS = {"f": [[0, 1.5, -2], [0.25, 100, -0.5]], "i": [[0, 1, 2], [-3, 100, -128]],
           "u": [[0, 1, 2], [3, 100, 250]], "b": [[0, 1, 1], [1, 0, 1]]}
TYPES = ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"]


def of_types(order, fortran):
    return {t: np.array(NUMBERS[t[0]], dtype=order + t, order="F" if fortran else "C")
            for t in TYPES}


def save(name, array, version=None, pickle=False):
    with open(HERE / name, "wb") as file:
        np.lib.format.write_array(file, array, version, allow_pickle=pickle)


count = np.arange(6, dtype="<f4").reshape(2, 3)
save("count.npy", count)
save("column.npy", np.array([1, -2, 3], dtype="<i4"))
save("scalar.npy", np.array(2.5))
save("empty.npy", np.zeros((0, 3), dtype="u1"))
save("version2.npy", count, (2, 0))
save("version3.npy", count, (3, 0))
save("fortran3.npy", np.asfortranarray(np.arange(24, dtype=">i2").reshape(2, 3, 4)))
save("fortran8.npy", np.asfortranarray(np.arange(48, dtype="u1").reshape(2, 1, 3, 1, 2, 2, 1, 2)))
save("text.npy", np.array(["a", "bc"]))
save("bytes.npy", np.array([b"a", b"bc"]))
save("complex.npy", np.array([1 + 2j]))
save("dates.npy", np.array(["2020-01-01"], dtype="M8[D]"))
save("long.npy", np.array([1], dtype=np.longdouble))
save("structure.npy", np.array([(1, 2)], dtype=[("a", "<f4"), ("\u03b2", "<i4")]), (3, 0))
save("objects.npy", np.array([None, {}], dtype=object), pickle=True)
(HERE / "pickle.npy").write_bytes(count.dumps())

np.savez_compressed(HERE / "little.npz", **of_types("<", False))
np.savez_compressed(HERE / "big.npz", **of_types(">", True))
np.savez(HERE / "stored.npz", W=count, b=np.array([1, -2], dtype=">f8"))
np.savez(HERE / "none.npz")
np.savez(HERE / "objects.npz", W=count, o=np.array([None], dtype=object))

member = io.BytesIO()
np.save(member, count)
with zipfile.ZipFile(HERE / "bzip2.npz", "w", zipfile.ZIP_BZIP2) as archive:
    archive.writestr(zipfile.ZipInfo("note.txt"), "no array")
    info = zipfile.ZipInfo("W.npy")
    info.compress_type = zipfile.ZIP_BZIP2
    archive.writestr(info, member.getvalue())
