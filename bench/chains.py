# SPDX-License-Identifier: MIT-0
"""Seconds and memory of nnc itself on long chains of layers."""
import os
import statistics
import subprocess
import time

END = "}\ncompile(optimizer='adam', loss='mse')\n"
CHAINS = [  # what is said of it; its layers in their order; how many times they stand one after another
    ("Dense, Dropout", "Input(shape=(16,))", ["Dense(16)", "Dropout(0.1)"], 500),
    ("Dense, Dropout", "Input(shape=(16,))", ["Dense(16)", "Dropout(0.1)"], 1000),
    ("Dense, Dropout", "Input(shape=(16,))", ["Dense(16)", "Dropout(0.1)"], 2000),
    ("Dense, Dropout", "Input(shape=(16,))", ["Dense(16)", "Dropout(0.1)"], 5000),
    ("Dense, BatchNormalization, Dropout", "Input(shape=(16,))", ["Dense(16)", "BatchNormalization()", "Dropout(0.1)"],
     800),
    ("LSTM with recurrent dropout", "Input(shape=(10, 8))",
     ["LSTM(8, return_sequences=True, dropout=0.1, recurrent_dropout=0.1)"], 300),
    ("Conv2D", "Input(shape=(16, 16, 4))", ["Conv2D(4, 3, padding='same', activation='relu')"], 300),
]


def measure(nnc, folder, turns, before):
    """A row for each chain: what it is, its layers, the median of seconds, the most bytes."""
    model, c = os.path.join(folder, "chain.nn"), os.path.join(folder, "chain.c")
    for what, start, layers, count in CHAINS:
        with open(model, "w", encoding="utf-8") as file:
            file.write("model chain {\n" + start + "\n" + "\n".join(layers * count) + "\n" + END)
        seconds, most = [], 0
        for _ in range(turns):
            began = time.perf_counter()
            process = subprocess.Popen([nnc, model, "-o", c], preexec_fn=before)
            _, status, usage = os.wait4(process.pid, 0)
            if status:
                raise SystemExit(f"nnc failed on {count} times {what}")
            seconds.append(time.perf_counter() - began)
            most = max(most, usage.ru_maxrss * 1024)
        yield what, count * len(layers), statistics.median(seconds), most
