#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Makes random models that Keras accepts, and computes with Keras what has to come out of them.

  venv/bin/python tests/random/generate.py -o tests/random/cases 602 610 …   cases random_<number>, three files each
  venv/bin/python tests/random/generate.py -o cases --range 0 400      many of them, to search for faults
  venv/bin/python tests/random/generate.py --print 17                       the model file alone
  venv/bin/python tests/golden/check.py … cases/*.nn                   holds nnc against them

A number decides everything: two runs give the same model, the same data, the same random factors. The model is a chain
of layers drawn one after another from the table in layers.py, each from those that fit the shape that is there; what
Keras refuses is drawn again. Sizes are those at which vectors and blocks end (16, 17, 64, 65, …). The end of the chain
is drawn to suit the loss. Some models get weights and inputs that are multiples of 1/2 ("grid"), so that values lie
exactly on the corners of activations.

Expected numbers come from tests/golden/generate.py, which runs Keras in float64 and in float32; see there for the files
and the tolerances, and for what has to be installed.
"""
import argparse
import importlib.util
import json
import os
import random
import sys
import types
import warnings

import numpy as np
from safetensors.numpy import save_file

import layers
import losses
import training

SEED = 20250611
HERE = os.path.dirname(os.path.abspath(__file__))


# --- what Keras says --------------------------------------------------------------------------------------------------

class Keras:
    """Keras' layers and initializers by their names in model files, with the classic dropout that Keras lacks."""

    def __init__(self, golden):
        import keras

        class Dropout(keras.layers.Dropout):
            """Classic dropout scales nothing in training and multiplies by 1 - rate in inference: both are 1 - rate
            times Keras'."""

            def __init__(self, rate, inverted=True, **named):
                super().__init__(rate, **named)
                self.inverted = inverted

            def call(self, inputs, training=False):
                output = super().call(inputs, training=training)
                return output if self.inverted or self.rate == 0 else output * (1 - self.rate)

        class ModelFile(golden.ModelFile):
            def model(file):
                own = types.SimpleNamespace(Dropout=Dropout, Input=keras.Input)
                return keras.Sequential([file.evaluate(tree, own, keras.layers, keras.initializers, keras.regularizers,
                                                       keras.constraints)
                                         for tree in file.layers])

        for name in ("conv", "depthwise_conv", "separable_conv", "conv_transpose", "max_pool", "average_pool"):
            setattr(golden.backend.nn, name, self.channels_last(getattr(golden.backend.nn, name)))
        self.ModelFile = ModelFile
        self.names = {**vars(keras.regularizers), **vars(keras.constraints), **vars(keras.initializers),
                      **vars(keras.layers), "Dropout": Dropout}

    @staticmethod
    def channels_last(function):
        """TensorFlow on a CPU computes images with their channels last only."""
        import inspect

        from keras import ops
        signature = inspect.signature(function)

        def turned(*args, **named):
            given = signature.bind(*args, **named).arguments
            if given.get("data_format") != "channels_first":
                return function(*args, **named)
            rank = len(given["inputs"].shape)
            given.update(inputs=ops.transpose(given["inputs"], [0, *range(2, rank), 1]), data_format="channels_last")
            return ops.transpose(function(**given), [0, rank - 1, *range(1, rank - 1)])
        return turned

    def output_shape(self, text, shape):
        """The shape of a sample behind a layer; ValueError when the layer does not fit."""
        try:
            layer = eval(text, self.names)
            return layer.compute_output_shape((2, *shape))[1:]
        except Exception as error:  # Keras has many ways to say no
            raise ValueError(f"{text} on {shape}: {error}") from error


# --- models -----------------------------------------------------------------------------------------------------------

class Chain:
    """A chain of layers while it is drawn: its lines, and the shape of one sample at its end."""

    def __init__(self, pick, limit, shape, keras, is_inner=False):
        self.pick, self.limit, self.shape, self.keras, self.lines, self.names = pick, limit, shape, keras, [], set()
        self.is_inner = is_inner  # within a wrapper
        self.x = None  # what kind of inputs the first layer wants
        self.turned = None
        self.whole_batches = False  # a layer is stateful

    def inside(self, shape):
        """A chain for a layer within a wrapper."""
        return Chain(self.pick, self.limit, list(shape), self.keras, is_inner=True)

    def chance(self, probability):
        return self.pick.random() < probability

    def elements(self, shape=None):
        product = 1
        for size in self.shape if shape is None else shape:
            product *= size
        return product

    def channels_first(self):
        """Decided once for each layer."""
        if self.turned is None:
            self.turned = self.chance(0.15)
        return self.turned

    def name(self):
        if not self.chance(0.08):
            return None
        name = self.pick.choice(["features", "x", "y", "params", "work", "main", "Hidden_1", "float", "n", "d", "sum"])
        if name in self.names:
            return None
        self.names.add(name)
        return f"'{name}'"

    def append(self, text, limit=None):
        """Appends a layer; ValueError when Keras refuses it here, or when its output has more values than `limit`."""
        shape = list(self.keras.output_shape(text, self.shape))
        if limit and (self.elements(shape) > limit or len(shape) > 4 or 0 in shape):
            raise ValueError("too large")
        self.lines.append(text)
        self.shape = shape

    def add(self, layer, *arguments, **named):
        given = [str(a) for a in arguments] + [f"{name}={value}" for name, value in named.items() if value is not None]
        self.append(f"{layer}({', '.join(given)})")

    def draw(self, rows):
        """Appends a layer of the table; those that Keras refuses are drawn again."""
        for _ in range(30):
            self.turned = None
            row = self.pick.choice(rows)
            try:
                self.append(row.text(self, name=lambda chain: chain.name(), activity_regularizer=layers.PENALTY),
                            4 * self.limit)
            except ValueError:
                continue
            if row.first:
                self.x = row.first
            return

    def any_layer(self):
        rank = len(self.shape)
        self.draw([row for row in layers.ROWS if rank in row.ranks and (not row.first or not self.lines)])

    def dense(self, units=None, activation=None):
        units = layers.units(self) if units is None else units
        self.add("Dense", units, activation=f"'{activation}'" if activation else layers.activation(self))

    def harmless_layer(self):
        """What may stand behind a softmax: some of these hide its logits from the loss, some do not."""
        self.append(self.pick.choice(["Activation('linear')", "GaussianNoise(0)", "ReLU()", "Dropout(0)",
                                      "Dropout(0.5)", "Flatten()", "ActivityRegularization(0.1)"]))


def draw_model(number, limit, keras):
    """The text of model `number`; `limit` bounds the size of a tensor of one sample."""
    pick = random.Random(f"{SEED}/{number}")
    rank = pick.choice([1, 1, 2, 2, 2, 2, 3, 3, 4])
    shape = [pick.choice([1, 2, 3, 5, 7, 8, 16, 17]) for _ in range(rank - 1)] + [pick.choice(layers.SIZES)]
    while Chain(pick, limit, shape, keras).elements() > limit:
        shape[pick.randrange(rank)] = pick.choice([1, 2, 3, 4, 5])
    grid = pick.random() < 0.2
    chain = Chain(pick, limit, list(shape), keras)
    for _ in range(pick.choice([0, 1, 2, 2, 3, 4, 5, 6])):
        chain.any_layer()
    if chain.elements() > 2 * limit:
        chain.append("Flatten()")
    loss, y, metrics = pick.choice(losses.LOSSES).draw(chain)
    chosen = pick.sample(metrics, pick.randrange(4))
    weighted_metrics = pick.sample(metrics, pick.choice([0, 0, 0, 1]))

    batch = pick.choice([1, 2, 3, 4, 5, 8, 13, 16, 17, 32, 33, 40])
    batches = pick.choice([1, 1, 2, 3])
    rows = batch * (batches - 1) + pick.choice([1, batch, batch, pick.randint(1, batch)])
    epochs = -(-3 // batches)
    if chain.whole_batches:
        rows, epochs = batch, 3
    x = chain.x or ("grid" if grid else pick.choice(["normal", "normal", "unit", "large"]))
    init = "grid" if grid else pick.choice(["spread", "spread", "spread", "saturated"])
    weights = pick.choice(["no", "no", "yes", "some_zero"])
    optimizer, plain_rate = training.draw_optimizer(pick)
    compiled = [f"optimizer={optimizer}", f"loss={loss}"]
    for name, given in (("metrics", chosen), ("weighted_metrics", weighted_metrics)):
        if given:
            compiled.append(f"{name}=[{', '.join(given)}]")
    fit = {"epochs": epochs, "batch_size": batch, "shuffle": False}
    if not chain.whole_batches and pick.random() < 0.3:
        fit.update(training.draw_fit(pick, rows, batch, epochs, y, chain.shape, weights != "no", plain_rate))
    lines = "\n".join(f"    {line}" for line in chain.lines)
    return f"""# Made by tests/random/generate.py; expected numbers from Keras 3.15.1
# data: rows={rows} x={x} y={y} sample_weight={weights} init={init}
model random_{number} {{
    Input(shape=({', '.join(map(str, shape))},){f", batch_size={batch}" if chain.whole_batches else ""})
{lines}
}}

compile({(',' + chr(10) + '        ').join(compiled)})
{training.call('fit', **fit)}
"""


# --- expected numbers -------------------------------------------------------------------------------------------------

def load_golden():
    sys.path.append(os.path.join(HERE, "..", "golden"))
    spec = importlib.util.spec_from_file_location("golden", os.path.join(HERE, "..", "golden", "generate.py"))
    golden = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(golden)
    return golden


def halves(shape, end, pick):
    return (pick.integers(-end, end + 1, shape) / 2).astype(np.float32)


def make_x(golden, kind, shape, pick):
    """grid: multiples of 1/2; steps: time steps of zeros, which Masking passes over; indices: of the least table of an
    Embedding, some with a fraction; else as in tests/golden."""
    if kind == "grid":
        return halves(shape, 4, pick)
    if kind == "indices":
        x = pick.integers(0, layers.VOCABULARY, shape) + pick.choice([0, 0, 0.25, 0.5], shape)
        x[:, 0] = 1  # as below
        return x.astype(np.float32)
    if kind != "steps":
        return golden.make_x(kind, shape, pick)
    x = golden.make_x("normal", shape, pick)
    x[pick.random(shape[:2]) < 0.3] = 0
    x[:, pick.integers(shape[1])] = 1  # Keras' loss of a batch without a step is no number
    return x


def make_inputs(golden, file, model, pick):
    """x, y, sample_weight and init/… of a case."""
    recipe, rows = file.recipe, int(file.recipe["rows"])
    x_shape, y_shape = (rows, *model.input_shape[1:]), (rows, *model.output_shape[1:])
    kind = recipe["y"]
    y = pick.random(y_shape).astype(np.float32) if kind == "unit" else \
        golden.make_y({"signs": "binary"}.get(kind, kind.removeprefix("ignored_")), y_shape, pick)
    if kind == "signs":
        y = 2 * y - 1
    if kind.startswith("ignored_"):
        y[pick.random(y.shape) < 0.3] = -1
    inputs = {"x": make_x(golden, recipe["x"], x_shape, pick), "y": y}
    if recipe["sample_weight"] != "no":
        weights = pick.uniform(0.2, 2, rows).astype(np.float32)
        if recipe["sample_weight"] == "some_zero":
            weights[pick.random(rows) < 0.4] = 0
        inputs["sample_weight"] = weights
    for variable in model.weights:
        name, shape = golden.weight_name(variable), tuple(variable.shape)
        scale = {"spread": 1.0, "saturated": 8.0}.get(recipe["init"])
        inputs["init/" + name] = (golden.make_weight(name, shape, scale, pick) if scale
                                  else grid_weight(name, shape, pick))
    return inputs


def grid_weight(name, shape, pick):
    values = halves(shape, 2 if name.endswith("kernel") else 1, pick)
    return np.abs(values) + np.float32(0.5) if name.endswith("variance") else values


def write_case(golden, keras, path):
    """Computes the expected numbers of the model file `path` and writes them beside it."""
    file = keras.ModelFile(path)
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
    if any(expected["tolerance"][name] > 1e-5 + 1e-2 * np.max(np.abs(value), initial=0)
           for name, value in exact.items()):
        raise ValueError("Keras' float32 run is too far from its float64 run to tell anything")
    for layer in model.layers:
        if not getattr(layer, "inverted", True):  # the factor of classic dropout is 0 or 1
            masks.update({name: np.sign(mask) for name, mask in masks.items()
                          if name.startswith(layer.name + "/mask@")})
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
    golden, faults = load_golden(), 0
    keras = Keras(golden)
    warnings.filterwarnings("ignore", module="keras")
    if options.print:
        for number in numbers:
            print(draw_model(number, options.limit, keras))
        return 0
    os.makedirs(options.out, exist_ok=True)
    for number in numbers:
        path = os.path.join(options.out, f"random_{number}.nn")
        with open(path, "w") as out:
            out.write(draw_model(number, options.limit, keras))
        try:
            said = write_case(golden, keras, path)
        except Exception as error:  # Keras refuses it: no case
            said = f"refused: {type(error).__name__}: {' '.join(str(error).split())[:300]}"
            os.remove(path)
            faults += 1
        print(f"random_{number}: {said}", flush=True)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
