#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Code and memory of what --for=small makes of models that only predict, on a Cortex-M4F.

usage: sizes.py NNC FOLDER MODEL.nn…

Prints for each its code (.text and .rodata of what NAME_predict needs) and the bytes of its work memory, both rounded
up to 50, and what it calls beside memcpy and memset."""
import os
import re
import subprocess
import sys

ARM = ("arm-none-eabi-gcc -std=c99 -Os -mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard "
       "-ffunction-sections -fdata-sections").split()
nnc, folder, *models = sys.argv[1:]
rounded = lambda size: (size + 49) // 50 * 50


def asked(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


for model in models:
    at = os.path.join(folder, "model")
    asked(nnc, "--for=small", "--standalone", "--inference-only", "--prefix=m", model, "-o", at + ".c")
    with open(at + ".h") as header:
        work = int(re.search(r"M_WORK_BYTES (\d+)", header.read())[1])
    asked(*ARM, "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-c", at + ".c", "-o", at + ".o")
    asked("arm-none-eabi-ld", "-r", "--gc-sections", "-e", "m_predict", at + ".o", "-o", at + "_used.o")
    sections = re.findall(r"^\.(\S+)\s+(\d+)", asked("arm-none-eabi-size", "-A", at + "_used.o"), re.M)
    code = sum(int(size) for name, size in sections if name.startswith(("text", "rodata")))
    data = sum(int(size) for name, size in sections if name.startswith(("data", "bss")))
    called = sorted(set(re.findall(r" U (\S+)", asked("arm-none-eabi-nm", at + "_used.o"))) - {"memcpy", "memset"})
    print(os.path.basename(model), f"code {rounded(code)}, work {rounded(work)}, data {data}, calls {called}")
