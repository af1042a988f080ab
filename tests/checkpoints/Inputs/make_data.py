# SPDX-License-Identifier: MIT-0
"""usage: make_data.py ROWS COLUMNS: x.csv, and y.csv that follows from it but for noise, the same every time."""
import random
import sys

rows, columns = int(sys.argv[1]), int(sys.argv[2])
numbers = random.Random(1)
with open("x.csv", "w") as x, open("y.csv", "w") as y:
    for _ in range(rows):
        row = [numbers.uniform(-1, 1) for _ in range(columns)]
        print(*(f"{value:.4f}" for value in row), sep=",", file=x)
        print(f"{row[0] * row[1] + 0.3 * numbers.gauss(0, 1):.4f}", file=y)
