# SPDX-License-Identifier: MIT-0
"""Training goes on: train.py NNC CC CFLAGS LIBS ARCHIVE. Each model, saved by Keras after two epochs, is imported with
the state of its
optimizer, trained for one more epoch, and its weights are compared with those that Keras has then."""

import os
import shlex
import subprocess
import sys
import tarfile
import tempfile

import numpy
from safetensors.numpy import load_file

# Three steps of some hundred terms each, and what Adam makes of small gradients: it divides them by their own size.
TOLERANCE = 2.0**-14


def run(*command, cwd):
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd)
    if done.returncode != 0:
        sys.exit(f"{shlex.join(command)}\n{done.stdout}{done.stderr}")


def main():
    nnc, compiler, flags, libs, archive = sys.argv[1:]
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
        names = sorted(name[:-4] for name in os.listdir(folder) if name.endswith(".npz"))
        for name in names:
            arrays = dict(numpy.load(os.path.join(folder, name + ".npz")))
            numpy.save(os.path.join(folder, "x.npy"), arrays.pop("x"))
            numpy.save(os.path.join(folder, "y.npy"), arrays.pop("y"))
            for ending in ".keras", ".h5":
                run(nnc, "import", name + ending, "-o", "net.nn", "--checkpoint", "state.safetensors", cwd=folder)
                with open(os.path.join(folder, "net.nn"), "a") as model:
                    model.write("fit(x=npy('x.npy'), y=npy('y.npy'), epochs=1, batch_size=8, shuffle=False)\n")
                run(nnc, "net.nn", "--main", "-o", "net.c", cwd=folder)
                run(
                    *shlex.split(compiler),
                    *shlex.split(flags),
                    "net.c",
                    "-o",
                    "net",
                    *shlex.split(libs),
                    cwd=folder,
                )
                run(
                    "./net",
                    "fit",
                    "--checkpoint",
                    "state.safetensors",
                    "--resume",
                    "--save",
                    "after.safetensors",
                    "--verbose",
                    "0",
                    cwd=folder,
                )
                weights = load_file(os.path.join(folder, "after.safetensors"))
                if sorted(weights) != sorted(arrays):
                    sys.exit(f"{name}{ending}: {sorted(weights)} are not {sorted(arrays)}")
                error = max(numpy.abs(weights[key] - arrays[key]).max() for key in arrays)
                if not error < TOLERANCE:
                    failed.append(f"{name}{ending} differs by {error}")
        print(f"{2 * len(names)} files, {len(failed)} failed", *failed, sep="\n")
    return 1 if failed or not names else 0


sys.exit(main())
