# SPDX-License-Identifier: MIT-0
"""spoil.py CASE.nn FOLDER TENSOR: copies a case to FOLDER with one number of TENSOR moved by twice its tolerance.

TENSOR may also be evaluate or history: then the loss is moved by a thousandth.
"""
import json
import os
import shutil
import sys

import numpy as np
from safetensors.numpy import load_file, save_file

source, folder, what = sys.argv[1][:-3], sys.argv[2], sys.argv[3]
os.makedirs(folder, exist_ok=True)
target = os.path.join(folder, os.path.basename(source))
shutil.copy(source + ".nn", target + ".nn")
tensors = load_file(source + ".safetensors")
with open(source + ".json") as file:
    expected = json.load(file)
if what in ("evaluate", "history"):
    for run in (what, what + "_float32"):
        expected[run]["loss"] = (np.array(expected[run]["loss"]) * 1.001).tolist()
else:
    tensors[what].flat[tensors[what].size // 2] += 2 * expected["tolerance"][what]
save_file({name: np.ascontiguousarray(value) for name, value in tensors.items()}, target + ".safetensors")
with open(target + ".json", "w") as file:
    json.dump(expected, file)
