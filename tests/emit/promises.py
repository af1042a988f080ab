#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Holds emitted C against its promises: without a warning as C99, C11 and C++11, with gcc and clang, optimised or not;
nothing of the C library but memcpy, memset and memcmp; no writable static data; only names with the model's
prefix; no line longer than 120 columns.

usage: promises.py --nnc NNC --gcc CC --gxx CXX [--clang CC --clangxx CXX] [-j N] MODEL.nn…

Each model is compiled with nnc's defaults, and every third also in one of the other ways, in turn. Each is read by a
compiler of C or of C++, which take turns; every sixteenth is read by all, and every thirty-second optimised by one of
them and its object file looked into, in turn with the copies for all instruction sets and without (tests/golden
compiles all of them with gcc and these warnings, and optimises many). Prints what broke a promise, then `N models, N
broken`; status 0 when none is.
"""
import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

WARNINGS = "-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wdouble-promotion -Werror".split()
VARIANTS = [["--standalone"], ["--inference-only"], ["--gradients"], ["--external-masks"], ["--real=double"],
            ["--portable"], ["--standalone", "--gradients", "--prefix", "own"]]
# __cpu_model: what the processor can do, from the compiler's own library.
ALLOWED = {"memcpy", "memset", "memcmp", "__cpu_model", "__cpu_features2", "_GLOBAL_OFFSET_TABLE_"}


def compilers(options, turn):
    """What to compile the model number `turn` with: (command, produces an object to look into)."""
    c = [[*shlex.split(name), "-std=c99"] for name in (options.gcc, options.clang) if name]
    cxx = [[*shlex.split(name), "-x", "c++", f"-std={standard}"]
           for standard in ("c++11", "c++20") for name in (options.gxx, options.clangxx) if name]
    c.append([*shlex.split(options.gcc), "-std=c11"])
    every = [*c, *cxx]
    if turn % 16:
        some = (c, cxx)[turn % 2]
        return [([*some[turn // 2 % len(some)], "-fsyntax-only"], False)]
    read = [([*command, "-fsyntax-only"], False) for command in every]
    if turn % 32:
        return read
    copies = [] if turn // 32 % 4 == 0 else ["-DNNC_ONE_COPY"]
    return [*read, ([*every[turn // 32 % len(every)], "-O2", *copies, "-c"], True)]


def run(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return done.returncode, (done.stdout + done.stderr).strip()


def broken_symbols(path, prefix, standalone):
    """What the object file's symbols say against the promises."""
    status, symbols = run(["nm", "-P", path], ".")
    if status:
        return [symbols]
    broken = []
    for line in symbols.splitlines():
        name, kind = line.split()[:2]
        if kind == "U" and name not in ALLOWED and (standalone or not name.startswith("nnc_")):
            broken.append(f"needs {name}")
        elif kind in "dDbBC":
            broken.append(f"writable static data: {name}")
        elif kind in "TRVW" and not name.startswith(prefix + "_"):
            broken.append(f"defines {name}, without the prefix {prefix}")
    return broken


def long_lines(path):
    """The lines of a file that are too long."""
    with open(path) as file:
        lengths = [len(line.rstrip()) for line in file]
    return [f"line {number} has {length} columns" for number, length in enumerate(lengths, 1) if length > 120]


def check(options, model, flags, turn):
    """The promises that this model breaks, as lines."""
    with open(model) as file:
        prefix = re.search(r"^model (\w+)", file.read(), re.M).group(1)
    if "--prefix" in flags:
        prefix = flags[flags.index("--prefix") + 1]
    with tempfile.TemporaryDirectory() as folder:
        place = f"{os.path.basename(model)} {' '.join(flags)}".strip()
        status, said = run([options.nnc, *flags, model, "-o", "model.c"], folder)
        if status:
            return [f"{place}: nnc: {said}"]
        broken = [f"{place}: {line}" for line in long_lines(os.path.join(folder, "model.c"))]
        include = [] if "--standalone" in flags else shlex.split(run([options.nnc, "--cflags"], folder)[1])
        for command, has_object in compilers(options, turn):
            status, said = run([*command, *WARNINGS, *include, "model.c"], folder)
            if status or said:
                broken.append(f"{place}: {' '.join(command)}: {said[:600]}")
            elif has_object:
                symbols = broken_symbols(os.path.join(folder, "model.o"), prefix, "--standalone" in flags)
                broken += [f"{place}: {' '.join(command)}: {symbol}" for symbol in symbols]
        return broken


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("nnc", "gcc", "gxx"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--clang")
    parser.add_argument("--clangxx")
    parser.add_argument("-j", type=int, default=os.cpu_count())
    parser.add_argument("models", nargs="+", metavar="MODEL.nn")
    options = parser.parse_args()
    models = [os.path.abspath(model) for model in sorted(options.models)]
    jobs = [(model, [], i) for i, model in enumerate(models)]
    jobs += [(model, VARIANTS[i % len(VARIANTS)], i) for i, model in enumerate(models[::3])]
    with ThreadPoolExecutor(options.j) as pool:
        results = list(pool.map(lambda job: check(options, *job), jobs))
    lines = [line for result in results for line in result]
    print("\n".join(lines[:20] + ["…"] * (len(lines) > 20)))
    bad = {job[0] for job, result in zip(jobs, results) if result}
    print(f"{len(models)} models, {len(bad)} broken")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
