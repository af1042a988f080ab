#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Writes Inputs/training.tar.xz: models of Keras 3 saved after two epochs, the data, and the weights after a third
epoch with the same
batches. Run it as generate.py is run."""

import io
import os
import tarfile
import tempfile

os.environ.update(
    TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0", CUDA_VISIBLE_DEVICES="", KERAS_BACKEND="tensorflow"
)
import keras
import numpy

L, O = keras.layers, keras.optimizers
CASES = {
    "dense": ((5,), lambda: [L.Dense(6, activation="relu"), L.Dense(3, activation="softmax")], lambda: O.Adam(0.01)),
    "cnn": (
        (6, 6, 1),
        lambda: [
            L.Conv2D(4, 3, use_bias=False),
            L.BatchNormalization(),
            L.ReLU(),
            L.MaxPooling2D(),
            L.Flatten(),
            L.Dense(3, activation="softmax"),
        ],
        lambda: O.Adam(0.01),
    ),
    "lstm": ((4, 3), lambda: [L.LSTM(5), L.Dense(3, activation="softmax")], lambda: O.Adam(0.01, amsgrad=True)),
    "sgd": (
        (5,),
        lambda: [L.Dense(6, activation="tanh"), L.Dense(3, activation="softmax")],
        lambda: O.SGD(0.1, momentum=0.9),
    ),
    "rmsprop": (
        (5,),
        lambda: [L.Dense(6, activation="tanh"), L.Dense(3, activation="softmax")],
        lambda: O.RMSprop(0.01, momentum=0.5, centered=True),
    ),
    "adamw": ((5,), lambda: [L.Bidirectional(L.GRU(2)), L.Dense(3, activation="softmax")], lambda: O.AdamW(0.01)),
    "ftrl": ((5,), lambda: [L.Dense(3, activation="softmax")], lambda: O.Ftrl(0.1)),
    "adadelta": ((5,), lambda: [L.Dense(3, activation="softmax")], lambda: O.Adadelta(0.1)),
}
BATCH = 8


def path_of(weight):
    """As nnc names it: without the model, and without the cell."""
    return "/".join(part for part in weight.path.split("/")[1:] if not part.endswith("_cell"))


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    with tarfile.open(
        os.path.join(here, "Inputs", "training.tar.xz"), "w:xz", preset=9
    ) as archive, tempfile.TemporaryDirectory() as folder:

        def add(name, data):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))

        for number, (name, (shape, layers, optimizer)) in enumerate(CASES.items()):
            keras.backend.clear_session()
            keras.utils.set_random_seed(number)
            shape = (3, 5) if name == "adamw" else shape
            model = keras.Sequential([L.Input(shape), *layers()], name="net")
            model.compile(optimizer=optimizer(), loss="sparse_categorical_crossentropy")
            x = numpy.random.default_rng(number).normal(0, 1, (20, *shape)).astype("float32")
            y = numpy.random.default_rng(number).integers(0, 3, 20).astype("int32")
            model.fit(x, y, epochs=2, batch_size=BATCH, shuffle=False, verbose=0)
            for ending in ".keras", ".h5":
                model.save(os.path.join(folder, name + ending))
                add(name + ending, open(os.path.join(folder, name + ending), "rb").read())
            model.fit(x, y, epochs=1, batch_size=BATCH, shuffle=False, verbose=0)
            data = io.BytesIO()
            numpy.savez(data, x=x, y=y, **{path_of(weight): weight.numpy() for weight in model.weights})
            add(name + ".npz", data.getvalue())
            print(name, [path_of(weight) for weight in model.weights])


main()
