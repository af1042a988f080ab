#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Holds the places of values in the arena against the C that uses them.

usage: overlaps.py --nnc NNC MODEL.nn…      what nnc says about each model, as it is and in one other way
       overlaps.py MODEL.c MEMORY BATCH     a file of C and its --emit=memory

Read from the calls in the C: which values a call mentions, so from where to where each one must be kept. Checked: no
two values that must be kept at the same time overlap; places are aligned to 16 reals; the arena is as large as the
values need and no larger; --emit=memory says the same as the C. Prints what is wrong, then `N values, N wrong`; status
0 when nothing is.
"""
import re
import subprocess
import sys

ALIGNMENT = 16
# The functions of each program, in the order in which they are called: with --gradients training is in two.
PROGRAMS = {"predict": [r"static void \w+_predict_batch"], "evaluate": [r"static int \w+_evaluate_batch"],
            "train": [r"static int \w+_train_batch", r"static (?:void|int) \w+_apply_gradients"]}


def rounded(size):
    return (size + ALIGNMENT - 1) // ALIGNMENT * ALIGNMENT


def elements(shape, batch):
    count = 1
    for dim in filter(None, re.split(", | \\* ", shape)): # "batch * 2" is a dimension of two factors
        count *= batch if dim.rstrip(",") == "batch" else int(dim.rstrip(","))
    return count


def calls_in_c(body):
    """(call, loop) of every call of an operation: loop is the (first, end) of the calls in the same loop over time, or
    None."""
    calls, loops = [], []
    for piece in re.finditer(r"(\n    for \(size_t step\b)|(\n    \}(?=\n))|\n +(\w+\(batch[^;]*\);)",
                             "\n" + body + "\n"):
        if piece[1]:
            loops.append([len(calls), None])
        elif piece[3]:
            calls.append(piece[3])
        elif loops and loops[-1][1] is None:
            loops[-1][1] = len(calls)
    return [(call, next((loop for loop in loops if loop[0] <= i < loop[1]), None)) for i, call in enumerate(calls)]


def lifetime(name, calls):
    """The first and the last call that need a value. In a loop over time it is kept for the whole loop, unless it comes
    and goes within a step."""
    used = [(i, loop) for i, (call, loop) in enumerate(calls) if re.search(rf"\b{name}\b", call)]
    by_step = any(re.search(rf"\b{name} \+ [^,]*\bstep\b", call) for call, _ in calls)
    if all(loop and loop == used[0][1] for _, loop in used) and not by_step:
        return used[0][0], used[-1][0]
    return min(loop[0] if loop else i for i, loop in used), max(loop[1] - 1 if loop else i for i, loop in used)


# A place in the arena, with its shape behind it, or in the lines above where both are too long.
VALUE = re.compile(r"(?:/\* \(([^)]*)\)(?:[^*]|\*(?!/))*\*/\n +)?"
                   r"(?:float|double) \*const (\w+) =\s+arena(?: \+ (\d+))?;(?: /\* \(([^)]*)\)[^*]*\*/)?")


def values_in_c(text, program, batch):
    """(offset, size, index of the first call, of the last) of every value of a program."""
    bodies = [body for start in PROGRAMS[program]
              for body in re.findall(rf"{start}\([^;{{]*{{\n(.*?)\n}}\n", text, re.S)]
    values, before = [], 0 # calls of earlier functions
    for body in bodies:
        calls = calls_in_c(body)
        for above, name, offset, behind in VALUE.findall(body):
            first, last = lifetime(name, calls)
            values.append((int(offset or 0), elements(above or behind, batch), before + first, before + last))
        before += len(calls)
    return values if bodies else None


def values_in_dump(text, program):
    """The arena's size, and (offset, size, shape) of every value of a program."""
    part = re.search(rf"^program {program}: arena (\d+)\n((?: .*\n)*)", text, re.M)
    return int(part[1]), [(int(o), int(s), shape)
                          for o, s, shape in re.findall(r"^ +(\d+) \+(\d+) +\S+ +\(([^)]*)\)", part[2], re.M)]


def check(place, c, memory, batch):
    """Lines that say what is wrong, and how many values there are."""
    wrong, count, arenas = [], 0, {}
    for program in PROGRAMS:
        values = values_in_c(c, program, batch)
        if values is None:
            continue
        where = f"{place}: {program}"
        arena, dumped = values_in_dump(memory, program)
        arenas[program] = arena
        count += len(values)
        if sorted((o, s) for o, s, _, _ in values) != sorted((o, s) for o, s, _ in dumped):
            wrong.append(f"{where}: the C has other places than --emit=memory")
        wrong += [f"{where}: {shape} of {s} values" for _, s, shape in dumped if s != elements(shape, batch)]
        wrong += [f"{where}: place {o} is not aligned" for o, _, _, _ in values if o % ALIGNMENT]
        top = max((o + rounded(s) for o, s, _, _ in values), default=0)
        if top != arena:
            wrong.append(f"{where}: the values end at {top}, the arena at {arena}")
        for i, (o, s, first, last) in enumerate(values):
            for o2, s2, first2, last2 in values[:i]:
                if first <= last2 and first2 <= last and o < o2 + s2 and o2 < o + s:
                    wrong.append(f"{where}: {o} +{s} and {o2} +{s2} are kept at the same time")
    sizes = [int(size) for size in re.findall(r" arena\[(\d+)\];", c)]
    wanted = [max(1, arenas["predict"], arenas.get("evaluate", 0))] + [max(1, arenas[name]) for name in arenas
                                                                       if name == "train"]
    # Monte Carlo: one prediction more
    samples = re.search(r"n < (\d+) \? n : \d+, size = .*\n.*y = w->arena \+ (\d+);", c)
    if samples:
        arenas["monte_carlo"] = int(samples[2])
        wanted[0] = max(wanted[0], int(samples[2]) + int(samples[1]) * int(re.search(r"_OUT (\d+) ", c)[1]))
    if sizes != wanted:
        wrong.append(f"{place}: arenas of {sizes}, wanted {wanted}")
    return wrong, count


def ask(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def main():
    wrong, count = [], 0
    if sys.argv[1] != "--nnc":
        wrong, count = check(sys.argv[1], open(sys.argv[1]).read(), open(sys.argv[2]).read(), int(sys.argv[3]))
    else:
        ways = ["--gradients"], ["--inference-only"], ["--external-masks"]  # in turn
        for number, model in enumerate(sys.argv[3:]):
            for flags in ([], ways[number % len(ways)]):
                memory = ask(sys.argv[2], *flags, "--emit=memory", model)
                batch = int(re.match(r"batch (\d+)", memory)[1])
                more, values = check(f"{model} {' '.join(flags)}", ask(sys.argv[2], *flags, "-o", "-", model), memory,
                                     batch)
                wrong += more
                count += values
    print("".join(line + "\n" for line in wrong[:20]) + f"{count} values, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
