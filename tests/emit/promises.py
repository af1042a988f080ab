#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Holds emitted C against its promises: without a warning as C99, C11 and C++11, with gcc and clang, optimised or not;
nothing of the C library but memcpy, memset and memcmp; no writable static data; only names with the model's
prefix; no line longer than 120 columns.

usage: promises.py --nnc NNC --gcc CC --gxx CXX [--clang CC --clangxx CXX] [-j N] MODEL.nn…

Each model is compiled with nnc's defaults, and every third also in one of the other ways, in turn. Each is read by a
compiler of C or of C++, which take turns, together with others unless it stands alone; every sixteenth is read by all,
and every thirty-second optimised by one of them and its object file looked into, in turn with the copies for all
instruction sets and without (tests/golden compiles all of them with gcc and these warnings, and optimises many). Prints
what broke a promise, then `N models, N promises broken`; status 0 when none is.
"""
import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "golden"))
from together import unit

TOGETHER = 24  # models to one reading
WARNINGS = "-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wdouble-promotion -Werror".split()
VARIANTS = [["--standalone"], ["--inference-only"], ["--gradients"], ["--external-masks"], ["--real=double"],
            ["--portable"], ["--standalone", "--gradients", "--prefix", "own"]]
# __cpu_model: what the processor can do, from the compiler's own library.
ALLOWED = {"memcpy", "memset", "memcmp", "__cpu_model", "__cpu_features2", "_GLOBAL_OFFSET_TABLE_"}


def compilers(options):
    """The commands of C, and those of C++."""
    c = [[*shlex.split(name), "-std=c99"] for name in (options.gcc, options.clang) if name]
    cxx = [[*shlex.split(name), "-x", "c++", f"-std={standard}"]
           for standard in ("c++11", "c++20") for name in (options.gxx, options.clangxx) if name]
    return [*c, [*shlex.split(options.gcc), "-std=c11"]], cxx


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


def model_name(model):
    with open(model) as file:
        return re.search(r"^model (\w+)", file.read(), re.M).group(1)


def groups_of(models, size):
    """Some `size` models each; neighbours are apart, and so are models of the same name."""
    groups = [{} for _ in range(-(-len(models) // size))]
    for i, model in enumerate(models):
        name, first = model_name(model), i % len(groups)
        free = [group for group in groups[first:] + groups[:first] if name not in group]
        groups += [] if free else [{}]
        (free or groups[-1:])[0][name] = model
    return [list(group.values()) for group in groups]


def compiled_models(options, models, flags, folder, broken):
    """nnc's C for each of `models` by its name, in `folder`."""
    texts = {}
    for model in models:
        name = model_name(model)
        place, path = f"{os.path.basename(model)} {' '.join(flags)}".strip(), os.path.join(folder, f"{name}.c")
        status, said = run([options.nnc, *flags, model, "-o", path], folder)
        if status:
            broken.append(f"{place}: nnc: {said}")
            continue
        broken += [f"{place}: {line}" for line in long_lines(path)]
        with open(path) as file:
            texts[name] = file.read()
    return texts


def include(options, flags):
    """What the compilers are told; C that stands alone needs nothing."""
    return [] if "--standalone" in flags else options.include


def read(options, models, flags, commands):
    """What compilers say about these models, read as one; where there is something, about each."""
    with tempfile.TemporaryDirectory() as folder:
        broken = []
        texts = compiled_models(options, models, flags, folder, broken)
        with open(os.path.join(folder, "unit.c"), "w") as file:
            file.write(unit(texts))
        for command in commands:
            status, said = run([*command, "-fsyntax-only", *WARNINGS, *include(options, flags), "unit.c"], folder)
            if status or said:
                broken.append(f"{' '.join([*texts, *flags])}: {' '.join(command)}: {said[:600]}")
    if broken and len(models) > 1:
        return [line for model in models for line in read(options, [model], flags, commands)] or broken
    return broken


def look_into(options, model, flags, command):
    """What the object file of one model says against the promises."""
    prefix = flags[flags.index("--prefix") + 1] if "--prefix" in flags else model_name(model)
    with tempfile.TemporaryDirectory() as folder:
        broken = []
        for name in compiled_models(options, [model], flags, folder, broken):
            status, said = run([*command, *WARNINGS, *include(options, flags), f"{name}.c", "-o", "model.o"], folder)
            symbols = broken_symbols(os.path.join(folder, "model.o"), prefix, "--standalone" in flags)
            broken += [f"{os.path.basename(model)} {' '.join([*flags, *command])}: {line}"
                       for line in ([said[:600]] if status or said else symbols)]
        return broken


def jobs(options, models, flags, turn):
    """(function, models, flags, compilers) for the models with these flags; `turn`: who reads the first of them."""
    c, cxx = compilers(options)
    size = 1 if "--standalone" in flags else TOGETHER
    for i, group in enumerate(groups_of(models, size), turn):
        some = (c, cxx)[i % 2]
        yield read, group, flags, [some[i // 2 % len(some)]]
    yield from ((read, group, flags, [*c, *cxx]) for group in groups_of(models[::16], size))
    for i, model in enumerate(models[::32], turn):
        command = [*c, *cxx][i % (len(c) + len(cxx))]
        yield look_into, model, flags, [*command, "-O2", *(["-DNNC_ONE_COPY"] if i % 4 else []), "-c"]


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
    options.include = shlex.split(run([options.nnc, "--cflags"], ".")[1])
    work = list(jobs(options, models, [], 0))
    for i, flags in enumerate(VARIANTS):
        work += jobs(options, models[3 * i::3 * len(VARIANTS)], flags, i)
    with ThreadPoolExecutor(options.j) as pool:
        results = list(pool.map(lambda job: job[0](options, *job[1:]), work))
    lines = [line for result in results for line in result]
    print("\n".join(lines[:20] + ["…"] * (len(lines) > 20)))
    print(f"{len(models)} models, {len(lines)} promises broken")
    return 1 if lines or not models else 0


if __name__ == "__main__":
    sys.exit(main())
