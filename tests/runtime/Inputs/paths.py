# SPDX-License-Identifier: MIT-0
"""paths.py: goes through every output of ./model's commands and every other path, by several names each. A
clash must end with status 2 and a message that names both, with the folder as it was."""
import itertools
import os
import shutil
import subprocess
import sys

# What names a path, and what it does with it; a source of the model file or a callback is said by its word.
READS = {"fit": ["--x", "--y", "--sample-weight", "--weights", "--validation-x", "--validation-y", "--masks"],
         "predict": ["--x", "--weights"], "grad": ["--x", "--y", "--sample-weight", "--weights", "--masks"]}
WRITES = {"fit": ["--save", "--history", "--report", "--checkpoint"], "predict": ["-o"], "grad": ["-o"]}
SOURCES = {"x of fit()": "data/x.csv", "y of fit()": "data/y.csv", "validation_data of fit()": "data/v.csv",
           "x of evaluate()": "data/e.csv"}
CALLBACKS = {"CSVLogger": "log.csv", "BackupAndRestore": "backup/latest.safetensors",
             "ModelCheckpoint": "best-03.safetensors"}
IN_PLACE = [("--save", "--weights"), ("ModelCheckpoint", "--weights")]

def snapshot():
    return {path: (os.lstat(path).st_mode, os.lstat(path).st_mtime_ns,
                   open(path, "rb").read() if os.path.isfile(path) else b"")
            for path in sorted(os.path.join(folder, name) for folder, _, names in os.walk(".") for name in names)}


def names_of(path):
    """Other names of a file, which is made, and of one that is not there yet; a link may lead there before it is."""
    yield os.path.join(os.path.abspath("data"), "..", path), None
    link = "link" + os.path.splitext(path)[1]
    yield link, lambda: os.symlink(path, link)
    if os.path.exists(path) and path != CALLBACKS["ModelCheckpoint"]:  # a number in its name is not known before
        yield link, lambda: os.link(path, link)


def refused(command, output, other, arguments, link):
    if link:
        link()
    before = snapshot()
    done = subprocess.run(["./model", command, "--data-dir", "data", *arguments], capture_output=True, text=True)
    wanted = done.returncode == 2 and output in done.stderr and other in done.stderr and before == snapshot()
    if not wanted:
        sys.exit(f"{command} {arguments}: status {done.returncode}\n{done.stderr}")
    for name in os.listdir("."):
        if name.startswith("link"):
            os.remove(name)


def clear():
    for name in ("new.csv", "there.csv"):
        if os.path.exists(name):
            os.remove(name)
    shutil.rmtree("backup", ignore_errors=True)
    for name in CALLBACKS.values():
        if os.path.exists(name):
            os.remove(name)


count = 0
for command in ("fit", "predict", "grad"):
    for exists in (True, False):
        # Options against options.
        for output, other in itertools.product(WRITES[command], READS[command] + WRITES[command]):
            if output == other or (output, other) in IN_PLACE:
                continue
            clear()
            if exists:
                shutil.copy("data/x.csv", "there.csv")
            path = "there.csv" if exists else "new.csv"
            for name, link in names_of(path):
                refused(command, output, other, [output, name, other, path], link)
                refused(command, output, other, [output, path, other, name], link)
                count += 2
        # Options against what the model file says.
        said = {**SOURCES, **(CALLBACKS if command == "fit" else {})}
        for output, (other, path) in itertools.product(WRITES[command], said.items()):
            clear()
            if exists and other in CALLBACKS:
                os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
                shutil.copy("data/x.csv", path)
            elif not exists and other in SOURCES:
                continue
            for name, link in names_of(path):
                refused(command, output, other, [output, name], link)
                count += 1
        # What callbacks write, against what options read.
        for other, (callback, path) in itertools.product(READS[command], CALLBACKS.items()):
            if command == "fit" and exists and (callback, other) not in IN_PLACE:
                clear()
                os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
                shutil.copy("data/x.csv", path)
                for name, link in names_of(path):
                    refused(command, callback, other, [other, name], link)
                    count += 1
clear()
print(f"{count} clashes are refused")
