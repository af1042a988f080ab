#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Makes random models that Keras accepts, and computes with Keras what has to come out of them.

  venv/bin/python tests/random/generate.py -o tests/random/cases 0 1 2 …    cases NAME = model_<number>, three files each
  venv/bin/python tests/random/generate.py -o cases --range 0 400      many of them, to search for faults
  venv/bin/python tests/random/generate.py --print 17                       the model file alone, without Keras
  venv/bin/python tests/golden/check.py … cases/*.nn                   holds nnc against them

A number decides everything: two runs give the same model, the same data, the same random factors. The model is a chain of
layers drawn one after another, each from those that fit the shape that is there, with arguments drawn from what Keras
allows; most come with their default now and then, so that it is tested too. Sizes are those at which vectors and blocks end
(16, 17, 64, 65, …). The end of the chain is drawn to suit the loss. Some models get weights and inputs that are multiples
of 1/2 ("grid"), so that values lie exactly on the corners of activations.

Expected numbers come from tests/golden/generate.py, which runs Keras in float64 and in float32; see there for the files
and the tolerances, and for what has to be installed.
"""
import argparse
import importlib.util
import json
import os
import random
import sys

import numpy as np
from safetensors.numpy import save_file

SEED = 20250611
HERE = os.path.dirname(os.path.abspath(__file__))
SIZES = [1, 2, 3, 7, 16, 17, 33, 64, 65, 100, 130]
ACTIVATIONS = ["linear", "relu", "relu6", "leaky_relu", "elu", "celu", "selu", "gelu", "silu", "swish", "mish", "sigmoid",
               "hard_sigmoid", "sparse_sigmoid", "log_sigmoid", "hard_silu", "hard_swish", "tanh", "hard_tanh", "tanh_shrink",
               "soft_shrink", "hard_shrink", "softplus", "squareplus", "sparse_plus", "softsign", "exponential", "softmax",
               "log_softmax"]  # not sparsemax: nnc's sums to 1, that of Keras 3.15.1 does not
INITIALIZERS = ["'zeros'", "'ones'", "Constant(0.1)", "RandomNormal(stddev=0.1, seed=3)", "'random_uniform'",
                "TruncatedNormal(mean=0.1)", "'he_normal'", "'lecun_uniform'", "VarianceScaling(2.0, 'fan_avg', 'uniform')",
                "GlorotNormal(seed=1)", "'glorot_uniform'"]


# --- models -----------------------------------------------------------------------------------------------------------

class Chain:
    """A chain of layers while it is drawn: its lines, and the shape of one sample at its end."""

    def __init__(self, pick, limit, shape):
        self.pick, self.limit, self.shape, self.lines, self.names = pick, limit, shape, [], set()

    def chance(self, probability):
        return self.pick.random() < probability

    def size(self):
        return self.pick.choice([s for s in SIZES if s <= self.limit])

    def elements(self, shape=None):
        product = 1
        for size in self.shape if shape is None else shape:
            product *= size
        return product

    def add(self, layer, *arguments, shape=None, **named):
        """Appends a layer line; arguments whose value is None are left out."""
        if self.chance(0.08):
            name = self.pick.choice(["features", "x", "y", "params", "work", "main", "Hidden_1", "float", "n", "d", "sum"])
            if name not in self.names:
                self.names.add(name)
                named["name"] = f"'{name}'"
        given = [str(a) for a in arguments] + [f"{name}={value}" for name, value in named.items() if value is not None]
        self.lines.append(f"{layer}({', '.join(given)})")
        if shape is not None:
            self.shape = shape

    def dense(self, units=None, activation=None):
        if units is None:
            fitting = [s for s in SIZES if s <= self.limit and self.elements(self.shape[:-1]) * s <= 4 * self.limit]
            units = self.pick.choice(fitting or [1])
        if activation is None and self.chance(0.7):
            activation = self.pick.choice(ACTIVATIONS)
        self.add("Dense", units, shape=self.shape[:-1] + [units],
                 activation=f"'{activation}'" if activation else None,
                 use_bias="False" if self.chance(0.15) else None,
                 kernel_initializer=self.pick.choice(INITIALIZERS) if self.chance(0.2) else None,
                 bias_initializer=self.pick.choice(INITIALIZERS[:6]) if self.chance(0.1) else None,
                 trainable="False" if self.chance(0.1) else None)

    def seed(self):
        return self.pick.randrange(1000) if self.chance(0.2) else None

    def rate(self):
        return self.pick.choice([0, 0.1, 0.25, 0.5, 0.5, 0.8, 1, 0.999])

    def noise_shape(self):
        if self.chance(0.5):
            return None
        entries = [self.pick.choice(["None", "1"])] + [self.pick.choice(["None", "1", str(size)]) for size in self.shape]
        return f"({', '.join(entries)})"

    def dropout(self):
        self.add("Dropout", self.rate(), noise_shape=self.noise_shape(), seed=self.seed(),
                 inverted="False" if self.chance(0.2) else None)

    def spatial(self):
        rank = len(self.shape) - 1
        first = rank > 1 and self.chance(0.4)
        self.add(f"SpatialDropout{rank}D", self.rate(), seed=self.seed(),
                 data_format="'channels_first'" if first else None)

    def noise(self):
        if self.chance(0.5):
            self.add("GaussianNoise", self.pick.choice([0, 0.1, 0.5, 1]), seed=self.seed())
        else:
            self.add("GaussianDropout", self.pick.choice([0, 0.1, 0.5, 0.9]), seed=self.seed())

    def alpha_dropout(self):
        self.add("AlphaDropout", self.pick.choice([0, 0.1, 0.5, 0.95]), noise_shape=self.noise_shape(), seed=self.seed())

    def activation(self):
        self.add("Activation", f"'{self.pick.choice(ACTIVATIONS)}'")

    def relu(self):
        self.add("ReLU", max_value=self.pick.choice([None, 0.5, 1, 6]), negative_slope=self.pick.choice([None, 0.1, 0.5]),
                 threshold=self.pick.choice([None, 0.5, 1]) if self.chance(0.5) else None)

    def sloped(self):
        kind = self.pick.choice(["LeakyReLU", "ELU"])
        argument = {"LeakyReLU": "negative_slope", "ELU": "alpha"}[kind]
        self.add(kind, **{argument: self.pick.choice([None, 0.05, 0.5, 1.5])})

    def prelu(self):
        axes = self.pick.sample(range(1, len(self.shape) + 1), self.pick.randrange(len(self.shape) + 1))
        self.add("PReLU", shared_axes=f"[{', '.join(map(str, axes))}]" if axes else None,
                 trainable="False" if self.chance(0.1) else None)

    def softmax(self):
        axis = self.pick.choice([None, -1, *range(1, len(self.shape) + 1), *range(-len(self.shape), 0)])
        self.add("Softmax", axis=axis)

    def flatten(self):
        self.add("Flatten", shape=[self.elements()])

    def reshape(self):
        rest, target = self.elements(), []
        for _ in range(self.pick.randrange(4)):
            divisor = self.pick.choice([d for d in range(1, min(rest, 130) + 1) if rest % d == 0])
            target.append(divisor)
            rest //= divisor
        target.append(rest)
        self.pick.shuffle(target)
        written = list(target)
        if self.chance(0.4):
            written[self.pick.randrange(len(written))] = -1
        self.add("Reshape", f"({', '.join(map(str, written))},)", shape=target)

    def permute(self):
        order = self.pick.sample(range(len(self.shape)), len(self.shape))
        self.add("Permute", f"({', '.join(str(o + 1) for o in order)},)", shape=[self.shape[o] for o in order])

    def penalty(self):
        self.add("ActivityRegularization", l1=self.pick.choice([None, 0.01, 0.3]), l2=self.pick.choice([None, 0.02, 0.2]))

    def any_layer(self):
        kinds = [self.dense] * 6 + [self.dropout, self.dropout, self.noise, self.alpha_dropout, self.activation, self.relu,
                                    self.sloped, self.prelu, self.softmax, self.flatten, self.reshape, self.permute,
                                    self.penalty]
        if 2 <= len(self.shape) <= 4:
            kinds += [self.spatial]
        self.pick.choice(kinds)()

    def harmless_layer(self):
        """What may stand behind a softmax: some of these hide its logits from the loss, some do not."""
        self.pick.choice([lambda: self.add("Activation", "'linear'"), self.dropout, self.penalty, self.flatten, self.reshape,
                          self.permute, lambda: self.add("GaussianNoise", 0), lambda: self.add("ReLU"),
                          lambda: self.add("Dropout", 0)])()


def reduction(chain):
    choice = chain.pick.choice([None, None, None, "sum", "mean", "mean_with_sample_weight", "sum_over_batch_size"])
    return f"'{choice}'" if choice else None


def written_loss(chain, names, class_name, arguments):
    """A loss as a string where no argument is given, now and then as an object."""
    arguments = {name: value for name, value in arguments.items() if value is not None}
    if not arguments and chain.chance(0.6):
        return f"'{chain.pick.choice(names)}'"
    return f"{class_name}({', '.join(f'{name}={value}' for name, value in arguments.items())})"


def end_of_classes(chain, sparse, logits):
    """Brings the chain to an output that a cross-entropy over classes accepts."""
    classes = chain.pick.choice([2, 3, 7, 10, 16, 17, 33])
    kinds = ["softmax", "softmax", "softmax", "sigmoid", "softplus"] + (["linear", "tanh"] if sparse else [])
    kind = "linear" if logits and chain.chance(0.7) else chain.pick.choice(kinds)
    if chain.chance(0.3):
        chain.dense(classes, "linear")
        if kind == "softmax":
            chain.softmax()
        else:
            chain.add("Activation", f"'{kind}'")
    else:
        chain.dense(classes, kind)
    if chain.chance(0.2):
        chain.harmless_layer()


def draw_loss(chain):
    """Ends the chain and returns (loss, kind of y, metrics that Keras accepts with it)."""
    pick = chain.pick
    kind = pick.choice(["mse", "mae", "bce", "bce", "cce", "cce", "scce", "scce", "scce"])
    general = ["'mse'", "'mae'", "MeanSquaredError(name='error')", "'mean_absolute_error'", "MeanAbsoluteError(name='distance')"]
    if kind in ("mse", "mae"):
        if chain.chance(0.5):
            chain.dense(pick.choice([1, 1, 3, 16, 33]))
        name, spelled = {"mse": ("MeanSquaredError", ["mse", "MSE", "mean_squared_error"]),
                         "mae": ("MeanAbsoluteError", ["mae", "mean_absolute_error"])}[kind]
        y = "column_of_reals" if chain.shape[-1] == 1 and len(chain.shape) == 1 and chain.chance(0.5) else "normal"
        return written_loss(chain, spelled, name, {"reduction": reduction(chain)}), y, general
    logits = "True" if chain.chance(0.3) else None
    smoothing = pick.choice([None, None, 0.1, 0.3])
    if kind == "bce":
        chain.dense(pick.choice([1, 1, 1, 3, 16, 17, 33]),
                    pick.choice(["sigmoid", "sigmoid", "sigmoid", "softmax", "hard_sigmoid", "tanh"]) if not logits or chain.chance(0.2)
                    else "linear")
        if chain.chance(0.2):
            chain.harmless_layer()
        metrics = general + ["'binary_accuracy'", "'accuracy'", "'acc'", "BinaryAccuracy(threshold=0.3)",
                             "BinaryAccuracy(name='hits')"]
        arguments = {"from_logits": logits, "label_smoothing": smoothing, "reduction": reduction(chain)}
        return written_loss(chain, ["binary_crossentropy", "bce"], "BinaryCrossentropy", arguments), \
            pick.choice(["binary", "binary", "unit"]), metrics
    end_of_classes(chain, kind == "scce", logits)
    if chain.shape[-1] == 1:  # a reshape may have moved the classes
        chain.dense(3, "softmax")
    if kind == "cce":
        arguments = {"from_logits": logits, "label_smoothing": smoothing, "reduction": reduction(chain)}
        metrics = general + ["'accuracy'", "'acc'", "'categorical_accuracy'", "CategoricalAccuracy(name='top')",
                             "'binary_accuracy'"]
        return written_loss(chain, ["categorical_crossentropy"], "CategoricalCrossentropy", arguments), \
            pick.choice(["onehot", "onehot", "distribution"]), metrics
    ignore = pick.choice([None, None, None, 0, 1, -1])
    arguments = {"from_logits": logits, "ignore_class": ignore, "reduction": reduction(chain)}
    metrics = ["'accuracy'", "'acc'", "'sparse_categorical_accuracy'", "SparseCategoricalAccuracy(name='hits')"]
    y = pick.choice(["classes", "column"])
    return written_loss(chain, ["sparse_categorical_crossentropy"], "SparseCategoricalCrossentropy", arguments), \
        y if ignore != -1 else f"ignored_{y}", metrics


def draw_optimizer(pick):
    rate = pick.choice([0.01, 0.05, 0.1])
    return pick.choice([f"SGD({rate})", f"SGD(learning_rate={rate}, momentum=0.9)",
                        f"SGD({rate}, momentum=0.5, nesterov=True)", "'sgd'", "'adam'", "Adam()",
                        f"Adam({rate / 10}, beta_1=0.8, beta_2=0.95)", f"Adam(learning_rate={rate}, epsilon=0.01)"])


def draw_model(number, limit):
    """The text of model `number`; `limit` bounds the size of a tensor of one sample."""
    pick = random.Random(f"{SEED}/{number}")
    rank = pick.choice([1, 1, 1, 2, 2, 3, 4])
    shape = [pick.choice(SIZES) for _ in range(rank)]
    while Chain(pick, limit, shape).elements() > limit:
        shape[pick.randrange(rank)] = pick.choice(SIZES[:4])
    grid = pick.random() < 0.2
    chain = Chain(pick, limit, list(shape))
    for _ in range(pick.choice([0, 1, 2, 2, 3, 4, 5, 6])):
        chain.any_layer()
    if len(chain.shape) > 4 or chain.elements() > 2 * limit:
        chain.flatten()
    loss, y, metrics = draw_loss(chain)
    chosen = pick.sample(metrics, pick.randrange(min(3, len(metrics)) + 1))

    batch = pick.choice([1, 2, 3, 4, 5, 8, 13, 16, 17, 32, 33, 40])
    batches = pick.choice([1, 1, 2, 3])
    rows = batch * (batches - 1) + pick.choice([1, batch, batch, pick.randint(1, batch)])
    x = "grid" if grid else pick.choice(["normal", "normal", "unit", "large"])
    init = "grid" if grid else pick.choice(["spread", "spread", "spread", "saturated"])
    weights = pick.choice(["no", "no", "yes", "some_zero"])
    compiled = [f"optimizer={draw_optimizer(pick)}", f"loss={loss}"]
    if chosen:
        compiled.append(f"metrics=[{', '.join(chosen)}]")
    lines = "\n".join(f"    {line}" for line in chain.lines)
    return f"""# Made by tests/random/generate.py; expected numbers from Keras 3.15.1
# data: rows={rows} x={x} y={y} sample_weight={weights} init={init}
model random_{number} {{
    Input(shape=({', '.join(map(str, shape))},))
{lines}
}}

compile({(',' + chr(10) + '        ').join(compiled)})
fit(epochs={-(-3 // batches)}, batch_size={batch}, shuffle=False)
"""


# --- expected numbers -------------------------------------------------------------------------------------------------

def load_golden():
    spec = importlib.util.spec_from_file_location("golden", os.path.join(HERE, "..", "golden", "generate.py"))
    golden = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(golden)
    return golden


def case_file(golden, path):
    """The model file as tests/golden reads it, with initializers, and with the classic dropout that Keras lacks."""
    import types

    import keras

    class Dropout(keras.layers.Dropout):
        """Classic dropout scales nothing in training and multiplies by 1 - rate in inference: both are 1 - rate times Keras'."""

        def __init__(self, rate, inverted=True, **named):
            super().__init__(rate, **named)
            self.inverted = inverted

        def call(self, inputs, training=False):
            output = super().call(inputs, training=training)
            return output if self.inverted or self.rate == 0 else output * (1 - self.rate)

    class File(golden.ModelFile):
        def model(self):
            names = types.SimpleNamespace(Dropout=Dropout, Input=keras.Input)
            return keras.Sequential([self.evaluate(tree, names, keras.layers, keras.initializers) for tree in self.layers])

    return File(path)


def make_inputs(golden, file, model, pick):
    """x, y, sample_weight and init/… of a case."""
    recipe, rows = file.recipe, int(file.recipe["rows"])
    x_shape, y_shape = (rows, *model.input_shape[1:]), (rows, *model.output_shape[1:])
    grid = lambda shape, end: (pick.integers(-end, end + 1, shape) / 2).astype(np.float32)

    kind = recipe["y"]
    y = pick.random(y_shape).astype(np.float32) if kind == "unit" else golden.make_y(kind.removeprefix("ignored_"), y_shape, pick)
    if kind.startswith("ignored_"):
        y[pick.random(y.shape) < 0.3] = -1
    inputs = {"x": grid(x_shape, 4) if recipe["x"] == "grid" else golden.make_x(recipe["x"], x_shape, pick), "y": y}
    if recipe["sample_weight"] != "no":
        weights = pick.uniform(0.2, 2, rows).astype(np.float32)
        if recipe["sample_weight"] == "some_zero":
            weights[pick.random(rows) < 0.4] = 0
        inputs["sample_weight"] = weights
    for variable in model.weights:
        name, shape = golden.weight_name(variable), tuple(variable.shape)
        scale = {"spread": 1.0, "saturated": 8.0}.get(recipe["init"])
        inputs["init/" + name] = golden.make_weight(name, shape, scale, pick) if scale else grid(shape, 2 if name.endswith("kernel") else 1)
    return inputs


def write_case(golden, path):
    """Computes the expected numbers of the model file `path` and writes them beside it."""
    file = case_file(golden, path)
    pick = np.random.default_rng([SEED, *file.name.encode()])
    golden.keras.config.set_dtype_policy("float32")
    golden.keras.backend.clear_session()
    model = file.model()
    inputs, masks = make_inputs(golden, file, model, pick), {}
    whole = dict(inputs)
    if "sample_weight" in inputs:  # Keras wants a weight for each value of the loss; nnc takes one for each sample
        extra = model.output_shape[1:-1]
        whole["sample_weight"] = np.tile(inputs["sample_weight"].reshape(-1, *[1] * len(extra)), (1, *extra))
    exact, expected = golden.compute(file, whole, masks, pick)
    figures = [*expected["evaluate_float32"].values(), *expected["evaluate"].values()]
    if not all(np.all(np.isfinite(value)) for value in [*exact.values(), *figures]):
        raise ValueError("Keras' numbers are not finite")
    if any(expected["tolerance"][name] > 1e-5 + 1e-2 * np.max(np.abs(value), initial=0) for name, value in exact.items()):
        raise ValueError("Keras' float32 run is too far from its float64 run to tell anything")
    for layer in model.layers:
        if not getattr(layer, "inverted", True):  # the factor of classic dropout is 0 or 1
            masks.update({name: np.sign(mask) for name, mask in masks.items() if name.startswith(layer.name + "/mask@")})
    tensors = {**inputs, **exact, **{"mask/" + name: mask for name, mask in masks.items()}}
    save_file({name: np.ascontiguousarray(value) for name, value in tensors.items()}, path[:-3] + ".safetensors")
    with open(path[:-3] + ".json", "w") as out:
        json.dump(expected, out, indent=1)
        out.write("\n")
    return f"{len(tensors)} tensors, loss {expected['evaluate']['loss']:.6g}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--out", help="the folder for the cases")
    parser.add_argument("--range", nargs=2, type=int, metavar=("FIRST", "END"), help="the numbers FIRST … END - 1")
    parser.add_argument("--limit", type=int, default=200, help="the size of a tensor of one sample, about; 200")
    parser.add_argument("--print", action="store_true", help="print the model files only")
    parser.add_argument("numbers", nargs="*", type=int)
    options = parser.parse_args()
    numbers = options.numbers or range(*options.range)
    if options.print:
        for number in numbers:
            print(draw_model(number, options.limit))
        return 0
    os.makedirs(options.out, exist_ok=True)
    golden, faults = load_golden(), 0
    for number in numbers:
        path = os.path.join(options.out, f"random_{number}.nn")
        with open(path, "w") as out:
            out.write(draw_model(number, options.limit))
        try:
            said = write_case(golden, path)
        except Exception as error:  # Keras refuses it: no case
            said = f"refused: {type(error).__name__}: {str(error).splitlines()[0][:150]}"
            os.remove(path)
            faults += 1
        print(f"random_{number}: {said}", flush=True)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
