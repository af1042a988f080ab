# SPDX-License-Identifier: MIT-0
"""Trains with a terminal as output, and says what that shows."""
import os
import pty
import re


def run(name, **environment):
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm", **environment)
        argv = "./linear fit --x x.csv --y y.csv --epochs 20000".split()
        os.execv(argv[0], argv)
    output = b""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # Linux says so when the other side is closed
            part = b""
        if not part:
            break
        output += part
    os.waitpid(pid, 0)
    text = output.decode()
    color = "\x1b[32m" in text
    bare = re.sub("\x1b\\[[0-9]*[mK]", "", text)
    widest = max(len(line) for line in re.split("[\r\n]+", bare))
    width = int(environment["COLUMNS"])
    print(f"{name}: {'redrawn' if chr(13) in bare.replace(chr(13) + chr(10), '') else 'never redrawn'}, "
          f"{'no wider than ' + str(width - 1) if widest < width else widest} columns, "
          f"{'color' if color else 'no color'}")
    lines = bare.replace("\r\n", "\n").split("\n")
    print(repr([line for line in lines if "/step" in line][-1].split("\r")[-1]))
    dots = "[\u2801-\u28ff]"
    print(f"curve of {len([line for line in lines if re.search(dots, line)])} lines")
    print("\n".join(line for line in lines[-12:] if re.search(dots + "|epoch 1 ", line)))


run("plain", COLUMNS="60", NO_COLOR="1", LC_ALL="C")
run("color", COLUMNS="100", LC_ALL="C.UTF-8")
