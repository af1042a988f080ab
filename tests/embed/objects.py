#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Looks into the objects of what nnc makes for small cores: objects.py NNC FOLDER MODEL.nn…

Each model is compiled to train for a core with an FPU at -Os and, by turns, to predict and with --portable for one
without at -O1. Prints what is amiss: a symbol that is wanted of others, one without the prefix, writable static data, a
function whose stack is not static; then `N objects, N findings`, and the deepest frame."""
import os
import re
import subprocess
import sys

WAYS = ["-Os -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard", "-O1 -mcpu=cortex-m0"]
CALLED = {"memcpy", "memset", "memcmp"}
# What gcc's library computes where the core cannot: __aeabi_fadd, __clzsi2, __gnu_thumb1_case_uqi, …
OF_COMPILER = re.compile(r"__(aeabi_\w+|gnu_\w+|[a-z]+[sdtx]i\d?|[a-z]+[sd]f\d?)")
nnc, folder, *models = sys.argv[1:]
at = os.path.join(folder, "object")
count, findings, deepest = 0, [], (0, "")


def asked(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def look(name):
    """What is amiss with the object."""
    for line in asked("arm-none-eabi-nm", "-P", at + ".o").splitlines():
        symbol, kind = line.split()[:2]
        if kind == "U" and symbol not in CALLED and not OF_COMPILER.fullmatch(symbol):
            yield f"{name}: needs {symbol}"
        elif kind in "dDbBC":
            yield f"{name}: writable static data: {symbol}"
        elif kind in "TRVW" and not symbol.startswith("own_"):
            yield f"{name}: defines {symbol}"
    with open(at + ".su") as file:
        for place, size, kinds in re.findall(r"^(\S+)\t(\d+)\t(\S+)$", file.read(), re.M):
            global deepest
            deepest = max(deepest, (int(size), f"{place.split(':')[-1]} of {name}"))
            if kinds != "static":
                yield f"{name}: the stack of {place} is {kinds}"


for number, model in enumerate(models):
    for flags, way in (([], WAYS[0]), ([["--inference-only"], ["--portable"]][number % 2], WAYS[1])):
        asked(nnc, "--for=small", "--standalone", "--prefix=own", *flags, model, "-o", at + ".c")
        asked("arm-none-eabi-gcc", "-std=c99", "-mthumb", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fstack-usage",
              *way.split(), "-c", at + ".c", "-o", at + ".o")
        findings += look(f"{os.path.basename(model)} {' '.join(flags)} {way.split()[1]}")
        count += 1
print("\n".join(findings))
print(f"{count} objects, {len(findings)} findings; the deepest frame: {deepest[0]} bytes, {deepest[1]}")
