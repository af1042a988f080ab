#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""What nnc exports to ONNX, held against the standard's own checker and ONNX Runtime. usage, in an environment of its
own:

  python3 -m venv venv && venv/bin/pip install numpy onnx onnxruntime
  python3 tests/import/roundtrip.py build/nnc 1 tests/golden/cases FOLDER     all golden cases as NAME.onnx, NAME.npz
  venv/bin/python tests/import/check_onnx.py FOLDER

Every NAME.onnx must pass onnx.checker with shape inference, and predict from x of NAME.npz what Keras does, y."""

import glob
import os
import sys

import numpy
import onnx
import onnxruntime

# As in check.py, and a GELU, an exponential or a division more, of which ONNX Runtime has its own.
TOLERANCE = 2.0**-17


def check(path):
    onnx.checker.check_model(path, full_check=True)
    with numpy.load(path[:-5] + ".npz") as arrays:
        x, y = arrays["x"], arrays["y"]
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    entry = session.get_inputs()[0]
    kind = {"tensor(float)": "float32", "tensor(int32)": "int32"}[entry.type]
    found = session.run(None, {entry.name: x.reshape(len(x), *entry.shape[1:]).astype(kind)})[0]
    error = numpy.abs(found.reshape(y.shape) - y).max(initial=0)
    if not error <= TOLERANCE * max(1, numpy.abs(y).max(initial=0)):
        raise ValueError(f"differs by {error}")


def main():
    failed, paths = [], sorted(glob.glob(os.path.join(sys.argv[1], "*.onnx")))
    for path in paths:
        try:
            check(path)
        except Exception as error:  # whatever the libraries raise
            failed.append(path)
            print(f"{os.path.basename(path)}: {str(error)[:600]}")
    print(f"{len(paths)} models, {len(failed)} failed")
    return 1 if failed or not paths else 0


sys.exit(main())
