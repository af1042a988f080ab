# SPDX-License-Identifier: MIT-0
"""Prints the options of nnc that a manual page in mdoc documents: what `.Fl` marks before THE PROGRAM, sorted."""
import re
import sys

with open(sys.argv[1]) as page:
    text = page.read().split(".Sh THE PROGRAM")[0].split(".Sh DESCRIPTION")[1]
marked = re.findall(r"^\.(?:It )?(?:.* )?Fl (.*)$", text, re.M)
options = set()
for line in marked:
    for word in re.findall(r"(?:^|Fl |, )(-?[A-Za-z][A-Za-z-]*)", line):
        options.add("-" + word.rstrip("-"))
print("\n".join(sorted(options)))
