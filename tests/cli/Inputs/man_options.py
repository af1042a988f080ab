# SPDX-License-Identifier: MIT-0
"""Prints the options of nnc that a manual page in mdoc documents, sorted: what `.It Fl` starts before THE PROGRAM."""
import re
import sys

with open(sys.argv[1]) as page:
    text = page.read().split(".Sh THE PROGRAM")[0].split(".Sh DESCRIPTION")[1]
options = set()
for item in re.findall(r"^\.It (?:Xo\n\.)?(Fl .*(?:\n\.Fl .*)*)$", text, re.M):
    # Fl -cflags , Fl -libs: after Fl come flags and commas up to the next macro, such as Ar or Ns
    for flags in re.findall(r"Fl ((?:[^A-Z\n].*?|[DMW]\w*)(?= (?:[A-Z][a-z] )|$|\n))", item):
        options.update("-" + flag for flag in flags.split() if flag != ",")
print("\n".join(sorted(options)))
