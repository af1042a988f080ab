# SPDX-License-Identifier: MIT-0
"""Programs under mpirun: ranks.py same PROGRAM…: whether fit ends in the same bits for 1, 2, 3 and 4 processes as
without MPI, with the same history. ranks.py kill PROGRAM TIMES: runs of 4 processes of which one is killed at some
moment, and goes on with 2."""
import hashlib
import os
import random
import signal
import subprocess
import sys
import time

GONE = "a process of the run is gone, and with it the run; --resume goes on"
# On a busy machine those who are left need more than the second that mpirun grants them, to say what happened.
PATIENT = ["--mca", "odls_base_sigkill_timeout", "2"]
MPIRUN = ["mpirun", *PATIENT, "--oversubscribe", "--allow-run-as-root", "-n"]


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def fit(program, ranks, *options):
    """The weights, the history, and what is said: of a process alone where there are no ranks."""
    for name in ("w.safetensors", "h.csv"):
        if os.path.exists(name):
            os.remove(name)
    command = [program, "fit", "--save", "w.safetensors", "--history", "h.csv", "--verbose", "2", *options]
    run = subprocess.run([*MPIRUN, str(ranks), *command] if ranks else command, capture_output=True, text=True,
                         timeout=120)
    if run.returncode:
        sys.exit(f"{program}, {ranks} ranks: {run.stdout}{run.stderr}")
    epochs = run.stdout.count("Epoch ")
    return digest("w.safetensors"), digest("h.csv"), epochs


def same(*programs):
    for program in programs:
        alone = fit(program, 0)
        runs = [fit(program, 1), fit(program, 2, "--threads", "2"), fit(program, 3), fit(program, 4)]
        print(program, "4 runs,", len({alone, *runs}), "result")


def ranks_of(mpirun):
    """The processes that it has started, once all are there."""
    for _ in range(3000):
        found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(mpirun.pid)], capture_output=True, text=True)
        if len(found.stdout.split()) == 4:
            return [int(number) for number in found.stdout.split()]
        time.sleep(0.01)
    sys.exit("mpirun starts no 4 processes")


def kill(program, times):
    options = ["--epochs", "60", "--checkpoint", "c.safetensors", "--checkpoint-every", "3", "--verbose", "0"]
    whole = fit(program, 0, "--epochs", "60")
    slowest, killed, random_moment = 0, 0, random.Random(7)
    for _ in range(int(times)):
        for name in ("c.safetensors", "w.safetensors"):
            if os.path.exists(name):
                os.remove(name)
        with open("said", "w") as said:
            run = subprocess.Popen([*MPIRUN, "4", program, "fit", *options], stdout=said, stderr=said)
            ranks = ranks_of(run)
            while not os.path.exists("c.safetensors") and run.poll() is None:
                time.sleep(0.01)
            time.sleep(random_moment.uniform(0, 0.3))
            victim = random_moment.randrange(4)
            began = time.monotonic()
            try:
                os.kill(ranks[victim], signal.SIGKILL)
                killed += 1
            except ProcessLookupError:
                pass  # it was done
            run.wait(timeout=60)
            slowest = max(slowest, time.monotonic() - began)
        if [os.path.exists(f"/proc/{rank}/exe") for rank in ranks].count(True):
            time.sleep(1)
        left = [rank for rank in ranks if os.path.exists(f"/proc/{rank}/exe")]
        if left:
            print("still there:", left)
        text = open("said").read()
        if run.returncode and victim and text.count(GONE) != 1:  # who reports must be there to do so
            print("it said:", text)
        if fit(program, 2, *options, "--resume")[:1] != whole[:1]:
            print("another end")
    print(f"{killed} killed; gone after {slowest:.1f} s at most", file=sys.stderr)
    print("killed some" if killed else "killed none", "and ended soon" if slowest < 10 else f"after {slowest} s")


{"same": same, "kill": kill}[sys.argv[1]](*sys.argv[2:])
