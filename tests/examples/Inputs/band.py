# SPDX-License-Identifier: MIT-0
"""band.py CURVE.npz: mean and deviation where Keras 3.15.1 has them (model(x, training=True), 100 times, three seeds),
x = -6, -4 … 6."""
import sys

import numpy as np

found = np.load(sys.argv[1])
mean, std = found["mean"][::10, 0], found["std"][::10, 0]
assert found["mean"].shape == found["std"].shape == (61, 1)
# Where there are points, the curve is theirs; elsewhere only the deviation is told.
assert np.allclose(mean[[2, 4]], [0.66, -0.65], atol=0.15), mean
assert np.allclose(std, [0.52, 0.32, 0.12, 0.14, 0.09, 0.28, 0.44], rtol=0.5), std
assert (np.diff(std[:3]) < 0).all() and (np.diff(std[4:]) > 0).all() and std[3] > max(std[2], std[4]), std
print("surest where the points are:", " ".join(f"{value:.2f}" for value in std))
