#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""The stack that headers of --for=small promise, held against what gcc says of each function and who calls whom.

usage: stack.py NNC FOLDER MODEL.nn…

Prints for each model what predict, and train_step where there is one, may take, whether that is enough at -Os and -O2
on a Cortex-M4F and at -O2 on a Cortex-M0, and whether it is more than four times what is taken."""
import os
import re
import subprocess
import sys

M4F = "-mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard"
CORES = [f"{M4F} -Os", f"{M4F} -O2", "-mcpu=cortex-m0 -mthumb -O2"]
nnc, folder, *models = sys.argv[1:]
at = os.path.join(folder, "stack")


def frames(core):
    """The bytes of each function's frame, and what it calls."""
    subprocess.run(["arm-none-eabi-gcc", "-std=c99", *core.split(), "-fcallgraph-info=su", "-c", at + ".c", "-o",
                    at + ".o"], check=True)
    with open(at + ".ci") as graph:
        text = graph.read()
    size, calls = {}, {}
    for name, label in re.findall(r'node: \{ title: "([^"]+)" label: "([^"]*)"', text):
        taken = re.search(r"(\d+) bytes \((\w+)\)", label)
        assert not taken or taken[2] == "static", label
        size[name] = int(taken[1]) if taken else 0
    for caller, called in re.findall(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"', text):
        calls.setdefault(caller, set()).add(called)
    return size, calls


def deepest(name, size, calls):
    return size.get(name, 0) + max((deepest(called, size, calls) for called in calls.get(name, ())), default=0)


for model in models:
    trains = "compile(" in open(model).read()
    subprocess.run([nnc, "--for=small", "--standalone", "--prefix=m", *([] if trains else ["--inference-only"]), model,
                    "-o", at + ".c"], check=True)
    with open(at + ".h") as header:
        said = dict(re.findall(r"#define M_(\w*STACK_BYTES) (\d+)", header.read()))
    graphs = [frames(core) for core in CORES]
    for function, promise in (("m_predict", "STACK_BYTES"), ("m_train_step", "TRAIN_STACK_BYTES")):
        if promise not in said:
            continue
        taken = [deepest(function, *graph) for graph in graphs]
        enough = int(said[promise]) >= max(taken)
        verdict = "enough" if enough and int(said[promise]) <= 4 * max(taken) else f"{said[promise]} for {taken}"
        print(os.path.basename(model), promise, verdict)
