#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Measures steps of training in threads and in processes of MPI, fits a model of their time, writes docs/scaling.md.

What is measured goes into a file (--measured), to which every run adds turns; --write makes the page of it.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import time

import namespaces
from bench import Nnc, pin, processor, save_data
from scaling_page import page

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(here)
NETWORKS = {"T1": (32, 128, 512), "T3a": (32, 128), "T4": (32, 128)}
EPOCHS = 8
MPIRUN = "mpirun --oversubscribe --allow-run-as-root --bind-to none".split()
LINKS = {"no limit": (None, 0), "1 Gbit/s": (1e9, 0), "100 Mbit/s": (1e8, 0), "1 Gbit/s, 200 us": (1e9, 2e-4)}


class Ranks(Nnc):
    """The same program as processes of MPI."""

    modes = ("--mpi",)

    def build(self, path, *arguments):
        self.path = path + "_ranks"
        return super().build(self.path, *arguments)

    def step_time(self, ranks, launcher=()):
        """Microseconds: what more epochs of fit take longer, for mpirun hands on lines when it likes."""
        command = [*MPIRUN, *launcher, "-n", str(ranks), self.path, "fit", *self.data, "--threads=1", "--verbose=0"]
        seconds = []
        for epochs in (1, 1 + EPOCHS):
            start = time.perf_counter()
            subprocess.run([*command, f"--epochs={epochs}"], check=True)
            seconds.append(time.perf_counter() - start)
        return (seconds[1] - seconds[0]) / EPOCHS / -(-self.workload.samples // self.batch) * 1e6

    def traffic(self):
        """What the plan says of a step: meetings, bytes for each sample, bytes in any case, bytes of all weights."""
        model = os.path.join(here, "models", self.workload.network + ".nn")
        plan = subprocess.check_output([os.path.join(self.options.build, "nnc"), "--mpi", "-D", f"batch={self.batch}",
                                        "--emit=plan", model], text=True)
        given = re.findall(r"^  all get(, in each of (\d+) steps,)?.*: batch \* (\d+) \+ (\d+) bytes$", plan,
                           re.MULTILINE)
        words = subprocess.check_output([self.path, "summary"], text=True)
        weights = int(re.search(r"Total params: ([\d,]+)", words).group(1).replace(",", ""))
        return [1 + sum(int(steps or 1) for _, steps, _, _ in given), sum(int(each) for _, _, each, _ in given),
                sum(int(all_) for _, _, _, all_ in given), 4 * weights]


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(root, "build"))
    parser.add_argument("--networks", default=",".join(NETWORKS), help="default: %(default)s")
    parser.add_argument("--batches", help="only these sizes of the batch")
    parser.add_argument("--threads", default="1,2", help="default: %(default)s")
    parser.add_argument("--ranks", default="1,2,3,4", help="'' for none; default: %(default)s")
    parser.add_argument("--links", action="store_true", help="2 processes in network namespaces, as root, on a quiet "
                        "machine: not with --realtime, which starves the network")
    parser.add_argument("--turns", type=int, default=3, help="default: %(default)s")
    parser.add_argument("--realtime", action="store_true", help="before all other processes, as root")
    parser.add_argument("--cc", default=os.environ.get("CC", "cc"))
    parser.add_argument("--cflags", default=os.environ.get("BENCH_CFLAGS", "-O3 -march=native"))
    parser.add_argument("--measured", help="default: bench/scaling.json of the build")
    parser.add_argument("--write", action="store_true", help="the page, of what is measured")
    parser.add_argument("-o", "--output", default=os.path.join(root, "docs", "scaling.md"), help="of the page")
    options = parser.parse_args()
    options.core = max(os.sched_getaffinity(0))
    options.python = sys.executable
    options.measured = options.measured or os.path.join(options.build, "bench", "scaling.json")
    return options


def thread_time(nnc, threads):
    """Microseconds of a step; the program's own median of some."""
    words = subprocess.check_output([nnc.path, "bench", f"--threads={threads}"], text=True,
                                    preexec_fn=pin(nnc.options, threads))
    return float(re.search(r"^fit .* ([0-9.]+) us per batch", words, re.MULTILINE).group(1))


def listed(text):
    return [int(number) for number in text.split(",") if number]


def measure(options, network, launcher, measured):
    """Adds turns: measured["threads 2"]["T1 128"] is a list of microseconds."""
    data = save_data(options, network)
    for batch in listed(options.batches or "") or NETWORKS[network]:
        ranked = Ranks(options, network, batch, data, 1) if options.ranks or options.links else None
        alone = Nnc(options, network, batch, data, 1)
        case = f"{network} {batch}"
        if ranked:
            measured.setdefault("traffic", {})[case] = ranked.traffic()
        if options.realtime:  # not while programs are compiled
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(51))
        for _ in range(options.turns):
            measured["load"] = max(measured.get("load", 0), os.getloadavg()[0])
            turns = {}
            if options.links:
                for link, (bits, delay) in LINKS.items():
                    if not delay or measured["delay"]:
                        namespaces.limit(2, bits, delay)
                        turns[f"link {link}"] = ranked.step_time(2, launcher)
            else:
                turns.update((f"threads {n}", thread_time(alone, n)) for n in listed(options.threads))
                turns.update((f"ranks {n}", ranked.step_time(n)) for n in listed(options.ranks))
            for what, microseconds in turns.items():
                measured.setdefault(what, {}).setdefault(case, []).append(microseconds)
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        with open(options.measured, "w", encoding="utf-8") as file:
            json.dump(measured, file, indent=1)


def main():
    options = parse_options()
    os.makedirs(os.path.join(options.build, "bench"), exist_ok=True)
    measured = {}
    if os.path.exists(options.measured):
        with open(options.measured, encoding="utf-8") as file:
            measured = json.load(file)
    if options.write:
        text = page(measured, len(os.sched_getaffinity(0)), processor())
        with open(options.output, "w", encoding="utf-8") as file:
            file.write(text)
        return
    with namespaces.machines(2 if options.links else 0) as launcher:
        if options.links and launcher is None:
            raise SystemExit("network namespaces cannot be had: they take root, ip and tc")
        measured["delay"] = namespaces.has_delay() if options.links else measured.get("delay", False)
        for network in options.networks.split(","):
            measure(options, network, launcher, measured)


if __name__ == "__main__":
    main()
