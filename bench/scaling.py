#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Measures steps of training in one thread and in more, fits a model of their time, and writes docs/scaling.md.

The model of a step of B samples in P threads, with s, u and m fitted to what was measured (least squares of the
relative errors; m at 2 threads is m):

    t(B, P) = (s B + u) / P + m P / 2    for P > 1, and s B + u for 1
"""
import argparse
import os
import re
import statistics
import subprocess
import sys

import numpy

from bench import Nnc, pin, processor, save_data
from report import table

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(here)
NETWORKS = {"T1": (32, 64, 128, 256), "T3a": (32, 64, 128), "T4": (32, 64, 128)}
PREDICTED = (4, 8, 16, 32, 64, 128)

HEAD = """# Scaling

Written by `bench/scaling.py`, on {cores} cores of {processor}: microseconds of a step of training (`./model bench`),
medians of {turns} turns with the least and the greatest; networks as in `docs/performance.md`. One thread and more took
turns, {conditions}.

## Measured

"""

MODEL = """
## The model

A step of B samples in P threads takes t = (s B + u) / P, and where P > 1 also m P / 2: s is what a sample takes, u what
the weights take whatever the batch (the optimizer, transposed and packed kernels), m what two threads take to meet
behind all rounds of a step, to hand each other what the other has made last, and for what one of them makes alone. All
threads count down one number, so m grows with their number. Fitted to the table above:

"""

PREDICTION = """
## Prediction, not measured

What the model says of more cores than were there: steps of one thread in the time of one. It knows nothing of memory
that several processors share or of cores that are farther from each other than the two that were measured; the columns
behind the greatest number only cost. `fit` takes no more threads than pay for themselves (`--verbose 2` says how many).

"""


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(root, "build"))
    parser.add_argument("--networks", default=",".join(NETWORKS), help="default: %(default)s")
    parser.add_argument("--batches", help="only these sizes of the batch")
    parser.add_argument("--threads", default="1,2", help="default: %(default)s")
    parser.add_argument("--turns", type=int, default=5, help="default: %(default)s")
    parser.add_argument("--realtime", action="store_true", help="before all other processes, as root")
    parser.add_argument("--cc", default=os.environ.get("CC", "cc"))
    parser.add_argument("--cflags", default=os.environ.get("BENCH_CFLAGS", "-O3 -march=native"))
    parser.add_argument("-o", "--output", default=os.path.join(root, "docs", "scaling.md"), help="or -")
    options = parser.parse_args()
    options.core = max(os.sched_getaffinity(0))
    options.python = sys.executable
    return options


def step_time(nnc, threads):
    """Microseconds of a step; the program's own median of some."""
    words = subprocess.check_output([nnc.path, "bench", f"--threads={threads}"], text=True,
                                    preexec_fn=pin(nnc.options, threads))
    return float(re.search(r"^fit .* ([0-9.]+) us per batch", words, re.MULTILINE).group(1))


def measure(options, network):
    """{(batch, threads): [microseconds]}"""
    batches = [int(b) for b in options.batches.split(",")] if options.batches else NETWORKS[network]
    numbers = [int(threads) for threads in options.threads.split(",")]
    data = save_data(options, network)
    times = {}
    for batch in batches:
        nnc = Nnc(options, network, batch, data, 1)
        for _ in range(options.turns):
            for threads in numbers:
                times.setdefault((batch, threads), []).append(step_time(nnc, threads))
    return times


def fit_model(times):
    """s, u, m, and the greatest relative error."""
    points = [(batch, threads, statistics.median(all_times)) for (batch, threads), all_times in times.items()]
    rows = [[b / p / t, 1 / p / t, (p / 2 if p > 1 else 0) / t] for b, p, t in points]
    (s, u, m), *_ = numpy.linalg.lstsq(numpy.array(rows), numpy.ones(len(rows)), rcond=None)
    return s, u, m, max(abs(numpy.dot(row, (s, u, m)) - 1) for row in rows)


def model_time(fitted, batch, threads):
    s, u, m, _ = fitted
    return (s * batch + u) / threads + (m * threads / 2 if threads > 1 else 0)


def spread(times):
    return f"{statistics.median(times):.0f} [{min(times):.0f}–{max(times):.0f}]"


def write(options, measured):
    numbers = [int(threads) for threads in options.threads.split(",")]
    conditions = "before all other processes" if options.realtime else "beside whatever else ran"
    text = HEAD.format(cores=len(os.sched_getaffinity(0)), processor=processor(), turns=options.turns,
                       conditions=conditions)
    rows, fits, predictions = [], [], []
    for network, times in measured.items():
        fitted = fit_model(times)
        s, u, m, error = fitted
        fits.append([network, f"{s:.2f}", f"{u:.0f}", f"{m:.0f}", f"{100 * error:.0f} %"])
        for batch in dict.fromkeys(batch for batch, _ in times):
            one = statistics.median(times[batch, numbers[0]])
            rows.append([network, str(batch), *(spread(times[batch, threads]) for threads in numbers),
                         *(f"{one / statistics.median(times[batch, threads]):.2f}" for threads in numbers[1:])])
            gains = [model_time(fitted, batch, 1) / model_time(fitted, batch, p) for p in PREDICTED]
            predictions.append([network, str(batch), *(f"{gain:.1f}" for gain in gains)])
    text += table(["", "batch", *(f"{n} thread{'s' * (n > 1)}" for n in numbers),
                   *(f"gain of {n}" for n in numbers[1:])], rows)
    text += MODEL + table(["", "s, us", "u, us", "m, us", "greatest error"], fits)
    text += PREDICTION + table(["", "batch", *(f"{p} threads" for p in PREDICTED)], predictions)
    if options.output == "-":
        print(text)
    else:
        with open(options.output, "w", encoding="utf-8") as file:
            file.write(text)


def main():
    options = parse_options()
    os.makedirs(os.path.join(options.build, "bench"), exist_ok=True)
    if options.realtime:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(51))
    write(options, {network: measure(options, network) for network in options.networks.split(",")})


if __name__ == "__main__":
    main()
