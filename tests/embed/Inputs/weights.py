# SPDX-License-Identifier: MIT-0
"""Weights of a model, made up: weights.py SEED FILE.safetensors NAME=SIZE,SIZE…"""
import sys

import numpy
from safetensors.numpy import save_file

random = numpy.random.default_rng(int(sys.argv[1]))
shapes = {name: [int(size) for size in sizes.split(",")] for name, sizes in (word.split("=") for word in sys.argv[3:])}
save_file({name: random.normal(0, 0.3, shape).astype("f") for name, shape in shapes.items()}, sys.argv[2])
