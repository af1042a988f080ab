# SPDX-License-Identifier: MIT-0
"""Writes the files of limits.test into a folder."""
import os
import sys

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
deep = 100_000

files = {
    "parentheses": "x = " + "(" * deep + "1" + ")" * deep,
    "lists-in-calls": "x = " + "f(a=[" * deep,
    "signs": "x = " + "-" * deep + "1",
    "sums": "x = " + "1+" * deep + "1",
    "dots": "x = " + "a." * deep + "b",
    "deep-enough": "x = " + "(" * 200 + "1" + ")" * 200,
    "name": "x" * deep + " = 1",
    "digits": "x = " + "1" * deep,
    "doubling": "a0 = (1, 1)\n" + "".join(f"a{i} = (a{i - 1}, a{i - 1})\n" for i in range(1, 40)),
    "nesting": "a0 = (1,)\n" + "".join(f"a{i} = (a{i - 1},)\n" for i in range(1, 2000)),
    "long-sum": "x = " + "1 + " * 200 + "1\nmodel m { Input(shape=(x,)) Dense(1) }",
    "nul": b"x = 1\ny = \0 2\n\0",
    "utf16": "x = 1\n".encode("utf-16"),
    "latin1": "x = 'caf\xe9'  # \xe9\n".encode("latin-1"),
    "errors": "".join(f"x{i} = [1 2]\n" for i in range(100)),
    "large": " " * (4 << 20) + "x",
    "tokens": "x=" + "[" + "1," * (1 << 17),
    "objects": "model m { Input(shape=(4,)) Dense(1) }\n" +
               "compile(optimizer='sgd', loss='mse', metrics=[" + "'mae'," * 501 + "])",
}
for name, text in files.items():
    with open(os.path.join(folder, name + ".nn"), "wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode())
