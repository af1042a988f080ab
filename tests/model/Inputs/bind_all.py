# SPDX-License-Identifier: MIT-0
"""bind_all.py NNC LAYERS OPTIMIZERS: no class that is listed is unknown, and no default of any table is invalid."""
import subprocess
import sys

nnc, layers, optimizers = sys.argv[1:]
names = [line.strip() for line in open(layers, encoding="utf-8")]
assert "Dense" in names
calls = "\n".join(f"{name}()" for name in names if name != "Input")
statements = "\n".join(f"o{i} = {name.strip()}()" for i, name in enumerate(open(optimizers, encoding="utf-8")))
run = subprocess.run([nnc, "--emit=shapes", "-"],
                     input=f"{statements}\nmodel m {{ Input(shape=(2, 2, 2, 2)) {calls} }}", capture_output=True,
                     text=True)
assert run.returncode in (0, 1), run
assert "unknown-name" not in run.stderr and "internal error" not in run.stderr, run.stderr
