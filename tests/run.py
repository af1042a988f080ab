#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Runs the tests with lit and ends with a line `N passed, N failed`; exit status 0 when all passed.

usage: tests/run.py [--build DIR] [--san] [--fast] [--times] [lit's options and tests, such as -v tests/parse]

Whatever lit could not bring to an end (unresolved, timed out, unexpectedly passed) counts as failed. Tests that this
machine cannot run are named in a line of their own.
"""
import argparse
import collections
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def lit_version(command):
    words = subprocess.run([*command, "--version"], capture_output=True, text=True).stdout.split()
    digits = words[1].split(".")[0] if len(words) > 1 else ""
    return int(digits) if digits.isdigit() else 0


def lit_command(build):
    """The newest lit on PATH or among Debian's LLVMs. The tests use DEFINE, which came with version 16. Where the build
    has a Python of its own, with numpy, that runs it: then golden cases need no process of theirs."""
    own = os.path.join(build, "python", "bin", "python3")
    python = own if os.path.exists(own) else sys.executable
    commands = [[python, path] for path in glob.glob("/usr/lib/llvm-*/build/utils/lit/lit.py")]
    if shutil.which("lit"):
        commands.append(["lit"])
    newest = max(commands, key=lit_version, default=None)
    if not newest or lit_version(newest) < 16:
        sys.exit("lit 16 or later is missing: `make check` installs it, or: apt-get install llvm-19-tools")
    return newest


def print_times(tests):
    """CPU seconds of each folder, and of the tests that take most."""
    seconds, folders = {}, collections.Counter()
    for test in tests:
        path = test["name"].split(" :: ")[1]
        seconds[path] = test.get("metrics", {}).get("cpu_seconds", 0)
        folders[path.split("/")[0]] += seconds[path]
    print("CPU seconds")
    for name, taken in folders.most_common() + collections.Counter(seconds).most_common(40):
        print(f"{taken:8.1f}  {name}")
    print(f"{sum(folders.values()):8.1f}  all")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(root, "build"))
    parser.add_argument("--san", action="store_true", help="the build has sanitizers (make SAN=1)")
    parser.add_argument("--fast", action="store_true", help="leave out the tests that take long")
    parser.add_argument("--times", action="store_true", help="say how many CPU seconds folders and tests took")
    options, rest = parser.parse_known_args()
    if not any(not argument.startswith("-") and os.path.exists(argument) for argument in rest):
        rest.append(os.path.join(root, "tests"))

    with tempfile.TemporaryDirectory() as folder:
        results, scratch = os.path.join(folder, "results.json"), os.path.join(folder, "scratch")
        os.mkdir(scratch)
        command = [*lit_command(options.build), "--param", f"build={options.build}", "--param",
                   f"times={int(options.times)}", "--param", f"scratch={scratch}", "--param",
                   f"san={int(options.san)}", "--param", f"slow={int(not options.fast)}", "-sv", "-o", results, *rest]
        status = subprocess.run(command).returncode
        try:
            with open(results) as file:
                tests = json.load(file)["tests"]
        except (OSError, ValueError):
            sys.exit(status or 1)  # lit has said why

    if options.times:
        print_times(tests)
    codes = [test["code"] for test in tests]
    passed = sum(code in ("PASS", "XFAIL", "FLAKYPASS") for code in codes)
    left_out = sum(code in ("UNSUPPORTED", "SKIPPED", "EXCLUDED") for code in codes)
    failed = len(codes) - passed - left_out
    if left_out:
        print(f"{left_out} not run: this machine or the choice of tests leaves them out")
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 and status == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
