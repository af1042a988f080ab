# SPDX-License-Identifier: MIT-0
"""The cases as tests of lit: each is compiled for this machine with gcc, every sixth of them optimised by gcc or clang
in turn (none of them with sanitizers, for which optimising takes minutes), and every second once more for every
machine, with the gradients kept apart, by whichever compiler is quickest. Where a whole folder is tested, some cases
are compiled together."""
import argparse
import itertools
import os
import platform
import shlex
import subprocess
import zlib

import lit.formats
import lit.Test

import together

try:
    import check  # in this process: to start Python and numpy for each case takes a quarter of the time
except ImportError:
    check = None  # lit's Python has no numpy

TOGETHER = 24  # cases to one program


def runs_of(name, substitutions):
    """How a case is compiled: for each run a compiler, and flags of nnc."""
    native = "-march=native" if platform.machine() == "x86_64" else ""
    cc, quick = (f"{substitutions[word]} {substitutions['%c99']}" for word in ("%cc", "%quick"))
    turn = zlib.crc32(name.encode())
    optimised = turn % 6 == 0 and "-fsanitize" not in cc
    first = quick if optimised and turn % 12 else cc
    runs = [(f"{first} {'-O1' if optimised else '-O0'} {native}", "")]
    if turn % 2:
        runs.append((quick, "--gradients"))
    return runs


def share(tests, substitutions):
    """Says in each test's `shared`, for each of its runs, the name of a program and which cases become it, or None.
    Neighbours are not compiled together: processes that take the tests in turn would wait for each other."""
    same = {}
    for test in tests:
        test.shared = []
        for run in runs_of(test.path_in_suite[-1], substitutions):
            same.setdefault(run, []).append(test)
    for number, users in enumerate(same.values()):
        groups = -(-len(users) // TOGETHER)
        for i, test in enumerate(users):
            cases = [user.getSourcePath() for user in users[i % groups::groups]]
            suite = "-".join(test.path_in_suite[:-1])
            test.shared.append((f"{suite}-{number}-{i % groups}", cases) if len(cases) > 1 else None)


class GoldenFormat(lit.formats.FileBasedTest):
    def getTestsInDirectory(self, *where):
        tests = sorted(super().getTestsInDirectory(*where), key=lambda test: test.path_in_suite)
        if tests:
            share(tests, dict(tests[0].config.substitutions))
        return tests

    def execute(self, test, lit_config):
        substitutions = dict(test.config.substitutions)
        nnc, environment, scratch = substitutions["%nnc"], test.config.environment, lit_config.params.get("scratch")
        shared = test.shared if scratch and hasattr(test, "shared") else ()
        runs, broken = [], ""
        for (cc, flags), with_others in itertools.zip_longest(runs_of(test.path_in_suite[-1], substitutions), shared):
            program = None
            if with_others:
                folder = os.path.join(scratch, with_others[0])
                try:
                    program = together.program(folder, nnc, shlex.split(flags), cc, with_others[1], environment)
                except together.Broken as error:  # what is wrong with a case alone, each says by itself
                    broken += f"with others in one program: {error}\n"
            runs.append((cc, flags, program))
        failure = broken + (self.check_here(test, nnc, runs) if check else self.check_apart(test, substitutions, runs))
        return lit.Test.Result(lit.Test.FAIL if failure else lit.Test.PASS, failure)

    def check_here(self, test, nnc, runs):
        check.environment = test.config.environment
        return check.attempt(argparse.Namespace(nnc=nnc, standalone=False), runs, test.getSourcePath()) or ""

    def check_apart(self, test, substitutions, runs):
        arguments = [word for cc, flags, program in runs
                     for word in ("--cc", cc, f"--nnc-flags={flags}", f"--program={program or ''}")]
        command = [*shlex.split(substitutions["%checker"]), "--nnc", substitutions["%nnc"], "-j1", *arguments]
        done = subprocess.run([*command, test.getSourcePath()], capture_output=True, text=True,
                              env=test.config.environment)
        return "" if done.returncode == 0 else done.stdout + done.stderr
