# SPDX-License-Identifier: MIT-0
"""check.py NNC 'CC CFLAGS' LIBS [NNC-FLAGS]: layers of text against Keras (generate.py): what the program learns and
predicts of Inputs/texts.csv, and what NAME_words and NAME_predict of the emitted C say of the same texts."""
import csv
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

import numpy as np

from cases import CASES, LEARNED_ROWS

INPUTS = pathlib.Path(__file__).parent / "Inputs"
# What Keras makes of the texts stands for y, so that a loss of 0 says the same.
MODEL = """model {name} {{
    Input(shape=({texts},), dtype='string')
    {layer}
    Rescaling(scale=1)
}}
compile(optimizer='sgd', loss='mse')
fit(x=csv('texts.csv', columns={columns}, rows=(0, {rows})), y=npy('{name}.npy', rows=(0, {rows})))
"""
HEAD = """#include <stdio.h>
static const char *const texts[][2] = {%s};
static void show(const float *y, size_t count) {
    for (size_t i = 0; i < count; i++) printf("%%.9g ", (double)y[i]);
    printf("\\n");
}
"""
SHOW = """
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {{
        static {name}_work work;
        {type} x[{upper}_IN];
        float y[{upper}_OUT];
        const char *const text[] = {{{chosen}}};
        if ({name}_words({text}, x) || {name}_predict(&{name}_weights, &work, x, y, 1)) return 1;
        show(y, {upper}_OUT);
    }}"""

nnc, compiler, libraries, *flags = sys.argv[1:]
with open(INPUTS / "texts.csv", encoding="utf-8", newline="") as file:
    rows = list(csv.DictReader(file))


def c_string(text):
    return '"' + "".join(f"\\{byte:03o}" for byte in text.encode()) + '"'


def run(*command, where):
    return subprocess.run(command, cwd=where, check=True, capture_output=True, text=True).stdout


with tempfile.TemporaryDirectory() as folder:
    where = pathlib.Path(folder)
    for path in INPUTS.iterdir():
        shutil.copy(path, where)
    programs, shows = [], []
    for name, layer, columns in CASES:
        shape = np.load(INPUTS / f"{name}.npy").shape
        (where / f"{name}.nn").write_text(MODEL.format(name=name, texts=len(columns), layer=layer, rows=LEARNED_ROWS,
                                                       columns=tuple(columns)))
        run(nnc, *flags, "--main", f"{name}.nn", "-o", f"{name}_main.c", where=where)
        run(*shlex.split(compiler), f"{name}_main.c", *shlex.split(libraries), "-o", name, where=where)
        told = run(f"./{name}", "fit", "--save", f"{name}.safetensors", where=where)
        assert told.rstrip().endswith("loss: 0.0000e+00"), (name, told)
        run(f"./{name}", "predict", "--x", "texts.csv", "--weights", f"{name}.safetensors", "-o", f"{name}.out.npy",
            where=where)
        run(nnc, *flags, "--inference-only", "--weights", f"{name}.safetensors", f"{name}.nn", "-o", f"{name}.c",
            where=where)
        programs.append(f'#include "{name}.c"\n')
        wanted = ", ".join(f"texts[i][{columns_of}]" for columns_of in range(len(columns)))
        shows.append((name, columns))
    order = ["text", "town", "colour"]
    table = ", ".join("{" + ", ".join(c_string(row[column]) for column in order) + "}" for row in rows)
    body = "".join(
        SHOW.format(name=name, upper=name.upper(), chosen=", ".join(f"texts[i][{order.index(c)}]" for c in columns),
                    text="text" if "TextV" not in dict((n, l) for n, l, _ in CASES)[name] else "text[0]",
                    type="float") for name, columns in shows)
    (where / "all.c").write_text("".join(programs) + HEAD.replace("[2]", "[3]") % table
                                 + "int main(void) {" + body + "\n    return 0;\n}\n")
    run(*shlex.split(compiler), "all.c", *shlex.split(libraries), "-o", "all", where=where)
    lines = iter(run("./all", where=where).splitlines())
    for name, layer, columns in CASES:
        expected = np.load(INPUTS / f"{name}.npy")
        program = np.load(where / f"{name}.out.npy").reshape(expected.shape)
        product = np.array([next(lines).split() for _ in rows], np.float32)
        wrong = np.argwhere(program != expected)
        assert not len(wrong), (name, wrong[:3], program[wrong[0][0]], expected[wrong[0][0]])
        assert np.array_equal(product, program), (name, product, program)
        print(name, "as Keras")
