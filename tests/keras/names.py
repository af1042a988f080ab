# SPDX-License-Identifier: MIT-0
"""names.py NNC NAMES: where nnc has a thing of Keras, it has it under all of Keras' names."""
import subprocess
import sys


def names_of_nnc(nnc, kind):
    """Every name of a kind, and the class that it stands for."""
    found = {}
    for line in subprocess.run([nnc, f"--list-{kind}"], capture_output=True, text=True, check=True).stdout.splitlines():
        if line and not line.startswith((" ", "Every ")):
            names = line.split(", ")
            found.update(dict.fromkeys(names, names[0]))
    return found


def main():
    nnc, path = sys.argv[1:]
    known, checked, failed = {}, 0, 0
    for line in open(path):
        kind, *names = line.split()
        if kind not in known:
            known[kind] = names_of_nnc(nnc, kind)
        # l1_l2 is L1L2, but as a string it has other factors
        found = {known[kind].get(name) for name in names if name != "l1_l2"}
        if found != {None}:
            checked += 1
            if len(found) > 1:
                failed += 1
                print(f"{kind}: {' '.join(names)} are {', '.join(map(str, found))}")
    print(f"{failed} of {checked} failed")
    return failed > 0 or checked < 150


sys.exit(main())
