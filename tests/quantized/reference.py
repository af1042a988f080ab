# SPDX-License-Identifier: MIT-0
"""The arithmetic of docs/quantization.md in NumPy, with whole numbers: what a quantized layer makes of int8.

Written from that page alone. A model is a list of parts, each with the name that its value has in the lowered plan;
numbers are derived from weights (float64) and from ranges {name: (least, greatest)}. A value is (q, Scale)."""
import math
from dataclasses import dataclass

import numpy as np


@dataclass
class Scale:
    scale: float
    zero: int
    wide: bool = False

    @property
    def least(self):
        return -32768 if self.wide else -128

    @property
    def most(self):
        return 32767 if self.wide else 127


def narrow_scale(low, high):
    low, high = min(low, 0.0), max(high, 0.0)
    scale = (high - low) / 255
    if scale <= 0:
        return Scale(1.0, 0)
    return Scale(scale, int(min(127, max(-128, np.rint(-128 - low / scale)))))


def wide_scale(most):
    return Scale(most / 32767 if most > 0 else 1.0, 0, True)


def rounded(total, shift):
    """Halves up: total / 2^shift."""
    total = np.asarray(total, dtype=np.int64)
    return (total + (np.int64(1) << (np.asarray(shift, dtype=np.int64) - 1))) >> np.asarray(shift, dtype=np.int64)


def clamp(values, low, high):
    return np.minimum(np.maximum(values, low), high)


def split_factor(factor):
    fraction, exponent = math.frexp(factor)
    shift = min(max(31 - exponent, 1), 61)
    multiplier = np.rint(math.ldexp(fraction, exponent + shift))
    if multiplier >= 2**31 and shift > 1:
        shift -= 1
        multiplier = np.rint(math.ldexp(fraction, exponent + shift))
    return int(min(multiplier, 2**31 - 1)), shift


class Product:
    """x · kernel of (depth, channels), or, of each channel by itself, (taps, channels); factor, summand and bounds."""

    def __init__(self, kernel, x, y, factor=None, summand=None, low=-math.inf, high=math.inf):
        depth, channels = kernel.shape
        factor = np.ones(channels) if factor is None else factor
        summand = np.zeros(channels) if summand is None else summand
        self.kernel = np.zeros((depth, channels), np.int64)
        self.bias, self.multiplier, self.shift = (np.zeros(channels, np.int64) for _ in range(3))
        for c in range(channels):
            scaled = kernel[:, c] * factor[c]
            scale = max(np.abs(scaled).max() / 127, abs(summand[c]) / (x.scale * 2**30))
            scale = scale if scale > 0 else 1.0
            self.kernel[:, c] = clamp(np.rint(scaled / scale), -127, 127)
            self.bias[c] = np.rint(summand[c] / (x.scale * scale)) - x.zero * self.kernel[:, c].sum()
            self.multiplier[c], self.shift[c] = split_factor(x.scale * scale / y.scale)
        self.y = y
        self.low = self.bound(low)
        self.high = self.bound(high)

    def bound(self, bound):
        whole = bound if math.isinf(bound) else np.rint(bound / self.y.scale) + self.y.zero
        return int(clamp(whole, self.y.least, self.y.most))

    def finish(self, sums):
        return clamp(rounded((sums + self.bias) * self.multiplier, self.shift) + self.y.zero, self.low, self.high)

    def of_rows(self, x):
        return self.finish(x.astype(np.int64) @ self.kernel)


def table(function, x, y):
    """A function of 8 or 16 bits, as what maps q to q."""
    if not x.wide:
        numbers = [function(x.scale * (q - x.zero)) / y.scale for q in range(-128, 128)]
        numbers = clamp(np.rint(numbers) + y.zero, y.least, y.most).astype(np.int64)
        return lambda q: numbers[q + 128]
    unit = 1 if y.wide else 64
    numbers = [function(i * 256.0 * x.scale) / y.scale * unit for i in range(-128, 129)]
    numbers = clamp(np.rint(numbers), -32768, 32767).astype(np.int64)

    def between(q):
        place = q + 32768
        at = numbers[place >> 8]
        found = at + (((numbers[(place >> 8) + 1] - at) * (place & 255) + 128) >> 8)
        return found if y.wide else clamp(rounded(found, 6) + y.zero, -128, 127)

    return between


def most_of(function, x):
    """The most that a function makes at the places of its table."""
    return max(abs(function((i * 256.0 if x.wide else i - x.zero) * x.scale)) for i in range(-128, 129))


def terms(operands, coefficients, y):
    """operands: (q, Scale) each; coefficients: {(places of operands): coefficient}."""
    order = sorted(coefficients, key=lambda places: sum(1 << i for i in places))
    factors, most = [], []
    for places in order:
        factor, largest = coefficients[places] / y.scale, 1.0
        for i in places:
            factor *= operands[i][1].scale
            largest *= 32768 if operands[i][1].wide else 255
        factors.append(factor)
        most.append(largest)
    shift = 61
    while shift > 1:
        scaled = [abs(math.ldexp(factor, shift)) for factor in factors]
        if max(scaled) < 2**31 - 1 and sum(a * b for a, b in zip(scaled, most)) < 2.0**62:
            break
        shift -= 1
    total = np.zeros(operands[0][0].shape, np.int64)
    for places, factor in zip(order, factors):
        product = np.full(total.shape, int(np.rint(math.ldexp(factor, shift))), np.int64)
        for i in places:
            product = product * (operands[i][0].astype(np.int64) - operands[i][1].zero)
        total += product
    return clamp(rounded(total, shift) + y.zero, y.least, y.most)


def softmax(q, x):
    falls = np.array([int(np.rint(65535 * math.exp(-d * x.scale))) for d in range(256)], np.int64)
    parts = falls[q.max(axis=-1, keepdims=True) - q]
    total = parts.sum(axis=-1, keepdims=True)
    return np.minimum((256 * parts + total // 2) // total, 255) - 128


def windows(x, size, stride, dilation):
    """(batch, h, w, c) → (batch, oh, ow, taps, c)."""
    high = [(x.shape[i + 1] - (size[i] - 1) * dilation[i] - 1) // stride[i] + 1 for i in range(2)]
    taps = [x[:, u * dilation[0]:, v * dilation[1]:][:, :(high[0] - 1) * stride[0] + 1:stride[0],
                                                     :(high[1] - 1) * stride[1] + 1:stride[1]]
            for u in range(size[0]) for v in range(size[1])]
    return np.stack(taps, axis=3)


def surround(x, size, stride, dilation, fill):
    """padding='same'."""
    pads = []
    for i in range(2):
        reach = (size[i] - 1) * dilation[i] + 1
        out = -(-x.shape[i + 1] // stride[i])
        more = max((out - 1) * stride[i] + reach - x.shape[i + 1], 0)
        pads.append((more // 2, more - more // 2))
    return np.pad(x, [(0, 0)] + pads + [(0, 0)], constant_values=fill)


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


FUNCTIONS = {"sigmoid": sigmoid, "tanh": math.tanh, "elu": lambda x: x if x > 0 else math.expm1(x),
             "softsign": lambda x: x / (1 + abs(x)),
             "gelu": lambda x: 0.5 * x * (1.0 + math.erf(0.7071067811865476 * x)),
             "leaky_relu": lambda x: x if x > 0 else 0.2 * x}
BOUNDS = {"relu": (0.0, math.inf), "relu6": (0.0, 6.0), "hard_tanh": (-1.0, 1.0)}


class Network:
    """Runs a value through layers; each method is one of Keras'."""

    def __init__(self, weights, ranges, q, scale):
        self.weights, self.ranges, self.q, self.scale = weights, ranges, q, scale

    def of_range(self, *names):
        return narrow_scale(min(self.ranges[n][0] for n in names), max(self.ranges[n][1] for n in names))

    def product(self, name, kernel, run, bias, activation, then=()):
        """`then`: (name, factor, summand) or (name, low, high) of what is folded in behind the bias."""
        channels = kernel.shape[-1]
        factor, summand, low, high = np.ones(channels), np.zeros(channels), -math.inf, math.inf
        last = f"{name}.biased" if bias is not None else f"{name}.sum"
        if activation in (None, "linear"):
            last = name
        if bias is not None:
            summand = summand + bias
        if activation in BOUNDS:
            low, high = BOUNDS[activation]
            last = name
        for part in then:
            last = part[0]
            if part[1] == "line":
                factor, summand = factor * part[2], summand * part[2] + part[3]
            else:
                low, high = part[2:]
        y = self.of_range(last)
        self.q = run(Product(kernel, self.scale, y, factor, summand, low, high))
        self.scale = y
        if activation in FUNCTIONS:
            self.function(activation, name)
        if activation == "softmax":
            self.q, self.scale = softmax(self.q, self.scale), Scale(1 / 256, -128)

    def function(self, activation, name):
        y = self.of_range(name)
        self.q, self.scale = table(FUNCTIONS[activation], self.scale, y)(self.q), y

    def dense(self, name, activation=None, use_bias=True):
        x = self.q
        self.product(name, self.weights[f"{name}/kernel"], lambda p: p.of_rows(x),
                     self.weights[f"{name}/bias"] if use_bias else None, activation)

    def conv(self, name, size, stride, dilation, same, activation, then=(), each=False, use_bias=True):
        kernel = self.weights[f"{name}/kernel"]
        channels = kernel.shape[-2] if each else kernel.shape[-1]
        x = surround(self.q, size, stride, dilation, self.scale.zero) if same else self.q
        seen = windows(x, size, stride, dilation).astype(np.int64)
        if each:
            run = lambda p: p.finish((seen * p.kernel).sum(axis=3))
        else:
            run = lambda p: p.of_rows(seen.reshape(seen.shape[:3] + (-1,)))
        self.product(name, kernel.reshape(-1, channels), run, self.weights[f"{name}/bias"] if use_bias else None,
                     activation, then)

    def pool(self, size, average):
        seen = windows(self.q, size, size, (1, 1))
        count = size[0] * size[1]
        self.q = ((seen + 128).sum(axis=3) + count // 2) // count - 128 if average else seen.max(axis=3)

    def input_products(self, name, x, bias):
        """Of the gates of a recurrent layer: 16 bits."""
        last = f"{name}.biased" if bias is not None else f"{name}.inputs"
        y = wide_scale(max(-self.ranges[last][0], self.ranges[last][1]))
        made = Product(self.weights[f"{name}/kernel"], self.scale, y, summand=bias)
        return made.of_rows(x), y

    def wide(self, *names, functions=()):
        """Of values of 16 bits, which `functions` alone read."""
        most = max(max(-self.ranges[n][0], self.ranges[n][1]) for n in names)
        ends = [abs(f(s * most) - f(s * 8.0)) < 2**-11 for f in functions for s in (-1, 1)] if most > 8 else [False]
        return wide_scale(8.0 if ends and all(ends) else most)

    def lstm(self, name, sequences, units):
        inputs, inputs_scale = self.input_products(name, self.q, self.weights[f"{name}/bias"])
        state_scale = self.wide(f"{name}.state")
        h_scale = self.of_range(f"{name}.output")
        sum_scale = self.wide(f"{name}.sum", functions=(sigmoid, math.tanh))
        cell_scale, update_scale = self.wide(f"{name}.cell"), self.wide(f"{name}.update")
        state = Product(self.weights[f"{name}/recurrent_kernel"], h_scale, state_scale)
        gate_scale = wide_scale(most_of(sigmoid, sum_scale))
        bound_scale, output_scale = (wide_scale(most_of(math.tanh, s)) for s in (sum_scale, cell_scale))
        gate = table(sigmoid, sum_scale, gate_scale)
        bounded, output = table(math.tanh, sum_scale, bound_scale), table(math.tanh, cell_scale, output_scale)
        h = np.full((len(self.q), units), h_scale.zero, np.int64)
        c, all_h = np.zeros_like(h), []
        for t in range(self.q.shape[1]):
            both = [(inputs[:, t], inputs_scale), (state.of_rows(h), state_scale)]
            z = terms(both, {(0,): 1.0, (1,): 1.0}, sum_scale)
            i, f, g, o = (z[:, k * units:(k + 1) * units] for k in range(4))
            update = terms([(gate(i), gate_scale), (bounded(g), bound_scale)], {(0, 1): 1.0}, update_scale)
            c = terms([(gate(f), gate_scale), (c, cell_scale), (update, update_scale)], {(0, 1): 1.0, (2,): 1.0},
                      cell_scale)
            h = terms([(gate(o), gate_scale), (output(c), output_scale)], {(0, 1): 1.0}, h_scale)
            all_h.append(h)
        self.q, self.scale = np.stack(all_h, axis=1) if sequences else h, h_scale

    def gru(self, name, sequences, units):
        bias = self.weights[f"{name}/bias"]
        inputs, inputs_scale = self.input_products(name, self.q, bias[0])
        state_scale, h_scale = self.wide(f"{name}.biased_2"), self.of_range(f"{name}.output")
        state = Product(self.weights[f"{name}/recurrent_kernel"], h_scale, state_scale, summand=bias[1])
        z_sum, r_sum, g_sum = (self.wide(f"{name}.{gate}_sum", functions=(f,)) for gate, f in
                               (("update_gate", sigmoid), ("reset_gate", sigmoid), ("candidate", math.tanh)))
        z_scale, r_scale = (wide_scale(most_of(sigmoid, s)) for s in (z_sum, r_sum))
        g_scale, reset_scale = wide_scale(most_of(math.tanh, g_sum)), self.wide(f"{name}.reset")
        z_table, r_table = table(sigmoid, z_sum, z_scale), table(sigmoid, r_sum, r_scale)
        g_table = table(math.tanh, g_sum, g_scale)
        h = np.full((len(self.q), units), h_scale.zero, np.int64)
        all_h, both = [], {(0,): 1.0, (1,): 1.0}
        for t in range(self.q.shape[1]):
            xs = [(inputs[:, t, k * units:(k + 1) * units], inputs_scale) for k in range(3)]
            made = state.of_rows(h)
            hs = [(made[:, k * units:(k + 1) * units], state_scale) for k in range(3)]
            z = z_table(terms([xs[0], hs[0]], both, z_sum))
            r = r_table(terms([xs[1], hs[1]], both, r_sum))
            reset = terms([(r, r_scale), hs[2]], {(0, 1): 1.0}, reset_scale)
            g = g_table(terms([xs[2], (reset, reset_scale)], both, g_sum))
            h = terms([(z, z_scale), (h, h_scale), (g, g_scale)], {(0, 1): 1.0, (0, 2): -1.0, (2,): 1.0}, h_scale)
            all_h.append(h)
        self.q, self.scale = np.stack(all_h, axis=1) if sequences else h, h_scale

    def simple(self, name, sequences, units):
        inputs, inputs_scale = self.input_products(name, self.q, self.weights[f"{name}/bias"])
        state_scale, h_scale = self.wide(f"{name}.state"), self.of_range(f"{name}.output")
        sum_scale = self.wide(f"{name}.sum", functions=(math.tanh,))
        state = Product(self.weights[f"{name}/recurrent_kernel"], h_scale, state_scale)
        output = table(math.tanh, sum_scale, h_scale)
        h, all_h = np.full((len(self.q), units), h_scale.zero, np.int64), []
        for t in range(self.q.shape[1]):
            h = output(terms([(inputs[:, t], inputs_scale), (state.of_rows(h), state_scale)], {(0,): 1.0, (1,): 1.0},
                             sum_scale))
            all_h.append(h)
        self.q, self.scale = np.stack(all_h, axis=1) if sequences else h, h_scale
