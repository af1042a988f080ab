# SPDX-License-Identifier: MIT-0
"""Runs of a training program that are interrupted and go on, held against one that is not. Imported by the drivers
here."""
import os
import shutil
import subprocess

RESULTS = ("w.safetensors", "h.csv", "log.csv", "best.safetensors")  # those that a model has none of are left out


class Run:
    """A program in a folder of its own; `command` is relative to the folder above, where the data are."""

    def __init__(self, program, folder, *options):
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        self.command = [os.path.abspath(program), "fit", "--x", "../x.csv", "--y", "../y.csv", "--verbose", "0",
                        "--save", "w.safetensors", "--history", "h.csv", *options]

    def start(self, *options, fault=None, **more):
        environment = dict(os.environ)
        if fault:
            environment.update(LD_PRELOAD=os.path.abspath("faults.so"), FAULT=fault)
        return subprocess.Popen([*self.command, *options], cwd=self.folder, env=environment, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, **more)

    def __call__(self, *options, **more):
        """Its status and what it says on standard error."""
        run = self.start(*options, **more)
        _, message = run.communicate(timeout=120)
        return run.returncode, message

    def results(self):
        found = {}
        for name in RESULTS:
            path = os.path.join(self.folder, name)
            if os.path.exists(path):
                with open(path, "rb") as file:
                    found[name] = file.read()
        return found

    def path(self, name):
        return os.path.join(self.folder, name)


def complete(run, what, *options, **more):
    status, message = run(*options, **more)
    if status != 0:
        raise SystemExit(f"{what}: status {status}: {message}")


def same(got, want, what):
    """Every file has the same bytes."""
    if got.keys() != want.keys():
        raise SystemExit(f"{what}: {sorted(got)} instead of {sorted(want)}")
    for name in want:
        if got[name] != want[name]:
            raise SystemExit(f"{what}: {name} differs from that of the run that was not interrupted")
