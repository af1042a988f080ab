# SPDX-License-Identifier: MIT-0
"""Random models against an interpreter of their own, in NumPy's float64, which shares nothing with nnc or Keras.

  tests/random/oracle.py --nnc build/nnc [--seed S] [--first N] [--count N] [--builds B,…|turns] [--jobs N]

A seed (`today`: the date) and a number decide a model: layers (oracle_layers.py), shapes, loss, optimizer, batch,
weights and data. The interpreter computes its predictions; the gradients of its loss, as central differences; and its
weights after training for some epochs, whose last batch may not be full. The program of each build must agree:
predictions and weights within rounding, gradients within the error of the differences, h² and ε/h. With --portable,
gcc and clang must agree in every bit, and so must one thread and three. `turns` gives each model one build, or a pair
that must agree, the next model the next. A model that fails is made smaller, as long as it fails (layers left out, one
after the other), and printed.
"""
import argparse
import concurrent.futures
import datetime
import hashlib
import os
import random
import shlex
import shutil
import subprocess
import sys
import tempfile

import numpy as np
from safetensors.numpy import load_file, save_file

from oracle_layers import ACTIVATIONS, DRAWN, FIRST, Dense, Embedding, Flat, Flow, Masking, Recurrent

ROWS, H = 10, 1e-6
FARTHEST = 30  # weights that training makes greater have run away, and rounding with them
SHAPES = [(4,), (3,), (5, 2), (6, 3), (4, 1), (5, 4, 2), (4, 5, 1)]

LOSSES = {  # the last activation, the loss of each row by what stands before that, what y is
    "mse": ("linear", lambda z, y: ((z - y) ** 2).mean(-1), "real"),
    "mae": ("linear", lambda z, y: np.abs(z - y).mean(-1), "real"),
    "huber": ("linear",
              lambda z, y: np.where(np.abs(z - y) <= 1, (z - y) ** 2 / 2, np.abs(z - y) - 0.5).mean(-1), "real"),
    "binary_crossentropy": ("sigmoid", lambda z, y: (np.logaddexp(0, z) - y * z).mean(-1), "bits"),
    "categorical_crossentropy": ("softmax", lambda z, y: np.log(np.exp(z).sum(-1)) - (y * z).sum(-1), "class"),
}


def momentum(rate, keep=0.0, nesterov=False, decay=0.0):
    def update(w, g, state, t):
        w = w - rate * decay * w
        v = state["v"] = keep * state.get("v", 0) - rate * g
        return w + (keep * v - rate * g if nesterov else v)
    return update


def adam(w, g, state, t):
    m = state["m"] = 0.9 * state.get("m", 0) + 0.1 * g
    v = state["v"] = 0.999 * state.get("v", 0) + 0.001 * g * g
    return w - 0.01 * np.sqrt(1 - 0.999 ** t) / (1 - 0.9 ** t) * m / (np.sqrt(v) + 0.01)


def adamax(w, g, state, t):
    m = state["m"] = 0.9 * state.get("m", 0) + 0.1 * g
    u = state["u"] = np.maximum(0.999 * state.get("u", 0), np.abs(g))
    return w - 0.01 / (1 - 0.9 ** t) * m / (u + 0.01)


def rmsprop(w, g, state, t):
    v = state["v"] = 0.9 * state.get("v", 0) + 0.1 * g * g
    return w - 0.01 * g / np.sqrt(v + 0.01)


def adagrad(w, g, state, t):
    total = state["total"] = state.get("total", 0.1) + g * g
    return w - 0.05 * g / np.sqrt(total + 0.01)


def of_each(most):
    return lambda gradient: {name: g * most / max(np.sqrt((g ** 2).sum()), most) for name, g in gradient.items()}


def of_all(most):
    def clipped(gradient):
        norm = np.sqrt(sum((g ** 2).sum() for g in gradient.values()))
        return {name: g * most / max(norm, most) for name, g in gradient.items()}
    return clipped


# Small epsilons make steps of what rounding leaves of a gradient that is 0. A rule, and what is done to gradients.
OPTIMIZERS = {
    "SGD(0.1)": (momentum(0.1), None), "SGD(0.05, momentum=0.9)": (momentum(0.05, 0.9), None),
    "SGD(0.05, momentum=0.9, nesterov=True)": (momentum(0.05, 0.9, True), None),
    "SGD(0.1, weight_decay=0.1)": (momentum(0.1, decay=0.1), None),
    "SGD(0.1, clipnorm=0.3)": (momentum(0.1), of_each(0.3)),
    "SGD(0.1, global_clipnorm=0.5)": (momentum(0.1), of_all(0.5)),
    "Adam(0.01, epsilon=0.01)": (adam, None), "Adamax(0.01, epsilon=0.01)": (adamax, None),
    "RMSprop(0.01, epsilon=0.01)": (rmsprop, None), "Adagrad(0.05, epsilon=0.01)": (adagrad, None),
}


class Model:
    def __init__(self, seed, skip=()):
        pick = random.Random(seed)
        numbers = np.random.default_rng(hash_of(seed))
        self.shape = pick.choice(SHAPES)
        self.loss, self.optimizer = pick.choice(list(LOSSES)), pick.choice(list(OPTIMIZERS))
        self.batch = pick.choice([1, 3, 4, 5])
        self.epochs = 2 if self.batch == 1 else 4
        drawn = [pick.choice(FIRST)] if pick.random() < 0.2 else []
        drawn += [pick.choice(DRAWN) for _ in range(pick.randint(1, 4))]
        flat = pick.random() < 0.7
        self.layers, self.counts, self.masked, self.end = [], {}, False, self.shape
        for number, kind in enumerate(drawn):
            if number not in skip:
                self.append(kind, random.Random(f"{seed}/{number}"))
        last = random.Random(f"{seed}/last")
        if self.masked:  # Keras' loss would leave steps out
            self.append(Recurrent, last, last=True)
        if len(self.end) == 3 or flat and len(self.end) > 1:
            self.append(Flat, last)
        self.append(Dense, last, units=3, activation=LOSSES[self.loss][0])
        self.weights = {f"{layer.name}/{name}": numbers.normal(0, 0.5, size) + (name == "gamma")
                        for layer in self.layers for name, size in layer.shapes.items()}
        self.frozen = {f"{layer.name}/{name}" for layer in self.layers for name in layer.frozen}
        for name, values in self.weights.items():
            if name.endswith("variance"):
                self.weights[name] = np.abs(values) + 0.5
        self.x = numbers.normal(0, 1, (ROWS, *self.shape))
        if isinstance(self.layers[0], Embedding):
            self.x = numbers.integers(0, Embedding.ROWS, (ROWS, *self.shape)).astype(float)
        if isinstance(self.layers[0], Masking):
            self.x[numbers.random((ROWS, self.shape[0])) < 0.3] = 0
        y = numbers.normal(0, 1, (ROWS, *self.end))
        what = LOSSES[self.loss][2]
        self.y = y if what == "real" else (y > 0) * 1.0 if what == "bits" else np.eye(3)[y.argmax(-1)]

    def append(self, kind, pick, **given):
        """A layer behind the others, where it fits."""
        try:
            layer = kind(pick, self.end, **given)
        except ValueError:
            return
        if self.masked and not layer.keeps_mask:
            return
        same = self.counts.get(layer.kind, 0)
        for name in {layer.kind, layer.inner}:
            self.counts[name] = self.counts.get(name, 0) + 1
        layer.name = f"{layer.kind}_{same}" if same else layer.kind
        self.masked = kind is Masking or getattr(layer, "mask", self.masked)
        if kind is Recurrent and not layer.all:
            self.masked = False
        self.layers.append(layer)
        self.end = layer.out

    def text(self):
        lines = "\n    ".join([f"Input(shape={self.shape!r})", *(layer.text() for layer in self.layers)])
        return (f"model m {{\n    {lines}\n}}\ncompile(optimizer={self.optimizer}, loss='{self.loss}')\n"
                f"fit(batch_size={self.batch}, epochs={self.epochs}, shuffle=False)\n")

    def values(self, weights, x, flow):
        """Weights (copies, …); x (batch, …); what comes out, before the last activation: (copies, batch, …)"""
        x = x[None]
        for layer in self.layers:
            run = layer.sums if layer is self.layers[-1] else layer.run
            x = run(x, {name: weights[f"{layer.name}/{name}"] for name in layer.shapes}, flow)
        return x

    def predict(self, weights):
        sums = self.values({name: w[None] for name, w in weights.items()}, self.x, Flow())[0]
        return ACTIVATIONS[LOSSES[self.loss][0]](sums)

    def gradient(self, weights, rows):
        """Central differences of the mean loss of these rows, and what weights that are not trained become."""
        trained = [name for name in weights if name not in self.frozen]
        ends = np.cumsum([weights[name].size for name in trained])
        copies, begin = {name: w[None] for name, w in weights.items()}, 0
        for name, end in zip(trained, ends):
            moved = np.repeat(weights[name].reshape(1, -1), 2 * ends[-1], 0)
            for at in range(begin, end):
                moved[2 * at, at - begin] += H
                moved[2 * at + 1, at - begin] -= H
            copies[name], begin = moved.reshape(-1, *weights[name].shape), end
        flow = Flow(training=True)
        loss = LOSSES[self.loss][1](self.values(copies, self.x[rows], flow), self.y[rows])
        loss = loss.reshape(len(loss), -1).mean(1) + flow.penalty
        differences = np.split((loss[::2] - loss[1::2]) / (2 * H), ends[:-1])
        flow = Flow(training=True)
        self.values({name: w[None] for name, w in weights.items()}, self.x[rows], flow)
        moved = {f"{layer}/{name}": w[0] for layer, values in flow.moved.items() for name, w in values.items()}
        return {name: d.reshape(weights[name].shape) for name, d in zip(trained, differences)}, moved

    def trained(self):
        weights, states, t = dict(self.weights), {name: {} for name in self.weights}, 0
        rule, clipped = OPTIMIZERS[self.optimizer]
        for _ in range(self.epochs):
            for begin in range(0, ROWS, self.batch):
                gradient, moved = self.gradient(weights, slice(begin, min(begin + self.batch, ROWS)))
                t += 1
                for name, g in (clipped(gradient) if clipped else gradient).items():
                    weights[name] = rule(weights[name], g, states[name], t)
                weights.update(moved)
                for layer in self.layers:
                    mine = {name: weights[f"{layer.name}/{name}"] for name in layer.shapes}
                    weights.update({f"{layer.name}/{name}": w for name, w in layer.constrained(mine).items()})
        return weights


def hash_of(seed):
    return int.from_bytes(hashlib.sha256(str(seed).encode()).digest()[:8], "little") >> 1


CLANG = "clang" if shutil.which("clang") else "clang-19"
BUILDS = {  # options of nnc, the compiler, how near predictions and weights are
    "double": ("--real=double --gradients", "gcc -O0", 1e-9),
    "float": ("", f"{CLANG} -O2 -march=native -w", 1e-4),
    "baseline": ("", "gcc -O1", 1e-4),
    "small": ("--for=small", "gcc -Os", 1e-4),
    "threads": ("--threads", f"{CLANG} -O1 -w", 1e-4),
    "portable-gcc": ("--portable", "gcc -O3", 1e-4),
    "portable-clang": ("--portable --standalone", f"{CLANG} -O0", 1e-4),
}
TURNS = [["double"], ["float"], ["baseline"], ["small"], ["threads"], ["portable-gcc", "portable-clang"]]


def far(name, got, want, near):
    worst = max((float(np.max(np.abs(np.asarray(got[key], float) - want[key]) / (1 + np.abs(want[key]))))
                 for key in want), default=0.0)
    return f"{name} differ by {worst:.3g}, more than {near}" if not worst <= near else None


def fault(options, model, builds):
    """What does not agree, or None."""
    with tempfile.TemporaryDirectory() as folder:
        path = lambda name: os.path.join(folder, name)
        with open(path("m.nn"), "w") as file:
            file.write(model.text())
        np.save(path("x.npy"), model.x)
        np.save(path("y.npy"), model.y)
        trained, bits = model.trained(), set()
        if not all(np.abs(w).max() < FARTHEST for w in trained.values()):
            return None
        for build in builds:
            wrong = fault_of_build(options, model, folder, build, trained)
            if wrong:
                return f"{build}: {wrong}"
            if "portable" in build:
                with open(path("t"), "rb") as file:
                    bits.add(file.read())
        return None if len(bits) < 2 else "the portable builds differ"


def fault_of_build(options, model, folder, build, trained):
    path = lambda name: os.path.join(folder, name)
    flags, compiler, near = BUILDS[build]
    real = "float64" if "double" in flags else "float32"
    save_file({name: np.ascontiguousarray(w.astype(real)) for name, w in model.weights.items()}, path("w"))
    exact = {name: w.astype(real).astype(float) for name, w in model.weights.items()}
    fit = ["./m", "fit", "--x", "x.npy", "--y", "y.npy", "--weights", "w", "--verbose", "0", "--save"]
    commands = [[options.nnc, "--main", *flags.split(), "m.nn", "-o", "m.c"],
                [*compiler.split(), *options.cflags, "m.c", "-o", "m", *options.libs],
                ["./m", "predict", "--x", "x.npy", "--weights", "w", "-o", "p.npy"], [*fit, "t", "--threads", "1"]]
    if "--gradients" in flags:
        commands.append(["./m", "grad", "--x", "x.npy", "--y", "y.npy", "--weights", "w", "-o", "g"])
    if build == "threads":
        commands.append([*fit, "t3", "--threads", "3"])
    for command in commands:
        said = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if said.returncode != 0:
            return said.stderr[-500:]
    wrong = far("predictions", {"p": np.load(path("p.npy"))}, {"p": model.predict(exact)}, near)
    wrong = wrong or far("weights after training", load_file(path("t")), trained, max(near, 1e-6))
    if "--gradients" in flags:
        wrong = wrong or far("gradients", load_file(path("g")), model.gradient(exact, slice(0, model.batch))[0], 1e-7)
    if build == "threads" and not wrong:
        with open(path("t"), "rb") as one, open(path("t3"), "rb") as three:
            wrong = None if one.read() == three.read() else "three threads train to other bits than one"
    return wrong


def failing(options, number):
    """What model `number` says when it fails, as small as it can be; None when it agrees."""
    seed, skip = f"{options.seed}/{number}", ()
    builds = TURNS[number % len(TURNS)] if options.builds == "turns" else options.builds.split(",")
    wrong = fault(options, Model(seed), builds)
    for left_out in range(5) if wrong else ():
        less = Model(seed, (*skip, left_out))
        smaller = less.text() != Model(seed, skip).text() and fault(options, less, builds)
        if smaller:
            wrong, skip = smaller, (*skip, left_out)
    return wrong and f"--seed {options.seed}, number {number}: {wrong}\n{Model(seed, skip).text()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nnc", default="build/nnc")
    parser.add_argument("--seed", default="0")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--builds", default=",".join(BUILDS))
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    options.seed = datetime.date.today().isoformat() if options.seed == "today" else options.seed
    options.nnc = os.path.abspath(options.nnc)
    for name in ("cflags", "libs"):
        said = subprocess.run([options.nnc, "--" + name], capture_output=True, text=True, check=True).stdout
        setattr(options, name, shlex.split(said))
    faults, numbers = 0, range(options.first, options.first + options.count)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for wrong in pool.map(lambda number: failing(options, number), numbers):
            if wrong:
                faults += 1
                print(wrong, flush=True)
    print(f"{options.count - faults} models agree, {faults} do not")
    return faults > 0


sys.exit(main())
