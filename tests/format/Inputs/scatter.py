# SPDX-License-Identifier: MIT-0
"""nnc fmt on every model file of the project and on many that are written wildly: scatter.py NNC ROOT COUNT FOLDER.

Files of the project are copied into FOLDER, and COUNT more are made of them by blanks, line ends, empty lines, comments
and commas at any place between tokens. All are laid out at once. Then each still says the same (--emit=ast but for
places), has its comments in their order, and does not change when it is laid out again. Prints how many there were."""
import glob
import os
import random
import re
import subprocess
import sys

TOKEN = re.compile(
    r"""#[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|//|\*\*|[\d._]+[eE][+-]?[\d_]+|[\w.]+|[^\s\w]""", re.S)

nnc, root, count, folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
os.makedirs(folder)
draw = random.Random(7)


def meaning(path):
    tree = subprocess.run([nnc, "--emit=ast", path], capture_output=True, text=True)
    return tree.returncode, re.sub(r" \d+:\d+$", "", tree.stdout, flags=re.M)


def comments(text):
    return [token.rstrip() for token in TOKEN.findall(text) if token[0] == "#"]


def gap(number):
    """What may stand between two tokens: blanks, at times a comment with a number of its own."""
    kinds = ["", " ", "  ", "\n", "\n\n\n", "\t", f" # {number}\n", f"\n\n# {number}\n", f"\n#{number} \n\n"]
    return draw.choices(kinds, [30, 20, 5, 5, 1, 1, 1, 1, 1])[0]


def scattered(text):
    out, depth, last = [], 0, ""
    for number, token in enumerate(TOKEN.findall(text)):
        if token[0] == "#":
            continue
        depth += (token in "([{") - (token in ")]}")
        if token in ")]}" and re.match(r"[\w'\")\]}]", last[-1:]) and draw.random() < 0.1 and closes_list(out):
            out.append(",")  # a comma before the bracket, where it may stand
        space = gap(number)
        words = re.match(r"[\w.]", token) and re.match(r"[\w.]", last[-1:] or "(")
        out.append(space or (" " if words else ""))
        out.append(token)
        last = token
    return "".join(out) + gap("end")


def closes_list(out):
    """Whether the innermost open bracket is a list, a dictionary, or has a comma already."""
    depth, seen = 0, False
    for token in reversed(out):
        depth += (token in (")", "]", "}")) - (token in ("(", "[", "{"))
        if depth < 0:
            return token == "[" or seen
        seen = seen or (depth == 0 and token == ",")
    return False


files = sorted(path for path in subprocess.run(["find", root, "-name", "*.nn", "-not", "-path", "*/build*"], text=True,
                                               capture_output=True).stdout.split())
texts = []
for path in files:
    text = open(path, "rb").read()
    if len(text) < 20000 and b"\0" not in text and b"\r" not in text and meaning(path)[0] == 0:
        texts.append(text.decode())
ours = len(texts)
texts += [scattered(text) for text in draw.choices([text for text in texts if len(text) < 2000], k=count)]
paths = []
for number, text in enumerate(texts):
    paths.append(os.path.join(folder, f"{number}.nn"))
    open(paths[-1], "w").write(text)
before = [meaning(path) for path in paths]
faults = [path for path, tree in zip(paths, before) if tree[0] != 0]
faults += [] if subprocess.run([nnc, "fmt", *paths], stderr=subprocess.DEVNULL).returncode == 0 else ["nnc fmt"]
again = subprocess.run([nnc, "fmt", "--check", *paths], capture_output=True, text=True)
faults += again.stdout.split()
for path, tree, text in zip(paths, before, texts):
    if meaning(path) != tree or comments(open(path).read()) != comments(text):
        faults.append(path)
print(f"{ours} files of the project and {count} others, {len(faults)} faults", *faults[:10])
