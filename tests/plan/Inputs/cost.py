#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""cost.py [--square] NNC FIRST LAST: chains of equal layers, each twice as long as the one before, and what --emit=cost
says of them.
--square: of the first kind, counted as if each pass asked every operation for every layer, to show that the limit is
one."""
import os
import subprocess
import sys

LIMIT = 2.3
# kind: input, the layers that repeat, how many there are of them in a repetition, the loss, and how many layers to go
# to
KINDS = {
    "dense": ("(16,)", "Dense(16, activation='relu') Dropout(0.1)", 2, 1),
    "frozen": ("(16,)", "Dense(16, trainable=False)", 1, 1),
    "blocks": ("(16,)", "Dense(16) BatchNormalization() Dropout(0.1)", 3, 2),
    "clipped": ("(16,)", "Dense(16, kernel_regularizer=L2(0.01))", 1, 2),
    "noise": ("(16,)", "GaussianNoise(0.1) LayerNormalization() PReLU()", 3, 2),
    "conv": ("(8, 8, 4)", "Conv2D(4, 3, padding='same', activation='relu') SpatialDropout2D(0.1)", 2, 2),
    "lstm": ("(3, 4)", "LSTM(4, return_sequences=True, recurrent_dropout=0.1)", 1, 8),
    "back": ("(3, 4)", "Bidirectional(GRU(2, return_sequences=True)) TimeDistributed(Dense(4))", 2, 8),
}


def cost(nnc, kind, layers):
    shape, body, count, _ = KINDS[kind]
    optimizer = "Adam(global_clipnorm=1.0)" if kind == "clipped" else "'adam'"
    head = "Masking() " if kind == "lstm" else ""
    text = f"model m {{ Input(shape={shape}) {head}{(body + chr(10)) * (layers // count)} }}\n"
    text += f"compile(optimizer={optimizer}, loss='mse')\n"
    environment = {name: value for name, value in os.environ.items() if name != "NNC_CHECK_PLAN"}
    run = subprocess.run([nnc, "-", "--emit=cost"], input=text, stdout=subprocess.PIPE, text=True, check=True,
                         env=environment)
    return {name: int(number) for name, number in (line.split() for line in run.stdout.splitlines())}


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--square"]
    square = len(arguments) < len(sys.argv) - 1
    nnc, first, last = arguments[0], int(arguments[1]), int(arguments[2])
    wrong = 0
    for kind, (_, _, _, share) in list(KINDS.items())[: 1 if square else len(KINDS)]:
        layers, before = first, cost(nnc, kind, first)
        while 2 * layers * share <= last or layers == first:
            layers *= 2
            now = cost(nnc, kind, layers)
            for name in ["all"] + [name for name in now if name != "all"]:
                grown = (now[name] * (layers // first if square else 1)) / before[name]
                if grown > LIMIT:
                    print(f"{kind}: {layers} layers cost {grown:.2f} times as much as {layers // 2} in {name}: "
                          "too much")
                    wrong += 1
            before = now
    print(len(KINDS), "kinds of models")
    return wrong > 0


sys.exit(main())
