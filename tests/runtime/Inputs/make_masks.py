# SPDX-License-Identifier: MIT-0
"""Masks for two epochs of batches of 3, 3 and 2 of x.csv, and what x is under those of each epoch."""
import numpy as np
from safetensors.numpy import save_file

x = np.loadtxt("x.csv", delimiter=",", skiprows=1, dtype=np.float32)
rng = np.random.default_rng(0)
masks = {}
for epoch, name in enumerate(("masked.csv", "masked2.csv")):
    mask = (rng.random(x.shape) < 0.5).astype(np.float32) * 2
    for i, first in enumerate((0, 3, 6)):
        masks[f"dropout/mask@{3 * epoch + i}"] = np.ascontiguousarray(mask[first : first + 3])
    np.savetxt(name, x * mask, fmt="%.9g", delimiter=",")
save_file(masks, "masks.safetensors")
save_file({"dropout_1/mask@0": masks["dropout/mask@0"]}, "unknown.safetensors")
