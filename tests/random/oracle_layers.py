# SPDX-License-Identifier: MIT-0
"""The layers that oracle.py draws and interprets, in NumPy.

Weights and values have one dimension in front of all others, `copies`: many sets of weights are interpreted at once,
which is how central differences are taken. So x is (copies, batch, …), a kernel (copies, inputs, units); one copy of
either goes with many of the other.

A layer says `shapes` of its weights, `frozen` names of those that are not trained, its name in weights (`kind`) or
None, that of a layer within it (`inner`), which is counted as well, `out`, the shape of a sample behind it, and its
`text`; ValueError where it does not fit. `run` takes a Flow.
"""
import math

import numpy as np


class Flow:
    """What goes through a chain beside x: whether it trains, which steps are masked, penalties of the loss, and what
    weights that are not trained become."""

    def __init__(self, training=False):
        self.training, self.mask, self.penalty, self.moved = training, None, 0.0, {}


def product(x, kernel):
    """x (copies, batch, …, inputs) . kernel (copies, inputs, units)"""
    rows = x.reshape(len(x), -1, x.shape[-1]) @ kernel
    return rows.reshape(len(rows), *x.shape[1:-1], kernel.shape[-1])


def along(weight, x):
    """A weight (copies, channels), for x (copies, …, channels)."""
    return weight.reshape(len(weight), *[1] * (x.ndim - 2), weight.shape[-1])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    powers = np.exp(x - x.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


ACTIVATIONS = {
    "linear": lambda x: x, "relu": lambda x: np.maximum(x, 0), "tanh": np.tanh, "sigmoid": sigmoid,
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))), "softplus": lambda x: np.logaddexp(x, 0),
    "silu": lambda x: x * sigmoid(x), "gelu": lambda x: x * (1 + np.vectorize(math.erf)(x / np.sqrt(2))) / 2,
    "softsign": lambda x: x / (1 + np.abs(x)), "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "selu": lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(np.minimum(x, 0))),
    "mish": lambda x: x * np.tanh(np.logaddexp(x, 0)), "exponential": lambda x: np.exp(np.minimum(x, 30)),
    "softmax": softmax,
}
FEW = ["linear", "relu", "tanh"]


class Layer:
    shapes, frozen, kind, inner, keeps_mask = {}, (), None, None, False

    def constrained(self, weights):
        """The weights after an update: what constraints make of them."""
        return weights


class Dense(Layer):
    """Over the last dimension; some with a penalty, a constraint, or not trained."""
    kind, keeps_mask = "dense", True

    def __init__(self, pick, shape, units=None, activation=None):
        self.units = units or pick.choice([1, 2, 3, 5])
        self.activation = activation or pick.choice([name for name in ACTIVATIONS if name != "softmax"])
        self.shapes = {"kernel": (shape[-1], self.units), "bias": (self.units,)}
        self.out = (*shape[:-1], self.units)
        self.more = pick.choice([""] * 5 + ["kernel_regularizer=L2(0.02)", "kernel_regularizer=L1(0.02)",
                                            "kernel_constraint=MaxNorm(0.8)", "trainable=False"])
        self.frozen = ("kernel", "bias") if self.more == "trainable=False" else ()

    def text(self):
        return f"Dense({self.units}, activation='{self.activation}'{', ' if self.more else ''}{self.more})"

    def sums(self, x, w, flow):
        if self.more.startswith("kernel_regularizer"):
            size = w["kernel"] ** 2 if "L2" in self.more else np.abs(w["kernel"])
            flow.penalty = flow.penalty + 0.02 * size.sum((1, 2))
        return product(x, w["kernel"]) + along(w["bias"], x)

    def run(self, x, w, flow):
        return ACTIVATIONS[self.activation](self.sums(x, w, flow))

    def constrained(self, weights):
        if "MaxNorm" not in self.more:
            return weights
        norm = np.sqrt((weights["kernel"] ** 2).sum(0, keepdims=True))
        return {**weights, "kernel": weights["kernel"] * np.minimum(norm, 0.8) / (norm + 1e-7)}


class Windows:
    """Where windows lie over the positions of images or sequences: size, stride, dilation and padding."""

    def __init__(self, pick, positions, dilates, paddings):
        dims = len(positions)
        self.size = [pick.choice([1, 2, 3]) for _ in range(dims)]
        self.stride = [pick.choice([1, 1, 2])] * dims
        self.dilation = [pick.choice([1, 2]) if dilates and self.stride[0] == 1 else 1] * dims
        self.padding = pick.choice(paddings)
        self.out, self.pad = [], []
        for n, size, stride, dilation in zip(positions, self.size, self.stride, self.dilation):
            reach = (size - 1) * dilation + 1
            out = (n - reach) // stride + 1 if self.padding == "valid" else -(-n // stride)
            if out < 1:
                raise ValueError
            total = 0 if self.padding == "valid" else max((out - 1) * stride + reach - n, 0)
            low = reach - 1 if self.padding == "causal" else total // 2
            self.out.append(out)
            self.pad.append((low, max((out - 1) * stride + reach - n - low, 0)))

    def text(self):
        of = lambda values: tuple(values) if len(values) > 1 else values[0]
        more = f", dilation_rate={of(self.dilation)}" if self.dilation[0] > 1 else ""
        return f"{of(self.size)}, padding='{self.padding}', strides={of(self.stride)}{more}"

    def taps(self, x, outside=0.0):
        """(tap, x at this tap of each window: (copies, batch, …, channels)), tap by tap"""
        padded = np.pad(x, [(0, 0), (0, 0), *self.pad, (0, 0)], constant_values=outside)
        for tap in np.ndindex(*self.size):
            yield tap, padded[(slice(None), slice(None), *(
                slice(at * dilation, at * dilation + (out - 1) * stride + 1, stride)
                for at, dilation, out, stride in zip(tap, self.dilation, self.out, self.stride)))]


class Conv(Layer):
    """Conv1D, Conv2D."""

    def __init__(self, pick, shape):
        if len(shape) not in (2, 3):
            raise ValueError
        dims = len(shape) - 1
        self.filters, self.activation = pick.choice([1, 2, 3]), pick.choice(FEW)
        self.windows = Windows(pick, shape[:-1], True, ["valid", "same", "causal"] if dims == 1 else ["valid", "same"])
        self.shapes = {"kernel": (*self.windows.size, shape[-1], self.filters), "bias": (self.filters,)}
        self.out, self.kind = (*self.windows.out, self.filters), f"conv{dims}d"

    def text(self):
        return f"{self.kind.title()}({self.filters}, {self.windows.text()}, activation='{self.activation}')"

    def run(self, x, w, flow):
        taps = self.windows.taps(x)
        total = sum(product(part, w["kernel"][(slice(None), *tap)]) for tap, part in taps)
        return ACTIVATIONS[self.activation](total + along(w["bias"], total))


class Depthwise(Layer):
    kind = "depthwise_conv2d"

    def __init__(self, pick, shape):
        if len(shape) != 3:
            raise ValueError
        self.times, self.windows = pick.choice([1, 2]), Windows(pick, shape[:-1], False, ["valid", "same"])
        self.shapes = {"kernel": (*self.windows.size, shape[-1], self.times), "bias": (shape[-1] * self.times,)}
        self.out = (*self.windows.out, shape[-1] * self.times)

    def text(self):
        return f"DepthwiseConv2D({self.windows.text()}, depth_multiplier={self.times})"

    def run(self, x, w, flow):
        total = 0
        for tap, part in self.windows.taps(x):
            kernel = w["kernel"][(slice(None), *tap)]  # (copies, channels, times)
            total = total + part[..., None] * kernel.reshape(len(kernel), *[1] * (x.ndim - 2), *kernel.shape[1:])
        total = total.reshape(*total.shape[:-2], -1)
        return total + along(w["bias"], total)


class ConvTranspose(Layer):
    kind = "conv1d_transpose"

    def __init__(self, pick, shape):
        if len(shape) != 2:
            raise ValueError
        self.filters, self.size, self.stride = pick.choice([1, 2]), pick.choice([1, 2, 3]), pick.choice([1, 2])
        self.padding = pick.choice(["valid", "same"])
        beyond = max(self.size - self.stride, 0)
        self.low = beyond // 2 if self.padding == "same" else 0
        self.out = (shape[0] * self.stride + (beyond if self.padding == "valid" else 0), self.filters)
        self.shapes = {"kernel": (self.size, self.filters, shape[1]), "bias": (self.filters,)}

    def text(self):
        return f"Conv1DTranspose({self.filters}, {self.size}, strides={self.stride}, padding='{self.padding}')"

    def run(self, x, w, flow):
        parts = [product(x, np.swapaxes(w["kernel"][:, tap], 1, 2)) for tap in range(self.size)]
        out = np.zeros((len(parts[0]), x.shape[1], *self.out)) + w["bias"][:, None, None]
        for tap, part in enumerate(parts):
            for step in range(x.shape[2]):
                at = step * self.stride + tap - self.low
                if 0 <= at < self.out[0]:
                    out[:, :, at] += part[:, :, step]
        return out


class Pool(Layer):
    def __init__(self, pick, shape):
        if len(shape) not in (2, 3):
            raise ValueError
        self.mean, self.dims = pick.choice([True, False]), len(shape) - 1
        self.windows = Windows(pick, shape[:-1], False, ["valid", "same"])
        self.out = (*self.windows.out, shape[-1])

    def text(self):
        return f"{'Average' if self.mean else 'Max'}Pooling{self.dims}D({self.windows.text()})"

    def run(self, x, w, flow):
        if not self.mean:
            return np.max([part for _, part in self.windows.taps(x, -np.inf)], 0)
        total = sum(part for _, part in self.windows.taps(x))
        return total / sum(part for _, part in self.windows.taps(np.ones_like(x)))  # of what lies inside


class GlobalPool(Layer):
    def __init__(self, pick, shape):
        if len(shape) not in (2, 3):
            raise ValueError
        self.mean, self.dims, self.out = pick.choice([True, False]), len(shape) - 1, shape[-1:]

    def text(self):
        return f"Global{'Average' if self.mean else 'Max'}Pooling{self.dims}D()"

    def run(self, x, w, flow):
        axes = tuple(range(2, x.ndim - 1))
        return x.mean(axes) if self.mean else x.max(axes)


class Recurrent(Layer):
    """SimpleRNN, LSTM and GRU of either kind, one way or both, their last output or all."""
    CELLS = {"SimpleRNN": (1, "simple_rnn"), "LSTM": (4, "lstm"), "GRU": (3, "gru")}
    keeps_mask = True

    def __init__(self, pick, shape, last=False):
        if len(shape) != 2:
            raise ValueError
        self.cell, self.units = pick.choice(list(self.CELLS)), pick.choice([1, 2, 3])
        self.all, self.after = pick.choice([True, False]) and not last, pick.choice([True, False])
        self.merge = pick.choice([None, None, None, "concat", "sum", "mul", "ave"])
        gates, word = self.CELLS[self.cell]
        width = gates * self.units
        bias = (2, width) if self.cell == "GRU" and self.after else (width,)
        shapes = {"kernel": (shape[1], width), "recurrent_kernel": (self.units, width), "bias": bias}
        self.ways = [f"{way}_{word}/" for way in ("forward", "backward")] if self.merge else [""]
        self.shapes = {way + name: size for way in self.ways for name, size in shapes.items()}
        self.kind, self.inner = ("bidirectional", word) if self.merge else (word, None)
        units = self.units * 2 if self.merge == "concat" else self.units
        self.out = (shape[0], units) if self.all else (units,)

    def text(self):
        after = f", reset_after={self.after}" if self.cell == "GRU" else ""
        text = f"{self.cell}({self.units}, return_sequences={self.all}{after})"
        return f"Bidirectional({text}, merge_mode='{self.merge}')" if self.merge else text

    def step(self, x, h, c, kernel, recurrent, bias):
        """h and c of the next step, each (copies, batch, units)"""
        if self.cell == "GRU":
            of_x, of_h = (bias[:, 0], bias[:, 1]) if self.after else (bias, None)
            zx, rx, gx = np.split(product(x, kernel) + along(of_x, x), 3, -1)
            if self.after:
                zh, rh, gh = np.split(product(h, recurrent) + along(of_h, x), 3, -1)
                z, g = sigmoid(zx + zh), np.tanh(gx + sigmoid(rx + rh) * gh)
            else:
                uz, ur, ug = np.split(recurrent, 3, -1)
                z, g = sigmoid(zx + product(h, uz)), np.tanh(gx + product(sigmoid(rx + product(h, ur)) * h, ug))
            return z * h + (1 - z) * g, c
        sums = product(x, kernel) + product(h, recurrent) + along(bias, x)
        if self.cell == "SimpleRNN":
            return np.tanh(sums), c
        i, f, g, o = np.split(sums, 4, -1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        return sigmoid(o) * np.tanh(c), c

    def one_way(self, x, mask, weights):
        h = c = np.zeros((1, x.shape[1], self.units))
        outs = []
        for at in range(x.shape[2]):
            next_h, next_c = self.step(x[:, :, at], h, c, *weights)
            there = True if mask is None else mask[:, :, at, None]
            h, c = np.where(there, next_h, h), np.where(there, next_c, c)
            outs.append(h)
        return np.stack(outs, 2) if self.all else h

    def run(self, x, w, flow):
        mask, results = flow.mask, []
        for number, way in enumerate(self.ways):
            turned = slice(None, None, -1 if number else 1)
            of_way = [w[way + name] for name in ("kernel", "recurrent_kernel", "bias")]
            out = self.one_way(x[:, :, turned], None if mask is None else mask[:, :, turned], of_way)
            results.append(out[:, :, turned] if self.all else out)
        if not self.all:
            flow.mask = None
        return {None: lambda: results[0], "concat": lambda: np.concatenate(results, -1),
                "sum": lambda: results[0] + results[1], "mul": lambda: results[0] * results[1],
                "ave": lambda: (results[0] + results[1]) / 2}[self.merge]()


class Norm(Layer):
    kind, keeps_mask = "layer_normalization", True

    def __init__(self, pick, shape):
        self.shapes, self.out = {"gamma": shape[-1:], "beta": shape[-1:]}, shape

    def text(self):
        return "LayerNormalization(epsilon=0.01)"

    def run(self, x, w, flow):
        away = x - x.mean(-1, keepdims=True)
        return away / np.sqrt((away ** 2).mean(-1, keepdims=True) + 0.01) * along(w["gamma"], x) + along(w["beta"], x)


class BatchNorm(Layer):
    kind, frozen = "batch_normalization", ("moving_mean", "moving_variance")

    def __init__(self, pick, shape):
        self.momentum, self.out = pick.choice([0.5, 0.9]), shape
        self.shapes = {name: shape[-1:] for name in ("gamma", "beta", *self.frozen)}

    def text(self):
        return f"BatchNormalization(momentum={self.momentum}, epsilon=0.01)"

    def run(self, x, w, flow):
        mean, variance = w["moving_mean"], w["moving_variance"]
        if flow.training:
            axes = tuple(range(1, x.ndim - 1))
            now = x.mean(axes), x.var(axes)
            flow.moved[self.name] = {name: w[name] * self.momentum + value * (1 - self.momentum)
                                     for name, value in zip(self.frozen, now)}
            mean, variance = now
        scale = w["gamma"] / np.sqrt(variance + 0.01)
        return (x - along(mean, x)) * along(scale, x) + along(w["beta"], x)


class Alpha(Layer):
    kind = "p_re_lu"

    def __init__(self, pick, shape):
        self.shapes, self.out = {"alpha": shape}, shape

    def text(self):
        return "PReLU()"

    def run(self, x, w, flow):
        return np.where(x > 0, x, x * w["alpha"][:, None])


class Move(Layer):
    """What only moves values: of sequences, or of vectors."""
    OF_SEQUENCES = {
        "ZeroPadding1D((1, 2))": lambda x: np.pad(x, [(0, 0), (0, 0), (1, 2), (0, 0)]),
        "Cropping1D((1, 0))": lambda x: x[:, :, 1:], "UpSampling1D(2)": lambda x: np.repeat(x, 2, 2),
        "Permute((2, 1))": lambda x: np.swapaxes(x, 2, 3),
    }
    OF_VECTORS = {
        "RepeatVector(3)": lambda x: np.repeat(x[:, :, None], 3, 2), "Reshape((-1, 1))": lambda x: x[..., None],
    }

    def __init__(self, pick, shape):
        if len(shape) > 2 or shape[0] < 2:
            raise ValueError
        self.words, self.move = pick.choice(list((self.OF_VECTORS if len(shape) == 1 else self.OF_SEQUENCES).items()))
        self.out = self.move(np.zeros((1, 1, *shape))).shape[2:]

    def text(self):
        return self.words

    def run(self, x, w, flow):
        return self.move(x)


class Flat(Layer):
    def __init__(self, pick, shape):
        self.out = (int(np.prod(shape)),)

    def text(self):
        return "Flatten()"

    def run(self, x, w, flow):
        return x.reshape(*x.shape[:2], -1)


class Masking(Layer):
    """At the beginning: steps of zeros are passed over."""
    keeps_mask = True

    def __init__(self, pick, shape):
        if len(shape) != 2:
            raise ValueError
        self.out = shape

    def text(self):
        return "Masking()"

    def run(self, x, w, flow):
        flow.mask = (x != 0).any(-1)
        return x


class Embedding(Layer):
    """At the beginning, of indices; 0 is masked, or is not."""
    kind, keeps_mask, ROWS = "embedding", True, 5

    def __init__(self, pick, shape):
        if len(shape) != 1:
            raise ValueError
        self.mask = pick.choice([True, False])
        self.shapes, self.out = {"embeddings": (self.ROWS, 2)}, (*shape, 2)

    def text(self):
        return f"Embedding({self.ROWS}, 2, mask_zero={self.mask})"

    def run(self, x, w, flow):
        index = x[0].astype(int)
        flow.mask = (index != 0)[None] if self.mask else None
        return w["embeddings"][:, index]


DRAWN = [Dense, Dense, Dense, Conv, Conv, Depthwise, ConvTranspose, Pool, GlobalPool, Recurrent, Recurrent, Norm,
         BatchNorm, Alpha, Move]
FIRST = [Masking, Embedding]
