# SPDX-License-Identifier: MIT-0
"""The cases as tests of lit: each is compiled for this machine with gcc, every sixth of them optimised by gcc or clang
in turn (none of them with sanitizers, for which optimising takes minutes), and every second once more for every
machine, with the gradients kept apart, by whichever compiler is quickest."""
import argparse
import platform
import shlex
import subprocess
import zlib

import lit.formats
import lit.Test

try:
    import check  # in this process: to start Python and numpy for each case takes a quarter of the time
except ImportError:
    check = None  # lit's Python has no numpy


class GoldenFormat(lit.formats.FileBasedTest):
    def execute(self, test, lit_config):
        substitutions = dict(test.config.substitutions)
        native = "-march=native" if platform.machine() == "x86_64" else ""
        cc, quick = (f"{substitutions[name]} {substitutions['%c99']}" for name in ("%cc", "%quick"))
        turn = zlib.crc32(test.path_in_suite[-1].encode())
        optimised = turn % 6 == 0 and "-fsanitize" not in cc
        first = quick if optimised and turn % 12 else cc
        runs = [(f"{first} {'-O1' if optimised else '-O0'} {native}", "")]
        if turn % 2:
            runs.append((quick, "--gradients"))
        if check:
            check.environment = test.config.environment
            options = argparse.Namespace(nnc=substitutions["%nnc"], standalone=False)
            failure = check.attempt(options, runs, test.getSourcePath())
            return lit.Test.Result(lit.Test.FAIL if failure else lit.Test.PASS, failure or "")
        command = [*shlex.split(substitutions["%checker"]), "--nnc", substitutions["%nnc"], "-j1",
                   *(word for cc, flags in runs for word in ("--cc", cc, f"--nnc-flags={flags}")), test.getSourcePath()]
        done = subprocess.run(command, capture_output=True, text=True, env=test.config.environment)
        code = lit.Test.PASS if done.returncode == 0 else lit.Test.FAIL
        return lit.Test.Result(code, done.stdout + done.stderr)
