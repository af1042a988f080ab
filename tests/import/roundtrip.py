# SPDX-License-Identifier: MIT-0
"""Golden cases go out and come in again. usage:

  roundtrip.py NNC EVERY CASES           every so many of them to .keras: in again it gives the same C, byte for byte,
                                         and the same weights; what Keras has not is refused by name
  roundtrip.py NNC EVERY CASES FOLDER    to ONNX: FOLDER has NAME.onnx, and NAME.npz with what Keras predicts, for
                                         check.py; what ONNX has not is refused by the name of the layer
"""

import glob
import os
import re
import sys
import tempfile
import zlib

import numpy
from safetensors.numpy import load_file, save_file
from server import Nnc

# What nothing elsewhere has; ONNX has fixed sizes.
OWN = "which is nnc's own|by the source of fit|\\(max_steps=\\)"


def without_data(text):
    """The model and compile(): what a file of Keras holds."""
    return re.split(r"^(?:fit|evaluate)\(", text, flags=re.M)[0]


def same_weights(path, other):
    ours, theirs = load_file(path), load_file(other)
    return ours.keys() == theirs.keys() and all(numpy.array_equal(ours[key], theirs[key]) for key in ours)


def chosen(cases, every):
    """(path, name) of every so many cases, of all families."""
    for case in sorted(glob.glob(os.path.join(cases, "*.nn"))):
        name = os.path.basename(case)[:-3]
        if zlib.crc32(name.encode()) % int(every) == 0:
            yield case, name


def write_model(case, path):
    with open(case) as file, open(path, "w") as model:
        model.write(without_data(file.read()))


def save_weights(nnc, model, stored, state, path):
    """The tensors of a state that are the model's weights."""
    shapes = nnc.run(model, "--emit=shapes").stdout
    weights = {line.split()[0] for line in shapes.splitlines() if line.startswith("  ")}
    tensors = {key[len(state) :]: value for key, value in stored.items() if key.startswith(state)}
    kept = {key: numpy.ascontiguousarray(value, "float32") for key, value in tensors.items() if key in weights}
    save_file(kept, path)


def to_onnx(nnc, every, cases, target):
    """Writes what check.py reads; a refusal names the layer."""
    count, refused, failed = 0, [], []
    os.makedirs(target)
    with tempfile.TemporaryDirectory() as folder:
        model, weights = os.path.join(folder, "m.nn"), os.path.join(folder, "w")
        for case, name in chosen(cases, every):
            write_model(case, model)
            stored = load_file(case[:-3] + ".safetensors")
            save_weights(nnc, model, stored, "init/", weights)
            out = nnc.run("export", "--onnx", model, "--weights", weights, "-o", os.path.join(target, name + ".onnx"))
            if out.returncode == 0:
                numpy.savez(os.path.join(target, name + ".npz"), x=stored["x"], y=stored["pred"], as_there=True)
                count += 1
            elif re.search(r"error: layer '|" + OWN, out.stderr):
                refused.append(name)
            else:
                failed.append(name)
                print(f"{name}: {out.stderr}")
    print(f"{count} models, {len(refused)} with what ONNX has not, {len(failed)} failed: {' '.join(failed)}")
    return 1 if failed or not count else 0


def to_keras(nnc, every, cases):
    failed, own, count = [], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        place = lambda name: os.path.join(folder, name)
        for case, name in chosen(cases, every):
            write_model(case, place("m.nn"))
            before = nnc.run(place("m.nn"), "--emit=c", f"--prefix={name}")
            if before.returncode:
                continue  # it needs fit() or an option
            save_weights(nnc, place("m.nn"), load_file(case[:-3] + ".safetensors"), "after/", place("w"))
            out = nnc.run("export", "--keras", place("m.nn"), "--weights", place("w"), "-o", place("m.keras"))
            if re.search(OWN, out.stderr):
                own += 1
                continue
            back = nnc.run("import", place("m.keras"), "-o", place("b.nn"), "--weights", place("v"))
            after = nnc.run(place("b.nn"), "--emit=c", f"--prefix={name}")
            count += 1
            same = back.returncode == 0 and re.sub("from .*", "", before.stdout, count=2) == re.sub(
                "from .*", "", after.stdout, count=2
            )
            if out.returncode or not same or not same_weights(place("w"), place("v")):
                failed.append(name)
                print(f"{name}: {out.stderr}{back.stderr}{after.stderr}")
    print(f"{count} models, {own} with what Keras has not, {len(failed)} failed: {' '.join(failed)}")
    return 1 if failed or not count else 0


sys.exit((to_onnx if len(sys.argv) > 4 else to_keras)(Nnc(sys.argv[1]), *sys.argv[2:]))
