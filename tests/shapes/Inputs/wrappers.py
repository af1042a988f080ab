#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Puts every layer of `nnc --list-layers` into every wrapper, two deep and three, and says what nnc makes of it.

usage: wrappers.py NNC [OPTION…]      options of nnc, --main for instance; --masked: behind a Masking

Whatever compiles by itself for a time step must compile within TimeDistributed, but for what is listed here; whatever
does not compile must be refused by an error that names the layer. Nothing may crash. Prints what was compiled and
refused.
"""
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile

VALUES = {"units": "2", "filters": "2", "kernel_size": "1", "pool_size": "1", "activation": "'relu'", "scale": "0.5",
          "rate": "0.25", "input_dim": "7", "output_dim": "2", "target_shape": "(-1,)", "n": "2", "stddev": "0.1",
          "cell": "LSTMCell(2)", "cells": "GRUCell(2)", "output_size": "2", "factor": "0.25",
          "height_factor": "0.25", "width_factor": "0.25", "height": "2", "width": "2",
          "num_tokens": "6", "num_bins": "7", "bin_boundaries": "[-0.5, 0.5]", "vocabulary": "[1, 4]"}
INSTEAD = {"GroupNormalization": ["2"], "Normalization": ["mean=0.5, variance=2.0, axis=None"],
           "EinsumDense": ["'...a,ab->...b', 2"],
           "Permute": ["(1,)", "(2, 1)", "(3, 2, 1)", "(4, 3, 2, 1)"]}
MORE = ["RNN([LSTMCell(2), GRUCell(2)], return_sequences=True, stateful=True)", "Activation('glu')",
        "LSTM(2, stateful=True)", "GRU(2, reset_after=False, return_sequences=True, stateful=True)",
        "GRU(2, dropout=0.5, recurrent_dropout=0.5)", "SimpleRNN(2, activity_regularizer='l2')",
        "Dense(2, activity_regularizer='l1', kernel_regularizer='l2')", "Dropout(0.5, seed=3)"]
SIZES = (2, 3, 5, 4, 4)  # of five dimensions; of fewer the last
# In some places: masks are made of time steps only; a crop is the same for all images.
REFUSED = {"Embedding", "Masking", "RandomCrop"}


def layers(nnc):
    """Calls of every layer but wrappers with the arguments that it must have."""
    listing = subprocess.run([nnc, "--list-layers"], capture_output=True, text=True, check=True).stdout
    for entry in re.split(r"\n\n", listing.strip()):
        name, needed = re.match(r"\w+", entry)[0], re.findall(r"^    (\w+) +required", entry, re.M)
        if "layer" in needed:
            continue
        for given in INSTEAD.get(name) or [", ".join(VALUES[argument] for argument in needed)]:
            yield f"{name}({given})"
    yield from MORE


def compiled(nnc, options, call, rank):
    """None when the model compiles, else the error; a crash ends the run."""
    masked, options = "--masked" in options, [option for option in options if option != "--masked"]
    shape = ", ".join(map(str, SIZES[-rank:]))
    dtype = ", dtype='int32'" if "Embedding" in call else ""
    text = f"model m {{ Input(shape=({shape},), batch_size=2{dtype}) {'Masking() ' if masked else ''}{call} }}\n" \
           "compile(optimizer='sgd', loss='mse')\n"
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "m.nn")
        with open(path, "w") as file:
            file.write(text)
        done = subprocess.run([nnc, *options, path, "-o", os.path.join(folder, "m.c")], capture_output=True, text=True)
    if done.returncode not in (0, 1) or (done.returncode == 1) != ("error:" in done.stderr):
        sys.exit(f"{text}{' '.join(options)}: status {done.returncode}\n{done.stderr}")
    return next((line for line in done.stderr.splitlines() if "error:" in line), None)


def check(nnc, options, call):
    """How many models with this layer compiled and how many were refused."""
    counts = [0, 0]

    def count(wrapped, rank, must=False):
        error = compiled(nnc, options, wrapped, rank)
        counts[error is not None] += 1
        if error and must:
            sys.exit(f"{wrapped} for {rank} dimensions: {error}")
        if error and not re.search("|".join([*re.findall("[A-Z][A-Za-z0-9]+", wrapped), "Masking", "'dims'",
                                             "--stream: the input"]), error):
            sys.exit(f"{wrapped} for {rank} dimensions: the error names no layer: {error}")
        return not error

    for rank in range(2 if "--masked" in options else 1, 5):
        alone = count(call, rank)
        must = alone and not set(options) & {"--stream", "--masked"} and call.split("(")[0] not in REFUSED
        count(f"TimeDistributed({call})", rank + 1, must)
        count(f"Bidirectional({call})", rank)
        if not alone:
            continue
        count(f"TimeDistributed(Bidirectional({call}))", rank + 1)
        count(f"Bidirectional(TimeDistributed({call}))", rank + 1)
        count(f"Bidirectional(Bidirectional({call}))", rank)
        count(f"Bidirectional(LSTM(2), backward_layer={call})", rank)
        if rank < 4:
            count(f"TimeDistributed(TimeDistributed({call}))", rank + 2, must)
            count(f"TimeDistributed(TimeDistributed(Bidirectional({call})))", rank + 2)
    return counts


def main():
    nnc, *options = sys.argv[1:]
    # which is of integers
    calls = [call for call in layers(nnc) if not ("--masked" in options and "Embedding" in call)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        counts = list(pool.map(lambda call: check(nnc, options, call), calls))
    print(f"{sum(good for good, _ in counts)} compiled, {sum(bad for _, bad in counts)} refused")


if __name__ == "__main__":
    main()
