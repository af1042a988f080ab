#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Compares programs made by nnc with numbers that Keras computed: predictions, losses and metrics, gradients, the
weights after a few steps of training, and the history of fit.

usage: check.py --nnc build/nnc [--cc 'cc -O1']… [--nnc-flags '…']… [--program FILE]… [--standalone]
                [-k REGEX] [-j N] [CASE.nn…]

A case is three files beside each other:
  NAME.nn            the model and how it is trained
  NAME.safetensors   x, y, sample_weight, init/… (weights), mask/… (random factors): what goes in
                     pred, grad/…, after/… (weights), pred_after: what has to come out, in float64
  NAME.json          evaluate, history: the figures, from a float64 and a float32 run; tolerance: of each tensor

Each --nnc-flags is one more run of every case, compiled with these flags, the first with the first --cc, and so on, or
already there in the first --program, made by together.py of this case and others.
generate.py makes cases. Without CASE.nn all of cases/ are run. One line for each failed case, then `N passed, N
failed`; status 0 when all passed.
"""
import argparse
import csv
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from glob import glob

import numpy as np
from safetensors.numpy import load_file, save_file

from together import nnc_flags

HERE = os.path.dirname(os.path.abspath(__file__))
environment = None  # of the commands; None: this process'


class Mismatch(Exception):
    """Why a case fails: the stage and what was seen there."""


def run(stage, command, folder):
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, env=environment)
    except (subprocess.TimeoutExpired, OSError) as error:
        raise Mismatch(f"{stage}: {error}") from error
    if done.returncode != 0:
        raise Mismatch(f"{stage}: status {done.returncode}: {(done.stderr or done.stdout).strip()[:2000]}")
    return done.stdout


def compare(what, got, want, tolerance):
    got, want = np.asarray(got, np.float64), np.asarray(want, np.float64)
    if got.size != want.size:
        raise Mismatch(f"{what}: {got.shape} where Keras has {want.shape}")
    error = np.abs(got.reshape(want.shape) - want)
    if error.size and not np.max(error) <= tolerance:  # written so that a NaN fails
        place = np.unravel_index(np.argmax(np.nan_to_num(error, nan=np.inf)), want.shape)
        raise Mismatch(f"{what}: {got.reshape(want.shape)[place]:.9g} at {[int(i) for i in place]} where Keras has "
                       f"{want[place]:.9g}; allowed is {tolerance:.2g}")


def compare_tensors(what, got, tensors, prefix, tolerance):
    wanted = {name[len(prefix):]: value for name, value in tensors.items() if name.startswith(prefix)}
    if set(got) != set(wanted):
        raise Mismatch(f"{what}: tensors {sorted(got)} where Keras has {sorted(wanted)}")
    for name, value in wanted.items():
        compare(f"{what} of {name}", got[name], value, tolerance[prefix + name])


def compare_figures(what, got, expected, key):
    """Losses and metrics, one number or one for each epoch: 3e-5 of the largest, or 8 times what Keras' own float32 run
    is away from its float64 run."""
    for name, exact in expected[key].items():
        if name not in got:
            raise Mismatch(f"{what}: no '{name}' among {sorted(got)}")
        exact, single = np.atleast_1d(exact), np.atleast_1d(expected[key + "_float32"][name])
        tolerance = max(2e-6 + 3e-5 * np.max(np.abs(exact)), 8 * np.max(np.abs(exact - single)))
        compare(f"{what} {name}", np.atleast_1d(got[name]).astype(float), exact, tolerance)


def compile_case(options, case, cc, flags, folder):
    """The command that runs the program of the case."""
    standalone = ["--standalone"] if options.standalone else []
    run("nnc", [options.nnc, *nnc_flags(case, flags), *standalone, case, "-o", "model.c"], folder)
    ask = lambda what: [] if options.standalone else shlex.split(run("nnc", [options.nnc, what], folder))
    run("cc", [*shlex.split(cc), *ask("--cflags"), "model.c", "-o", "model", *ask("--libs"), "-lm", "-s"], folder)
    return ["./model"]


def check_case(options, case, cc, flags, program):
    """Compiles one case, unless `program` has it, and holds every stage against Keras; raises Mismatch at the first
    that differs."""
    tensors = load_file(case[:-3] + ".safetensors")
    with open(case[:-3] + ".json") as file:
        expected = json.load(file)
    tolerance = expected["tolerance"]
    masks = {name[5:]: value for name, value in tensors.items() if name.startswith("mask/")}

    with tempfile.TemporaryDirectory() as folder:
        at = lambda name: os.path.join(folder, name)
        model = ([program, os.path.basename(case)[:-3]] if program
                 else compile_case(options, case, cc, flags, folder))

        data = ["--x", "x.npy", "--y", "y.npy"]
        for name in ("x", "y", "sample_weight"):
            if name in tensors:
                np.save(at(name + ".npy"), tensors[name])
        if "sample_weight" in tensors:
            data += ["--sample-weight", "sample_weight.npy"]
        initial = ["--weights", "init.safetensors"]
        save_file({name[5:]: value for name, value in tensors.items() if name.startswith("init/")},
                  at("init.safetensors"))
        training = [*data, *initial]
        if masks:
            save_file(masks, at("masks.safetensors"))
            training += ["--masks", "masks.safetensors"]

        run("predict", [*model, "predict", "--x", "x.npy", *initial, "-o", "pred.npy"], folder)
        compare("predict", np.load(at("pred.npy")), tensors["pred"], tolerance["pred"])

        figures = run("evaluate", [*model, "evaluate", *data, *initial, "--json"], folder)
        compare_figures("evaluate", json.loads(figures), expected, "evaluate")

        if "--gradients" in flags:
            run("grad", [*model, "grad", *training, "-o", "grad.safetensors"], folder)
            compare_tensors("gradient", load_file(at("grad.safetensors")), tensors, "grad/", tolerance)

        run("fit", [*model, "fit", *training, "--save", "after.safetensors", "--history", "history.csv", "--verbose",
                    "0"], folder)
        compare_tensors("fit", load_file(at("after.safetensors")), tensors, "after/", tolerance)
        with open(at("history.csv"), newline="") as file:
            epochs = list(csv.DictReader(file))
        names = epochs[0].keys() if epochs else []
        figures = {name: [float(epoch[name]) for epoch in epochs if epoch[name] != "NA"] for name in names}
        compare_figures("history", figures, expected, "history")

        if "pred_after" not in tensors: # Keras with TensorFlow does not add up rows of an Embedding that repeat
            return
        run("predict", [*model, "predict", "--x", "x.npy", "--weights", "after.safetensors", "-o", "pred.npy"],
            folder)
        compare("predict after fit", np.load(at("pred.npy")), tensors["pred_after"], tolerance["pred_after"])


def attempt(options, runs, case):
    """A line about the first run of the case that fails, or None; `runs` are compilers, flags for nnc, and a
    program that has been compiled already, or None."""
    for cc, flags, program in runs:
        try:
            check_case(options, case, cc, shlex.split(flags), program)
        except Mismatch as mismatch:
            return f"FAIL {os.path.basename(case)[:-3]} {flags}: {mismatch}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nnc", default=os.path.join(HERE, "..", "..", "build", "nnc"))
    parser.add_argument("--cc", action="append", help="the C compiler and its flags; several: one for each run")
    parser.add_argument("--nnc-flags", action="append",
                        help="more flags for nnc; several times: several runs of each case")
    parser.add_argument("--program", action="append", default=[], help="compiled already; empty: it is not")
    parser.add_argument("--standalone", action="store_true", help="one complete file in place of linking libnnc.a")
    parser.add_argument("-k", default="", help="only cases whose name matches this regular expression")
    parser.add_argument("-j", type=int, default=os.cpu_count(), help="how many cases at a time")
    parser.add_argument("cases", nargs="*", metavar="CASE.nn")
    options = parser.parse_args()
    options.nnc = os.path.abspath(options.nnc)
    cases = [os.path.abspath(case) for case in options.cases or sorted(glob(os.path.join(HERE, "cases", "*.nn")))]
    cases = [case for case in cases if re.search(options.k, os.path.basename(case)[:-3])]

    compilers, flags_of_runs = options.cc or ["cc -O1"], options.nnc_flags or [""]
    programs = [program or None for program in options.program] + [None] * len(flags_of_runs)
    runs = [(compilers[min(i, len(compilers) - 1)], flags, programs[i]) for i, flags in enumerate(flags_of_runs)]

    with ThreadPoolExecutor(options.j) as pool:
        failures = [failure for failure in pool.map(lambda case: attempt(options, runs, case), cases) if failure]
    print("\n".join([*failures, f"{len(cases) - len(failures)} passed, {len(failures)} failed"]))
    return 0 if cases and not failures else 1


if __name__ == "__main__":
    sys.exit(main())
