#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Damages sound model files and looks at what nnc makes of them.

  tests/fuzz/mutate.py --nnc build-san/nnc --count 500 --seed 1 tests/golden/cases/*.nn   at best with a SAN=1 build

A model is taken at random and its tokens deleted, doubled, exchanged, replaced by others or by numbers at the edges of
types; or its bytes broken. What nnc accepts must compile as C without a warning (--cc); what it refuses must name a
line and a column; and it must neither crash nor hang nor, with sanitizers, allocate a gigabyte at once. A fault is
printed with its seed and left in --keep; status 1. A seed and a number decide everything.
"""
import argparse
import os
import random
import re
import resource
import shlex
import subprocess
import sys

TOKEN = re.compile(rb"#[^\n]*|'[^'\n]*'|\"[^\"\n]*\"|[A-Za-z_][A-Za-z_0-9]*|"
                   rb"[0-9][0-9.eE]*(?:(?<=[eE])[-+][0-9]+)?|\s+|.", re.S)
NUMBERS = [b"0", b"1", b"-1", b"2", b"3", b"7", b"0.5", b"-0.0", b"1.5", b"1e-45", b"1e-320", b"1e30", b"1e38",
           b"3.5e38", b"1e300", b"1e999", b"127", b"4096", b"65536", b"1000000", b"16777217", b"2147483647",
           b"2147483648", b"-2147483648", b"4294967296", b"3037000500", b"9007199254740993", b"9223372036854775807",
           b"9223372036854775808", b"18446744073709551616", b"(1/3)", b"(1/0)", b"(0/0)", b"(1e308*10)", b"nan", b"inf",
           b"None", b"True", b"'same'", b"()", b"(1,)", b"[2, 3]", b"(1, 2, 3, 4, 5, 6, 7)", b"{0: 1}", b"-(-(3))",
           b"1.0000000001", b"00012", b"0x10", b"1_000", b"1.e3", b".5"]
BYTES = [b"\0", b"\xff", b"\xc3\x28", b"\xe2\x82", b"\xf0\x9f\x98\x80", b"\xef\xbb\xbf", b"\r", b"\x1b[31m", b"\x7f",
         b"\x0b", b"\xc2\xa0"]
C_FLAGS = ("-std=c99 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wdouble-promotion -Werror -DNNC_ONE_COPY "
           "-O0 -c -x c - -o /dev/null")


def is_number(token):
    return token[:1].isdigit()


def mutate(pick, tokens, others):
    """One change of a list of tokens."""
    solid = [i for i, token in enumerate(tokens) if token.strip() and not token.startswith(b"#")]
    at, kind = pick.choice(solid), pick.randrange(20)
    numbers = [i for i in solid if is_number(tokens[i])]
    if kind < 9 and numbers:
        tokens[pick.choice(numbers)] = pick.choice(NUMBERS)
    elif kind < 11:
        del tokens[at]
    elif kind == 11:
        tokens.insert(at, tokens[at])
    elif kind == 12:
        other = pick.choice(solid)
        tokens[at], tokens[other] = tokens[other], tokens[at]
    elif kind < 15:
        tokens[at] = pick.choice(others)
    elif kind == 15:
        lines = b"".join(tokens).split(b"\n")
        lines.insert(pick.randrange(len(lines) + 1), pick.choice(lines))
        tokens[:] = TOKEN.findall(b"\n".join(lines))
    elif kind == 16:
        tokens.insert(at, pick.choice(BYTES))
    elif kind == 17:
        tokens[:] = TOKEN.findall(b"".join(tokens).replace(b"\n", pick.choice([b"\r\n", b"\r", b" ", b"\n\n"])))
    elif kind == 18:
        del tokens[at:]
    else:
        depth = pick.choice([3, 50, 3000])
        tokens[at:at + 1] = pick.choice([[b"(" * depth, tokens[at], b")" * depth], [b"[" * depth],
                                         [b"-" * depth, tokens[at]], [tokens[at], b" + 1" * depth],
                                         [b" " * (350 * depth), tokens[at]], [b"'" + b"x" * (350 * depth) + b"'"],
                                         [b"a" * depth], [b"9" * depth]])
    return tokens


def limits():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def look(options, text):
    """What is wrong with nnc's answer, or None."""
    env = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0:max_allocation_size_mb=1024"}
    try:
        done = subprocess.run([options.nnc, "-", "-o", "-", *shlex.split(options.flags)], input=text,
                              capture_output=True, timeout=30, env=env, preexec_fn=limits)
    except subprocess.TimeoutExpired:
        return "takes more than 30 seconds"
    said = done.stderr.decode(errors="replace")
    if done.returncode == 1:
        heads = [line for line in said.splitlines() if re.match(r"<stdin>:.*?(error|warning): ", line)]
        bad = [line for line in heads if not re.match(r"<stdin>:\d+:\d+: (error|warning): ", line)]
        if bad or not heads:
            return f"has an error without a place: {(bad or [said])[0][:300]}"
        return f"output with an error: {done.stdout[:100]!r}" if done.stdout else None
    if done.returncode != 0:
        return f"status {done.returncode}: {said[-1500:]}"
    compiled = subprocess.run([*shlex.split(options.cc), *shlex.split(C_FLAGS), *shlex.split(options.cflags)],
                              input=done.stdout, capture_output=True)
    return f"its C does not compile: {compiled.stderr.decode()[:800]}" if compiled.returncode else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nnc", default="build/nnc")
    parser.add_argument("--cc", default="gcc", help="the C compiler; gcc")
    parser.add_argument("--flags", default="", help="more options of nnc")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", help="the folder for what is at fault")
    parser.add_argument("models", nargs="+")
    options = parser.parse_args()
    options.cflags = subprocess.run([options.nnc, "--cflags"], capture_output=True, text=True, check=True).stdout
    models = []
    for path in sorted(options.models):
        with open(path, "rb") as file:
            models.append(TOKEN.findall(file.read()))
    faults = 0
    for number in range(options.count):
        pick = random.Random(f"{options.seed}/{number}")
        tokens, others = list(pick.choice(models)), [t for t in pick.choice(models) if t.strip() and t[:1] != b"#"]
        for _ in range(pick.choice([1, 1, 1, 2, 4])):
            if any(token.strip() and not token.startswith(b"#") for token in tokens):
                tokens = mutate(pick, tokens, others)
        text = b"".join(tokens)
        fault = look(options, text)
        if fault:
            faults += 1
            print(f"--seed {options.seed}, number {number}: {fault}", flush=True)
            if options.keep:
                os.makedirs(options.keep, exist_ok=True)
                with open(os.path.join(options.keep, f"{options.seed}_{number}.nn"), "wb") as file:
                    file.write(text)
    print(f"{options.count - faults} passed, {faults} failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
