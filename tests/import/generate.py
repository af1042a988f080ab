#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Makes the files that check.py imports, with what Keras itself predicts; the tests beside it need no Keras.

  python3 -m venv venv && venv/bin/pip install keras==3.15.1 'tensorflow-cpu==2.21.*' tf_keras==2.21.*
  venv/bin/python tests/import/generate.py keras3|keras2 [NAMES]     writes Inputs/keras3.tar.xz, Inputs/keras2.tar.xz
                                  NAMES: only the cases whose names are of this pattern; the others stay as they are

An archive holds for each case NAME.h5, with Keras 3 and for some of Keras 2 also NAME.keras, and NAME.npz: x and Keras'
y.
"""

import io
import os
import re
import sys
import tarfile
import tempfile

which, wanted = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ".*"
os.environ.update(
    TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0", CUDA_VISIBLE_DEVICES="", KERAS_BACKEND="tensorflow"
)
import numpy

if which == "keras2":
    import tf_keras as keras
else:
    import keras

import cases

HERE = os.path.dirname(os.path.abspath(__file__))
L = keras.layers


def randomize(model, rng):
    """Weights that make every term count; variances stay positive, and what is adapted to data is."""
    for layer in model.layers:
        if hasattr(layer, "adapt") and getattr(layer, "input_mean", None) is None:
            layer.adapt(rng.normal(2, 3, (50, *layer.input.shape[1:])).astype("float32"))
            continue
        names = [getattr(weight, "path", weight.name) for weight in layer.weights]
        layer.set_weights(
            [
                (
                    rng.uniform(0.5, 1.5, w.shape).astype(w.dtype)
                    if "variance" in name
                    else rng.normal(0, 0.4, w.shape).astype(w.dtype)
                )
                for name, w in zip(names, layer.get_weights())
            ]
        )


def inputs(shape, text, rng):
    if "Embedding" in text:
        x = rng.integers(1, 7, (3, *shape)).astype("int32")
        x[1, :2] = 0
        return x
    x = rng.normal(0, 1, (3, *shape)).astype("float32")
    if "Masking" in text:
        x[1, 2:] = 0
    return x


def sequential(shape, text, name):
    layers = eval(f"[{text}]", {"L": L, "keras": keras})
    batch = (3, *shape) if "stateful" in text else (None, *shape)
    first = L.InputLayer(batch_input_shape=batch) if which == "keras2" else L.Input(batch_shape=batch)
    return keras.Sequential([first, *layers], name=name)


def functional(shape, text):
    x = first = keras.Input(shape, dtype="int32" if "Embedding" in text else "float32")
    for layer in eval(f"[{text}]", {"L": L, "keras": keras}):
        x = layer(x)
    return keras.Model(first, x)


def models(rng):
    for index, (name, shape, text) in enumerate(cases.BOTH + (cases.KERAS_2 if which == "keras2" else cases.KERAS_3)):
        if not re.fullmatch(wanted, name):
            continue
        keras.backend.clear_session()
        chain = index % 5 == 4 and "stateful" not in text
        model = functional(shape, text) if chain else sequential(shape, text, "net" if index % 3 else None)
        yield name, model, inputs(shape, text, rng), text
    for name, text in cases.COMPILED:
        if not re.fullmatch(wanted, f"compiled_{name}"):
            continue
        keras.backend.clear_session()
        model = sequential((4,), "L.Dense(3, activation='softmax')", None)
        model.compile(**eval(f"dict({text})", {"keras": keras}))
        yield f"compiled_{name}", model, inputs((4,), "", rng), text


def kept(path):
    """What is there of other cases."""
    if not os.path.exists(path):
        return []
    with tarfile.open(path) as archive:
        return [(info, archive.extractfile(info).read()) for info in archive
                if not re.fullmatch(wanted, info.name.split(".")[0])]


def main():
    rng, path = numpy.random.default_rng(7), os.path.join(HERE, "Inputs", f"{which}.tar.xz")
    others = kept(path)
    with tarfile.open(path, "w:xz", preset=9) as archive, tempfile.TemporaryDirectory() as folder:
        for info, data in others:
            archive.addfile(info, io.BytesIO(data))

        def add(name, data):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))

        for index, (name, model, x, text) in enumerate(models(rng)):
            randomize(model, rng)
            y = numpy.asarray(model(x, training=False))
            for ending in (".keras", ".h5"):  # saving HDF5 drops the optimizer from what compile() was told
                if which == "keras2" and ending == ".keras" and (index % 4 or "name='body'" in text):
                    continue
                path = os.path.join(folder, name + ending)
                model.save(path)
                add(name + ending, open(path, "rb").read())
            bytes_ = io.BytesIO()
            numpy.savez(bytes_, x=x, y=y)
            add(name + ".npz", bytes_.getvalue())
            print(name, flush=True)


main()
