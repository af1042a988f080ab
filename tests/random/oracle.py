# SPDX-License-Identifier: MIT-0
"""Random models against an interpreter of their own, in NumPy's float64, which shares nothing with nnc or Keras.

  tests/random/oracle.py --nnc build/nnc [--seed S] [--first N] [--count N] [--builds B,…]

A seed (`today`: the date) and a number decide a model: layers, shapes, loss, optimizer, weights and data. The
interpreter computes its predictions; the gradients of its loss, as central differences; and its weights after twelve
steps of training, of which every third is a batch that is not full. The program of each build must agree: predictions
and weights within rounding, gradients within the error of the differences, h² and ε/h. With --portable, gcc and clang
must agree in every bit. A model that fails is made smaller, as long as it fails (layers left out, one after the other),
and printed.
"""
import argparse
import datetime
import hashlib
import math
import os
import random
import shlex
import shutil
import subprocess
import sys
import tempfile

import numpy as np
from safetensors.numpy import load_file, save_file

ROWS, BATCH, EPOCHS, H = 10, 4, 4, 1e-6


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def erf(x):
    return np.vectorize(math.erf)(x)


ACTIVATIONS = {
    "linear": lambda x: x, "relu": lambda x: np.maximum(x, 0), "tanh": np.tanh, "sigmoid": sigmoid,
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))), "softplus": lambda x: np.logaddexp(x, 0),
    "silu": lambda x: x * sigmoid(x), "gelu": lambda x: x * (1 + erf(x / np.sqrt(2))) / 2,
    "softsign": lambda x: x / (1 + np.abs(x)), "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "selu": lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(np.minimum(x, 0))),
    "mish": lambda x: x * np.tanh(np.logaddexp(x, 0)), "exponential": np.exp,
    "softmax": lambda x: softmax(x),
}


def softmax(x):
    powers = np.exp(x - x.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


class Dense:
    def __init__(self, pick, shape):
        self.units, self.activation = pick.choice([1, 2, 3, 5]), pick.choice([a for a in ACTIVATIONS if a != "softmax"])
        self.shapes = {"kernel": (shape[-1], self.units), "bias": (self.units,)}
        self.out, self.kind = (*shape[:-1], self.units), "dense"

    def text(self):
        return f"Dense({self.units}, activation='{self.activation}')"

    def run(self, x, w):
        return ACTIVATIONS[self.activation](x @ w["kernel"] + w["bias"])


class Conv:
    """Conv1D, of all paddings, strides and dilations that fit."""

    def __init__(self, pick, shape):
        if len(shape) != 2:
            raise ValueError
        self.filters, self.size = pick.choice([1, 2, 3]), pick.choice([1, 2, 3])
        self.padding, self.stride = pick.choice(["valid", "same", "causal"]), pick.choice([1, 1, 2])
        self.dilation = pick.choice([1, 2]) if self.stride == 1 else 1
        self.activation = pick.choice(["linear", "relu", "tanh"])
        self.shapes = {"kernel": (self.size, shape[1], self.filters), "bias": (self.filters,)}
        self.reach = (self.size - 1) * self.dilation + 1
        steps = shape[0]
        if self.padding == "valid":
            self.steps, self.low = (steps - self.reach) // self.stride + 1, 0
        else:
            self.steps = -(-steps // self.stride)
            total = max((self.steps - 1) * self.stride + self.reach - steps, 0)
            self.low = self.reach - 1 if self.padding == "causal" else total // 2
        if self.steps < 1:
            raise ValueError
        self.out, self.kind = (self.steps, self.filters), "conv1d"

    def text(self):
        return (f"Conv1D({self.filters}, {self.size}, padding='{self.padding}', strides={self.stride}, "
                f"dilation_rate={self.dilation}, activation='{self.activation}')")

    def run(self, x, w):
        out = np.zeros((len(x), *self.out)) + w["bias"]
        for step in range(self.steps):
            for tap in range(self.size):
                at = step * self.stride + tap * self.dilation - self.low
                if 0 <= at < x.shape[1]:
                    out[:, step] += x[:, at] @ w["kernel"][tap]
        return ACTIVATIONS[self.activation](out)


class Pool:
    shapes = {}

    def __init__(self, pick, shape):
        if len(shape) != 2 or shape[0] < 2:
            raise ValueError
        self.mean, self.out, self.kind = pick.choice([True, False]), (shape[0] // 2, shape[1]), None

    def text(self):
        return "AveragePooling1D(2)" if self.mean else "MaxPooling1D(2)"

    def run(self, x, w):
        pairs = x[:, :self.out[0] * 2].reshape(len(x), self.out[0], 2, -1)
        return pairs.mean(2) if self.mean else pairs.max(2)


class Recurrent:
    """SimpleRNN and LSTM, their last output or all."""

    def __init__(self, pick, shape):
        if len(shape) != 2:
            raise ValueError
        self.units, self.lstm, self.all = pick.choice([1, 2, 3]), pick.choice([True, False]), pick.choice([True, False])
        gates = 4 * self.units if self.lstm else self.units
        self.shapes = {"kernel": (shape[1], gates), "recurrent_kernel": (self.units, gates), "bias": (gates,)}
        self.out = (shape[0], self.units) if self.all else (self.units,)
        self.kind, self.inner = ("lstm", "lstm_cell/") if self.lstm else ("simple_rnn", "simple_rnn_cell/")

    def text(self):
        return f"{'LSTM' if self.lstm else 'SimpleRNN'}({self.units}, return_sequences={self.all})"

    def run(self, x, w):
        h, c, outs = np.zeros((len(x), self.units)), np.zeros((len(x), self.units)), []
        for step in range(x.shape[1]):
            z = x[:, step] @ w["kernel"] + h @ w["recurrent_kernel"] + w["bias"]
            if self.lstm:
                i, f, g, o = np.split(z, 4, axis=1)
                c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
                h = sigmoid(o) * np.tanh(c)
            else:
                h = np.tanh(z)
            outs.append(h)
        return np.stack(outs, 1) if self.all else h


class Norm:
    def __init__(self, pick, shape):
        self.shapes, self.out, self.kind = {"gamma": shape[-1:], "beta": shape[-1:]}, shape, "layer_normalization"

    def text(self):
        return "LayerNormalization(epsilon=0.01)"

    def run(self, x, w):
        mean = x.mean(-1, keepdims=True)
        return (x - mean) / np.sqrt(((x - mean) ** 2).mean(-1, keepdims=True) + 0.01) * w["gamma"] + w["beta"]


class Flat:
    shapes, kind = {}, None

    def __init__(self, pick, shape):
        self.out = (int(np.prod(shape)),)

    def text(self):
        return "Flatten()"

    def run(self, x, w):
        return x.reshape(len(x), -1)


LOSSES = {  # the last activation, the loss of each row, what y is
    "mse": ("linear", lambda p, y: ((p - y) ** 2).mean(-1), "real"),
    "mae": ("linear", lambda p, y: np.abs(p - y).mean(-1), "real"),
    "huber": ("linear",
              lambda p, y: np.where(np.abs(p - y) <= 1, (p - y) ** 2 / 2, np.abs(p - y) - 0.5).mean(-1), "real"),
    "binary_crossentropy": ("sigmoid", lambda p, y: -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean(-1), "bits"),
    "categorical_crossentropy": ("softmax", lambda p, y: -(y * np.log(p / p.sum(-1, keepdims=True))).sum(-1), "class"),
}
OPTIMIZERS = {"SGD(0.1)": (0.1, 0, False), "SGD(0.05, momentum=0.9)": (0.05, 0.9, False),
              "SGD(0.05, momentum=0.9, nesterov=True)": (0.05, 0.9, True),
              # with a small epsilon, Adam makes steps of what rounding leaves of a gradient that is 0
              "Adam(0.01, epsilon=0.01)": None}


class Model:
    def __init__(self, seed, skip=()):
        pick = random.Random(seed)
        numbers = np.random.default_rng(abs(hash_of(seed)))
        self.shape = shape = pick.choice([(4,), (3,), (5, 2), (6, 3), (4, 1)])
        self.loss, self.optimizer = pick.choice(list(LOSSES)), pick.choice(list(OPTIMIZERS))
        drawn = [pick.choice([Dense, Dense, Conv, Pool, Recurrent, Norm]) for _ in range(pick.randint(1, 4))]
        self.layers, counts, self.weights = [], {}, {}
        for number, kind in enumerate([*drawn, Flat, Dense]):
            inner = random.Random(f"{seed}/{number}")
            try:
                layer = kind(inner, shape)
            except ValueError:
                continue
            if (number in skip and number < len(drawn)) or (kind is Flat and len(shape) == 1):
                continue
            if number == len(drawn) + 1:
                layer.activation = LOSSES[self.loss][0]
                layer.units, layer.out = 3, (3,)
                layer.shapes = {"kernel": (shape[-1], 3), "bias": (3,)}
            if layer.kind:
                same = counts.get(layer.kind, 0)
                counts[layer.kind] = same + 1
                layer.name = f"{layer.kind}_{same}" if same else layer.kind
                for name, size in layer.shapes.items():
                    self.weights[f"{layer.name}/{name}"] = numbers.normal(0, 0.5, size) + (name == "gamma")
            self.layers.append(layer)
            shape = layer.out
        self.x = numbers.normal(0, 1, (ROWS, *self.shape))
        y = numbers.normal(0, 1, (ROWS, 3))
        what = LOSSES[self.loss][2]
        self.y = y if what == "real" else (y > 0) * 1.0 if what == "bits" else np.eye(3)[y.argmax(-1)]

    def text(self):
        lines = "\n    ".join([f"Input(shape={self.shape!r})", *(layer.text() for layer in self.layers)])
        return (f"model m {{\n    {lines}\n}}\ncompile(optimizer={self.optimizer}, loss='{self.loss}')\n"
                f"fit(batch_size={BATCH}, epochs={EPOCHS}, shuffle=False)\n")

    def predict(self, weights, x):
        for layer in self.layers:
            x = layer.run(x, {name: weights[f"{layer.name}/{name}"] for name in layer.shapes})
        return x

    def gradient(self, weights, rows):
        """Central differences of the mean loss of these rows."""
        def loss():
            return LOSSES[self.loss][1](self.predict(weights, self.x[rows]), self.y[rows]).mean()
        gradient = {}
        for name, values in weights.items():
            g = gradient[name] = np.zeros_like(values)
            for at in np.ndindex(values.shape):
                kept = values[at]
                values[at] = kept + H
                above = loss()
                values[at] = kept - H
                g[at] = (above - loss()) / (2 * H)
                values[at] = kept
        return gradient

    def trained(self):
        weights = {name: values.copy() for name, values in self.weights.items()}
        first, second = ({name: np.zeros_like(w) for name, w in weights.items()} for _ in range(2))
        t = 0
        for _ in range(EPOCHS):
            for begin in range(0, ROWS, BATCH):
                gradient = self.gradient(weights, slice(begin, min(begin + BATCH, ROWS)))
                t += 1
                for name, g in gradient.items():
                    if OPTIMIZERS[self.optimizer] is None:
                        first[name] = 0.9 * first[name] + 0.1 * g
                        second[name] = 0.999 * second[name] + 0.001 * g * g
                        rate = 0.01 * np.sqrt(1 - 0.999 ** t) / (1 - 0.9 ** t)
                        weights[name] -= rate * first[name] / (np.sqrt(second[name]) + 0.01)
                    else:
                        rate, momentum, nesterov = OPTIMIZERS[self.optimizer]
                        first[name] = momentum * first[name] - rate * g
                        weights[name] += momentum * first[name] - rate * g if nesterov else first[name]
        return weights


def hash_of(seed):
    return int.from_bytes(hashlib.sha256(str(seed).encode()).digest()[:8], "little") >> 1


CLANG = "clang" if shutil.which("clang") else "clang-19"
BUILDS = {  # options of nnc, the compiler, how near predictions and weights are
    "double": ("--real=double --gradients", "gcc -O0", 1e-9), "float": ("", f"{CLANG} -O2 -march=native -w", 1e-4),
    "portable-gcc": ("--portable", "gcc -O3", 1e-4),
    "portable-clang": ("--portable --standalone", f"{CLANG} -O0", 1e-4),
}


def far(name, got, want, near):
    worst = max(float(np.max(np.abs(np.asarray(got[key], float) - want[key]) / (1 + np.abs(want[key])), initial=0))
                for key in want)
    return f"{name} differ by {worst:.3g}, more than {near}" if not worst <= near else None


def fault(options, model, folder, builds):
    """What does not agree, or None."""
    os.makedirs(folder, exist_ok=True)
    path = lambda name: os.path.join(folder, name)
    with open(path("m.nn"), "w") as file:
        file.write(model.text())
    np.save(path("x.npy"), model.x)
    np.save(path("y.npy"), model.y)
    trained, bits = None, []
    for build in builds:
        flags, compiler, near = BUILDS[build]
        real = "float64" if "double" in flags else "float32"
        save_file({name: np.ascontiguousarray(w.astype(real)) for name, w in model.weights.items()}, path("w"))
        exact = {name: w.astype(real).astype(float) for name, w in model.weights.items()}
        tell = lambda *command: subprocess.run(command, cwd=folder, capture_output=True, text=True)
        said = tell(options.nnc, "--main", *flags.split(), "m.nn", "-o", "m.c")
        if said.returncode == 0:
            said = tell(*compiler.split(), *options.cflags, "m.c", "-o", "m", *options.libs)
        for command in (["predict", "--x", "x.npy", "--weights", "w", "-o", "p.npy"],
                        ["fit", "--x", "x.npy", "--y", "y.npy", "--weights", "w", "--save", "t", "--verbose", "0"],
                        ["grad", "--x", "x.npy", "--y", "y.npy", "--weights", "w", "-o", "g"]):
            if said.returncode == 0 and (command[0] != "grad" or "--gradients" in flags):
                said = tell("./m", *command)
        if said.returncode != 0:
            return f"{build}: {said.stderr[-500:]}"
        if trained is None:
            trained = model.trained()
        wrong = far("predictions", {"p": np.load(path("p.npy"))}, {"p": model.predict(exact, model.x)}, near)
        wrong = wrong or far("weights after training", load_file(path("t")), trained, max(near, 1e-6))
        if "--gradients" in flags:
            wrong = wrong or far("gradients", load_file(path("g")), model.gradient(exact, slice(0, BATCH)), 1e-7)
        if wrong:
            return f"{build}: {wrong}"
        if "--portable" in flags:
            with open(path("t"), "rb") as file:
                bits.append(file.read())
    return None if len(set(bits)) < 2 else "the portable builds differ"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nnc", default="build/nnc")
    parser.add_argument("--seed", default="0")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--builds", default=",".join(BUILDS))
    options = parser.parse_args()
    options.seed = datetime.date.today().isoformat() if options.seed == "today" else options.seed
    options.nnc = os.path.abspath(options.nnc)
    for name in ("cflags", "libs"):
        said = subprocess.run([options.nnc, "--" + name], capture_output=True, text=True, check=True).stdout
        setattr(options, name, shlex.split(said))
    faults, builds = 0, options.builds.split(",")
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.first, options.first + options.count):
            seed, skip = f"{options.seed}/{number}", ()
            wrong = fault(options, Model(seed), folder, builds)
            for left_out in range(4) if wrong else ():
                less = Model(seed, (*skip, left_out))
                smaller = less.text() != Model(seed, skip).text() and fault(options, less, folder, builds)
                if smaller:
                    wrong, skip = smaller, (*skip, left_out)
            if wrong:
                faults += 1
                print(f"--seed {options.seed}, number {number}: {wrong}\n{Model(seed, skip).text()}", flush=True)
    print(f"{options.count - faults} models agree, {faults} do not")
    return faults > 0


sys.exit(main())
