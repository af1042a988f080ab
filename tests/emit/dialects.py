# SPDX-License-Identifier: MIT-0
"""dialects.py --nnc NNC --gcc GCC … [--count N] [--analyzed N] MODELS: what compilers say of the C of N models."""
import argparse
import os
import shlex
import subprocess
import tempfile

WARNINGS = ("-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wdouble-promotion -Wcast-align -Wvla -Wundef -Werror "
            "-Wno-unknown-warning-option -Wno-invalid-feature-combination -c").split()
WHOLE = 3  # models with the copies for all instruction sets
# The analyzer takes a vector for a number of as many bits as it has elements.
ANALYZED = ["-O1", "-DNNC_ONE_COPY", "-Wno-analyzer-shift-count-overflow"]
C, CXX = ("c99", "c11", "c17", "c2x"), ("c++11", "c++20")


def said(command):
    done = subprocess.run(command, capture_output=True, text=True)
    return "" if done.returncode == 0 and not done.stderr else f"{shlex.join(command)}\n{done.stderr[:1000]}"


def main():
    parser = argparse.ArgumentParser()
    for name in ("nnc", "gcc", "gxx", "clang", "clangxx"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--analyzed", type=int, default=0)
    parser.add_argument("models", nargs="+")
    options = parser.parse_args()
    step = max(1, len(options.models) // options.count)
    models = sorted(options.models)[::step][:options.count]
    flags = subprocess.run([options.nnc, "--cflags"], capture_output=True, text=True, check=True).stdout.split()
    dialects = [(shlex.split(compiler), standard) for compilers, standards in
                (((options.gcc, options.clang), C), ((options.gxx, options.clangxx), CXX))
                for compiler in compilers for standard in standards]
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        c, cxx, out = (os.path.join(folder, name) for name in ("m.c", "m.cc", "m.o"))
        for number, model in enumerate(models):
            faults.append(said([options.nnc, "-Wno-unused-constant", model, "-o", c]))
            with open(c) as text, open(cxx, "w") as copy:
                copy.write(text.read())
            copies = [] if number < WHOLE else ["-DNNC_ONE_COPY"]
            for compiler, standard in dialects:
                source = cxx if "++" in standard else c
                faults.append(said([*compiler, f"-std={standard}", *WARNINGS, *flags, *copies, source, "-o", out]))
            if number < options.analyzed:
                faults.append(said([*shlex.split(options.gcc), "-std=c99", "-fanalyzer", *ANALYZED, *WARNINGS, *flags,
                                    c, "-o", out]))
    faults = [fault for fault in faults if fault]
    print("\n".join(faults[:5]) if faults else
          f"{len(models)} models in {len(dialects)} dialects, {options.analyzed} analyzed: nothing")


main()
