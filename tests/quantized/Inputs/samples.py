# SPDX-License-Identifier: MIT-0
"""Weights of a model, all 0.5 but for biases (0.25), and samples in FOLDER: samples.py NNC MODEL FOLDER."""
import json
import os
import subprocess
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from models import write_weights  # noqa: E402

nnc, model, folder = sys.argv[1:]
os.makedirs(folder, exist_ok=True)
described = json.loads(subprocess.run([nnc, model, "--emit=json", "--inference-only"], check=True,
                                      stdout=subprocess.PIPE).stdout)
weights = [weight for layer in described["layers"] for weight in layer["weights"]]
write_weights(os.path.join(folder, "w.safetensors"),
              {w["name"]: np.full(w["shape"], 0.25 if "bias" in w["name"] else 0.5) for w in weights})
x = np.linspace(-1, 1, 12 * int(np.prod(described["input"]))).reshape([12] + described["input"]).astype(np.float32)
np.save(os.path.join(folder, "x.npy"), x)
np.save(os.path.join(folder, "zeros.npy"), np.zeros_like(x))
np.save(os.path.join(folder, "one.npy"), x[:1])
x[3, 0] = np.nan
np.save(os.path.join(folder, "nan.npy"), x)
