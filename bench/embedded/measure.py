#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""What networks take on a Cortex-M4F: `make bench-embedded`. Writes the tables of docs/embedding.md and
docs/quantization.md anew.

usage: measure.py [--nnc NNC] [--print] [--networks abcd]
            the networks beside this file, and the figures of rivals.csv
       measure.py --c FILE.c --interface FILE.h --call 'net(x, y)' --in 20 --out 3 --weights 11011
            C of another program: prints a line of rivals.csv, to add by hand

Compiled by arm-none-eabi-gcc with -std=c99 -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard -ffunction-sections
-fdata-sections, code and RAM at -Os. Code is .text and .rodata of what the program links of the object, without
weights, and of libc and libm but memcpy and memset; RAM is scratch memory, state, .data, .bss and the deepest stack;
instructions are counted in QEMU (mps2-an386, -icount shift=0), at -Os and -O2; microseconds on this machine, gcc -O3
-march=native, the least of 200 turns."""
import argparse
import csv
import json
import os
import re
import subprocess
import tempfile

import numpy as np
from safetensors.numpy import save_file

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(here))
ARM = ("arm-none-eabi-gcc -std=c99 -mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard -ffunction-sections "
       "-fdata-sections").split()
QEMU = ("qemu-system-arm -M mps2-an386 -icount shift=0 -nographic -monitor none -serial none -semihosting-config "
        "enable=on,target=native -kernel").split()
COLUMNS = ["network", "program", "code", "ram", "instructions_os", "instructions_o2", "microseconds"]


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300)
    if done.returncode:
        raise SystemExit(f"{' '.join(command[:4])} …: {done.stderr[-600:]}")
    return done.stdout + done.stderr


def linked_sizes(path, objects):
    """Bytes in flash and in RAM that the map says of the objects, and of libraries in flash."""
    with open(path) as file:
        text = file.read()
    text = re.sub(r"^( \.\S+)\n\s+", r"\1 ", text[text.index("Linker script and memory map"):], flags=re.M)
    code = memory = libraries = 0
    for section, size, name in re.findall(r"^ (\.\S+)\s+0x[0-9a-f]+\s+0x([0-9a-f]+) (\S+)$", text, re.M):
        constant = section.startswith((".text", ".rodata"))
        if name in objects:
            code += int(size, 16) * constant
            memory += int(size, 16) * section.startswith((".data", ".bss"))
        elif constant and name.endswith(")") and not re.search(r"mem(cpy|set)", name):
            libraries += int(size, 16)
    return code, memory, libraries


def measured(folder, sources, definitions, weights=0, memory=0):
    """A row: the sources, called as the definitions of driver.c say. `weights` bytes of .rodata do not count, `memory`
    is RAM besides."""
    driver = [os.path.join(here, "driver.c"), "-I" + folder]
    driver += [f"-D{name}={text}" for name, text in definitions.items()]
    row = {}
    for level in ("-Os", "-O2"):
        objects = []
        for number, source in enumerate(sources):
            objects.append(os.path.join(folder, f"object{number}.o"))
            run(*ARM, level, "-I" + folder, "-c", source, "-o", objects[-1])
        program, link_map = os.path.join(folder, "program"), os.path.join(folder, "map")
        run(*ARM, "-O1", *driver, *objects, "-nostartfiles", "-T", os.path.join(here, "board.ld"), "-Wl,--gc-sections",
            f"-Wl,-Map={link_map}", "--specs=nano.specs", "-lm", "-o", program)
        said = dict(re.findall(r"(\w+) (\d+)", run(*QEMU, program)))
        row["instructions" + level.replace("-O", "_o")] = said["instructions"]
        if level == "-Os":
            code, static, libraries = linked_sizes(link_map, objects)
            row.update(code=code + libraries - weights, ram=static + memory + int(said["stack"]))
    run("gcc", "-O3", "-march=native", *driver, *sources, "-lm", "-o", program)
    row["microseconds"] = run(program).split()[1]
    return row


def of_nnc(nnc, model, flags, train=False):
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "m.c")
        run(nnc, "--standalone", "--prefix=m", "--batch=1", *flags, model, "-o", source)
        with open(os.path.join(folder, "m.h")) as file:
            sizes = {name: int(value) for name, value in re.findall(r"define M_(\w+) (\d+)", file.read())}
        text = {"INTERFACE": '"m.h"', "IN": sizes["IN"], "OUT": sizes["OUT"], "TIMES": 20}
        if train:
            text.update(DECLARED="static m_trainer t; static const int32_t label = 1;", BEFORE="m_train_init(&t, 1)",
                        CALL="float sums[M_SUMS]; m_train_step(&t, x, &label, 0, 1, sums)")
            return measured(folder, [source], text, memory=sizes["TRAINER_BYTES"])
        text.update(DECLARED="static m_params p; static m_work w;", CALL="m_predict_one(&p, &w, x, y)",
                    BEFORE="fill((float *)&p, M_PARAMS)")
        return measured(folder, [source], text, memory=sizes["WORK_BYTES"])


def of_baked(nnc, model, whole):
    """Flash with weights, RAM and instructions, of small C of floats or of whole numbers. Weights and samples are
    random; how fast it is and how large does not depend on them."""
    draw = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        source, weights, samples = (os.path.join(folder, name) for name in ("m.c", "w.safetensors", "x.npy"))
        described = json.loads(run(nnc, model, "--emit=json", "--inference-only"))
        save_file({weight["name"]: draw.normal(size=weight["shape"], scale=0.2).astype(np.float32)
                   for layer in described["layers"] for weight in layer["weights"]}, weights)
        np.save(samples, draw.random((16, *described["input"]), dtype=np.float32))
        flags = ["--quantize=int8", "--calibrate", samples] if whole else []
        run(nnc, "--standalone", "--prefix=m", "--batch=1", "--for=small", "--inference-only", "--weights", weights,
            *flags, model, "-o", source)
        with open(os.path.join(folder, "m.h")) as file:
            sizes = {name: int(value) for name, value in re.findall(r"define M_(\w+) (\d+)", file.read())}
        kind = "int8_t" if whole else "float"
        text = {"INTERFACE": '"m.h"', "IN": sizes["IN"], "OUT": sizes["OUT"], "TIMES": 20, "BEFORE": "0",
                "DECLARED": f"static m_work w; static {kind} a[M_IN], b[M_OUT];",
                "CALL": f"m_predict{'_int8' if whole else ''}(&m_weights, &w, a, b, 1)"}
        return measured(folder, [source], text, memory=sizes["WORK_BYTES"])


def whole_table(nnc, networks):
    """Of whole numbers, and what part that is of floats."""
    yield "| network | flash with weights, B | RAM, B | instructions at -Os | at -O2 | µs on x86-64 |"
    yield "|---|---|---|---|---|---|"
    for name in networks:
        real, whole = (of_baked(nnc, os.path.join(here, name + ".nn"), whole) for whole in (False, True))
        cells = [f"{float(whole[key]):,.10g} ({float(whole[key]) / float(real[key]):.2f})" for key in COLUMNS[2:]]
        yield "| " + " | ".join([name.upper(), *cells]) + " |"


def rows_of_nnc(nnc, networks):
    for name in networks:
        model = os.path.join(here, name + ".nn")
        for program, flags in (("nnc --for=small", ["--for=small"]), ("nnc", [])):
            yield dict(of_nnc(nnc, model, [*flags, "--inference-only"]), network=name.upper(), program=program)
        yield dict(of_nnc(nnc, model, ["--for=small"], train=True), network=name.upper() + ", a step of training",
                   program="nnc --for=small")


def table(rows):
    """Markdown, a network after the other, the smallest code first."""
    number = lambda text: f"{int(text):,}" if str(text).isdigit() else str(text)
    yield "| network | C of | code, B | RAM, B | instructions at -Os | at -O2 | µs on x86-64 |"
    yield "|---|---|---|---|---|---|---|"
    networks = sorted({row["network"] for row in rows}, key=lambda name: (len(name) > 1, name))
    for network in networks:
        of_network = [row for row in rows if row["network"] == network]
        for row in sorted(of_network, key=lambda row: int(row["code"])):
            cells = [number(row[name]) for name in COLUMNS[2:]]
            yield "| " + " | ".join([network, row["program"], *cells]) + " |"


def write_table(page, lines, begin, end):
    path = os.path.join(root, "docs", page)
    with open(path) as file:
        text = file.read()
    before, rest = text.split(begin)
    with open(path, "w") as file:
        file.write(before + begin + "\n".join(lines) + "\n" + end + rest.split(end)[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nnc", default=os.path.join(root, "build", "nnc"))
    parser.add_argument("--print", action="store_true", help="print the table instead of writing it")
    parser.add_argument("--networks", default="abcd", help="which (default: %(default)s)")
    parser.add_argument("--c", nargs="+", help="sources of a rival")
    parser.add_argument("--interface", help="header with what --call needs")
    parser.add_argument("--declared", default="", help="C before the call: what it needs besides")
    parser.add_argument("--before", default="", help="C that runs once")
    parser.add_argument("--call", help="C that computes float y[] from float x[]")
    parser.add_argument("--in", dest="inputs", type=int)
    parser.add_argument("--out", dest="outputs", type=int)
    parser.add_argument("--weights", type=int, default=0, help="how many floats of .rodata are weights")
    options = parser.parse_args()
    if options.c:
        with tempfile.TemporaryDirectory() as folder:
            text = {"INTERFACE": f'"{os.path.abspath(options.interface)}"', "IN": options.inputs,
                    "OUT": options.outputs, "TIMES": 20, "DECLARED": options.declared, "BEFORE": options.before,
                    "CALL": options.call}
            row = measured(folder, options.c, text, weights=4 * options.weights)
        print(",".join(str(row[name]) for name in COLUMNS[2:]))
        return
    with open(os.path.join(here, "rivals.csv")) as file:
        rivals = [row for row in csv.DictReader(file) if row["network"][0].lower() in options.networks]
    rows = [*rows_of_nnc(os.path.abspath(options.nnc), options.networks), *rivals]
    lines = list(table(rows))
    whole = list(whole_table(os.path.abspath(options.nnc), options.networks))
    if options.print:
        print("\n".join([*lines, "", *whole]))
        return
    write_table("embedding.md", lines, "<!-- measured -->\n", "<!-- end -->\n")
    write_table("quantization.md", whole, "<!-- small cores -->\n", "<!-- end of small cores -->\n")


if __name__ == "__main__":
    main()
