#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Do the examples show what the tutorials say? Trains each with the seeds 0 to 4 and holds the mean of every figure
against the range that Keras 3.15.1 gives: the mean of its own runs, plus or minus the larger of a floor and four
deviations of these.

usage: examples/check.py [--build BUILD] [--seeds N] [--mnist FOLDER] [--list] [NAME …]

All examples when none is named.
"""
import argparse
import csv
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))


class Experiment:
    """`figures`: name → (Keras' mean, half the range). A plain name is of the last epoch, test_… of evaluate(), train_…
    of evaluate() on the training samples `train`: (file, first rows of it)."""

    def __init__(self, name, file, figures, definitions=(), train=None, mnist=False):
        self.name, self.file, self.figures = name, file, figures
        self.definitions, self.train, self.mnist = definitions, train, mnist


CIRCLES = ("circles/circles.csv", 30)
EXPERIMENTS = [
    Experiment("fashion-plain", "fashion/plain.nn", {"val_accuracy": (0.885, 0.012), "loss": (0.163, 0.012)}),
    Experiment("fashion-dropout", "fashion/dropout.nn",
               {"val_accuracy": (0.886, 0.010), "val_loss": (0.334, 0.045), "loss": (0.260, 0.010)}),
    Experiment("toy", "toy/dropout.nn", {"val_loss": (0.328, 0.04)}),
    Experiment("iterations-plain", "iterations/inverted.nn", {"test_accuracy": (0.855, 0.012)}, ["rate=0"]),
    Experiment("iterations-dropout", "iterations/inverted.nn", {"test_accuracy": (0.840, 0.014)}),
    Experiment("iterations-classic", "iterations/classic.nn", {"test_accuracy": (0.840, 0.014)}),
    Experiment("mnist-plain", "iterations/inverted.nn", {"test_accuracy": (0.962, 0.006)}, ["rate=0"], mnist=True),
    Experiment("mnist-dropout", "iterations/inverted.nn", {"test_accuracy": (0.948, 0.006)}, mnist=True),
    Experiment("circles-plain", "circles/plain.nn",
               {"train_accuracy": (1.0, 0.0), "test_accuracy": (0.765, 0.05), "test_loss": (2.2, 0.5)}, train=CIRCLES),
    Experiment("circles-dropout", "circles/dropout.nn",
               {"train_accuracy": (0.967, 0.035), "test_accuracy": (0.79, 0.05), "test_loss": (0.54, 0.08)},
               train=CIRCLES),
    Experiment("sequence-plain", "sequence/plain.nn", {"val_loss": (0.212, 0.04)}),
    Experiment("sequence-after", "sequence/after.nn", {"val_loss": (0.212, 0.04)}),
    Experiment("sequence-input", "sequence/input.nn", {"val_loss": (0.251, 0.04)}),
    Experiment("names-plain", "names/names.nn", {"val_loss": (2.091, 0.31)}, ["rate=0"]),
    Experiment("names-dropout", "names/names.nn", {"val_loss": (1.719, 0.04)}),
    Experiment("pictures-plain", "pictures/plain.nn", {"val_accuracy": (0.8545, 0.015)}),
    Experiment("pictures-dropout", "pictures/dropout.nn", {"val_accuracy": (0.857, 0.015)}),
    Experiment("pictures-spatial", "pictures/spatial.nn", {"val_accuracy": (0.851, 0.015)}),
    # The tables and the airlines: keras_ranges.py, half the range four deviations.
    Experiment("diabetes", "tables/diabetes.nn", {"val_accuracy": (0.729, 0.078)}),
    Experiment("cars", "tables/cars.nn", {"val_mae": (1.66, 0.8)}),
    Experiment("passengers", "tables/passengers.nn", {"val_accuracy": (0.844, 0.065)}),
    Experiment("flowers", "tables/flowers.nn", {"val_accuracy": (0.947, 0.073)}),
    Experiment("airline", "series/airline.nn", {"val_mae": (63.2, 19.2)}),
    # Keras' activity differs much from seed to seed: half the range is one deviation. Weather is of 24 seeds, since
    # five say less than they seem to: of 100 draws of initial weights each, Keras' and nnc's train alike.
    Experiment("activity", "series/activity.nn", {"val_accuracy": (0.875, 0.13)}),
    Experiment("reviews", "series/reviews.nn", {"val_accuracy": (0.864, 0.049)}),
    Experiment("letters", "series/letters.nn", {"val_accuracy": (0.387, 0.022)}),
    Experiment("weather", "series/weather.nn", {"val_mae": (0.451, 0.053)}),
    Experiment("visible", "visible/dropout.nn", {"test_accuracy": (0.884, 0.008), "test_loss": (0.3225, 0.012)}),
]


def run(command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


def compile_program(experiment, nnc, folder, definitions):
    """The example's program."""
    source, program = os.path.join(folder, "model.c"), os.path.join(folder, "model")
    flags = [f"-D{definition}" for definition in definitions]
    run([nnc, "--main", *flags, os.path.join(HERE, experiment.file), "-o", source])
    compiler = shlex.split(os.environ.get("CC", "cc")) + shlex.split(os.environ.get("CFLAGS", "-O3 -march=native"))
    run([*compiler, *shlex.split(run([nnc, "--cflags"])), source, "-o", program, *shlex.split(run([nnc, "--libs"]))])
    return program


def evaluate(program, data, weights, *files):
    return json.loads(run([program, "evaluate", "--data-dir", data, "--weights", weights, "--json", *files]))


def train_file(experiment, folder):
    """A file of the first samples only."""
    name, rows = experiment.train
    path = os.path.join(folder, "train.csv")
    with open(os.path.join(HERE, name), encoding="utf-8") as whole, open(path, "w", encoding="utf-8") as part:
        part.writelines(next(whole) for _ in range(1 + rows))
    return path


def train(experiment, program, folder, seed):
    """All figures of a run, by name."""
    data = os.path.join(HERE, os.path.dirname(experiment.file))
    history, weights = os.path.join(folder, "history.csv"), os.path.join(folder, "weights.safetensors")
    run([program, "fit", "--data-dir", data, "--seed", str(seed), "--verbose", "0", "--history", history, "--save",
         weights])
    with open(history, newline="", encoding="utf-8") as file:
        figures = {name: float(value) for name, value in list(csv.DictReader(file))[-1].items()}
    if any(name.startswith("test_") for name in experiment.figures):
        figures.update({f"test_{name}": value for name, value in evaluate(program, data, weights).items()})
    if experiment.train:
        path = train_file(experiment, folder)
        found = evaluate(program, data, weights, "--x", path, "--y", path)
        figures.update({f"train_{name}": value for name, value in found.items()})
    return figures


def check(experiment, options):
    """Prints a line for each figure; the number of those outside of their range."""
    definitions = list(experiment.definitions)
    if experiment.mnist:
        definitions.append(f"data='{os.path.abspath(options.mnist)}/'")
    with tempfile.TemporaryDirectory() as folder:
        program = compile_program(experiment, os.path.join(options.build, "nnc"), folder, definitions)
        started = time.time()
        runs = [train(experiment, program, folder, seed) for seed in range(options.seeds)]
        seconds = (time.time() - started) / options.seeds
    outside = 0
    for name, (keras, half) in experiment.figures.items():
        values = [figures[name] for figures in runs]
        mean = statistics.mean(values)
        good = abs(mean - keras) <= half + 5e-5  # the figures of Keras are rounded
        outside += not good
        print(f"| {experiment.name} | {name} | {mean:.4f} | {min(values):.4f} to {max(values):.4f} "
              f"| {keras:g} ± {half:g} | {'yes' if good else '**no**'} | {seconds:.1f} |", flush=True)
    return outside


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--build", default=os.path.join(os.path.dirname(HERE), "build"))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--mnist", help="a folder with the files of MNIST, named as those of Fashion-MNIST")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    unknown = set(options.names) - {experiment.name for experiment in EXPERIMENTS}
    if unknown:
        parser.error(f"no such example: {', '.join(sorted(unknown))}")
    chosen = [experiment for experiment in EXPERIMENTS
              if experiment.name in options.names or (not options.names and (options.mnist or not experiment.mnist))]
    if options.list:
        print("\n".join(experiment.name for experiment in chosen))
        return 0
    print(f"| example | figure | mean of {options.seeds} | least to greatest | Keras | in range | seconds a run |\n"
          "|---|---|---|---|---|---|---|", flush=True)
    return 1 if sum(check(experiment, options) for experiment in chosen) else 0


if __name__ == "__main__":
    sys.exit(main())
