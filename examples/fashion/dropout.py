#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""What dropout.nn says, in Keras: to compare the text, the figures and the time. usage: fashion/dropout.py [EPOCHS]"""
import gzip
import sys

import keras
import numpy as np
from keras import layers

DATA = "/usr/share/datasets/fashion-mnist/"  # where Debian's package dataset-fashion-mnist puts it
RATE = 0.2


def idx(name, head):
    with gzip.open(DATA + name) as file:
        return np.frombuffer(file.read(), np.uint8, offset=head)


def images(name):
    return idx(name, 16).reshape(-1, 28, 28).astype("float32") / 255


model = keras.Sequential([
    layers.Input(shape=(28, 28)),
    layers.Flatten(),
    layers.Dense(256, activation="relu"),
    layers.Dropout(RATE),
    layers.Dense(128, activation="relu"),
    layers.Dropout(RATE),
    layers.Dense(64, activation="relu"),
    layers.Dropout(RATE),
    layers.Dense(10, activation="softmax"),
])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x=images("train-images-idx3-ubyte.gz"), y=idx("train-labels-idx1-ubyte.gz", 8),
          validation_data=(images("t10k-images-idx3-ubyte.gz"), idx("t10k-labels-idx1-ubyte.gz", 8)),
          epochs=int(sys.argv[1]) if len(sys.argv) > 1 else 20, batch_size=32, verbose=2)
