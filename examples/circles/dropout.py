#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""What dropout.nn says, in Keras: to compare the text, the figures and the time. usage: circles/dropout.py [EPOCHS]"""
import os
import sys

import keras
import numpy as np
from keras import layers

RATE = 0.4
HERE = os.path.dirname(os.path.abspath(__file__))
data = np.loadtxt(os.path.join(HERE, "circles.csv"), delimiter=",", skiprows=1, dtype="float32")
x, y = data[:, :2], data[:, 2]
train, test = slice(0, 30), slice(30, 100)

model = keras.Sequential([
    layers.Input(shape=(2,)),
    layers.Dense(500, activation="relu"),
    layers.Dropout(RATE),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x=x[train], y=y[train], validation_data=(x[test], y[test]),
          epochs=int(sys.argv[1]) if len(sys.argv) > 1 else 4000, batch_size=32, verbose=2)
model.evaluate(x=x[test], y=y[test], verbose=2)
