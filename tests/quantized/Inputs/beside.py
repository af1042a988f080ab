# SPDX-License-Identifier: MIT-0
"""How near int8 comes to float: beside.py NNC FOLDER CC MODEL.nn … prints of each model the signal to noise of its
outputs in dB, and whether NAME_predict_int8 is there. All are compiled to one program."""
import json
import os
import shlex
import subprocess
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from models import write_weights  # noqa: E402

SAMPLES = 64
nnc, folder, compiler, *models = sys.argv[1:]


def run(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, **options).stdout


rng, made, lines, given = np.random.default_rng(1), [], [], b""
for model in models:
    name = os.path.splitext(os.path.basename(model))[0]
    path = os.path.join(folder, name)
    described = json.loads(run(nnc, model, "--emit=json", "--inference-only"))
    weights = {}
    for weight in (w for layer in described["layers"] for w in layer["weights"]):
        shape, scale = weight["shape"], 0.2
        if "kernel" in weight["name"]:
            scale = np.sqrt(1.5 / np.prod(shape[:-1]))
        weights[weight["name"]] = rng.normal(size=shape) * scale + (1 if "variance" in weight["name"] else 0)
    write_weights(f"{path}.safetensors", weights)
    x = rng.normal(size=[SAMPLES] + described["input"]).astype(np.float32)
    np.save(f"{path}.npy", x)
    given += x.tobytes()
    both = [nnc, model, "--weights", f"{path}.safetensors", "--standalone", "--check-plan", "-o"]
    run(*both, f"{path}_real.c", "--inference-only", "--prefix", f"{name}_real")
    run(*both, f"{path}_int8.c", "--quantize=int8", "--calibrate", f"{path}.npy", "--prefix", f"{name}_int8")
    for c in (f"{name}_real", f"{name}_int8"):
        lines += ["{", f"static {c}_work work; static float y[{SAMPLES} * {c.upper()}_OUT];",
                  f"if ({c}_predict(&{c}_weights, &work, x, y, {SAMPLES}) != 0) return 1;",
                  "fwrite(y, sizeof y, 1, stdout);", "}"]
    lines[-10] = f"{{ static float x[{x.size}]; if (fread(x, sizeof x, 1, stdin) != 1) return 2; {{"
    lines[-1] = "}}"
    made.append((name, int(np.prod(described["output"])) * SAMPLES))
with open(os.path.join(folder, "beside.c"), "w", encoding="utf-8") as file:
    file.write("#include <stdio.h>\n" + "".join(f'#include "{n}_{k}.h"\n' for n, _ in made for k in ("real", "int8")))
    file.write("int main(void) {\n" + "\n".join(lines) + "\nreturn 0;\n}\n")
sources = [f"{n}_{k}.c" for n, _ in made for k in ("real", "int8")] + ["beside.c"]
run(*shlex.split(compiler), *sources, "-lm", "-o", "beside", cwd=folder)
outputs = np.frombuffer(run(os.path.join(folder, "beside"), input=given), np.float32)
for name, size in made:
    real, whole, outputs = outputs[:size], outputs[size:2 * size], outputs[2 * size:]
    with open(os.path.join(folder, f"{name}_int8.h"), encoding="utf-8") as file:
        ends = "predict_int8(" in file.read()
    ratio = 10 * np.log10((real**2).mean() / ((whole - real)**2).mean())
    print(f"{name}: {'good' if ratio > 25 else 'bad'}, {ratio:.0f} dB{', whole' if ends else ''}", file=sys.stderr)
    print(f"{name} {'good' if ratio > 25 else f'{ratio:.1f} dB'}{', whole' if ends else ''}")
