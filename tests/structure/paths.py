# SPDX-License-Identifier: MIT-0
"""Files that documents and comments name are there: paths.py ROOT. Prints those that are not, and how many were looked
for.

In documents a name stands in backquotes; NAME, MODEL and * stand for any. A path begins at the root, in compiler/, in a
folder of runtime/, or beside the document; a name without a folder is that of any file, or of one that the document's
own listings make."""
import glob
import os
import re
import sys

# What nnc or make writes, and what belongs to others.
ELSEWHERE = re.compile(r"^((\w+/)?nnc_copies\.h|nnc\.(tab|lex)\.[ch]|keras/.*|activations\.py|e_log\.c|tf\.nn)$")
NAME = r"(?:[\w*.-]+/)*[\w*-]+\.(?:t\.c|c|h|def|py|sh|test|md|y|l|nn)"

root = sys.argv[1]
folders = [each for each in os.listdir(root) if not each.startswith((".", "build"))]
names = {name for each in folders for _, _, found in os.walk(os.path.join(root, each)) for name in found} | set(folders)


def is_there(name, beside):
    pattern = re.sub("NAME|MODEL", "*", name)
    if "/" not in name:
        return "*" in pattern or name in names
    places = ("", "compiler", "runtime", "runtime/core", "runtime/program", beside)
    return any(glob.glob(os.path.join(root, place, pattern)) for place in places)


def named(path, text):
    """The names in a text, each with where it stands."""
    if path.endswith(".md"):
        return re.finditer(rf"`({NAME})`", text)
    comments = re.sub(r"/\*.*?\*/|[^\n]", lambda found: found[0] if len(found[0]) > 1 else " ", text, flags=re.S)
    return re.finditer(rf"(?<![\w/.<*-])({NAME})(?![\w(/])", comments)


def made(text):
    """The files that the listings of a document make: those of -o, and blocks behind "`NAME`:"."""
    outputs = [name for stem in re.findall(r"-o ([\w-]+)\.c\b", text) for name in (f"{stem}.c", f"{stem}.h")]
    return {*outputs, *re.findall(rf"`({NAME})`:\n\n```", text)}


def found_by(*patterns):
    return [path for pattern in patterns for path in glob.glob(os.path.join(root, pattern), recursive=True)]


documents = found_by("*.md", "docs/*.md", "examples/**/*.md")
sources = found_by("compiler/**/*.*", "runtime/**/*.*", "grammar/*.*")
count = 0
for path in sorted(documents + sources):
    text, where = open(path).read(), os.path.relpath(path, root)
    mine = made(text) if path.endswith(".md") else ()
    for found in named(path, text):
        name = found[1]
        if ELSEWHERE.match(name) or name in mine or not re.search("[a-z]{2}", name.split(".")[0]):
            continue
        count += 1
        if not is_there(name, os.path.dirname(where)):
            print(f"{where}:{text.count(chr(10), 0, found.start()) + 1}: there is no {name}")
print(f"{count} names of files")
sys.exit(count == 0)
