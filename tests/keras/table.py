#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Writes docs/keras.md: every public name of Keras, and what becomes of it in nnc.

  tests/keras/table.py build/nnc           writes docs/keras.md
  tests/keras/table.py build/nnc --verify  fails where it differs, where a name is neither there nor refused with a
                                           reason, or both, and where a model with a refused name says something else

The names are those of Inputs/names.txt, which generate.py has from Keras; the reasons are rows of compiler/habits.def.
"""
import argparse
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
DOCUMENT = os.path.join(HERE, "..", "..", "docs", "keras.md")
TEXT = """# Keras' names, and what becomes of them

Every public name of Keras 3.15.1, and those that `tf.keras` has besides: whether nnc has it, or the reason that it
gives where a model asks for it. Made by `tests/keras/table.py` from Keras' modules and from `nnc --list-…`; a test
compares.

Of {names} names {works} work, {refused} are refused with a reason, and {other} are of no use in a chain of layers.
"""
# Where a name can stand, for each kind.
PLACES = {
    "layers": "model m {{ Input(shape=(4,)); {0}() }}",
    "activations": "model m {{ Input(shape=(4,)); Activation('{0}') }}",
    "initializers": "model m {{ Input(shape=(4,)); Dense(3, kernel_initializer={0}()) }}",
    "regularizers": "model m {{ Input(shape=(4,)); Dense(3, kernel_regularizer={0}()) }}",
    "constraints": "model m {{ Input(shape=(4,)); Dense(3, kernel_constraint={0}()) }}",
    "losses": "model m {{ Input(shape=(4,)); Dense(3) }} compile(optimizer='sgd', loss='{0}')",
    "optimizers": "model m {{ Input(shape=(4,)); Dense(3) }} compile(optimizer='{0}', loss='mse')",
    "schedules": "model m {{ Input(shape=(4,)); Dense(3) }} compile(optimizer=SGD({0}()), loss='mse')",
    "metrics": "model m {{ Input(shape=(4,)); Dense(3) }} compile(optimizer='sgd', loss='mse', metrics=['{0}'])",
    "callbacks": "model m {{ Input(shape=(4,)); Dense(3) }} compile(optimizer='sgd', loss='mse') "
                 "fit(callbacks=[{0}()])",
}


def output(nnc, *arguments, text=None):
    return subprocess.run([nnc, *arguments], input=text, capture_output=True, text=True)


def described(nnc, kind):
    """The names that work, and those that do not with what is said about them."""
    works = set(output(nnc, f"--list-{kind}=names").stdout.split())
    return works, dict(line.split(": ", 1) for line in output(nnc, f"--list-{kind}=refused").stdout.splitlines())


def table(nnc):
    problems, parts, count = [], [], {"works": 0, "refused": 0, "not for chains": 0}
    groups = {}
    for line in open(os.path.join(HERE, "Inputs", "names.txt")):
        kind, *names = line.split()
        groups.setdefault(kind, {})[" ".join(names)] = names
    for kind, of_kind in groups.items():
        works, refused = described(nnc, kind)
        parts += [f"\n## {kind}\n\n| name | |\n|---|---|\n"]
        for names in of_kind.values():
            found = {"works" if name in works else refused.get(name) for name in names}
            problems += [f"{kind}: {name} is neither there nor refused" for name in names
                         if name not in works | refused.keys()]
            problems += [f"{kind}: {name} is there, and refused" for name in names if name in works and name in refused]
            what = " / ".join(sorted(filter(None, found)))
            state = what if what == "works" else "not for chains" if what.startswith("not for chains") else "refused"
            count[state] += len(names)
            what = what if state != "refused" else f"refused: {what}"
            parts.append(f"| {', '.join(f'`{name}`' for name in names)} | {what} |\n")
    head = TEXT.format(names=sum(count.values()), works=count["works"], refused=count["refused"],
                       other=count["not for chains"])
    return head + "".join(parts), problems


def unlike_messages(nnc):
    """Refused names whose message is another."""
    for kind, place in PLACES.items():
        for name, reason in described(nnc, kind)[1].items():
            said = output(nnc, "--emit=shapes", "-", text=place.format(name)).stderr
            if f"'{name}': {reason.removeprefix('not for chains: ')} [keras-only]" not in said:
                first = said.splitlines()[0] if said else "nothing"
                yield f"{kind}: {name} should be refused with its reason, but: {first}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("nnc")
    parser.add_argument("--verify", action="store_true")
    arguments = parser.parse_args()
    text, problems = table(arguments.nnc)
    if not arguments.verify:
        with open(DOCUMENT, "w") as file:
            file.write(text)
    else:
        problems += unlike_messages(arguments.nnc)
        if text != open(DOCUMENT).read():
            problems.append("docs/keras.md says something else; tests/keras/table.py writes it")
    print("\n".join(problems))
    return len(problems) > 0


sys.exit(main())
