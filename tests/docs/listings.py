# SPDX-License-Identifier: MIT-0
"""Runs the listings of a page of docs/ as a reader would.

A block behind a paragraph that ends with "`NAME.ENDING`:" is that file. The lines of a console block that begin
with "$ " are commands, run by bash in the folder of the page; what stands below is what they print: … is any number of
lines, and numbers and times may be others, as they are on another processor.

usage: listings.py PAGE.md NNC_FOLDER FOLDER
"""
import os
import re
import subprocess
import sys

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"`([\w.-]+\.\w+)`[^`]*:\s*$")
NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[-+]?\d+)?(?:[um]?s\b)?")


def pattern(lines):
    """A regular expression of what is printed."""
    return "".join("(?:.*\n)*?" if line == "…" else
                   NUMBER.pattern.join(map(re.escape, NUMBER.sub("\0", line).split("\0"))) + "\n" for line in lines)


def commands(block):
    """[(command, what it prints), …]"""
    found = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def main():
    page, nnc, folder = sys.argv[1:]
    text = open(page, encoding="utf-8").read()
    env = {**os.environ, "PATH": os.path.abspath(nnc) + os.pathsep + os.environ["PATH"]}
    run = written = 0
    behind = 0
    for block in FENCE.finditer(text):
        name = FILE.search(text[behind:block.start()])
        behind = block.end()
        if block[1] != "console":
            if name:
                written += 1
                with open(os.path.join(folder, name[1]), "w", encoding="utf-8") as file:
                    file.write(block[2])
            continue
        for command, wanted in commands(block[2]):
            made = subprocess.run(["bash", "-c", command], cwd=folder, env=env, text=True, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT)
            run += 1
            if made.returncode != 0 or not re.fullmatch(pattern(wanted), made.stdout):
                print(f"{page}: $ {command}\nstatus {made.returncode}, printed:\n{made.stdout}\nnot:", *wanted,
                      sep="\n")
                sys.exit(1)
    print(f"{os.path.basename(page)}: {run} commands, {written} files")


main()
