# SPDX-License-Identifier: MIT-0
"""The cases as tests of lit: each is compiled for this machine alone, and once more with the gradients kept apart."""
import platform
import shlex
import subprocess

import lit.formats
import lit.Test


class GoldenFormat(lit.formats.FileBasedTest):
    def execute(self, test, lit_config):
        substitutions = dict(test.config.substitutions)
        one_copy = "-march=native" if platform.machine() == "x86_64" else ""
        command = [*shlex.split(substitutions["%checker"]), "--nnc", substitutions["%nnc"], "--cc",
                   f"{substitutions['%cc']} {substitutions['%c99']} -O1 {one_copy}", "--nnc-flags=", "--nnc-flags=--gradients", "-j1", test.getSourcePath()]
        done = subprocess.run(command, capture_output=True, text=True, env=test.config.environment)
        code = lit.Test.PASS if done.returncode == 0 else lit.Test.FAIL
        return lit.Test.Result(code, done.stdout + done.stderr)
