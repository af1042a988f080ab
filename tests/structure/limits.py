# SPDX-License-Identifier: MIT-0
"""Files, functions and lines that can be read: limits.py [--columns] FILE|FOLDER...

Prints each C file of more than 500 lines, each function of more than 70, from the line of its opening brace to that of
the closing one, and each line of more than 120 columns; then how much was read. With --columns lines alone. Of a folder
all sources are read, but not tests/golden-c: that C was printed by nnc, whose names may be long.
"""
import os
import re
import sys

FILE, FUNCTION, COLUMNS = 500, 70, 120
SOURCES = (".c", ".h", ".py", ".sh", ".l", ".y", ".def")
PRINTED = os.path.join("tests", "golden-c", "Inputs")


def sources(path):
    if os.path.isfile(path):
        return [path]
    return [os.path.join(folder, name) for folder, _, names in sorted(os.walk(path)) for name in sorted(names)
            if name.endswith(SOURCES) and not folder.endswith(PRINTED)]


def functions(lines):
    """(name, line of the opening brace, line of the closing one), both from 1.

    A definition begins in the first column and ends with a brace alone there; enums and structs end with a
    semicolon."""
    head, begin = "", 0
    for number, line in enumerate(lines, 1):
        if begin and line.startswith("}"):
            name = re.search(r"([\w$]+)\(", head)
            if line == "}" and name:
                yield name[1], begin, number
            head, begin = "", 0
        elif not begin and (re.match(r"[\w$]", line) or head and line[:1] in (" ", "{")):
            head += line
            if line.endswith("{"):
                begin = number
            elif line.endswith((";", "}")):
                head = ""
        elif not begin:
            head = ""


files, read, count = 0, 0, 0
for path in sys.argv[1 + ("--columns" in sys.argv):]:
    for source in sources(path):
        lines = open(source, encoding="utf-8").read().splitlines()
        files, read = files + 1, read + len(lines)
        for number, line in enumerate(lines, 1):
            if len(line) > COLUMNS and not source.endswith(".t.c"):  # printed, its lines are others, and broken
                # where they are too long (compiler/emit/columns.c)
                print(f"{source}:{number}: {len(line)} columns")
        if "--columns" in sys.argv or not source.endswith((".c", ".h")):
            continue
        if len(lines) > FILE:
            print(f"{source}: {len(lines)} lines")
        for name, begin, end in functions(lines):
            count += 1
            if end - begin + 1 > FUNCTION:
                print(f"{source}:{begin}: {name} has {end - begin + 1} lines")
print(f"{files} files, {read} lines, {count} functions")
