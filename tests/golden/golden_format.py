# SPDX-License-Identifier: MIT-0
"""The cases as tests of lit: each is compiled for this machine, every fifth of them optimised (none of them with sanitizers, for
which optimising takes minutes), and once more for every machine with the gradients kept apart."""
import platform
import shlex
import subprocess
import zlib

import lit.formats
import lit.Test


class GoldenFormat(lit.formats.FileBasedTest):
    def execute(self, test, lit_config):
        substitutions = dict(test.config.substitutions)
        native = "-march=native" if platform.machine() == "x86_64" else ""
        cc = f"{substitutions['%cc']} {substitutions['%c99']}"
        optimised = zlib.crc32(test.path_in_suite[-1].encode()) % 5 == 0 and "-fsanitize" not in cc
        command = [*shlex.split(substitutions["%checker"]), "--nnc", substitutions["%nnc"], "-j1",
                   "--cc", f"{cc} {'-O1' if optimised else '-O0'} {native}", "--nnc-flags=", "--cc", f"{cc} -O0", "--nnc-flags=--gradients",
                   test.getSourcePath()]
        done = subprocess.run(command, capture_output=True, text=True, env=test.config.environment)
        code = lit.Test.PASS if done.returncode == 0 else lit.Test.FAIL
        return lit.Test.Result(code, done.stdout + done.stderr)
