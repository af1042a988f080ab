#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""What Keras reaches in examples/tables, examples/series and pictures/augmented.nn: the ranges of check.py. The same
data, prepared as the model files say, the same layers, seeds 0 to 4, each with its own random split where the model
file shuffles rows.

usage: KERAS_BACKEND=tensorflow examples/keras_ranges.py [NAME …]
"""

import csv
import gzip
import json
import os
import sys

import keras
import numpy as np
from keras import layers as L

HERE = os.path.dirname(os.path.abspath(__file__))


def table(name):
    with open(os.path.join(HERE, name), newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def numbers(rows, column, fill=np.mean):
    values = np.array([np.nan if row[column] in ("", "?") else float(row[column]) for row in rows])
    return np.where(np.isnan(values), fill(values[~np.isnan(values)]), values)


def one_hot(rows, column):
    names = sorted({row[column] for row in rows} - {""})
    most = max(names, key=lambda name: sum(row[column] == name for row in rows))
    return np.array([[(row[column] or most) == name for name in names] for row in rows], float)


def standard(values, count):
    return (values - values[:count].mean(0)) / values[:count].std(0)


def stratified(y, draw):
    """An order in which every part has the same share of each class."""
    order = draw.permutation(len(y))
    seen, place = {}, np.zeros(len(y))
    for i in order:
        seen[y[i]] = seen.get(y[i], 0) + 1
        place[i] = seen[y[i]]
    return np.array(sorted(order, key=lambda i: (place[i] - 0.5) / seen[y[i]]))


def split(x, y, part, order=None, scaled=slice(0, 0)):
    """Training and validation data, columns `scaled` standardized by the former."""
    order = np.arange(len(y)) if order is None else order
    x, y, count = np.array(x[order], np.float32), y[order], int(np.floor(len(y) * (1 - part)))
    x[:, scaled] = standard(x[:, scaled], count)
    return x[:count], y[:count], x[count:], y[count:]


def windows(values, target, length, stride, ahead):
    last = np.arange(length - 1, len(values) - ahead, stride)
    return np.stack([values[i - length + 1 : i + 1] for i in last]), target[last + ahead]


def diabetes(draw):
    rows = table("tables/diabetes.csv")
    x, y = np.stack([numbers(rows, name) for name in list(rows[0])[:8]], 1), numbers(rows, "outcome")
    return (
        split(x, y, 0.25, stratified(y, draw), slice(0, 8)),
        [L.Dense(12, "relu"), L.Dense(8, "relu"), L.Dense(1, "sigmoid")],
        dict(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"]),
        dict(epochs=60, batch_size=16),
    )


def cars(draw):
    rows = table("tables/cars.csv")
    names = ("cylinders", "displacement", "horsepower", "weight", "acceleration", "year")
    x = np.concatenate([np.stack([numbers(rows, name) for name in names], 1), one_hot(rows, "origin")], 1)
    return (
        split(x, numbers(rows, "mpg"), 0.2, draw.permutation(len(rows)), slice(0, 6)),
        [L.Dense(64, "relu"), L.Dense(64, "relu"), L.Dense(1)],
        dict(optimizer=keras.optimizers.RMSprop(0.001), loss="mse", metrics=["mae"]),
        dict(epochs=60, batch_size=32),
    )


def passengers(draw):
    rows = table("tables/passengers.csv")
    x = np.concatenate(
        [
            np.stack([numbers(rows, name, np.median) for name in ("age", "siblings", "parents", "fare")], 1),
            *(one_hot(rows, name) for name in ("class", "sex", "port")),
        ],
        1,
    )
    y = numbers(rows, "survived")
    return (
        split(x, y, 0.2, stratified(y, draw), slice(0, 4)),
        [L.Dense(32, "relu"), L.Dropout(0.2), L.Dense(16, "relu"), L.Dense(1, "sigmoid")],
        dict(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"]),
        dict(epochs=30, batch_size=32),
    )


def flowers(draw):
    rows = table("tables/flowers.csv")
    x, y = np.stack([numbers(rows, name) for name in list(rows[0])[:4]], 1), one_hot(rows, "species").argmax(1)
    return (
        split(x, y, 0.2, stratified(y, draw), slice(0, 4)),
        [L.Dense(16, "relu"), L.Dense(3, "softmax")],
        dict(optimizer=keras.optimizers.Adam(0.01), loss="sparse_categorical_crossentropy", metrics=["accuracy"]),
        dict(epochs=50, batch_size=16),
    )


class Restored(keras.metrics.MeanAbsoluteError):
    """In the units of the target."""

    deviation = 1.0

    def result(self):
        return super().result() * self.deviation


def forecast(values, target, length, part, epochs, batch_size, rate):
    x, y = windows(values, target, length, 1, 1)
    count = int(np.floor(len(y) * (1 - part)))
    x = (x - x[:count].mean((0, 1))) / x[:count].std((0, 1))
    metric = Restored(name="mae")
    metric.deviation = float(y[:count].std())
    y = (y - y[:count].mean()) / y[:count].std()
    return (
        (x[:count], y[:count], x[count:], y[count:]),
        [L.LSTM(16), L.Dense(1)],
        dict(optimizer=keras.optimizers.Adam(rate), loss="mse", metrics=[metric]),
        dict(epochs=epochs, batch_size=batch_size),
    )


def weather(draw):
    rows = table("series/weather.csv")
    values = np.stack([numbers(rows, name) for name in ("temperature", "pressure", "humidity")], 1)
    return forecast(values, values[:, 0], 24, 0.2, 8, 32, 0.003)


def airline(draw):
    values = numbers(table("series/airline.csv"), "passengers")
    return forecast(values[:, None], values, 12, 0.33, 60, 8, 0.01)


def activity(draw):
    rows = table("series/activity.csv")
    x, y = windows(
        np.stack([numbers(rows, name) for name in "xyz"], 1), one_hot(rows, "activity").argmax(1), 50, 10, 0
    )
    return (
        split(x, y, 0.25),
        [
            L.Conv1D(16, 7, activation="relu"),
            L.MaxPooling1D(2),
            L.Conv1D(32, 5, activation="relu"),
            L.GlobalAveragePooling1D(),
            L.Dropout(0.3),
            L.Dense(4, "softmax"),
        ],
        dict(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"]),
        dict(epochs=20, batch_size=16),
    )


def reviews(draw):
    with open(os.path.join(HERE, "series/reviews.jsonl"), encoding="utf-8") as lines:
        x = keras.utils.pad_sequences([json.loads(line) for line in lines], 40)
    return (
        split(x, numbers(table("series/reviews.csv"), "good"), 0.25),
        [L.Embedding(100, 16, mask_zero=True), L.Bidirectional(L.LSTM(16)), L.Dense(1, "sigmoid")],
        dict(optimizer=keras.optimizers.Adam(0.003), loss="binary_crossentropy", metrics=["accuracy"]),
        dict(epochs=8, batch_size=32),
    )


def letters(draw):
    with open(os.path.join(HERE, "names/dinosaurs.txt"), encoding="utf-8") as file:
        text = file.read()
    places = {c: i for i, c in enumerate(sorted(set(text)))}
    tokens = np.array([places[c] for c in text])
    x, y = windows(tokens, tokens, 20, 3, 1)
    return (
        split(x, y, 0.1),
        [L.Embedding(27, 16), L.LSTM(64), L.Dense(27, "softmax")],
        dict(optimizer=keras.optimizers.Adam(0.005), loss="sparse_categorical_crossentropy", metrics=["accuracy"]),
        dict(epochs=5, batch_size=64),
    )


def augmented(draw):
    def idx(name, skip, count):
        with gzip.open("/usr/share/datasets/fashion-mnist/" + name) as file:
            return np.frombuffer(file.read(), np.uint8)[skip:][:count]

    images = [
        idx(f"{part}-images-idx3-ubyte.gz", 16, n * 784).reshape(n, 28, 28, 1) / 255
        for part, n in (("train", 6000), ("t10k", 2000))
    ]
    labels = [idx(f"{part}-labels-idx1-ubyte.gz", 8, n) for part, n in (("train", 6000), ("t10k", 2000))]
    stack = [
        L.RandomFlip("horizontal"),
        L.RandomTranslation(0.05, 0.05),
        L.Conv2D(16, 3, padding="same", activation="relu"),
        L.BatchNormalization(),
        L.MaxPooling2D(2),
        L.Conv2D(32, 3, padding="same", activation="relu"),
        L.BatchNormalization(),
        L.MaxPooling2D(2),
        L.Flatten(),
        L.Dropout(0.3),
        L.Dense(10, "softmax"),
    ]
    return (
        (images[0], labels[0], images[1], labels[1]),
        stack,
        dict(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"]),
        dict(epochs=5, batch_size=32),
    )


if __name__ == "__main__":
    examples = (diabetes, cars, passengers, flowers, weather, airline, activity, reviews, letters, augmented)
    for example in examples:
        if sys.argv[1:] and example.__name__ not in sys.argv[1:]:
            continue
        reached = []
        for seed in range(5):
            keras.utils.set_random_seed(seed)
            (x, y, val_x, val_y), stack, compiled, fitted = example(np.random.default_rng(seed))
            model = keras.Sequential([keras.Input(x.shape[1:]), *stack])
            model.compile(**compiled)
            history = model.fit(x, y, validation_data=(val_x, val_y), verbose=0, **fitted).history
            reached.append([history[name][-1] for name in sorted(history) if name.startswith("val_")])
        names = [name for name in sorted(history) if name.startswith("val_")]
        print(
            example.__name__,
            *(
                f"{name} {mean:.4f} sd {sd:.4f}"
                for name, mean, sd in zip(names, np.mean(reached, 0), np.std(reached, 0, ddof=1))
            ),
            flush=True,
        )
