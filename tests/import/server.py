# SPDX-License-Identifier: MIT-0
"""nnc for many command lines, in processes that Inputs/server.c forks; without it, nnc itself."""

import os
import subprocess
import tempfile


class Nnc:
    """Runs nnc as subprocess.run() would. `program`: nnc, or the server, whose name ends with `server`."""

    def __init__(self, program):
        self.program, self.server, self.folder = program, None, tempfile.TemporaryDirectory()
        if program.endswith("server"):
            self.server = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, *arguments):
        if not self.server:
            return subprocess.run([self.program, *arguments], capture_output=True, text=True, errors="replace")
        files = [os.path.join(self.folder.name, name) for name in ("stdout", "stderr")]
        self.server.stdin.write("\t".join([*files, *arguments]) + "\n")
        self.server.stdin.flush()
        status = int(self.server.stdout.readline())
        printed = [open(file, errors="replace").read() for file in files]
        return subprocess.CompletedProcess(arguments, status, *printed)
