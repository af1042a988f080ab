#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Makes Inputs/hostile.tar.xz: models of Keras whose HDF5 leads to other files, and these.

  python3 -m venv venv && venv/bin/pip install h5py
  venv/bin/python tests/import/generate_hostile.py
"""

import io
import json
import os
import tarfile
import tempfile
import zipfile

import h5py
import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
KERNEL, BIAS = numpy.ones((4, 3), "float32"), numpy.ones(3, "float32")


def layer(class_name, **config):
    return {"module": "keras.layers", "class_name": class_name, "config": config, "registered_name": None}


def save(path, kernel):
    layers = [layer("InputLayer", name="in", batch_shape=[None, 4]), layer("Dense", name="d", units=3)]
    weights = io.BytesIO()
    with h5py.File(weights, "w") as file:
        group = file.create_group("layers/dense/vars")
        kernel(group)
        group["1"] = BIAS
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.15.1"}))
        archive.writestr("config.json", json.dumps({"class_name": "Sequential", "config": {"layers": layers}}))
        archive.writestr("model.weights.h5", weights.getvalue())


def virtual(group):
    layout = h5py.VirtualLayout(KERNEL.shape, "float32")
    layout[:] = h5py.VirtualSource("other.h5", "kernel", KERNEL.shape)
    group.create_virtual_dataset("0", layout)


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        KERNEL.tofile("other.bin")
        with h5py.File("other.h5", "w") as file:
            file["kernel"] = KERNEL
        save("link.keras", lambda group: group.__setitem__("0", h5py.ExternalLink("other.h5", "/kernel")))
        save("storage.keras",
             lambda group: group.create_dataset("0", KERNEL.shape, "float32", external=[("other.bin", 0, 48)]))
        save("virtual.keras", virtual)
        with tarfile.open(os.path.join(HERE, "Inputs", "hostile.tar.xz"), "w:xz", preset=9) as archive:
            for name in sorted(os.listdir(folder)):
                archive.add(name)


main()
