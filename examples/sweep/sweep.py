#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""How much dropout is good? Trains dropout.nn with -D rate=… for several rates and seeds; writes results.csv, a table
and a plot.

usage: examples/sweep/sweep.py [--build BUILD] [--rates 0,0.1,…] [--seeds N] [--epochs N] [--samples N]
                               [--output FOLDER]
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

HERE = os.path.dirname(os.path.abspath(__file__))
FIGURES = ("accuracy", "val_accuracy", "loss", "val_loss")  # the first of each pair: training samples, without dropout


def run(command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def measure(nnc, rate, options):
    """The figures of every seed."""
    with tempfile.TemporaryDirectory() as folder:
        source, program = os.path.join(folder, "sweep.c"), os.path.join(folder, "sweep")
        history, weights = os.path.join(folder, "history.csv"), os.path.join(folder, "weights.safetensors")
        run([nnc, "--main", f"-Drate={rate}", f"-Dsamples={options.samples}", os.path.join(HERE, "dropout.nn"), "-o",
             source])
        compiler = shlex.split(os.environ.get("CC", "cc")) + shlex.split(os.environ.get("CFLAGS", "-O3 -march=native"))
        run([*compiler, *shlex.split(run([nnc, "--cflags"])), source, "-o", program,
             *shlex.split(run([nnc, "--libs"]))])
        for seed in range(options.seeds):
            run([program, "fit", "--seed", str(seed), "--epochs", str(options.epochs), "--verbose", "0",
                 "--history", history, "--save", weights])
            with open(history, newline="", encoding="utf-8") as file:
                last = list(csv.DictReader(file))[-1]
            found = json.loads(run([program, "evaluate", "--weights", weights, "--json"]))
            row = {"rate": rate, "seed": seed, "accuracy": found["accuracy"], "loss": found["loss"]}
            row.update({name: float(last[name]) for name in ("val_accuracy", "val_loss")})
            print(", ".join(f"{name} {value:g}" for name, value in row.items()), file=sys.stderr, flush=True)
            yield row


def table(rows, rates):
    lines = ["| rate | accuracy: training | validation | loss: training | validation |", "|---|---|---|---|---|"]
    for rate in rates:
        cells = []
        for name in FIGURES:
            values = [row[name] for row in rows if row["rate"] == rate]
            cells.append(f"{statistics.mean(values):.4f} ({min(values):.4f} to {max(values):.4f})")
        lines.append(f"| {rate:g} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


STYLE = """<style>
svg{--paper:#fffff8;--ink:#161616;--soft:#6b6b66;--train:#8a8a84;--valid:#a3122b;font:13px Palatino,Georgia,serif}
@media (prefers-color-scheme:dark){svg{--paper:#151515;--ink:#e4e2da;--soft:#9b9990;--train:#8f8d86;--valid:#f2788a}}
rect{fill:var(--paper)}text{fill:var(--soft)}.h{fill:var(--ink);font-style:italic;font-size:16px}
.a{stroke:var(--soft);fill:none}
.t{stroke:var(--train)}.v{stroke:var(--valid);stroke-width:1.75}.t,.v{fill:none}
.td{fill:var(--train)}.vd{fill:var(--valid)}
.td,.vd{fill-opacity:.55}text.tl{fill:var(--train)}text.vl{fill:var(--valid)}
</style>"""


def panel(rows, rates, title, names, left):
    """Mean lines, a dot for each seed, names at the ends of the lines."""
    values = [row[name] for row in rows for name in names]
    low, high = min(values), max(values)
    x = lambda rate: left + 50 + 240 * (rate - rates[0]) / ((rates[-1] - rates[0]) or 1)
    y = lambda value: 240 - 190 * (value - low) / ((high - low) or 1)
    parts = [f'<text class="h" x="{left}" y="24">{title}</text>']
    parts.append(f'<path class="a" d="M{x(rates[0]):.1f} 252H{x(rates[-1]):.1f}M{left + 40} 240V50"/>')
    parts += [f'<text x="{x(rate):.1f}" y="270" text-anchor="middle">{rate:g}</text>' for rate in rates]
    step = next(s for s in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2) if (high - low) / s <= 6)
    tick = -(-low // step) * step
    while tick <= high + 1e-9:
        label = f"{tick:.{2 if step < 0.1 else 1}f}"
        parts.append(f'<text x="{left + 34}" y="{y(tick) + 4:.1f}" text-anchor="end">{label}</text>')
        tick += step
    ends = []
    for name, style in zip(names, "tv"):
        means = [statistics.mean(row[name] for row in rows if row["rate"] == rate) for rate in rates]
        parts += [f'<circle class="{style}d" cx="{x(row["rate"]):.1f}" cy="{y(row[name]):.1f}" r="2"/>' for row in rows]
        line = "L".join(f"{x(rate):.1f} {y(mean):.1f}" for rate, mean in zip(rates, means))
        parts.append(f'<path class="{style}" d="M{line}"/>')
        ends.append(y(means[-1]))
    if abs(ends[0] - ends[1]) < 15:
        middle, half = sum(ends) / 2, 7.5 if ends[0] < ends[1] else -7.5
        ends = [middle - half, middle + half]
    for end, style, word in zip(ends, "tv", ("training", "validation")):
        parts.append(f'<text class="{style}l" x="{left + 298}" y="{end + 4:.1f}">{word}</text>')
    parts.append(f'<text x="{left + 310}" y="270">rate</text>')
    return "\n".join(parts)


def plot(rows, rates):
    title = "accuracy and loss of training and validation against the rate of dropout"
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 780 290" role="img">'
            f'<title>{title}</title>\n{STYLE}\n'
            f'<rect width="780" height="290"/>\n{panel(rows, rates, "accuracy", FIGURES[:2], 20)}\n'
            f'{panel(rows, rates, "loss", FIGURES[2:], 410)}\n</svg>\n')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(os.path.dirname(os.path.dirname(HERE)), "build"))
    parser.add_argument("--rates", default="0,0.1,0.2,0.3,0.5,0.7")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--samples", type=int, default=10000)
    parser.add_argument("--output", default=HERE)
    options = parser.parse_args()
    rates = [float(rate) for rate in options.rates.split(",")]
    rows = [row for rate in rates for row in measure(os.path.join(options.build, "nnc"), rate, options)]
    os.makedirs(options.output, exist_ok=True)
    with open(os.path.join(options.output, "results.csv"), "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ("rate", "seed", *FIGURES), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    with open(os.path.join(options.output, "sweep.svg"), "w", encoding="utf-8") as file:
        file.write(plot(rows, rates))
    print(table(rows, rates), end="")


if __name__ == "__main__":
    main()
