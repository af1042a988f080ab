# SPDX-License-Identifier: MIT-0
"""security.py FILE: the limits and tests that a page names are in the files that it names. Run from the root."""
import os
import re
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    page = file.read()
limits = re.findall(r"`([\w/.]+\.[ch])`: `([^`]+)`", page)
tests = set(re.findall(r"`(tests/[\w/.-]+\.(?:test|nn))`", page))
for path, text in limits:
    with open(path, encoding="utf-8") as source:
        if text not in source.read():
            print(f"{path}: there is no {text}")
for path in tests:
    if not os.path.exists(path):
        print(f"there is no {path}")
print(f"{len(limits)} limits, {len(tests)} tests")
