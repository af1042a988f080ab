#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""pack.py PAGE FOLDER: one HTML file of the page's parts, nnc.wasm and the networks in FOLDER, and the data of the
examples. The page needs nothing else, neither a server nor the network."""
import base64
import csv
import gzip
import json
import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
examples = os.path.dirname(here)
page, folder = sys.argv[1:]


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def packed(data):
    return base64.b64encode(gzip.compress(data, 9, mtime=0)).decode()


def rows(*path):
    return list(csv.reader(read(examples, *path).splitlines()))[1:]


data = {"nnc": None, "networks": {}, "models": {}}
for name in sorted(os.listdir(folder)):
    if name.endswith(".wasm"):
        with open(os.path.join(folder, name), "rb") as file:
            wasm = packed(file.read())
        if name == "nnc.wasm":
            data["nnc"] = wasm
        else:
            data["networks"][name[:-5]] = wasm
for name, path in (("digits", "digits/digits.nn"), ("circles", "circles/dropout.nn"),
                   ("names (LSTM)", "names/names.nn")):
    data["models"][name] = read(examples, path)
data["circles"] = [[float(value) for value in row] for row in rows("circles", "circles.csv")]
data["digits"] = packed(bytes(int(value) for row in rows("digits", "digits.csv") for value in row))

scripts = "\n".join(read(here, name) for name in ("wasi.js", "draw.js", "page.js"))
text = read(here, "page.html")
for mark, content in (("/* page.css */", read(here, "page.css")),
                      ("/* data */", json.dumps(data).replace("</", "<\\/")), ("/* scripts */", scripts)):
    text = text.replace(mark, content)
with open(page, "w", encoding="utf-8") as file:
    file.write(text)
