# SPDX-License-Identifier: MIT-0
"""Runs one rival in a process of its own: worker.py RIVAL WORKLOAD fit|predict BATCH

Says on standard output, in lines of JSON, that it is ready and what that took, and after every line "SECONDS" of
standard input how many samples a second it managed for about that long. So whoever runs several workers can take turns.
"""
import importlib
import json
import os
import resource
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import workloads


def say(**what):
    # Frameworks print to standard output as well: only this line is for the one who asked.
    print("\n@" + json.dumps(what), flush=True)


def folder_bytes(modules):
    """What the files of the modules take: what has to be installed to run this rival."""
    total = 0
    for name in modules:
        top = os.path.dirname(sys.modules[name].__file__)
        total += sum(os.path.getsize(os.path.join(folder, file)) for folder, _, files in os.walk(top) for file in files)
    return total


def main():
    rival_name, workload_name, task, batch = sys.argv[1:5]
    batch = int(batch)
    module, _, mode = rival_name.partition("-")
    rival = importlib.import_module("with_" + module)
    workload = workloads.WORKLOADS[workload_name]
    imported = time.perf_counter()
    if task == "fit":
        x, y = workloads.make_data(workload, workload.samples)
        run = rival.trainer(workload, mode, batch, x, y)  # run(steps) trains and returns when it is done
    else:
        x, _ = workloads.make_data(workload, batch)
        run = rival.predictor(workload, mode, x)  # run(times) predicts x
    run(1)
    ready = time.perf_counter()
    exporting = sys.modules["exported"].seconds if "exported" in sys.modules else 0.0
    say(first=ready - imported - exporting, exporting=exporting, size=folder_bytes(rival.MODULES),
        memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
    steps = 1
    for line in sys.stdin:
        wanted = float(line)
        while True:
            start = time.perf_counter()
            run(steps)
            seconds = time.perf_counter() - start
            if seconds >= 0.7 * wanted or (workload.epochs and task == "fit" and steps >= workload.epochs):
                break
            steps = max(steps + 1, int(steps * min(wanted / max(seconds, 1e-9), 100)))
            if workload.epochs and task == "fit":
                steps = workload.epochs
        say(rate=steps * batch / seconds)


if __name__ == "__main__":
    main()
