# SPDX-License-Identifier: MIT-0
"""json_check.py NNC FOLDER: runs nnc on files with hostile names and contents and holds its JSON against what it must
say."""
import json
import os
import subprocess
import sys

nnc, folder = sys.argv[1:]


def diagnose(name, text):
    path = os.path.join(folder.encode(), name)
    with open(path, "wb") as file:
        file.write(text)
    run = subprocess.run([nnc.encode(), b"--emit=shapes", b"--diagnostics=json", path], capture_output=True)
    assert run.returncode in (0, 1), (run.returncode, run.stderr)
    return path, json.loads(run.stderr.decode("utf-8"))


def check(got, want):
    assert got == want, f"got  {got}\nwant {want}"


# A file without errors says so too.
_, answer = diagnose(b"good.nn", b"model m { Input(shape=(1,)) Dense(1) }")
check(answer, {"diagnostics": [], "errors": 0, "warnings": 0})

# Everything that one entry can hold. Positions are 1-based, in characters; the end is the first position behind.
path, answer = diagnose(b"entry.nn", "é = 1\n".encode() + b"rate = 2\nmodel m {\n Dnese(1)\n Dropout(rate)\n}\n")
file = path.decode()
check(answer["errors"], 3)
check(answer["diagnostics"], [
    {"file": file, "line": 1, "column": 1, "end_line": 1, "end_column": 2, "severity": "error", "id": "stray-character",
     "message": "stray character 'é'", "notes": []},
    {"file": file, "line": 4, "column": 2, "end_line": 4, "end_column": 7, "severity": "error", "id": "unknown-name",
     "message": "unknown layer 'Dnese'; did you mean 'Dense'?", "suggestion": "Dense", "notes": []},
    {"file": file, "line": 5, "column": 10, "end_line": 5, "end_column": 14, "severity": "error", "id": "out-of-range",
     "message": "'rate' of Dropout must be between 0 and 1, not 2",
     "notes": [{"file": file, "line": 2, "column": 1, "end_line": 2, "end_column": 5,
                "message": "'rate' is defined here"}]},
])

# A warning, and an error at the end of what is empty.
_, answer = diagnose(b"warning.nn", b"unused = 1\nmodel m { Input(shape=(1,)) Dense(1) }")
check([(d["severity"], d["id"]) for d in answer["diagnostics"]], [("warning", "unused-constant")])
check((answer["errors"], answer["warnings"]), (0, 1))
_, answer = diagnose(b"empty.nn", b"")
check([(d["id"], "line" in d) for d in answer["diagnostics"]], [("no-model", True)])

# Names and contents that would break a careless writer.
for name in (b'quote".nn', b"back\\slash.nn", b"line\nend.nn", b"\x1b[31m.nn", b"\xff\xfe.nn", "ünï.nn".encode()):
    path, answer = diagnose(name, b"x = \"\\q\"\ny = 'a' + 1 \xff\n")
    check(answer["diagnostics"][0]["file"].encode("utf-8"), path.decode("utf-8", "replace").encode("utf-8"))
contents = "model m { Dense('\"\\\\\u2028\x07\x1b') Dense(1, activation='\"\\n') }"
path, answer = diagnose(b"contents.nn", contents.encode())
assert any('"' in d["message"] for d in answer["diagnostics"]), answer
