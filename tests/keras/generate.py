#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Writes down what Keras itself says about its classes; the tests beside it read that and need no Keras.

  python3 -m venv venv && venv/bin/pip install keras==3.15.1 'tensorflow-cpu==2.21.*'
  venv/bin/python tests/keras/generate.py          writes Inputs/names.txt and Inputs/configs.txt
  venv/bin/python tests/keras/generate.py --verify  compares with what is stored

names.txt     a line for each thing of Keras: its kind, and all names by which Keras finds it
configs.txt   triples of lines: what is around the call, the call as cases.py has it, and the same call with
              every argument that get_config() of the object gives, objects within it as calls.
              Callbacks have no get_config(); for them, and for compile, fit and evaluate, every parameter stands
              with its default.
"""
import argparse
import importlib
import inspect
import os
import sys

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0", CUDA_VISIBLE_DEVICES="",
                  KERAS_BACKEND="tensorflow")

import keras
import keras._tf_keras.keras as tf_keras  # what `tf.keras` is: it has some old names more

import cases

HERE = os.path.dirname(os.path.abspath(__file__))
KINDS = ("layers", "activations", "initializers", "regularizers", "constraints", "losses", "optimizers", "schedules",
         "metrics", "callbacks")


# --- names ------------------------------------------------------------------------------------------------------------

def named(kind):
    """Name and thing: what the modules of a kind export, and the strings that stand for it."""
    for root in keras, tf_keras:
        module = root.optimizers.schedules if kind == "schedules" else getattr(root, kind)
        for name, thing in vars(module).items():
            if not name.startswith("_") and callable(thing):
                yield name, thing
    if kind not in ("layers", "callbacks", "schedules"):
        yield from importlib.import_module(f"keras.src.{kind}").ALL_OBJECTS_DICT.items()


def thing_itself(kind, thing):
    """Classes of losses and metrics that only wrap a function: the function, which has names of its own."""
    if kind in ("losses", "metrics") and inspect.isclass(thing):
        try:
            made = thing()
        except Exception:
            return thing
        return getattr(made, "fn", None) or getattr(made, "_fn", None) or thing
    return thing


def names():
    lines = []
    for kind in KINDS:
        groups = {}
        for name, thing in named(kind):
            if (kind, name) == ("metrics", "accuracy"):
                continue  # compile() takes it for one of three other metrics
            groups.setdefault(id(thing_itself(kind, thing)), {})[name] = True
        lines += sorted(f"{kind} {' '.join(sorted(group))}" for group in groups.values())
    return "\n".join(lines) + "\n"


# --- configurations ---------------------------------------------------------------------------------------------------

def as_call(name, config):
    return f"{name}({', '.join(f'{key}={as_text(value)}' for key, value in config.items())})"


def as_text(value):
    """A value of get_config() in the language of model files."""
    if isinstance(value, dict) and "class_name" in value:
        return as_call(value["class_name"], value["config"])
    if isinstance(value, dict):
        return "{" + ", ".join(f"{as_text(key)}: {as_text(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        entries = ", ".join(map(as_text, value))
        return f"[{entries}]" if isinstance(value, list) else f"({entries},)" if len(value) == 1 else f"({entries})"
    if hasattr(value, "tolist"):
        return as_text(value.tolist())
    if value is None or isinstance(value, (bool, int, float, str)):
        return repr(value)
    raise TypeError(f"{value!r} of {type(value)}")


def all_parameters(function, given):
    """The call of a function that has no configuration: every parameter with what is given, or its default."""
    parameters = list(inspect.signature(function).parameters.values())
    return {p.name: given.get(p.name, p.default) for p in parameters if p.name != "self"
            and p.kind is not p.VAR_KEYWORD}


def configured(kind, text):
    keras.backend.clear_session()  # names count from the beginning again
    scope = {}
    for module in (keras.constraints, keras.regularizers, keras.initializers, keras.optimizers.schedules,
                   keras.callbacks, keras.metrics, keras.optimizers, keras.losses, keras.layers):
        scope.update(vars(module))
    if kind not in ("callbacks", "schedules", "statements"):  # which wins where kinds have the same names
        scope.update(vars(getattr(keras, kind)))
    name = text[:text.index("(")]
    if kind in ("callbacks", "statements"):
        given = eval(f"dict{text[text.index('('):]}", scope)
        function = getattr(keras.Model, name) if kind == "statements" else scope[name].__init__
        return as_call(name, all_parameters(function, given))
    made = eval(text, scope)
    return as_call(type(made).__name__, made.get_config())


def configs():
    lines = []
    for kind, around, calls in cases.CASES:
        for call in calls:
            lines += [f"{kind}: {around}", call, configured(kind, call), ""]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--verify", action="store_true")
    arguments = parser.parse_args()
    differ = []
    for name, text in ("names.txt", names()), ("configs.txt", configs()):
        path = os.path.join(HERE, "Inputs", name)
        if not arguments.verify:
            with open(path, "w") as file:
                file.write(text)
        elif text != open(path).read():
            differ.append(name)
    if differ:
        sys.exit(f"differ from what is stored: {', '.join(differ)}")


main()
