# SPDX-License-Identifier: MIT-0
"""usage: resume.py PROGRAM STEPS…: a run that is killed, and one that is asked to end, after so many files, and
resumed."""
import os
import sys

from common import Run, complete, same

program, stops = sys.argv[1], [int(argument) for argument in sys.argv[2:]]
whole = Run(program, "whole")
complete(whole, "not interrupted")
want = whole.results()
for stop in stops:
    for action, status in (("killed", -9), ("term", 143)):
        run = Run(program, "parts", "--checkpoint", "c")
        got, message = run("--checkpoint-every", "1", fault=f"rename:{stop}:{action}")
        if got != status:
            raise SystemExit(f"{action} after {stop} files: status {got}: {message}")
        complete(run, f"{action} after {stop} files, resumed", "--resume")
        same(run.results(), want, f"{action} after {stop} files")
        if os.path.exists(run.path("c")) and len(os.listdir("parts")) > len(want) + 1:
            raise SystemExit(f"files are left behind: {sorted(os.listdir('parts'))}")
print(f"{program}: the same {', '.join(sorted(want))}")
