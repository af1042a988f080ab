# SPDX-License-Identifier: MIT-0
"""Imports every model of an archive, or of a folder, and compares with what its framework predicted. usage: check.py
NNC CXX CFLAGS LIBS ARCHIVE [PART/PARTS]

Of a case NAME there are NAME.h5, NAME.keras or NAME.onnx, and NAME.npz with x and y, and with `as_there` where these
have their channels first if the file has; or weights NAME.pt.safetensors and the model NAME.nn. Files of one model must
become the same model file and the same weights. Every fourth is compiled in one step, nnc FILE -o FILE.c
--inference-only, the others from the model file. Many models are compiled at once, each in a namespace of its own, for
emitted C is C++, too, and reading the runtime's headers takes longer than all the rest.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile

import numpy
from server import Nnc

MODELS_AT_ONCE = 24
# Sums of up to some hundred terms, each rounded to 24 bits, and functions that are exact to a few of the last.
TOLERANCE = 2.0**-17
HEADERS = "stddef.h", "stdint.h", "string.h", "math.h", "stdio.h"


class Case:
    def __init__(self, folder, number, name, files):
        self.name, self.files, self.number, self.prefix, self.folder = name, files, number, f"m{number}", folder
        with numpy.load(os.path.join(folder, name + ".npz")) as arrays:
            self.x, self.y, self.is_as_there = arrays["x"], arrays["y"], "as_there" in arrays

    def path(self, ending):
        return os.path.join(self.folder, self.name + ending)

    def run(self, nnc, *command):
        done = nnc.run(*command)
        if done.returncode != 0:
            raise ValueError(f"nnc {shlex.join(command)}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def bring_weights_in(self, nnc):
        model, weights = self.path(".nn"), self.path(".safetensors")
        self.run(nnc, "import", self.path(".pt.safetensors"), "--for", model, "--weights", weights)
        self.run(nnc, model, "--weights", weights, "-o", self.path(".c"), "--inference-only", "--prefix", self.prefix)
        self.x.tofile(self.path(".x"))

    def bring_in(self, nnc):
        told = set()
        if ".pt.safetensors" in self.files:
            return self.bring_weights_in(nnc)
        for file in self.files:
            model, weights = self.path(".nn"), self.path(".safetensors")
            notes = self.run(nnc, "import", self.path(file), "-o", model, "--weights", weights)
            text = open(model).read()
            told.add((re.sub("^#.*\n", "", text, flags=re.M), open(weights, "rb").read()))
            if "\n    Dense(3, kernel_initializer='glorot_uniform'" in text or "dtype='float32'" in text:
                raise ValueError(f"defaults are not left out:\n{text}")
        if len(told) != 1:
            raise ValueError("its files become different models")
        if self.is_as_there and "input has its channels last" in notes:
            self.x = numpy.ascontiguousarray(numpy.moveaxis(self.x, 1, -1))
        if self.is_as_there and "output has its channels last" in notes:
            self.y = numpy.ascontiguousarray(numpy.moveaxis(self.y, 1, -1))
        source = [self.path(self.files[0])] if self.number // 2 % 4 == 0 else [model, "--weights", weights]
        self.run(nnc, *source, "-o", self.path(".c"), "--inference-only", "--prefix", self.prefix)
        self.x = self.x.astype("int32" if "dtype='int32'" in open(self.path(".nn")).read() else "float32")
        self.x.tofile(self.path(".x"))

    def include(self):
        return f'namespace {self.prefix}_ {{\n#include "{self.name}.c"\n}}\n'

    def call(self):
        kind = "int32_t" if self.x.dtype == numpy.int32 else "float"
        up = self.prefix.upper()
        return f"""    {{
        using namespace {self.prefix}_;
        static {kind} x[{self.x.size}];
        static float y[{self.y.size}];
        static {self.prefix}_work work;
        static_assert(sizeof x == {len(self.x)} * sizeof *x * {up}_IN && sizeof y == {len(self.y)} * sizeof *y *
        {up}_OUT, "{self.name}");
        FILE *file = fopen("{self.name}.x", "rb");
        if (!file || fread(x, 1, sizeof x, file) != sizeof x) return 1;
        fclose(file);
        {self.prefix}_predict(&{self.prefix}_weights, &work, x, y, {len(self.x)});
        file = fopen("{self.name}.y", "wb");
        if (!file || fwrite(y, 1, sizeof y, file) != sizeof y || fclose(file)) return 1;
    }}
"""

    def compare(self):
        y = numpy.fromfile(self.path(".y"), "float32").reshape(self.y.shape)
        error = numpy.abs(y - self.y).max(initial=0)
        if not error <= TOLERANCE * max(1, numpy.abs(self.y).max(initial=0)):
            raise ValueError(f"differs by {error}")


def compile_and_run(compiler, flags, libs, folder, cases, number):
    source, program = os.path.join(folder, f"all{number}.cc"), os.path.join(folder, f"all{number}")
    own = dict.fromkeys(
        header
        for case in cases
        for header in re.findall('^ *#include "(nnc[a-z_]*.h)"', open(case.path(".c")).read(), re.M)
    )
    own.pop("nnc_copies.h", None)
    with open(source, "w") as file:
        file.writelines(f"#include <{header}>\n" for header in (*HEADERS, *own))
        file.writelines(case.include() for case in cases)
        file.write("int main() {\n" + "".join(case.call() for case in cases) + "    return 0;\n}\n")
    subprocess.run(
        [*shlex.split(compiler), "-std=c++11", *shlex.split(flags), source, "-o", program, *shlex.split(libs)],
        check=True,
    )
    subprocess.run([program], cwd=folder, check=True)


def main():
    program, compiler, flags, libs, archive = sys.argv[1:6]
    nnc = Nnc(program)
    part, parts = map(int, sys.argv[6].split("/")) if len(sys.argv) > 6 else (0, 1)
    failed, good = [], []
    with tempfile.TemporaryDirectory() as folder:
        if os.path.isdir(archive):
            shutil.copytree(archive, folder, dirs_exist_ok=True)
        else:
            with tarfile.open(archive) as packed:
                packed.extractall(folder, filter="data")
        names = {}
        for file in sorted(os.listdir(folder)):
            name, ending = file.split(".", 1)
            names.setdefault(name, []).extend([f".{ending}"] if ending not in ("npz", "nn") else [])
        cases = [
            Case(folder, i, name, files) for i, (name, files) in enumerate(sorted(names.items())) if i % parts == part
        ]

        def attempt(case, step, *arguments):
            try:
                step(*arguments)
                return True
            except ValueError as error:
                print(f"{case.name}: {error}")
                failed.append(case.name)
                return False

        good = [case for case in cases if attempt(case, case.bring_in, nnc)]
        for start in range(0, len(good), MODELS_AT_ONCE):
            compile_and_run(compiler, flags, libs, folder, good[start : start + MODELS_AT_ONCE], start)
        for case in good:
            attempt(case, case.compare)
        print(
            f"{sum(len(case.files) for case in cases)} files of {len(cases)} models, {len(failed)} models "
            f"failed: {' '.join(failed)}"
        )
    return 1 if failed or not cases else 0


sys.exit(main())
