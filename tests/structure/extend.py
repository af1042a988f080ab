# SPDX-License-Identifier: MIT-0
"""Builds nnc with what docs/extending.md adds to it: extend.py ROOT BUILD COPY.

Copies the sources and what has been compiled of them to COPY, puts each block of the document into its file, and calls
make there, which compiles what is new. A block begins with ```LANGUAGE FILE: it becomes that file, or its end; or, with
behind WORD  after the name, it goes behind the one line that contains WORD."""
import os
import re
import shutil
import subprocess
import sys

root, build, copy = map(os.path.abspath, sys.argv[1:])
shutil.rmtree(copy, ignore_errors=True)
for folder in ("compiler", "grammar", "runtime", "tools"):
    shutil.copytree(os.path.join(root, folder), os.path.join(copy, folder))
shutil.copy2(os.path.join(root, "Makefile"), copy)
made_before = {"compiler", "grammar", "runtime", "include", "embedded.c", "embedded.o", "libnnc.a", "sources", "flags"}
shutil.copytree(build, os.path.join(copy, "build"),
                ignore=lambda at, names: set(names) - made_before if at == build else ())
for at, _, names in os.walk(os.path.join(copy, "build")):  # what objects were compiled from, wherever that is
    for name in filter(re.compile(r"\.d$").search, names):
        path = os.path.join(at, name)
        text = open(path).read()
        stat = os.stat(path)
        for other in (build, os.path.relpath(build, root)):
            text = text.replace(other + "/", "build/")
        open(path, "w").write(text.replace(root + "/", ""))
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))

document = open(os.path.join(root, "docs/extending.md")).read()
blocks = re.findall(r'^```\w+ (\S+)(?: behind ([^\n]+))?\n(.*?)^```$', document, re.M | re.S)
for name, place, text in blocks:
    path = os.path.join(copy, name)
    before = open(path).read() if os.path.exists(path) else ""
    if place:
        lines = before.splitlines(keepends=True)
        found = [i for i, line in enumerate(lines) if place in line]
        if len(found) != 1:
            sys.exit(f"{name}: {len(found)} lines with {place}")
        before, text = "".join(lines[:found[0] + 1]), text + "".join(lines[found[0] + 1:])
    open(path, "w").write(before + text)

flags = open(os.path.join(build, "flags")).read()
outside = {name: value for name, value in os.environ.items() if name != "MAKEFLAGS"}
made = subprocess.run(["make", "-C", copy, "-j2", "BUILD=build", "-o", "build/flags", "CFLAGS=-O0",
                       "CC=" + flags.split(" -std")[0], *["SAN=1"] * ("-fsanitize" in flags)],
                      capture_output=True, text=True, env=outside)
print(made.stderr, end="")
print(f"{len(blocks)} blocks, {len(re.findall('^  CC ', made.stdout, re.M))} files compiled")
sys.exit(made.returncode)
