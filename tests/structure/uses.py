# SPDX-License-Identifier: MIT-0
"""A file of the runtime includes what it uses: uses.py ROOT. Prints each header that a file has only through another,
with a name that it takes from there, and how many names headers declare.

host.h is what the program stands on, and gives it nnc.h; training.h and callbacks.h describe a run and its callbacks to
each other, so the first knows the second's struct by its name alone.
"""
import glob
import os
import re
import sys

DECLARATIONS = [
    r"^NNC_API [^;{]*?\b(\w+)\(",
    r"^(?:static inline|\w*INLINE) [\w ]+?\*?(\w+)\(",
    r"^ *# *define (\w+)",
    r"^} (\w+);",
    r"^typedef [^;{]*?(\w+)(?: __attribute__\(\(.*\)\))?;",
]
GIVEN = {("training/training.h", "training/callbacks.h")}
FOLDERS = ("runtime/core", "runtime/program")


def code(path):
    text = re.sub(r"/\*.*?\*/", "", open(path, encoding="utf-8").read(), flags=re.S)
    return re.sub(r'^#include.*|"(?:\\.|[^"\\\n])*"', "", text, flags=re.M)


os.chdir(sys.argv[1])
paths = [path for folder in FOLDERS for pattern in ("*.[ch]", "*/*.[ch]") for path in glob.glob(f"{folder}/{pattern}")]
files = {re.sub("^runtime/(core|program)/", "", path): path for path in sorted(paths)}
owners = {}
for name in files:
    text = code(files[name])
    found = {each for pattern in DECLARATIONS for each in re.findall(pattern, text, re.M)}
    found |= {each for body in re.findall(r"enum \w*\s*\{(.*?)\}", text, re.S)
              for each in re.findall(r"\b[A-Z]\w+", body)}
    for each in found if name.endswith(".h") else ():
        owners.setdefault(each, set()).add(name)
for name, path in files.items():
    is_core = path.startswith("runtime/core")
    included = set(re.findall(r'^#include "(.*)"', open(path, encoding="utf-8").read(), re.M)) | {name}
    needed = {}
    for word in sorted(set(re.findall(r"\w+", code(path)))):
        # The program does not use the vector layer: `least` and `product` are words of its own.
        homes = {home for home in owners.get(word, ()) if is_core or not files[home].startswith("runtime/core/nnc_")}
        if len(homes) == 1:
            needed.setdefault(homes.pop(), word)
    for home, word in sorted(needed.items()):
        if home not in included and (name, home) not in GIVEN and (is_core or home != "nnc.h"):
            print(f"{name}: uses {word} of {home}, which it does not include")
print(f"{len(files)} files, {len(owners)} names")
