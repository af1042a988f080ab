# SPDX-License-Identifier: MIT-0
"""Random quantized models against reference.py, bit by bit: models.py --nnc NNC --seed N --count N [--cc "gcc -O0"].

Each model gets random weights and random ranges, which clip here and there; all of a run are compiled to one program,
which predicts random int8. Prints how many agree."""
import argparse
import json
import os
import shlex
import struct
import subprocess
import sys
import tempfile

import numpy as np

from reference import BOUNDS, FUNCTIONS, Network, Scale, narrow_scale

SAMPLES = 3
ACTIVATIONS = [None, "linear", *BOUNDS, *FUNCTIONS]


def write_weights(path, tensors):
    head, data = {}, b""
    for name, values in tensors.items():
        values = np.ascontiguousarray(values, np.float32)
        head[name] = {"dtype": "F32", "shape": list(values.shape),
                      "data_offsets": [len(data), len(data) + values.nbytes]}
        data += values.tobytes()
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def quoted(activation):
    return f", activation='{activation}'" if activation else ""


def image_layers(rng):
    """Layers of images: (text, what Network is to do with the layer's name)."""
    layers, size = [], int(rng.integers(7, 10))
    for _ in range(int(rng.integers(1, 4))):
        kind = rng.choice(["conv", "depthwise", "normalized", "max", "average", "pad"])
        window = tuple(int(k) for k in rng.integers(1, 4, 2))
        activation = rng.choice(ACTIVATIONS)
        same = bool(rng.integers(2))
        if kind in ("max", "average"):
            text = f"{'Max' if kind == 'max' else 'Average'}Pooling2D(2)"
            if size < 4:
                continue
            layers.append((text, lambda net, names, a=kind == "average": net.pool((2, 2), a), 1))
            size //= 2
            continue
        if kind == "pad":
            layers.append(("ZeroPadding2D(1)", lambda net, names: pad(net), 1))
            size += 2
            continue
        if not same and size - 2 < 3:
            same = True
        stride = int(rng.integers(1, 3)) if size > 6 else 1
        padding = ", padding='same'" if same else ""
        each = kind == "depthwise"
        filters = "" if each else f"{int(rng.integers(1, 6))}, "
        bias = bool(rng.integers(4))
        text = f"{'Depthwise' if each else ''}Conv2D({filters}{window}, strides={stride}{padding}, use_bias={bias}"
        settings = dict(size=window, stride=(stride, stride), dilation=(1, 1), same=same, each=each, use_bias=bias)
        if kind == "normalized":
            layers.append((f"{text})\n    BatchNormalization()\n    ReLU()",
                           lambda net, names, s=settings: net.conv(names[0], activation=None, then=(
                               normalization(net, names[1]), (names[2], "bounds", 0.0, float("inf"))), **s), 3))
        else:
            layers.append((text + quoted(activation) + ")",
                           lambda net, names, s=settings, a=activation: net.conv(names[0], activation=a, **s), 1))
        size = -(-size // stride) if same else (size - max(window)) // stride + 1
    start = int(rng.integers(7, 10))
    return layers, f"{start + 3}, {start + 3}, {int(rng.integers(1, 4))}"


def pad(net):
    net.q = np.pad(net.q, [(0, 0), (1, 1), (1, 1), (0, 0)], constant_values=net.scale.zero)


def normalization(net, name):
    weight = lambda word: net.weights[f"{name}/{word}"]
    factor = weight("gamma") / np.sqrt(weight("moving_variance") + 0.001)
    return name, "line", factor, weight("beta") - weight("moving_mean") * factor


def sequence_layers(rng):
    layers = []
    for i in range(int(rng.integers(1, 3))):
        kind, units = rng.choice(["LSTM", "GRU", "SimpleRNN"]), int(rng.integers(1, 7))
        method = {"LSTM": "lstm", "GRU": "gru", "SimpleRNN": "simple"}[kind]
        layers.append((f"{kind}({units}, return_sequences=True)",
                       lambda net, names, m=method, u=units: getattr(net, m)(names[0], True, u), 1))
    return layers, f"{int(rng.integers(2, 6))}, {int(rng.integers(1, 5))}"


def flatten(net, names):
    net.q = net.q.reshape(len(net.q), -1)


def build_model(rng, name):
    family = rng.choice(["dense", "image", "sequence"])
    layers, shape = ([], f"{int(rng.integers(1, 40))},")
    if family == "image":
        layers, shape = image_layers(rng)
    elif family == "sequence":
        layers, shape = sequence_layers(rng)
    layers = layers + [("Flatten()", flatten, 1)]
    for _ in range(int(rng.integers(1, 3))):
        activation, bias = rng.choice(ACTIVATIONS), bool(rng.integers(4))
        layers.append((f"Dense({int(rng.integers(1, 20))}{quoted(activation)}, use_bias={bias})",
                       lambda net, names, a=activation, b=bias: net.dense(names[0], a, b), 1))
    if rng.integers(2):
        layers.append(("Dense(5, activation='softmax')", lambda net, names: net.dense(names[0], "softmax"), 1))
    text = "\n".join(f"    {text}" for text, _, _ in layers)
    return f"model {name} {{\n    Input(shape=({shape}))\n{text}\n}}\n", layers


def random_weights(rng, layers):
    weights = {}
    for layer in layers:
        for weight in layer["weights"]:
            name, shape = weight["name"], weight["shape"]
            if "kernel" in name:
                values = rng.normal(size=shape) * np.sqrt(2 / np.prod(shape[:-1])) * 10 ** rng.uniform(-1, 0.5)
            elif "variance" in name or "gamma" in name:
                values = rng.uniform(0.3, 2, size=shape)
            else:
                values = rng.normal(size=shape) * 0.3
            if not rng.integers(8):
                values[..., 0] = 0
            weights[name] = values.astype(np.float32).astype(np.float64)
    return weights


def random_ranges(rng, lowered):
    """Of all that the operations of the lowered plan make."""
    ranges = {"x": (-float(rng.uniform(0, 3)), float(rng.uniform(0.1, 3)))}
    for line in lowered.splitlines():
        if "->" in line and not line.endswith("-> memory"):
            ranges[line.rsplit(" -> ", 1)[1].split()[0]] = None
        elif line.endswith("-> memory"):
            ranges[line.split()[0]] = None
    for name in ranges:
        if ranges[name] is None:
            ranges[name] = tuple(float(n) for n in (-rng.uniform(0, 2), rng.uniform(0, 4)))
            if name.endswith("_initial"):
                ranges[name] = (0.0, 0.0)  # states begin with zeros
            if not rng.integers(12):
                ranges[name] = (0.0, ranges[name][1])
            if not rng.integers(12):
                ranges[name] = (ranges[name][0] * 20, ranges[name][1] * 10)
    return ranges


def make(nnc, folder, rng, name):
    """The C of a model; what it should predict, and what it predicts from."""
    text, layers = build_model(rng, name)
    path = os.path.join(folder, name)
    with open(f"{path}.nn", "w", encoding="utf-8") as file:
        file.write(text)
    ask = lambda *options: subprocess.run([nnc, f"{path}.nn", *options], check=True, stdout=subprocess.PIPE,
                                          text=True).stdout
    described = json.loads(ask("--emit=json", "--inference-only"))
    weights, ranges = random_weights(rng, described["layers"]), random_ranges(
        rng, ask("--emit=lowered", "--inference-only"))
    write_weights(f"{path}.safetensors", weights)
    with open(f"{path}.ranges", "w", encoding="utf-8") as file:
        file.writelines(f"{key} {low!r} {high!r}\n" for key, (low, high) in ranges.items())
    ask("--quantize=int8", "--ranges", f"{path}.ranges", "--weights", f"{path}.safetensors", "--standalone",
        "--check-plan", "-o", f"{path}.c")
    x = rng.integers(-128, 128, size=[SAMPLES] + described["input"]).astype(np.int8)
    names = [layer["name"] for layer in described["layers"]]
    net = Network(weights, ranges, x.astype(np.int64), narrow_scale(*ranges["x"]))
    for _, run, count in layers:
        run(net, names[:count])
        names = names[count:]
    return x, net.q.reshape(SAMPLES, -1), text


def program(names):
    """Reads x of each model from a file, and writes y to standard output."""
    lines = ["#include <stdio.h>"] + [f'#include "{name}.h"' for name in names] + ["int main(void) {"]
    for name in names:
        upper = name.upper()
        lines += ["    {", f"        static {name}_work work;",
                  f"        static int8_t x[{SAMPLES} * {upper}_IN], y[{SAMPLES} * {upper}_OUT];",
                  "        if (fread(x, sizeof x, 1, stdin) != 1) return 1;",
                  f"        if ({name}_predict_int8(&{name}_weights, &work, x, y, {SAMPLES}) != 0) return 2;",
                  "        fwrite(y, sizeof y, 1, stdout);", "    }"]
    return "\n".join(lines + ["    return 0;", "}", ""])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--nnc", required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--cc", default="cc -O0")
    parser.add_argument("--run", default="")
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    agree = differ = 0
    for first in range(0, options.count, 50):
        with tempfile.TemporaryDirectory() as folder:
            names = [f"m{i}" for i in range(first, min(first + 50, options.count))]
            made = {name: make(options.nnc, folder, rng, name) for name in names}
            with open(os.path.join(folder, "main.c"), "w", encoding="utf-8") as file:
                file.write(program(names))
            subprocess.run(shlex.split(options.cc) + [f"{name}.c" for name in names] + ["main.c", "-o", "program"],
                           check=True, cwd=folder)
            given = b"".join(made[name][0].tobytes() for name in names)
            command = shlex.split(options.run) + [os.path.join(folder, "program")]
            found = subprocess.run(command, input=given, check=True, stdout=subprocess.PIPE).stdout
            at = 0
            for name in names:
                wanted = made[name][1].astype(np.int8)
                got = np.frombuffer(found, np.int8, wanted.size, at).reshape(wanted.shape)
                at += wanted.size
                same = np.array_equal(got, wanted)
                agree, differ = agree + same, differ + (not same)
                if not same:
                    print(made[name][2], got, wanted, sep="\n")
    print(f"{agree} models agree, {differ} do not")
    return differ > 0


if __name__ == "__main__":
    sys.exit(main())
