#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""What goes over images line by line predicts the same bits as what makes whole images, under the sanitizers.

usage: lines.py NNC CC MODELS

MODELS has a model a line: its layers. Each is compiled for one sample, so that it goes line by line, and for two, so
that it does not; both predict two samples. Prints the bytes of work memory for a sample of both, and whether the bits
are the same."""
import re
import subprocess
import sys

nnc, cc, models = sys.argv[1:]
program = "#include <stdio.h>\n"
calls = ""
for number, layers in enumerate(line.strip() for line in open(models) if line.strip()):
    with open("model.nn", "w") as model:
        model.write("model net { " + layers + " }\n")
    work, sizes = [], None
    for kind, batch in ("line", 1), ("whole", 2):
        prefix = f"{kind}{number}"
        subprocess.run([nnc, "--check-plan", "--for=small", "--portable", "--standalone", "--inference-only",
                        f"--batch={batch}", f"--prefix={prefix}", "model.nn", "-o", prefix + ".c"], check=True)
        with open(prefix + ".h") as header:
            text = header.read()
        work.append(int(re.search(r"_WORK_BYTES (\d+)", text)[1]) // batch)
        sizes = [int(re.search(rf"_{size} (\d+)", text)[1]) for size in ("PARAMS_BYTES", "IN", "OUT")]
        program += f'#include "{prefix}.c"\n'
    floats, inputs, outputs = sizes[0] // 4, sizes[1], sizes[2]
    calls += f"""    {{
        static float params[{floats}], x[2 * {inputs}], y[2][2 * {outputs}];
        static line{number}_work line;
        static whole{number}_work whole;
        fill(params, {floats}, {0.7 if "Normal" in layers else 0.0}f);
        fill(x, 2 * {inputs}, 0);
        memset(&line, 255, sizeof line);
        memset(&whole, 255, sizeof whole);
        line{number}_predict((const void *)params, &line, x, y[0], 2);
        whole{number}_predict((const void *)params, &whole, x, y[1], 2);
        printf("{number}: {work[0]} of {work[1]} bytes, %s\\n",
               same(y[0], y[1], 2 * {outputs}) ? "the same bits" : "others");
    }}
"""
program += """
static unsigned seed = 1;
static void fill(float *to, size_t count, float middle) {
    for (size_t i = 0; i < count; i++) {
        seed = seed * 1664525u + 1013904223u;
        to[i] = middle + (float)(seed >> 8) / 16777216.0f - 0.5f;
    }
}
static int same(const float *a, const float *b, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (a[i] != a[i]) return 0;
    }
    return !memcmp(a, b, count * sizeof *a);
}
int main(void) {
""" + calls + "}\n"
with open("all.c", "w") as all:
    all.write(program)
subprocess.run([*cc.split(), "-O0", "-g0", "-Wall", "-Wextra", "-pedantic", "-Werror", "-fsanitize=address,undefined",
                "-fno-sanitize-recover=all", "all.c", "-o", "all"], check=True)
subprocess.run(["./all"], check=True)
