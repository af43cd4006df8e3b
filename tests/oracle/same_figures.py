#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whether two files of the oracle have the same cases, numbers, and, but for last digits, figures.

usage: same_figures.py OLD.npz NEW.npz"""
import sys

import numpy as np

old, new = (np.load(path) for path in sys.argv[1:3])
for part in ("cases", "numbers"):
    if not np.array_equal(old[part], new[part], equal_nan=part != "cases"):
        sys.exit(f"{sys.argv[1]}: other {part}; scripts/oracle --update takes the new ones")
a, b = old["figures"], new["figures"]
close = np.isclose(a, b, rtol=1e-9, atol=1e-9, equal_nan=True)
if not close.all():
    i = int(np.argmin(close))
    sys.exit(f"{sys.argv[1]}: figure {i} is {a[i]!r}, and now {b[i]!r}; "
             "scripts/oracle --update takes the new ones")
print(f"{len(a)} figures are as in the tree")
