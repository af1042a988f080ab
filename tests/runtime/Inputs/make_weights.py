# SPDX-License-Identifier: MIT-0
"""Weights of the linear model, sound and not; prints the first predictions for x.csv."""
import numpy as np
from safetensors.numpy import save_file

x = np.loadtxt("x.csv", delimiter=",", skiprows=1, dtype=np.float32)
kernel = np.array([[1, -1], [0.5, 2], [-1.5, 0]], np.float32)
bias = np.array([0.25, -0.5], np.float32)
steps = np.array([3], np.float32)


def save(name, kernel=kernel, **more):
    save_file({"dense/kernel": kernel, "counter/steps": steps, **more}, name + ".safetensors")


save("plain", **{"dense/bias": bias})
save_file({"counter/steps": steps.astype("f8"), "dense/bias": bias, "dense/kernel": kernel.astype("f8")},
          "reversed.safetensors")
save("float64", kernel.astype("f8"), **{"dense/bias": bias.astype("f8")})
save("float16", kernel.astype("f2"), **{"dense/bias": bias.astype("f2")})
save("missing")
save("unknown", **{"dense/bias": bias, "dense_1/bias": bias})
save("misshapen", np.ascontiguousarray(kernel.T), **{"dense/bias": bias})
save("integers", kernel.astype("i4"), **{"dense/bias": bias})
for what, value in (("nan", np.nan), ("inf", -np.inf), ("large", 1e300)):
    bad = kernel.astype("f8")
    bad[1, 0] = value
    save(what, bad, **{"dense/bias": bias})
bad = bias.astype("f2")
bad[1] = np.nan
save("half", **{"dense/bias": bad})
save_file({"net/counter/steps:0": steps, "net/dense/kernel:0": kernel, "net/dense/bias:0": bias}, "keras.safetensors")
save("twice", **{"dense/bias": bias, "dense/kernel:0": kernel})
save_file({"net/counter/steps": steps, "net/dense/kernel": kernel, "dense/bias": bias}, "mixed.safetensors")
print("float32", (x @ kernel + bias)[:2].round(4).tolist())
