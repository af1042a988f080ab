# SPDX-License-Identifier: MIT-0
"""Includes go one way: includes.py ROOT. Prints each #include of a header from a room above, each circle of files, and
how many includes were read.

A file may include headers of its own room and of those named before it; in the compiler, of those that the picture at
the beginning of docs/design.md names beside its room. A file and its header are one; within a room, too, they stand in
an order. (Functions that call each other across two files, as the binder's do, share one header, which says so.)"""
import glob
import os
import re
import sys

FLOORS = {
    "runtime": ["core", "program/host", "program/data", "program/tensors", "program/session", "program/training",
                "program/report", "program/commands", "program/mpi"],
    "compiler": [],
}
BELOW_ALL = ["base", "language"]  # which the picture does not repeat
# Where the includes of a tree begin. What the compiler takes of the runtime stands below all of it.
BASES = {"runtime": ["runtime/core", "runtime/program"], "compiler": ["compiler"]}
MADE = re.compile(r"(nnc\.tab|onnx\.pb-c)\.h$")  # by bison, by protoc-c


def circles(graph):
    """The sets of files that can be reached from each other, by depth first search."""
    reached = {}

    def reach(file):
        if file not in reached:
            reached[file] = set()
            todo = list(graph.get(file, ()))
            while todo:
                at = todo.pop()
                if at not in reached[file]:
                    reached[file].add(at)
                    todo += graph.get(at, ())
        return reached[file]

    found = {frozenset({file} | {other for other in reach(file) if file in reach(other)}) for file in graph
             if file in reach(file)}
    return sorted(sorted(each) for each in found)


root, read, files_read = sys.argv[1], 0, 0
known = {}  # of a room of the compiler: what it may include
picture = re.compile(r"^  [│▼] (\w+) .*?  +(-|all|\w+(?: \w+)*)  +\S+(?:, \S+)*$", re.M)
for room, names in picture.findall(open(os.path.join(root, "docs/design.md")).read()):
    before = FLOORS["compiler"]
    known[room] = before[:] if names == "all" else [each for each in before if each in BELOW_ALL + names.split()]
    before.append(room)
FLOORS["compiler"].append(".")
for tree, floors in FLOORS.items():
    top = os.path.join(root, tree)
    files = [path for path in glob.glob(os.path.join(top, "**/*.[ch]"), recursive=True) if not path.endswith(".t.c")]
    rooms = {path: os.path.relpath(os.path.dirname(path), top) for path in files}
    graph = {}
    for path, room in sorted(rooms.items()):
        name = os.path.relpath(path, root)
        if room not in floors:
            print(f"{name}: {room} is no room: name it in FLOORS or docs/design.md, above what it includes")
            continue
        for included in re.findall(r'^#include "([^"]+\.h)"', open(path).read(), re.M):
            read += 1
            found = [each for base in BASES[tree] if (each := os.path.join(root, base, included)) in rooms]
            of_runtime = tree == "compiler" and os.path.exists(os.path.join(root, "runtime/program", included))
            if not found and not of_runtime and not MADE.search(included):
                print(f"{name}: includes {included}, which is in no room")
            elif found and floors.index(rooms[found[0]]) > floors.index(room):
                print(f"{name}: includes {included}, which stands above it")
            elif found and room in known and rooms[found[0]] not in [room, *known[room]]:
                print(f"{name}: includes {included}, of which {room} knows nothing in docs/design.md")
            elif found and found[0][:-2] != path[:-2]:
                graph.setdefault(name[:-2], set()).add(os.path.relpath(found[0], root)[:-2])
    for circle in circles(graph):
        print("a circle: " + ", ".join(circle))
    files_read += len(files)
print(f"{files_read} files, {read} includes")
sys.exit(read == 0)
