#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Computes the expected numbers of cases with Keras itself. Only for making new cases: the tests need no Keras.

  python3 -m venv venv && venv/bin/pip install keras==3.15.1 'tensorflow-cpu==2.21.*' safetensors
  venv/bin/python tests/golden/generate.py tests/golden/cases/NAME.nn…       writes NAME.safetensors and NAME.json
  venv/bin/python tests/golden/generate.py --verify tests/golden/cases/*.nn  recomputes what is stored, and compares

A case is an ordinary model file, one layer a line. Its expressions are Python too, so this script reads it with
Python's parser and builds each layer, loss and optimizer from the Keras class of that name. One comment line says what
data to make:

  # data: rows=11 x=normal y=classes sample_weight=yes init=spread

  rows           how many samples; with fit(batch_size, epochs) it decides the number of training steps
  x              normal (default), unit: [0, 1), large: [-50, 50), below6: integers [0, 6)
  y              normal (default), positive: [0.2, 3), binary: 0 or 1, classes: integers, column: integers (N, 1),
                 onehot, distribution: rows that add up to 1, column_of_reals: (N,) for an output (N, 1)
  sample_weight  yes: [0.2, 2)
  least          of samples of any length: the fewest steps
  init           spread (default), saturated: weights so large that softmax and sigmoid reach 0 and 1

Everything is computed twice, in float32 and in float64, from the same float32 data, weights and random factors. The
float64 run is what is expected. A tensor may differ by 2e-5 of its largest value, or by 8 times what the float32 run
does. The random factors of the Dropout family are drawn here, stored, and put in place of Keras' own in every run.
Gradients of Embedding are added up over equal indices before the optimizer sees them, as on Keras' JAX and Torch
backends: on TensorFlow it would clip and square those of an index that occurs twice one by one. Where the loss does not
depend on a weight (behind Dropout(1)) its gradient is 0, as on JAX, and the weight decays; TensorFlow would leave it
alone.
Samples of any length, Input(shape=(None, …), max_steps=…), end where their lengths, drawn here, say. Keras sees each by
itself and no step behind its end.
"""
import argparse
import ast
import hashlib
import json
import os
import re
import sys

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0", CUDA_VISIBLE_DEVICES="",
                  KERAS_BACKEND="tensorflow")

import keras
import numpy as np
import tensorflow as tf
from keras.src import backend
from keras.src.layers.preprocessing.image_preprocessing import base_image_preprocessing_layer as image_layers
from keras.src.layers.rnn.dropout_rnn_cell import DropoutRNNCell
from safetensors.numpy import load_file, save_file

import precision

precision.widen(backend)


# --- reading a model file ---------------------------------------------------------------------------------------------

class ModelFile:
    """The parts of a .nn file as Python syntax trees: the calls of the model, and compile's and fit's arguments."""

    def __init__(self, path):
        with open(path) as file:
            text = file.read()
        self.name = os.path.basename(path)[:-3]
        self.recipe = dict(re.findall(r"(\w+)=(\w+)", next(iter(re.findall(r"^# data:(.*)$", text, re.M)), "")))
        body, rest = re.search(r"^model \w+ \{\n(.*?)^\}\n(.*)", text, re.M | re.S).groups()
        self.layers = [statement.value for statement in ast.parse(re.sub(r"^ +", "", body, flags=re.M)).body]
        self.calls = {}
        for statement in ast.parse(rest).body:
            self.calls[statement.value.func.id] = {keyword.arg: keyword.value for keyword in statement.value.keywords}

    def evaluate(self, tree, *modules):
        """The value of an expression; class names are looked up in `modules`, the first wins."""
        names = {}
        for module in reversed(modules):
            names.update(vars(module))
        return eval(compile(ast.Expression(tree), self.name, "eval"), names)

    def max_steps(self):
        """How long samples of any length may be; None: all are of one length. The argument is nnc's own."""
        for keyword in [*self.layers[0].keywords]:
            if keyword.arg == "max_steps":
                return ast.literal_eval(keyword.value)
        return None

    def input_layer(self, tree):
        known = [keyword for keyword in tree.keywords if keyword.arg != "max_steps"]
        return self.evaluate(ast.Call(tree.func, tree.args, known, lineno=1, col_offset=0), keras, keras.layers)

    def model(self):
        layer_modules = Regularizers, keras.layers, keras.initializers, keras.regularizers, keras.constraints
        layers = [self.input_layer(tree) if tree.func.id == "Input" else self.evaluate(tree, *layer_modules)
                  for tree in self.layers]
        return AnyLength(layers, steps=self.max_steps()) if self.max_steps() else keras.Sequential(layers)

    def compile_arguments(self):
        modules = {"optimizer": keras.optimizers, "loss": keras.losses}
        schedules = keras.optimizers.schedules
        return {name: self.evaluate(tree, modules.get(name, keras.metrics), schedules)
                for name, tree in self.calls["compile"].items()}

    def fit_arguments(self):
        return {name: self.evaluate(tree, Callbacks, keras.callbacks, keras.optimizers.schedules)
                for name, tree in self.calls["fit"].items()}


class AnyLength(keras.Sequential):
    """Calls its layers with one sample after the other, cut off where it ends; what lies behind the end of an output of
    several steps is masked, and 0."""

    def __init__(self, layers, steps):
        super().__init__(layers, name="sequential")
        self.steps = steps

    def call(self, inputs, training=None, mask=None):
        if not hasattr(inputs, "numpy"):  # Keras asks for shapes alone
            return super().call(inputs, training=training, mask=mask)
        there = inputs.numpy() >= 0 if inputs.dtype.is_integer else ~np.isnan(inputs.numpy())
        lengths = there.reshape(*there.shape[:2], -1)[:, :, 0].sum(1)
        outputs = [super(AnyLength, self).call(inputs[i:i + 1, :n], training=training) for i, n in enumerate(lengths)]
        if outputs[0].ndim < 3:
            return tf.concat(outputs, 0)
        steps = super().call(tf.zeros_like(inputs[:1])).shape[1]
        ends = [output.shape[1] for output in outputs]
        y = tf.concat([tf.pad(output, [(0, 0), (0, steps - end), (0, 0)]) for output, end in zip(outputs, ends)], 0)
        backend.set_keras_mask(y, tf.sequence_mask(ends, steps))
        return y


class Regularizers:
    """In place of Keras' own, which makes a float32 tensor of its factor: that does not multiply what is float64."""

    class OrthogonalRegularizer(keras.regularizers.OrthogonalRegularizer):
        def __init__(self, factor=0.01, mode="rows"):
            super().__init__(factor, mode)
            self.factor = factor


class Callbacks:
    """In place of Keras' own: a schedule is a dict, a list or a schedule over epochs in a model file, a function in
    Python."""

    @staticmethod
    def LearningRateScheduler(schedule, verbose=0):
        if isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule):
            return keras.callbacks.LearningRateScheduler(lambda epoch, rate: float(schedule(epoch)), verbose)
        rates = schedule if isinstance(schedule, dict) else dict(enumerate(schedule))
        rate = lambda epoch, rate: float(max(((first, rate) for first, rate in rates.items() if first <= epoch),
                                             default=(0, rate))[1])
        return keras.callbacks.LearningRateScheduler(rate, verbose)


# --- random factors ---------------------------------------------------------------------------------------------------

def cells_of(layer, name):
    """What draws the masks of a layer, and its name: itself, the cell of LSTM and its like, or the cells within RNN."""
    cell = getattr(layer, "cell", layer)
    if type(layer) is not keras.layers.RNN:
        return [(cell, name)]
    if isinstance(cell, keras.layers.StackedRNNCells):
        return [(inner, f"{name}/{cell.name}/{inner.name}") for inner in cell.cells]
    return [(cell, f"{name}/{cell.name}")]


class Factors:
    """Stands between the Dropout family and its generator: every factor is drawn once, and is the same in all runs."""

    def __init__(self, stored, random):
        self.stored = stored  # name@batch → float32 array; filled as factors are asked for
        self.random = random
        self.layers = {}      # id of a layer's seed generator → the layer's name
        self.batch = None     # None: not training; Keras draws as it likes (its results are not used)
        self.real = {name: getattr(backend.random, name) for name in ("dropout", "normal", "uniform")}
        for name in self.real:
            setattr(backend.random, name, getattr(self, name))
        self.real_masks = (DropoutRNNCell.get_dropout_mask, DropoutRNNCell.get_recurrent_dropout_mask)
        DropoutRNNCell.get_dropout_mask = self.recurrent("dropout", self.real_masks[0])
        DropoutRNNCell.get_recurrent_dropout_mask = self.recurrent("recurrent_dropout", self.real_masks[1])

    def restore(self):
        for name, real in self.real.items():
            setattr(backend.random, name, real)
        DropoutRNNCell.get_dropout_mask, DropoutRNNCell.get_recurrent_dropout_mask = self.real_masks

    def watch(self, model):
        self.layers, self.steps, self.drawn, self.draws = {}, {}, {}, {}
        for layer in model.layers:
            self.watch_layer(layer, layer.name)

    def watch_layer(self, layer, name, steps=None, timed=()):
        """`steps`: how often wrappers around it call it in a batch; `timed`: the lengths of time that are left for
        them."""
        timed = timed or keras.tree.flatten(layer.input)[0].shape[1:]  # a mask may stand behind it
        if isinstance(layer, keras.layers.TimeDistributed):
            self.watch_layer(layer.layer, f"{name}/{layer.layer.name}", (steps or 1) * (timed[0] or 1), timed[1:])
            return
        for inner in ("forward_layer", "backward_layer"):
            if isinstance(getattr(layer, inner, None), keras.Layer):
                inner = getattr(layer, inner)
                self.watch_layer(inner, f"{name}/{inner.name}", steps, timed)
        for source, name in cells_of(layer, name):
            if hasattr(source, "seed_generator"):
                self.layers[id(source.seed_generator)], self.steps[name] = name, steps
        if isinstance(layer, image_layers.BaseImagePreprocessingLayer) and hasattr(layer, "generator"):
            self.layers[id(layer.generator)], self.steps[name] = name, steps
            self.number_draws(layer, name)

    def number_draws(self, layer, name):
        """A layer that varies images draws several times in a call: uniform, uniform_1, …"""
        transformation = layer.get_random_transformation

        def numbered(*arguments, **named):
            self.draws[name] = 0
            return transformation(*arguments, **named)
        layer.get_random_transformation = numbered

    def part_of(self, seed):
        """What the next draw of a layer's call is named."""
        name = self.layers[id(seed)]
        if name not in self.draws:
            return "uniform"
        self.draws[name] += 1
        return f"uniform_{self.draws[name] - 1}" if self.draws[name] > 1 else "uniform"

    def factor(self, seed, part, shape, draw):
        layer, shape = self.layers[id(seed)], [int(size) for size in shape]
        name, steps = f"{layer}/{part}@{self.batch}", self.steps[layer]
        if name not in self.stored:
            self.stored[name] = draw([steps, *shape] if steps else shape).astype(np.float32)
        if not steps:
            return self.stored[name]
        step = self.drawn.get(name, 0)  # steps come in order, in every run
        self.drawn[name] = step + 1
        return self.stored[name][step % steps]

    def recurrent(self, part, method):
        """In place of a cell's get_dropout_mask: one mask, or one for each gate, the same for all its time steps."""
        factors = self

        def masks(cell, like):
            rate, count = getattr(cell, part), getattr(cell, "dropout_mask_count", None)
            if not factors.is_ours(cell.seed_generator) or rate in (0, 1):
                return method(cell, like)
            if getattr(cell, f"_{part}_mask", None) is None:  # the layer resets it at the end of its call
                shape = like.shape if count is None else (count, *like.shape)
                keep = lambda size: (factors.random.random(size) >= rate) / (1 - rate)
                mask = tf.cast(factors.factor(cell.seed_generator, part, shape, keep), like.dtype)
                setattr(cell, f"_{part}_mask", mask if count is None else list(mask))
            return getattr(cell, f"_{part}_mask")
        return masks

    def is_ours(self, seed):
        return self.batch is not None and id(seed) in self.layers

    def dropout(self, inputs, rate, noise_shape=None, seed=None):
        if not self.is_ours(seed) or rate in (0, 1):
            return self.real["dropout"](inputs, rate, noise_shape=noise_shape, seed=seed)
        shape = [size if asked is None else asked for asked, size in zip(noise_shape or inputs.shape, inputs.shape)]
        keep = lambda size: (self.random.random(size) >= rate) / (1 - rate)
        return inputs * tf.cast(self.factor(seed, "mask", shape, keep), inputs.dtype)

    def normal(self, shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
        if not self.is_ours(seed):
            return self.real["normal"](shape, mean=mean, stddev=stddev, dtype=dtype, seed=seed)
        return tf.cast(self.factor(seed, "noise", shape, lambda size: self.random.normal(mean, stddev, size)),
                       dtype or backend.floatx())

    def uniform(self, shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
        if not self.is_ours(seed):
            return self.real["uniform"](shape, minval=minval, maxval=maxval, dtype=dtype, seed=seed)
        draw = self.factor(seed, self.part_of(seed), list(shape) or [1], self.random.random)
        return minval + tf.cast(tf.reshape(draw, shape), dtype or backend.floatx()) * (maxval - minval)


# --- data -------------------------------------------------------------------------------------------------------------

def make_x(kind, shape, random):
    if kind.startswith("below"):
        return random.integers(0, int(kind[5:]), shape).astype(np.int32)
    return {"normal": lambda: random.standard_normal(shape),
            "unit": lambda: random.random(shape),
            "large": lambda: random.uniform(-50, 50, shape)}[kind]().astype(np.float32)


def make_y(kind, shape, random):
    """Targets for an output of `shape`; the first dimension is the number of samples."""
    classes = lambda: random.integers(0, shape[-1], shape[:-1])
    positive = lambda: random.exponential(1, shape)
    if kind in ("classes", "column"):
        labels = classes().astype(np.int32)
        return labels if kind == "classes" else labels[..., None]
    return {"normal": lambda: random.standard_normal(shape),
            "positive": lambda: random.uniform(0.2, 3, shape),
            "binary": lambda: random.integers(0, 2, shape),
            "onehot": lambda: np.eye(shape[-1])[classes()],
            "distribution": lambda: (lambda e: e / e.sum(-1, keepdims=True))(positive()),
            "column_of_reals": lambda: random.standard_normal(shape[:1])}[kind]().astype(np.float32)


def make_weight(path, shape, scale, random):
    if path.endswith("kernel"):
        return (random.uniform(-1, 1, shape) * scale * np.sqrt(3 / shape[0])).astype(np.float32)
    if path.endswith(("gamma", "scale", "variance")):
        return random.uniform(0.5, 1.5, shape).astype(np.float32)
    if path.endswith("embeddings"):
        return random.uniform(-1, 1, shape).astype(np.float32)
    return random.uniform(0.05, 0.4, shape).astype(np.float32) if path.endswith("alpha") else \
        random.uniform(-0.3, 0.3, shape).astype(np.float32)


def weight_name(variable):
    """sequential_3/dense/kernel → dense/kernel, sequential/lstm/lstm_cell/kernel → lstm/kernel; cells of RNN stay"""
    parts = variable.path.split("/")[1:]
    is_cell = lambda part: re.fullmatch(r"((conv_)?lstm|gru|simple_rnn)_cell(_\d+)?", part)
    runs_cells = lambda part: re.fullmatch(r"((forward|backward)_)?rnn(_\d+)?|stacked_rnn_cells(_\d+)?", part)
    return "/".join(part for before, part in zip(["", *parts], parts) if not is_cell(part) or runs_cells(before))


def made_shape(model):
    """The shape of the output as it is: what Keras writes down is wrong behind glu and behind ways of two sizes."""
    sizes = [getattr(model, "steps", size) if size is None else size for size in model.input_shape[1:]]
    return model(np.zeros((model.input_shape[0] or 1, *sizes), np.float32)).shape


def end_samples(x, least, random):
    """Lengths of least steps or more, one of them that of the array; nothing stands behind the ends."""
    lengths = random.integers(least, x.shape[1] + 1, len(x))
    lengths[random.integers(len(x))] = x.shape[1]
    for sample, length in zip(x, lengths):
        sample[length:] = -1 if x.dtype.kind == "i" else np.nan
    return x


def make_inputs(file):
    """x, y, sample_weight and init/… of a new case, from a generator seeded with its name."""
    seed = int.from_bytes(hashlib.sha256(file.name.encode()).digest()[:8], "little")
    random = np.random.default_rng(seed)
    keras.config.set_dtype_policy("float32")
    keras.backend.clear_session()
    model, recipe, rows = file.model(), file.recipe, int(file.recipe["rows"])
    sizes = (file.max_steps(), *model.input_shape[2:]) if file.max_steps() else model.input_shape[1:]
    inputs = {"x": make_x(recipe.get("x", "normal"), (rows, *sizes), random),
              "y": make_y(recipe.get("y", "normal"), (rows, *made_shape(model)[1:]), random)}
    if file.max_steps():
        end_samples(inputs["x"], int(recipe.get("least", 1)), random)
    if recipe.get("sample_weight") == "yes":
        inputs["sample_weight"] = random.uniform(0.2, 2, rows).astype(np.float32)
    scale = {"spread": 1.5, "saturated": 12.0}[recipe.get("init", "spread")]
    for variable in model.weights:
        name = weight_name(variable)
        inputs["init/" + name] = make_weight(name, tuple(variable.shape), scale, random)
    return inputs, random


# --- running Keras ----------------------------------------------------------------------------------------------------

class CountBatches(keras.callbacks.Callback):
    def __init__(self, factors):
        super().__init__()
        self.factors, self.next = factors, 0

    def on_train_batch_begin(self, batch, logs=None):
        self.factors.batch, self.next = self.next, self.next + 1

    def on_train_batch_end(self, batch, logs=None):
        self.factors.batch = None


def first_gradients(model, x, y, weights, factors):
    """d(total loss)/d(weight) of one batch in training mode, with the factors of batch 0."""
    factors.batch = 0
    with tf.GradientTape() as tape:
        loss = model.compute_loss(x=x, y=y, y_pred=model(x, training=True), sample_weight=weights, training=True)
    factors.batch = None
    variables = model.trainable_variables
    gradients = tape.gradient(loss, [variable.value for variable in variables])
    return {weight_name(variable): np.zeros(variable.shape) if gradient is None
            else np.asarray(tf.convert_to_tensor(gradient))
            for variable, gradient in zip(variables, gradients)}


def keep_old_momentum():
    """ScheduleFreeAdamW reads its old momentum after it has changed it: a variable on TensorFlow, a value on JAX."""
    of_class = keras.optimizers.ScheduleFreeAdamW
    update = of_class.update_step

    class Kept:
        """A variable whose value stays what it was."""

        def __init__(self, variable):
            self.variable, self.value = variable, tf.identity(variable.value)

        def __getattr__(self, name):
            return getattr(self.variable, name)

        def __tf_tensor__(self, dtype=None, name=None):
            return tf.convert_to_tensor(self.variable.value, dtype)

        __rmul__ = lambda self, other: other * self.variable

    def update_step(self, gradient, variable, learning_rate):
        index = self._get_variable_index(variable)
        whole = self._momentums
        self._momentums = [Kept(each) if i == index else each for i, each in enumerate(whole)]
        try:
            update(self, gradient, variable, learning_rate)
        finally:
            self._momentums = whole
    of_class.update_step = update_step


keep_old_momentum()


def dense_gradients(optimizer):
    apply = optimizer.apply

    def dense(gradient, variable):
        if gradient is None:
            return tf.zeros_like(variable.value)
        return tf.convert_to_tensor(gradient) if isinstance(gradient, tf.IndexedSlices) else gradient
    optimizer.apply = lambda gradients, variables: apply([dense(*pair) for pair in zip(gradients, variables)],
                                                         variables)


def run_keras(file, inputs, factors, dtype):
    """Everything that is expected of a case, in one precision: tensors by name, the figures of evaluate and of fit."""
    keras.backend.clear_session()
    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)
    model = file.model()
    factors.watch(model)
    model.compile(**file.compile_arguments(), run_eagerly=True, jit_compile=False)
    dense_gradients(model.optimizer)
    fit = file.fit_arguments()
    batch = fit["batch_size"]

    def forget_states():
        for layer in model._flatten_layers():  # TimeDistributed does not say that what it wraps is stateful
            if getattr(layer, "stateful", False) and hasattr(layer, "reset_states"):
                layer.reset_states()

    def reset():
        forget_states()
        for variable in model.weights:
            variable.assign(inputs["init/" + weight_name(variable)].astype(dtype))

    cast = lambda array: array.astype(dtype) if array is not None and array.dtype.kind == "f" else array
    x, y, weights = (cast(inputs.get(name)) for name in ("x", "y", "sample_weight"))
    number = lambda value: float(np.asarray(value))

    reset()
    tensors = {"pred": np.asarray(model(x, training=False))}
    forget_states()
    figures = model.evaluate(x, y, sample_weight=weights, batch_size=batch, verbose=0, return_dict=True)
    forget_states()
    head = lambda array: None if array is None else tf.constant(array[:batch])
    for name, gradient in first_gradients(model, head(x), head(y), head(weights), factors).items():
        tensors["grad/" + name] = gradient
    reset()
    fit["callbacks"] = [CountBatches(factors), *fit.get("callbacks", [])]
    history = model.fit(x, y, sample_weight=weights, verbose=0, **fit).history
    for variable in model.weights:
        tensors["after/" + weight_name(variable)] = np.asarray(variable.value)
    forget_states()
    tensors["pred_after"] = np.asarray(model(x, training=False))
    return ({name: np.asarray(value, np.float64) for name, value in tensors.items()},
            {name: number(value) for name, value in figures.items()},
            {name: [number(value) for value in values] for name, values in history.items()}, model)


# --- tolerances and files ---------------------------------------------------------------------------------------------

def largest_rate(optimizer, steps):
    rate = optimizer._learning_rate
    return max(float(rate(step)) for step in range(steps)) if callable(rate) else float(rate)


def slack(model, gradient, steps):
    """How far `steps` of Adam and its relatives may drift: its first step is lr·g/(|g| + ε), whose slope lr·ε/(|g| +
    ε)² turns rounding of g (1e-7 of the largest) into a visible step where g is nearly 0. A step is 2·lr at most. Of
    Lion it is that as soon as rounding may change a sign."""
    optimizer, size = model.optimizer, np.abs(gradient)
    peak = np.max(size, initial=0)
    if isinstance(optimizer, keras.optimizers.Lion):
        step = 2.0 * (size < 1e-6 * peak)
    elif isinstance(optimizer, (keras.optimizers.Adam, keras.optimizers.Nadam, keras.optimizers.Adamax,
                                keras.optimizers.Lamb, keras.optimizers.ScheduleFreeAdamW)):
        step = np.minimum(2, optimizer.epsilon * 1e-7 * peak / (size + optimizer.epsilon) ** 2)
    else:
        return 0.0
    return steps * largest_rate(optimizer, steps) * float(np.max(step, initial=0))


def tolerances(exact, single, model, steps):
    found = {}
    for name, value in exact.items():
        peak = np.max(np.abs(value), initial=0)
        found[name] = float(max(1e-6 + 2e-5 * peak, 8 * np.max(np.abs(value - single[name]), initial=0)))
        if name.startswith("after/") and "grad/" + name[6:] in exact:
            found[name] += slack(model, exact["grad/" + name[6:]], steps)
    return found


def stored_case(base):
    """What goes into a case, as stored, and its random factors."""
    tensors = load_file(base + ".safetensors")
    inputs = {name: value for name, value in tensors.items() if name in ("x", "y", "sample_weight")
              or name.startswith("init/")}
    return tensors, inputs, {name[5:]: value for name, value in tensors.items() if name.startswith("mask/")}


def compute(file, inputs, masks, random):
    factors = Factors(masks, random)
    try:
        single, figures32, history32, _ = run_keras(file, inputs, factors, "float32")
        exact, figures, history, model = run_keras(file, inputs, factors, "float64")
    finally:
        factors.restore()
    expected = {"case": file.name, "evaluate": figures, "evaluate_float32": figures32, "history": history,
                "history_float32": history32,
                "tolerance": tolerances(exact, single, model, int(model.optimizer.iterations.numpy()))}
    return exact, expected


def write_case(path):
    file, base = ModelFile(path), path[:-3]
    inputs, random = make_inputs(file)
    masks = {}
    exact, expected = compute(file, inputs, masks, random)
    tensors = {**inputs, **exact, **{"mask/" + name: mask for name, mask in masks.items()}}
    save_file({name: np.ascontiguousarray(value) for name, value in tensors.items()}, base + ".safetensors")
    with open(base + ".json", "w") as out:
        json.dump(expected, out, indent=1)
        out.write("\n")
    return f"{len(tensors)} tensors, loss {expected['evaluate']['loss']:.6g}"


def verify_case(path):
    """How far the stored numbers are from what Keras computes now, as a share of the tolerance: above 1 is a fault."""
    file, base = ModelFile(path), path[:-3]
    stored, inputs, masks = stored_case(base)
    with open(base + ".json") as source:
        expected = json.load(source)
    exact, recomputed = compute(file, inputs, masks, np.random.default_rng(0))
    if set(exact) != {name for name in stored if name not in inputs and not name.startswith("mask/")}:
        raise SystemExit(f"{file.name}: tensors {sorted(exact)}, stored are {sorted(stored)}")
    worst = max(float(np.max(np.abs(value - stored[name]), initial=0)) / expected["tolerance"][name]
                for name, value in exact.items())
    for kind in ("evaluate", "history"):
        for name, value in expected[kind].items():
            far = np.max(np.abs(np.atleast_1d(recomputed[kind][name]) - np.atleast_1d(value)))
            worst = max(worst, float(far / (2e-6 + 3e-5 * np.max(np.abs(value)))))
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--verify", action="store_true", help="compare with what is stored instead of writing")
    parser.add_argument("cases", nargs="+", metavar="CASE.nn")
    options = parser.parse_args()
    faults = 0
    for path in options.cases:
        if options.verify:
            worst = verify_case(path)
            faults += not worst <= 1
            print(f"{os.path.basename(path)[:-3]}: off by {worst:.2g} of the tolerance", flush=True)
        else:
            print(f"{os.path.basename(path)[:-3]}: {write_case(path)}", flush=True)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
