# SPDX-License-Identifier: MIT-0
"""Keras on TensorFlow: fit() as its tutorials call it, and the strongest form, a loop over steps inside one
tf.function."""
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import tensorflow as tf
from keras import layers

MODULES = ["tensorflow", "keras"]
tf.config.threading.set_intra_op_parallelism_threads(int(os.environ["BENCH_THREADS"]))
tf.config.threading.set_inter_op_parallelism_threads(int(os.environ["BENCH_THREADS"]))


def build(workload, batch=None):
    relu = {"activation": "relu"}
    rd = {"recurrent_dropout": workload.recurrent_dropout}
    last = layers.Dense(10, activation="softmax")
    network = {
        "mlp": lambda: [layers.Dense(256, **relu), layers.Dropout(0.2), layers.Dense(128, **relu), layers.Dropout(0.2),
                        layers.Dense(64, **relu), layers.Dropout(0.2), last],
        "circles": lambda: [layers.Dense(500, **relu), layers.Dropout(0.4), layers.Dense(1, activation="sigmoid")],
        "lstm": lambda: [layers.LSTM(128, dropout=0.2), last],
        "stacked_lstm": lambda: [layers.LSTM(64, return_sequences=True, **rd), layers.SpatialDropout1D(0.2),
                                 layers.LSTM(32, **rd), layers.Dense(1)],
        "cnn": lambda: [layers.Conv2D(32, 3, **relu), layers.MaxPooling2D(2), layers.SpatialDropout2D(0.2),
                        layers.Conv2D(64, 3, **relu), layers.MaxPooling2D(2), layers.Flatten(),
                        layers.Dense(128, **relu), layers.Dropout(0.5), last],
    }[workload.network]()
    return keras.Sequential([layers.Input(workload.shape, batch_size=batch), *network])


def trainer(workload, mode, batch, x, y):
    model = build(workload)
    loss = {0: "mse", 2: "binary_crossentropy", 10: "sparse_categorical_crossentropy"}[workload.classes]
    optimizer = keras.optimizers.Adam()
    if mode == "fit":
        model.compile(optimizer=optimizer, loss=loss)
        count = len(x) // batch

        def fit(steps):  # in whole epochs: that is what fit() does
            for _ in range(max(1, steps // count)):
                model.fit(x, y, batch_size=batch, epochs=1, verbose=0)

        return fit
    loss_of = keras.losses.get(loss)
    y = y if workload.classes > 2 else y[:, None]
    x, y = tf.constant(x), tf.constant(y)
    count = len(x) // batch
    optimizer.build(model.trainable_variables)

    @tf.function
    def loop(steps):
        for step in tf.range(steps):
            start = step % count * batch
            with tf.GradientTape() as tape:
                value = tf.reduce_mean(loss_of(y[start : start + batch],
                                               model(x[start : start + batch], training=True)))
            optimizer.apply(tape.gradient(value, model.trainable_variables), model.trainable_variables)

    return lambda steps: loop(tf.constant(steps))


def export(workload, batch, path):
    """As the flat buffer of LiteRT."""
    with open(path, "wb") as file:
        file.write(tf.lite.TFLiteConverter.from_keras_model(build(workload, batch)).convert())
