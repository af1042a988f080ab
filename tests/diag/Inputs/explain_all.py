# SPDX-License-Identifier: MIT-0
"""explain_all.py NNC DIAGS.DEF: every id has an explanation of at least a sentence, in lines of at most 80 columns."""
import re
import subprocess
import sys

nnc, table = sys.argv[1:]
ids = re.findall(r"^DIAG\((\w+)", open(table, encoding="utf-8").read(), re.M)
assert len(ids) > 50
for name in ids:
    run = subprocess.run([nnc, "--explain", name.replace("_", "-")], capture_output=True, text=True)
    assert run.returncode == 0, name
    head, text = run.stdout.split("\n\n")
    assert re.fullmatch(name.replace("_", "-") + ": (error|warning)", head), head
    assert text.endswith((".\n", "…\n")) and len(text) > 20, (name, text)
    assert max(map(len, text.split("\n"))) <= 80, name
