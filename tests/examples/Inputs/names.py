# SPDX-License-Identifier: MIT-0
"""names.py INVENT DINOSAURS: what is to be said of 200 names that the program INVENT makes of ten seeds."""
import subprocess
import sys

names = [name for seed in range(10)
         for name in subprocess.run([sys.argv[1], str(seed)], check=True, capture_output=True,
                                    text=True).stdout.lower().split("\n")[:-1]]
with open(sys.argv[2], encoding="utf-8") as file:
    known = set(file.read().split())
new = set(names) - known
like = [name for name in names if name.endswith(("saurus", "ceratops"))]
assert all(name.isalpha() or not name for name in names), names
assert len(new) >= 100 and len(like) >= 60, (len(new), len(like))
print(len(names), "names, at least 100 different and new, at least 60 end in saurus or ceratops")
