#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the oracle's cases with PyTorch's figures.

usage: figures.py OUT.npz"""
import sys

import frame
import maps  # noqa: F401  each table adds its cases when it is read
import reductions  # noqa: F401
import moves  # noqa: F401
import losses  # noqa: F401
import matrices  # noqa: F401
import images  # noqa: F401
import layers  # noqa: F401

with open(sys.argv[1], "wb") as out:
    out.write(frame.npz_bytes())
numbers, figures = (sum(map(len, a)) for a in (frame.NUMBERS, frame.FIGURES))
print(f"{len(frame.LINES)} cases, {numbers} numbers, {figures} figures")
