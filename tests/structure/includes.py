# SPDX-License-Identifier: MIT-0
"""Includes go one way: includes.py ROOT. Prints each #include of a header from a room above, and how many were read.

A file may include headers of its own room and of those named before it; a room is named by its headers' folder."""
import glob
import os
import re
import sys

FLOORS = ["core", "program/host", "program/data", "program/tensors", "program/session", "program/training", "program/report",
          "program/commands"]

root = os.path.join(sys.argv[1], "runtime")
files = [path for pattern in ("*/*.[ch]", "*/*/*.[ch]") for path in glob.glob(os.path.join(root, pattern))]
rooms = {path: os.path.relpath(os.path.dirname(path), root) for path in files}
read = 0
for path, room in sorted(rooms.items()):
    if room not in FLOORS:
        print(f"{os.path.relpath(path, root)}: {room} is no room: name it in FLOORS, above what it includes")
        continue
    for included in re.findall(r'^#include "([^"]+)"', open(path).read(), re.M):
        read += 1
        found = [each for folder in ("core", "program") if (each := os.path.join(root, folder, included)) in rooms]
        if not found:
            print(f"{os.path.relpath(path, root)}: includes {included}, which is in no room")
        elif FLOORS.index(rooms[found[0]]) > FLOORS.index(room):
            print(f"{os.path.relpath(path, root)}: includes {included}, which stands above it")
print(f"{len(files)} files, {read} includes")
sys.exit(read == 0)
