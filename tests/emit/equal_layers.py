# SPDX-License-Identifier: MIT-0
"""equal_layers.py chains FOLDER: writes models that are chains of equal layers.  equal_layers.py size FILE BYTES: fails
from BYTES on."""
import os
import sys

LAYERS = {
    "dense": ("shape=(64,)", "Dense(64, activation='relu')", ""),
    "lstm": ("shape=(8, 16)", "LSTM(16, return_sequences=True, dropout=0.1, recurrent_dropout=0.2)", "    Flatten()\n"),
}


def chains(folder):
    os.makedirs(folder, exist_ok=True)
    for kind, count in [("dense", 12), ("dense", 15), ("dense", 40), ("dense", 1000), ("lstm", 5), ("lstm", 12)]:
        shape, layer, last = LAYERS[kind]
        with open(f"{folder}/{kind}_{count}.nn", "w") as file:
            file.write(f"model chain {{\n    Input({shape})\n" + f"    {layer}\n" * count + last +
                       "    Dense(10, activation='softmax')\n}\n"
                       "compile(optimizer=Adam(), loss='sparse_categorical_crossentropy')\n")


if sys.argv[1] == "chains":
    chains(sys.argv[2])
else:
    size = os.path.getsize(sys.argv[2])
    sys.exit(f"{size} bytes" if size >= int(sys.argv[3]) else 0)
