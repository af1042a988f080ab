#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Measures nnc and its rivals side by side on one core and on two, taking turns, and writes docs/performance.md.

Every figure is the median of some turns, with the least and the greatest. nnc is measured as a user runs it: `./model
fit` on shuffled samples of a file. The rivals get batches that lie ready in memory.
"""
import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time

import chains
import workloads
from report import write_report

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(here)
TRAINERS = ["torch", "jax", "jax-scan", "keras", "keras-fit"]
LEAST_SECONDS = {"keras-fit": 5.0}  # of a turn: fit() builds a pipeline for every call, which needs as long to settle
PREDICTORS = ["onnxruntime", "litert", "torch", "jax"]
MODULES = {"torch": ["torch"], "jax": ["jax", "optax"], "keras": ["keras", "tensorflow"],
           "onnxruntime": ["onnxruntime", "torch", "onnx"], "litert": ["ai_edge_litert", "tensorflow"]}
# What rivals take the number of threads from; BENCH_THREADS is for bench/rivals.
THREAD_VARIABLES = ["BENCH_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS",
                    "TF_NUM_INTRAOP_THREADS"]


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default=os.path.join(root, "build"))
    parser.add_argument("--workloads", default=",".join(workloads.WORKLOADS), help="default: %(default)s")
    parser.add_argument("--batches", help="only these sizes of the batch: 32,128 (default: those of the workload)")
    parser.add_argument("--rivals", default=",".join(dict.fromkeys(TRAINERS + PREDICTORS)),
                        help="or 'none'; default: %(default)s")
    parser.add_argument("--tasks", default="fit,predict,chains", help="default: %(default)s")
    parser.add_argument("--turns", type=int, default=5, help="default: %(default)s")
    parser.add_argument("--seconds", type=float, default=0.5, help="about, of one turn; default: %(default)s")
    parser.add_argument("--threads", default="1,2", help="each on as many cores; default: %(default)s")
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)),
                        help="default: the last; for more threads those before, too")
    parser.add_argument("--realtime", action="store_true",
                        help="before all other processes, as root: on a busy machine")
    parser.add_argument("--python", default=os.environ.get("BENCH_PYTHON"), help="that has the rivals (BENCH_PYTHON)")
    parser.add_argument("--cc", default=os.environ.get("CC", "cc"))
    parser.add_argument("--cflags", default=os.environ.get("BENCH_CFLAGS", "-O3 -march=native"))
    parser.add_argument("-o", "--output", help="default: docs/performance.md for all workloads, else standard output")
    options = parser.parse_args()
    own = os.path.join(options.build, "bench", "python", "bin", "python3")
    options.python = options.python or (own if os.path.exists(own) else sys.executable)
    return options


def pin(options, threads=1):
    """For preexec_fn of what is measured: a core for each thread, and with --realtime before all others."""
    others = sorted(os.sched_getaffinity(0) - {options.core})

    def before():
        os.sched_setaffinity(0, {options.core, *others[len(others) - threads + 1:]})
        if options.realtime:
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))

    return before


class Nnc:
    """nnc's programs for one workload and size of the batch."""

    modes = ()  # options that flags of the C compiler depend on, too

    def __init__(self, options, name, batch, data, threads):
        self.options, self.workload, self.batch = options, workloads.WORKLOADS[name], batch
        self.threads = f"--threads={threads}"
        self.pin = pin(options, threads)
        self.path = os.path.join(options.build, "bench", f"{self.workload.network}_{name}_{batch}")
        self.data = [f"--x={data}_x.npy", f"--y={data}_y.npy"]
        self.epochs = self.workload.epochs or 3
        self.compile_seconds = self.build(self.path)

    def build(self, path, *arguments):
        """Seconds of the C compiler. The model's rate of recurrent dropout is the one constant besides the batch."""
        nnc = os.path.join(self.options.build, "nnc")
        rate = self.workload.recurrent_dropout
        constants = ["-D", f"batch={self.batch}"] + (["-D", f"recurrent_dropout={rate}"] if rate else [])
        model = os.path.join(here, "models", self.workload.network + ".nn")
        subprocess.run([nnc, "--main", *self.modes, *arguments, *constants, model, "-o", path + ".c"], check=True)
        flags, libs = (subprocess.check_output([nnc, *self.modes, what], text=True).split()
                       for what in ("--cflags", "--libs"))
        start = time.perf_counter()
        subprocess.run([*self.options.cc.split(), *self.options.cflags.split(), *flags, path + ".c", "-o", path, *libs,
                        "-lm"],
                       check=True)
        return time.perf_counter() - start

    def fit_rate(self, seconds):
        """Samples a second. Epochs are timed by their lines; where an epoch is one step, the program as a whole."""
        whole = bool(self.workload.epochs)
        command = [self.path, "fit", *self.data, self.threads, f"--epochs={self.epochs}",
                   f"--verbose={0 if whole else 2}"]
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=self.pin)
        stamps = [time.perf_counter() for line in process.stdout if "/step" in line]
        if process.wait() != 0:
            raise SystemExit(f"{self.path} fit failed")
        if whole:
            return self.workload.epochs * self.batch / (time.perf_counter() - start)
        one = (stamps[-1] - stamps[0]) / (self.epochs - 1)
        self.epochs = min(max(3, 1 + round(seconds / one)), 1000)
        return self.workload.samples / one

    def prepare_prediction(self):
        """A program that holds weights and only predicts."""
        weights = self.path + ".safetensors"
        subprocess.run([self.path, "fit", *self.data, "--epochs=1", "--verbose=0", "--save", weights], check=True)
        self.build(self.path + "_predict", "--inference-only", "--weights", weights)
        subprocess.run(["strip", self.path + "_predict"], check=True)

    def predict_rate(self, seconds):
        words = subprocess.check_output([self.path + "_predict", "bench", self.threads], text=True,
                                        preexec_fn=self.pin).split()
        return float(words[1])

    def first_result(self, data):
        """Seconds and bytes of a process that predicts one sample."""
        command = [self.path + "_predict", "predict", f"--x={data}_one.npy", "-o", self.path + "_y.npy"]
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, preexec_fn=self.pin)
        usage = os.wait4(process.pid, 0)[2]
        return {"start": time.perf_counter() - start, "memory": usage.ru_maxrss * 1024,
                "size": os.path.getsize(self.path + "_predict"), "first": self.compile_seconds}


class Worker:
    """One rival in its process; it sleeps while others take their turn."""

    def __init__(self, options, rival, name, task, batch, threads):
        self.batch, self.least_seconds = batch, LEAST_SECONDS.get(rival, 0)
        start = time.perf_counter()
        script = os.path.join(here, "rivals", "worker.py")
        self.process = subprocess.Popen([options.python, script, rival, name, task, str(batch)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env={**os.environ, **dict.fromkeys(THREAD_VARIABLES, str(threads))},
                                        preexec_fn=pin(options, threads))
        self.ready = self.read()
        if self.ready is not None:
            self.ready["start"] = time.perf_counter() - start - self.ready["exporting"]

    def read(self):
        for line in self.process.stdout:
            if line.startswith("@"):
                return json.loads(line[1:])
        return None

    def rate(self, seconds):
        print(max(seconds, self.least_seconds), file=self.process.stdin, flush=True)
        return self.read()["rate"]

    def why(self):
        return (self.process.stderr.read().strip().splitlines() or ["no reason given"])[-1]

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.stderr.close()
        self.process.wait()


def installed(options):
    """Which rivals the interpreter has, and versions of what."""
    names = sorted({name for names in MODULES.values() for name in names})
    script = ("import importlib.metadata as metadata, importlib.util, json, sys\n"
              "packages = metadata.packages_distributions()\n"
              "print(json.dumps({name: metadata.version(packages[name][0]) for name in sys.argv[1:]\n"
              "                  if name in packages and importlib.util.find_spec(name)}))")
    return json.loads(subprocess.check_output([options.python, "-c", script, *names], text=True))


def measure(options, name, task, batch, threads, rivals, nnc):
    """Everyone takes a turn, and again: {who: [samples a second]}, and what workers said at their start."""
    workers, said = {}, {}
    for rival in rivals:
        worker = Worker(options, rival, name, task, batch, threads)
        if worker.ready is None:
            print(f"  {rival} left out: {worker.why()}", file=sys.stderr)
            worker.close()
        else:
            workers[rival], said[rival] = worker, worker.ready
    everyone = {"nnc": nnc.fit_rate if task == "fit" else nnc.predict_rate}
    everyone.update((rival, worker.rate) for rival, worker in workers.items())
    for rate in everyone.values():
        rate(options.seconds)  # to warm up
    rates = {who: [] for who in everyone}
    for _ in range(options.turns):
        for who, rate in everyone.items():
            rates[who].append(rate(options.seconds))
    for worker in workers.values():
        worker.close()
    return rates, said


def peak(options):
    program = os.path.join(options.build, "bench", "peak")
    subprocess.run([*options.cc.split(), "-O3", "-march=native", os.path.join(here, "peak.c"), "-o", program],
                   check=True)
    return lambda: float(subprocess.check_output([program], text=True, preexec_fn=pin(options)))


def save_data(options, name):
    """The samples as files, made by the rivals' interpreter: it has numpy."""
    path = os.path.join(options.build, "bench", name)
    script = ("import sys, numpy; sys.path.insert(0, sys.argv[1])\n"
              "import workloads; w = workloads.WORKLOADS[sys.argv[2]]\n"
              "x, y = workloads.make_data(w, w.samples); p = sys.argv[3]\n"
              "numpy.save(p + '_x.npy', x); numpy.save(p + '_y.npy', y); numpy.save(p + '_one.npy', x[:1])")
    subprocess.run([options.python, "-c", script, here, name, path], check=True)
    return path


def main():
    options = parse_options()
    os.makedirs(os.path.join(options.build, "bench"), exist_ok=True)
    if options.realtime:  # whoever takes the time must not wait either
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(51))
    versions = installed(options)
    wanted = [r for r in options.rivals.split(",") if r != "none"
              and all(m in versions for m in MODULES[r.split("-")[0]])]
    bound = peak(options)
    peaks, fits, predictions, starts = [bound()], [], [], []
    networks = [task for task in options.tasks.split(",") if task != "chains"]
    some = [(name, int(threads)) for threads in options.threads.split(",") for name in options.workloads.split(",")
            if int(threads) <= len(os.sched_getaffinity(0))]
    for name, threads in some if networks else []:
        workload = workloads.WORKLOADS[name]
        batches = [int(b) for b in options.batches.split(",")] if options.batches else None
        data = save_data(options, name)
        for task in networks:
            for batch in batches or (workload.batches if task == "fit" else (1, 64)):
                if task == "predict" and not workload.predicts:
                    continue
                print(f"{name} {task}, batch {batch}, threads {threads}", file=sys.stderr)
                peaks.append(bound())
                nnc = Nnc(options, name, batch, data, threads)
                if task == "predict":
                    nnc.prepare_prediction()
                rivals = [r for r in (TRAINERS if task == "fit" else PREDICTORS) if r in wanted]
                rates, said = measure(options, name, task, batch, threads, rivals, nnc)
                (fits if task == "fit" else predictions).append((name, batch, threads, rates))
                if task == "predict" and batch == 1 and threads == 1:
                    starts.append((name, {"nnc": nnc.first_result(data), **said}))
    compiler = subprocess.check_output([*options.cc.split(), "--version"], text=True).splitlines()[0]
    machine = {"processor": processor(), "system": f"{platform.system()} {platform.machine()}", "compiler": compiler,
               "flags": options.cflags, "turns": options.turns, "seconds": options.seconds,
               "conditions": ", before all other processes of the machine" if options.realtime else "",
               "peak": statistics.median(peaks), "versions": versions, "fit_seconds": LEAST_SECONDS["keras-fit"]}
    folder = os.path.join(options.build, "bench")
    nnc_itself = ([*chains.measure(os.path.join(options.build, "nnc"), folder, options.turns, pin(options))]
                  if "chains" in options.tasks.split(",") else [])
    text = write_report(machine, fits, predictions, starts, nnc_itself)
    whole = options.workloads == ",".join(workloads.WORKLOADS) and not options.batches and wanted
    path = options.output or (os.path.join(root, "docs", "performance.md") if whole else "-")
    if path == "-":
        print(text)
    else:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "unknown processor"


if __name__ == "__main__":
    main()
