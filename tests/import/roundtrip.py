# SPDX-License-Identifier: MIT-0
"""Out to .keras and in again: roundtrip.py NNC EVERY CASES. Every so many of the golden cases gives the same C, byte
for byte, after both
ways, and the same weights; what Keras has not is refused by name."""

import glob
import os
import re
import subprocess
import sys
import tempfile

import numpy
from safetensors.numpy import load_file, save_file

OWN = "which is nnc's own|by the source of fit"  # what nothing elsewhere has


def run(*command):
    return subprocess.run(command, capture_output=True, text=True)


def without_data(text):
    """The model and compile(): what a file of Keras holds."""
    return re.split(r"^(?:fit|evaluate)\(", text, flags=re.M)[0]


def same_weights(path, other):
    ours, theirs = load_file(path), load_file(other)
    return ours.keys() == theirs.keys() and all(numpy.array_equal(ours[key], theirs[key]) for key in ours)


def main():
    nnc, every, cases = sys.argv[1:]
    failed, own, count = [], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        place = lambda name: os.path.join(folder, name)
        for case in sorted(glob.glob(os.path.join(cases, "*.nn")))[:: int(every)]:
            name = os.path.basename(case)[:-3]
            with open(case) as file, open(place("m.nn"), "w") as model:
                model.write(without_data(file.read()))
            before = run(nnc, place("m.nn"), "--emit=c", f"--prefix={name}")
            if before.returncode:
                continue  # it needs fit() or an option
            shapes = run(nnc, place("m.nn"), "--emit=shapes").stdout
            stored = load_file(case[:-3] + ".safetensors")
            weights = {line.split()[0] for line in shapes.splitlines() if line.startswith("  ")}
            save_file(
                {
                    key[6:]: numpy.ascontiguousarray(value, "float32")
                    for key, value in stored.items()
                    if key.startswith("after/") and key[6:] in weights
                },
                place("w"),
            )
            out = run(nnc, "export", "--keras", place("m.nn"), "--weights", place("w"), "-o", place("m.keras"))
            if re.search(OWN, out.stderr):
                own += 1
                continue
            back = run(nnc, "import", place("m.keras"), "-o", place("b.nn"), "--weights", place("v"))
            after = run(nnc, place("b.nn"), "--emit=c", f"--prefix={name}")
            count += 1
            same = back.returncode == 0 and re.sub("from .*", "", before.stdout, count=2) == re.sub(
                "from .*", "", after.stdout, count=2
            )
            if out.returncode or not same or not same_weights(place("w"), place("v")):
                failed.append(name)
                print(f"{name}: {out.stderr}{back.stderr}{after.stderr}")
    print(f"{count} models, {own} with what Keras has not, {len(failed)} failed: {' '.join(failed)}")
    return 1 if failed or not count else 0


sys.exit(main())
