#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Changes the sources, a little and one place at a time, and sees whether a test notices: make mutants.

  tools/mutants.py [--count N] [--seed N] [--files 'compiler/passes/*.c …'] [--folder COPY]

A mutant is a comparison turned or moved by one, an operator exchanged, a constant off by one, a condition negated, `&&`
for `||`, a `break`, a `continue` or an assignment left out. Each is built in a copy of the checkout, and the fast tests
of its folder are run until one fails; TESTS says which. Mutants that do not compile, or to the same program, do not
count, and tests that fail without a mutant are left out. Survivors are printed as they are found, to be explained or to
get a test; the last lines say how many were killed, of each folder and in all. A seed decides everything.
"""
import argparse
import collections
import glob
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# The fast tests of a folder, those first that find most.
TESTS = {
    "compiler/frontend": "tests/parse tests/diag tests/model", "compiler/language": "tests/diag tests/model",
    "compiler/model": "tests/model tests/shapes tests/diag", "compiler/layers": "tests/shapes tests/plan tests/model",
    "compiler/passes": "tests/plan tests/golden-c tests/memory", "compiler/plan": "tests/plan tests/golden-c",
    "compiler/build": "tests/plan tests/golden-c", "compiler/lower": "tests/plan tests/golden-c tests/model",
    "compiler/ops": "tests/plan tests/golden-c tests/emit", "compiler/emit": "tests/golden-c tests/emit",
    "compiler/file": "tests/golden-c tests/emit tests/cli", "compiler/driver": "tests/cli tests/emit",
    "compiler/base": "tests/diag tests/parse tests/plan", "compiler/tables": "tests/plan tests/golden-c tests/diag",
    "compiler/import": "tests/import", "compiler/export": "tests/import tests/embed",
    "compiler/format": "tests/format", "runtime/core": "tests/runtime tests/golden-c",
    "runtime/program/training": "tests/checkpoints tests/runtime tests/faults", "runtime/program": "tests/runtime",
}

# What is looked for, and what may stand there instead.
CHANGES = [
    (r"(?<![<>=!-])<(?![<=])(?= )", ["<=", ">="]), (r"(?<![<>-])>(?![>=])(?= )", [">=", "<="]),
    (r"<=(?= )", ["<", ">"]), (r"(?<!<)>=(?= )", [">", "<"]), (r"==", ["!="]), (r"!=", ["=="]), (r"&&", ["||"]),
    (r"\|\|", ["&&"]), (r"(?<= )\+(?= )", ["-"]), (r"(?<= )-(?= )", ["+"]), (r"(?<=[\w)] )\*(?= [\w(])", ["/", "+"]),
    (r"(?<= )/(?= )", ["*"]), (r"(?<= )\+=", ["-="]), (r"\+\+", ["--"]), (r"\b1\b(?!\w|\.)", ["0", "2"]),
    (r"\b0\b(?!\w|\.|x)", ["1"]), (r"\btrue\b", ["false"]), (r"\bfalse\b", ["true"]), (r"\bbreak;", [";"]),
    (r"\bcontinue;", [";"]), (r"(?<=if \()(?!\()", ["!(("]), (r"(?<=\()!(?=\w)", [""]),
    (r"^ +\w[\w>.\[\]-]* (?:\+|-|)= [^;]+;$", [";"]),
]


def code_lines(path):
    """Lines that may be changed: no comments, directives, tables of text, declarations of constants."""
    comment = False
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file):
            inside, comment = comment, (comment or "/*" in line) and "*/" not in line.rsplit("/*", 1)[-1]
            if not (inside or "/*" in line or '"' in line) and re.match(r"^\s+[^\s#]", line):
                yield number, line


def mutants_of(path):
    for number, line in code_lines(path):
        for pattern, choices in CHANGES:
            for found in re.finditer(pattern, line.rstrip("\n")):
                for choice in choices:
                    yield number, found.span(), choice


def mutate(line, span, choice):
    if choice == "!((":  # if (a) becomes if (!(a))
        depth = 0
        for at in range(span[0] - 1, len(line)):
            depth += (line[at] == "(") - (line[at] == ")")
            if depth == 0:
                return line[:span[0]] + "!(" + line[span[0]:at] + ")" + line[at:]
        return line
    return line[:span[0]] + choice + line[span[1]:]


def tests_of(path):
    return next((tests.split() for folder, tests in TESTS.items() if path.startswith(folder)), ["tests/plan"])


class Checkout:
    """A copy of the checkout with a build of its own, in which mutants come and go."""

    def __init__(self, folder, flags):
        self.folder, self.flags, self.sound = folder, flags, {}
        files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for name in filter(None, files.split("\0")):
            os.makedirs(os.path.join(folder, os.path.dirname(name)), exist_ok=True)
            shutil.copy2(os.path.join(ROOT, name), os.path.join(folder, name), follow_symlinks=False)
        if not self.make():
            sys.exit("the sources as they are do not build")

    def make(self):
        return subprocess.run(["make", "-s", f"-j{os.cpu_count()}", *self.flags], cwd=self.folder, capture_output=True,
                              timeout=900).returncode == 0

    def built(self):
        with open(os.path.join(self.folder, "build", "nnc"), "rb") as nnc, \
                open(os.path.join(self.folder, "build", "libnnc.a"), "rb") as library:
            return hash((nnc.read(), library.read()))

    def passes(self, test):
        try:
            return subprocess.run(["tests/run.py", "--fast", "--max-failures=1", test], cwd=self.folder, timeout=1200,
                                  capture_output=True).returncode == 0
        except subprocess.TimeoutExpired:
            return False

    def sound_tests(self, tests):
        """Those of the folders of tests that pass while there is no mutant."""
        for test in tests:
            if test not in self.sound:
                self.make()
                self.sound[test] = self.passes(test)
                if not self.sound[test]:
                    print(f"{test} fails as it is, and is left out", flush=True)
        return [test for test in tests if self.sound[test]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", default="0")
    parser.add_argument("--files", default="compiler/*/*.c runtime/*/*.c runtime/*/*/*.c")
    parser.add_argument("--folder", help="of the copy; a temporary one")
    options = parser.parse_args()
    paths = sorted({os.path.relpath(path, ROOT) for pattern in options.files.split()
                    for path in glob.glob(os.path.join(ROOT, pattern)) if not path.endswith(".t.c")})
    every = [(path, *mutant) for path in paths for mutant in mutants_of(os.path.join(ROOT, path))]
    random.Random(options.seed).shuffle(every)
    folder = options.folder or tempfile.mkdtemp(prefix="nnc-mutants-")
    checkout = Checkout(folder, ["CFLAGS=-O1"])
    original, counts = checkout.built(), collections.Counter()
    for path, number, span, choice in every:
        if counts["killed"] + counts["alive"] >= options.count:
            break
        tests, place = checkout.sound_tests(tests_of(path)), os.path.join(folder, path)
        with open(place, encoding="utf-8") as file:
            text = file.read()
        lines = text.split("\n")
        before, lines[number] = lines[number], mutate(lines[number], span, choice)
        with open(place, "w", encoding="utf-8") as file:
            file.write("\n".join(lines))
        if checkout.make() and checkout.built() != original:
            outcome = "killed" if any(not checkout.passes(test) for test in tests) else "alive"
            counts[outcome] += 1
            counts[f"{outcome} in {os.path.dirname(path)}"] += 1
            if outcome == "alive":
                print(f"{path}:{number + 1}: alive\n  - {before.strip()}\n  + {lines[number].strip()}", flush=True)
        with open(place, "w", encoding="utf-8") as file:
            file.write(text)
    if not options.folder:
        shutil.rmtree(folder)
    for where in sorted({name.split(" in ")[1] for name in counts if " in " in name}):
        print(f"{where}: {counts['killed in ' + where]} killed, {counts['alive in ' + where]} alive")
    print(f"{counts['killed']} killed, {counts['alive']} alive")


main()
