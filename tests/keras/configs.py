# SPDX-License-Identifier: MIT-0
"""configs.py NNC CONFIGS: what Keras' get_config() gives, written as a call, makes the same model as the call without
it."""
import re
import struct
import subprocess
import sys

# What nnc has and Keras has no class for: functions, and one of three metrics.
NO_CLASS = {"metrics": {"accuracy", "BinaryFocalCrossentropy", "CategoricalFocalCrossentropy", "Huber"},
            "regularizers": {"l1_l2"}, "layers": {"Input"}}
KINDS = "layers", "initializers", "regularizers", "constraints", "losses", "optimizers", "schedules", "metrics", \
    "callbacks"
NUMBER = re.compile(r"\b\d+(?:\.\d+)?(?:e[+-]?\d+)?f?\b")


def as_float(match):
    """Keras hands some numbers on in single precision: 0.001 is 0.0010000000474974513."""
    text = match[0]
    if text.isdigit():
        return text
    return repr(struct.unpack("f", struct.pack("f", float(text.rstrip("f"))))[0])


def compiled(nnc, model):
    run = subprocess.run([nnc, "--emit=c", "-"], input=model, capture_output=True, text=True)
    return NUMBER.sub(as_float, run.stdout) if run.returncode == 0 else None, run.stderr


def classes(nnc, kind):
    """The first of the names of each class."""
    lines = subprocess.run([nnc, f"--list-{kind}"], capture_output=True, text=True, check=True).stdout.splitlines()
    return {line.split(", ")[0] for line in lines if line and " " not in line.split(", ")[0]}


def main():
    nnc, path = sys.argv[1:]
    failed = 0
    called = {kind: set() for kind in (*KINDS, "statements")}
    cases = [case.split("\n") for case in open(path).read().strip().split("\n\n")]
    for around, plain, full in cases:
        kind, around = around.split(": ", 1)
        called[kind].update(re.findall(r"\b(\w+)\(", full))
        wanted, problem = compiled(nnc, around.replace("{}", plain))
        found, complaint = compiled(nnc, around.replace("{}", full))
        if wanted is None or found is None:
            failed += 1
            print(f"{plain}:\n{problem}{complaint}")
        elif wanted != found:
            failed += 1
            print(f"another model than that of {plain}: {full}")
    for kind in KINDS:
        for name in sorted(classes(nnc, kind) - called[kind] - NO_CLASS.get(kind, set())):
            failed += 1
            print(f"{name} of {kind} has no case: see cases.py")
    print(f"{failed} of {len(cases)} failed")
    return failed > 0


sys.exit(main())
