# SPDX-License-Identifier: MIT-0
"""usage: faults.py PROGRAM: every call that writes a checkpoint fails once. The checkpoint before it stays, and with it
the run goes on to the same end."""
import errno
import os
import resource
import signal
import sys

from common import Run, complete, same

program = sys.argv[1]
whole = Run(program, "whole")
complete(whole, "not interrupted")
want, failures = whole.results(), 0
every = ("--checkpoint-every", "3")

for function, calls in (("open", 12), ("ftruncate", 4), ("fchmod", 3), ("fdopen", 3), ("fwrite", 80), ("fflush", 12),
                        ("fsync", 6), ("fclose", 8), ("rename", 4)):
    for call in range(1, calls + 1, max(1, calls // 12)):
        run = Run(program, "parts", "--checkpoint", "c")
        status, message = run(*every, fault=f"{function}:{call}:{errno.ENOSPC}")
        what = f"call {call} of {function} fails"
        if status == 0:  # a call whose failure does no harm: the directory's fsync, standard output's fflush
            same(run.results(), want, what)
            continue
        failures += 1
        if status != 1 or "No space left on device" not in message:
            raise SystemExit(f"{what}: status {status}: {message}")
        if any(name.startswith("c.") for name in os.listdir("parts")):
            raise SystemExit(f"{what}: left behind {sorted(os.listdir('parts'))}")
        complete(run, f"{what}, resumed", "--resume")
        same(run.results(), want, what)
print("failing calls: the checkpoint before stays" if failures > 30 else f"only {failures} calls failed")

# A disk that is full, for the files are longer than the process may write.
run = Run(program, "parts", "--checkpoint", "c")
complete(run, "a first checkpoint", "--epochs", "1")
with open(run.path("c"), "rb") as file:
    before = file.read()


def small_files():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 2, resource.RLIM_INFINITY))


status, message = run("--resume", preexec_fn=small_files)
with open(run.path("c"), "rb") as file:
    intact = file.read() == before
print(f"no room: status {status}, the checkpoint is {'as it was' if intact else 'lost'}: {message.strip()}")
complete(run, "room again", "--resume")
same(run.results(), want, "room again")

# A link is followed: the file behind it is replaced, whole.
os.makedirs("real", exist_ok=True)
os.symlink("../real/c", run.path("link"))
with open("real/c", "wb") as file:
    file.write(before)
status, message = run("--checkpoint", "link", fault=f"rename:1:{errno.ENOSPC}")
with open("real/c", "rb") as file:
    intact = file.read() == before
complete(run, "through a link", "--checkpoint", "link", "--epochs", "1")
still = "a link" if os.path.islink(run.path("link")) else "no link"
print(f"link: status {status}, {'as it was' if intact else 'lost'}; then {still} "
      f"to {sorted(os.listdir('real'))}")

run = Run(program, "parts", "--checkpoint", "/dev/full")
status, message = run()
print(f"/dev/full: status {status}: {message.strip()}")
