# SPDX-License-Identifier: MIT-0
"""Writes the files of carets.test into a folder: what editors would change or hide stands here as escapes."""
import os
import sys

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)

files = {
    "tabs": "\tx\t=\t?\n",
    "utf8": "x = ['\u00e4\u00e9', '\u00fc', ?]\n",
    "wide": "x = ['\u6f22\u5b57\U0001f600', ?]\n",
    "combining": "x = ['e\u0301o\u0308', ?]\n",
    "long-end": "x = [" + "1, " * 100 + "?]\n",
    "long-middle": "x = [" + "1, " * 100 + "?" + ", 2" * 100 + "]\n",
    "long-start": "x = [?" + ", 2" * 100 + "]\n",
    "long-span": "x = " + "0" * 50 + "1" * 150 + "\n",
    "control": "x = ['\x1b[31m\x07\x7f\u202e\u200b\u0085', ?]\r\n",
    "invalid": b"x = ['\xff\xfe\x80', ?]\n",
    "bom": "\ufeffx = ?\n",
    "end": "x = [1,\n  2",
}
for name, text in files.items():
    with open(os.path.join(folder, name + ".nn"), "wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode())
