# SPDX-License-Identifier: MIT-0
"""Lets calls of a command fail, one in each run.

  each.py SHIM FOLDER [-f FUNCTION,…] [-m MOST] [-t THEN] [-g FILE,…] [-w FILE,…] -- COMMAND

The command runs in a copy of FOLDER, without a fault first. Then, for each function, its call 1, 2, 3, … fails, until
there are no more or MOST were seen: the command ends well with the same results; or with status 1 or 2, a message that
says why, the files of the folder as they were or as they become without a fault, and no other file. Those of -g grow by
lines: the first of them may be there; those of -w are written again and again, and may be any whole file of tensors.
THEN, a command of the shell, is run behind a failure and must end well with the results of the whole run. Prints what
does not hold, and how many runs failed.
"""
import argparse
import errno
import json
import os
import shutil
import struct
import subprocess
import tempfile

FUNCTIONS = ("open,fopen,fdopen,read,write,fwrite,fflush,fclose,close,fsync,rename,ftruncate,fchmod,mkdir,mkdtemp,"
             "opendir,mmap,fork,pthread_create")
ERRORS = {"malloc": errno.ENOMEM, "calloc": errno.ENOMEM, "realloc": errno.ENOMEM, "posix_memalign": errno.ENOMEM,
          "mmap": errno.ENOMEM, "open": errno.EMFILE, "fopen": errno.EMFILE, "opendir": errno.EMFILE,
          "fork": errno.EAGAIN, "pthread_create": errno.EAGAIN, "read": errno.EIO, "fsync": errno.EIO}


def contents(folder):
    """Every file below a folder: its bytes."""
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder)] = file.read()
    return found


def is_whole(tensors):
    """Whether these bytes are a file of safetensors, to its end."""
    size = struct.unpack("<Q", tensors[:8])[0] if len(tensors) >= 8 else len(tensors)
    try:
        entries = json.loads(tensors[8:8 + size])
    except ValueError:
        return False
    return 8 + size + max(e["data_offsets"][1] for n, e in entries.items() if n != "__metadata__") == len(tensors)


class Runs:
    def __init__(self, options, scratch):
        self.options, self.scratch, self.failures, self.faults = options, scratch, 0, []
        self.work, self.fired = os.path.join(scratch, "work"), os.path.join(scratch, "fired")
        self.before = contents(options.folder)
        status, said = self.run()
        self.after = contents(self.work)
        if status != 0:
            raise SystemExit(f"without a fault: status {status}: {said}")

    def run(self, **env):
        shutil.rmtree(self.work, ignore_errors=True)
        shutil.copytree(self.options.folder, self.work, symlinks=True)
        for path in (self.fired, os.path.join(self.scratch, "tmp")):
            if os.path.isdir(path):
                shutil.rmtree(path)
            elif os.path.exists(path):
                os.remove(path)
        os.mkdir(os.path.join(self.scratch, "tmp"))
        env = {**os.environ, "TMPDIR": os.path.join(self.scratch, "tmp"), **env}
        done = subprocess.run(self.options.command, cwd=self.work, env=env, capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=120)
        return done.returncode, done.stderr.decode(errors="replace")

    def may_be(self, name, now):
        """Whether a file may be that, behind a failure."""
        after = self.after.get(name)
        if name in self.options.grows and after is not None and after.startswith(now) and now[-1:] in (b"", b"\n"):
            return True
        return now in (self.before.get(name), after) or (name in self.options.whole and is_whole(now))

    def look(self, function, call):
        """What does not hold where this call fails, or None; False where there is no such call."""
        preload = " ".join(filter(None, (self.options.shim, os.environ.get("LD_PRELOAD"))))
        status, said = self.run(LD_PRELOAD=preload, FAULT=f"{function}:{call}:{ERRORS.get(function, errno.ENOSPC)}",
                                FAULT_FIRED=self.fired)
        if not os.path.exists(self.fired):
            return False
        now = contents(self.work)
        left = os.listdir(os.path.join(self.scratch, "tmp"))
        if left:
            return f"left behind in TMPDIR: {left}"
        if status == 0:
            return None if now == self.after else f"status 0 with other results: {self.different(now)}"
        self.failures += 1
        if status not in (1, 2) or not said.strip() or "internal error" in said:
            return f"status {status}: {said[-300:]!r}"
        wrong = {name for name in now if not self.may_be(name, now[name])}
        if wrong or set(self.before) - set(now):
            return f"status {status}, left behind: {sorted(wrong)}, lost: {sorted(set(self.before) - set(now))}"
        if self.options.then:
            done = subprocess.run(self.options.then, shell=True, cwd=self.work, capture_output=True, text=True)
            now = contents(self.work)
            if done.returncode != 0 or now != self.after:
                return f"then status {done.returncode}, {self.different(now)}: {done.stderr[-300:]}"
        return None

    def different(self, now):
        return sorted(name for name in set(now) | set(self.after) if now.get(name) != self.after.get(name))

    def all(self):
        for function in self.options.functions.split(","):
            for call in range(1, self.options.most + 1):
                found = self.look(function, call)
                if found is False:
                    break
                if found:
                    self.faults.append(f"{function}, call {call}: {found}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("shim")
    parser.add_argument("folder")
    parser.add_argument("-f", "--functions", default=FUNCTIONS)
    parser.add_argument("-m", "--most", type=int, default=100000)
    parser.add_argument("-t", "--then")
    parser.add_argument("-g", "--grows", type=lambda text: text.split(","), default=[])
    parser.add_argument("-w", "--whole", type=lambda text: text.split(","), default=[])
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    options.shim = os.path.abspath(options.shim)
    with tempfile.TemporaryDirectory() as scratch:
        runs = Runs(options, scratch)
        runs.all()
    for fault in runs.faults[:20]:
        print(fault)
    print(f"{runs.failures} calls failed, {len(runs.faults)} of them not as they should")


main()
