# SPDX-License-Identifier: MIT
"""compare --ops [--threads N] [--json FILE] [NAME...]: each of some 450 single ops, with its
gradient, and small networks on Bibun (build/bench/ops) and at once on PyTorch (peer_ops.py), from
the same numbers.

Times are medians of seven blocks of runs, some 0.15 s together. Both sides have the same number of
threads, whatever PyTorch would choose: without --threads, OMP_NUM_THREADS or one for each
processor. PyTorch's process keeps the memory that it frees, as one that has run for long does.

Both sides give sums that stand for values and gradients; of a training step it is the third loss
that stands for all. They agree to 2e-4, and to 5e-2 where samples differ, in names that begin with
"random"; "differ" comes with both sides' sums, and the command then ends with 1. Five minutes for
all. OPS and PYTHON name other programs."""
import argparse
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
OPS = os.environ.get("OPS", str(HERE.parent / "build/bench/ops"))
KEPT = {"MALLOC_TRIM_THRESHOLD_": "1000000000", "MALLOC_MMAP_THRESHOLD_": "1000000000"}


def ours(name, threads, environment):
    """What ops says of a case, which may be that it failed."""
    out = subprocess.run([OPS, *threads, "--json", name], env=environment, check=False,
                         capture_output=True, text=True).stdout
    return json.loads(out.splitlines()[-1]) if out else {"name": name, "error": "no answer"}


def theirs(name, peer):
    peer.stdin.write(name + "\n")
    peer.stdin.flush()
    line = peer.stdout.readline()
    return json.loads(line) if line else {"name": name, "error": "no answer"}


def agree(name, sums, peer_sums):
    tolerance = 5e-2 if name.startswith("random") else 2e-4
    pairs = list(zip(sums, peer_sums))
    return len(sums) == len(peer_sums) and all(
        math.isclose(a, b, rel_tol=tolerance, abs_tol=1e-30) for a, b in pairs)


def row_of(mine, peer):
    """A case's times and sums, and the errors in place of them."""
    row = {"name": mine["name"], "error": mine.get("error"), "peer_error": peer.get("error")}
    for prefix, found in ("", mine), ("peer_", peer):
        row[prefix + "us"] = found.get("us")
        row[prefix + "sums"] = [float(number) for number in found.get("sums", "").split()]
    if not row["error"] and not row["peer_error"]:
        row["ratio"] = row["us"] / row["peer_us"]
        row["agree"] = agree(row["name"], row["sums"], row["peer_sums"])
    return row


def print_row(row):
    times = [f"{us:11.1f}" if us else f"{'':11s}" for us in (row["us"], row["peer_us"])]
    ratio = f"{row['ratio']:7.3f}" if "ratio" in row else f"{'':7s}"
    if "agree" not in row:
        verdict = "; ".join(f"{side} failed: {error}" for side, error in
                            (("Bibun", row["error"]), ("PyTorch", row["peer_error"])) if error)
    elif row["agree"]:
        verdict = "agree"
    else:
        verdict = "differ: " + " / ".join(" ".join(f"{number:.7g}" for number in row[sums])
                                          for sums in ("sums", "peer_sums"))
    print(f"{row['name']:26s} {times[0]} {times[1]} {ratio}  {verdict}", flush=True)


def print_summary(rows):
    ratios = [row["ratio"] for row in rows if "ratio" in row]
    slower = sum(ratio > 1 for ratio in ratios)
    mean = f"{statistics.geometric_mean(ratios):.3f}" if ratios else "-"
    print(f"{len(rows)} cases, {slower} slower than PyTorch, geometric mean of ratios {mean}, "
          f"sums of {sum(not row.get('agree', True) for row in rows)} differ, "
          f"{len(rows) - len(ratios)} failed")


def threads_of(environment):
    chosen = environment.get("OMP_NUM_THREADS", "")
    return int(chosen) if chosen.isdecimal() else len(os.sched_getaffinity(0))


def options(arguments):
    """What the command line asks for; it ends for --help and for what is not understood."""
    parser = argparse.ArgumentParser(description=__doc__, usage=__doc__.split(":")[0],
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", metavar="N", type=int, help="of both sides (default: all)")
    parser.add_argument("--json", metavar="FILE", help="writes all figures")
    parser.add_argument("names", metavar="NAME", nargs="*", help=f"{OPS} --list prints them")
    return parser.parse_args(arguments)


def main(arguments, python, plain, best_core):
    """With the interpreter, the environment and the choice of OpenBLAS's setting of compare."""
    asked = options(arguments)
    threads = ["--threads", str(asked.threads or threads_of(plain))]
    if not os.access(OPS, os.X_OK):
        sys.exit(f"{OPS} is missing; build it first: meson setup build && ninja -C build")
    listed = subprocess.run([OPS, "--list"], check=True, capture_output=True, text=True).stdout
    names = asked.names or listed.split()
    unknown = [name for name in names if name not in listed.split()]
    if unknown:
        sys.exit(f"there is no {unknown[0]}; {OPS} --list prints the names")
    core = best_core(threads)
    print(f"{threads[1]} threads, PyTorch with OPENBLAS_CORETYPE {core or 'unset'}\n"
          f"{'case':26s} {'Bibun us':>11s} {'PyTorch us':>11s} {'ratio':>7s}  sums", flush=True)
    rows = []
    with subprocess.Popen([python, str(HERE / "peer_ops.py"), *threads, "-"], text=True,
                          env=plain | KEPT | ({"OPENBLAS_CORETYPE": core} if core else {}),
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as peer:
        for name in names:
            rows.append(row_of(ours(name, threads, plain), theirs(name, peer)))
            print_row(rows[-1])
    print_summary(rows)
    failed = any(not row.get("agree") for row in rows)
    if asked.json:
        report = {"threads": int(threads[1]), "peer_core": core, "rows": rows}
        pathlib.Path(asked.json).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    if failed:
        sys.exit(1)
