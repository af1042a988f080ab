# SPDX-License-Identifier: MIT-0
"""generate.py: what Keras 3.15.1 (on TensorFlow) makes of Inputs/texts.csv → Inputs/NAME.npy, for each case.

Needs: pip install keras==3.15.1 tensorflow-cpu.
"""
import csv
import os
import pathlib

os.environ["KERAS_BACKEND"] = "tensorflow"
import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

from cases import CASES, LEARNED_ROWS  # noqa: E402

INPUTS = pathlib.Path(__file__).parent / "Inputs"
with open(INPUTS / "texts.csv", encoding="utf-8") as file:
    rows = list(csv.DictReader(file))
for name, text, columns in CASES:
    layer = eval(text, vars(keras.layers))
    x = tf.constant([[row[column] for column in columns] for row in rows])
    if "vocabulary" not in text and not text.startswith("Hashing"):
        layer.adapt(x[:LEARNED_ROWS])
    y = np.asarray(layer(x))
    np.save(INPUTS / f"{name}.npy", np.asarray(y, np.float32).reshape(len(rows), -1))
    print(name, y.shape, layer.get_vocabulary()[:8] if hasattr(layer, "get_vocabulary") else "")
