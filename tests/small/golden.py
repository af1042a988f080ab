#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Predictions of many golden cases at once, of C that only predicts, one sample at a time and several.

usage: golden.py NNC CC FOLDER CASES REGEX BATCH [FLAG…]

Every case whose name matches REGEX becomes a C file in FOLDER, made for BATCH samples; all are one library, and each
predicts what Keras does, to the tolerance of tests/golden. A line for each that does not, then `N right, N wrong`."""
import ctypes
import json
import os
import re
import shlex
import subprocess
import sys
from glob import glob

import numpy as np
from safetensors.numpy import load_file

nnc, cc, folder, cases, regex, batch, *flags = sys.argv[1:]
cases = [case for case in sorted(glob(os.path.join(cases, "*.nn")))
         if re.fullmatch(regex, os.path.basename(case)[:-3])]
pointer = lambda array: ctypes.c_void_p(array.ctypes.data)


def compiled(number, case):
    name = os.path.join(folder, f"case{number}.c")
    subprocess.run([nnc, *flags, "--standalone", "--inference-only", f"--batch={batch}", f"--prefix=case{number}",
                    case, "-o", name], check=True)
    return name


def weights_of(header, tensors):
    """All weights, in the order of the struct."""
    fields = re.findall(r"^    (?:float|double) (\w+)\[\d+\]; /\* \(", header.split("_params {")[1].split("}")[0], re.M)
    by_field = {re.sub(r"\W", "_", name[5:]): value for name, value in tensors.items() if name.startswith("init/")}
    return np.concatenate([by_field[field].ravel() for field in fields] or [[0]])


def error_of(library, number, case, source):
    tensors = load_file(case[:-3] + ".safetensors")
    with open(source[:-2] + ".h") as file:
        header = file.read()
    real = np.float64 if "double *y, size_t n" in header else np.float32
    indices = re.search(r"_predict\([^;]*const int32_t \*x", header)
    x = np.ascontiguousarray(tensors["x"], np.int32 if indices else real)
    weights = weights_of(header, tensors).astype(real)
    y = np.full(tensors["pred"].shape, np.nan, real)
    work = np.full(int(re.search(r"_WORK_BYTES (\d+)", header)[1]), 0xff, np.uint8)
    if hasattr(library, f"case{number}_reset_states"):
        before = int(re.search(r"_work \{\s*\w+ arena\[(\d+)\]", header)[1])
        getattr(library, f"case{number}_reset_states")(pointer(work[before * weights.itemsize:]))
    status = getattr(library, f"case{number}_predict")(pointer(weights), pointer(work), pointer(x), pointer(y),
                                                       ctypes.c_size_t(len(x)))
    worst = np.max(np.abs(y - tensors["pred"]), initial=0)
    with open(case[:-3] + ".json") as file:
        allowed = json.load(file)["tolerance"]["pred"]
    return "" if status == 0 and worst <= allowed else f"status {status}, {worst:.3g} where {allowed:.3g} is allowed"


sources = [compiled(number, case) for number, case in enumerate(cases)]
shared = os.path.join(folder, "cases.so")
subprocess.run([*shlex.split(cc), "-shared", "-fPIC", *sources, "-o", shared, "-lm"], check=True)
library = ctypes.CDLL(shared)
wrong = 0
for number, case in enumerate(cases):
    error = error_of(library, number, case, sources[number])
    if error:
        wrong += 1
        print(f"{os.path.basename(case)}: {error}")
print(f"{len(cases) - wrong} right, {wrong} wrong")
sys.exit(wrong > 0)
