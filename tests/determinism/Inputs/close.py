#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""close.py A B: whether the losses in two outputs of train.c agree to 1e-5 of their size."""
import sys

a, b = ([float(line) for line in open(path).read().split()[:3]] for path in sys.argv[1:])
worst = max(abs(p - q) / max(abs(p), abs(q)) for p, q in zip(a, b))
print(f"{len(a)} losses, worst difference {worst:.1e}")
sys.exit(len(a) != 3 or not worst <= 1e-5)
