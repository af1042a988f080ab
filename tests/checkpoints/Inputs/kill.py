# SPDX-License-Identifier: MIT-0
"""usage: kill.py PROGRAM MOMENTS: SIGKILL at random moments. The checkpoint always loads, and in the end come the same
bits."""
import os
import random
import sys
import time

from common import RESULTS, Run, complete, same

program, moments = sys.argv[1], int(sys.argv[2])
whole = Run(program, "whole")
started = time.monotonic()
complete(whole, "not interrupted", "--checkpoint", "c", "--checkpoint-every", "7")
lasts, want, chance = time.monotonic() - started, whole.results(), random.Random(1)
kills = ends = 0
run = None
while kills < moments:
    run = run or Run(program, "parts", "--checkpoint", "c", "--checkpoint-every", "7", "--resume")
    training = run.start()
    time.sleep(chance.uniform(0, lasts / 2))
    training.kill()
    _, message = training.communicate(timeout=60)
    if training.returncode not in (0, -9):
        raise SystemExit(f"after {kills} kills: status {training.returncode}: {message}")
    kills += 1
    left = {name for name in os.listdir("parts") if name not in ("c", *RESULTS)}
    if left - {name + ".partial" for name in ("c", *RESULTS)}:
        raise SystemExit(f"after {kills} kills there are {sorted(left)}")
    if training.returncode == 0 or kills == moments:
        complete(run, f"after {kills} kills")
        same(run.results(), want, f"after {kills} kills")
        if any(name.endswith(".partial") for name in os.listdir("parts")):
            raise SystemExit(f"after {kills} kills and the end there are {sorted(os.listdir('parts'))}")
        ends += 1
        run = None
print("every checkpoint was whole, every end the same" if ends else "nothing came to an end")
