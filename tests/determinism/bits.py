#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Compiles C from nnc --portable in every way of a table (dialects, levels of optimisation, compilers, targets), runs
what comes of it, and holds the bits that it computes against those of the first way. Then tries what is to be refused.

usage: bits.py --nnc NNC [-v] [--all] [--only WORD] [--program NAME] FOLDER [FLAG OF NNC]...

The programs are Inputs/NAME.c: `bits` hashes all that one model computes, `checkpoints` the trainers that three models
save after some steps, `predictions` what these predict.

Of each target of a cross compiler the first way is tried, and of this machine's, but for `bits`; --all tries all, which
takes minutes.
Targets whose cross compiler or emulator is not installed are left out, and named in a line of their own. The last line
is `N ways, the same bits`, and the status 0, when all are.
"""
import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys

INPUTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Inputs")

# The models of a program, by their prefixes.
PROGRAMS = {"bits": {"m": "bits.nn"},
            "checkpoints": {name: f"{name}.nn" for name in ("mlp", "cnn", "lstm")},
            "predictions": {name: f"{name}.nn" for name in ("mlp", "cnn", "lstm")}}

# Microcontrollers in QEMU, with picolibc from Debian.
MEMORY = "-Wl,--defsym=__flash={},--defsym=__flash_size=0x200000,--defsym=__ram={},--defsym=__ram_size=0x200000"
BARE = ("arm-none-eabi-gcc --specs=picolibc.specs --crt0=hosted --oslib=semihost -Tpicolibc.ld -mthumb "
        "-Wl,--defsym=__stack_size=0x4000 ")
LOW = BARE + MEMORY.format("0", "0x20000000")
M4F = LOW + " -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard"
M7 = LOW + " -mcpu=cortex-m7 -mfpu=fpv5-d16 -mfloat-abi=hard"
M33 = (BARE + MEMORY.format("0x10000000", "0x38000000") + " -mcpu=cortex-m33 -mfpu=fpv5-sp-d16 -mfloat-abi=hard")
RISCV = ("riscv64-unknown-elf-gcc --specs=picolibc.specs --crt0=hosted --oslib=semihost -Tpicolibc.ld -mcmodel=medany "
         "-Wl,--defsym=__stack_size=0x4000 " + MEMORY.format("0x80000000", "0x80400000"))
BOARD = ("qemu-system-arm -nographic -monitor none -serial none -semihosting-config enable=on,target=native "
         "-kernel ./bits -M ")
VIRT = BOARD.replace("qemu-system-arm", "qemu-system-riscv{}") + "virt -bios none"
WASM = "clang clang-19 --target=wasm32 -nostdlib -fno-builtin -Wl,--no-entry -Wl,--export=hashes"


# A compiler, what runs its programs, and ways to compile for it; {FMA}: multiplies and adds at once, where this machine
# can. The first of all ways is the one that the others are held against.
TABLE = [
    ("gcc", "./bits", ["-std=c99 -O0 -ffp-contract=off", "{FMA} -std=gnu17 -O2", "{FMA} -O2 -ffp-contract=fast",
                       "{FMA} -std=c99 -Os", "{FMA} -O2 -flto -D_FORTIFY_SOURCE=2",
                       "-Og -march=native -fno-math-errno"]),
    ("g++", "./bits", ["{FMA} -O2 -std=c++11", "{FMA} -O2 -std=gnu++20"]),
    ("clang clang-19", "./bits", ["{FMA} -O2", "{FMA} -O1 -std=c99", "{FMA} -O1 -x c++ -std=c++11", "{FMA} -O1 "
                                  "-fassociative-math -freciprocal-math -fno-signed-zeros -fno-trapping-math"]),
    ("tcc", "./bits", [""]),
    ("musl-gcc -static", "./bits", ["-std=c99 -O2"]),
    ("i686-linux-gnu-gcc -msse2 -mfpmath=sse", "qemu-i386 ./bits", ["-std=c99 -O1", "-std=gnu17 -O2"]),
    ("aarch64-linux-gnu-gcc", "qemu-aarch64 ./bits", ["-std=gnu17 -O2", "-std=gnu17 -Os", "-std=c99 -O1"]),
    ("arm-linux-gnueabihf-gcc -std=gnu17 -O2", "qemu-arm ./bits", ["-mfpu=vfpv4", "-mfpu=neon-vfpv4"]),
    ("riscv64-linux-gnu-gcc", "qemu-riscv64 ./bits", ["-std=gnu17 -O2", "-std=c99 -O1"]),
    ("s390x-linux-gnu-gcc", "qemu-s390x ./bits", ["-std=c99 -O2", "-std=gnu17 -O2"]),
    ("mips-linux-gnu-gcc", "qemu-mips ./bits", ["-std=c99 -O2"]),
    ("powerpc-linux-gnu-gcc", "qemu-ppc ./bits", ["-std=c99 -O2"]),
    (LOW + " -mcpu=cortex-m0", BOARD + "mps2-an385", ["-std=c99 -Os"]),
    (LOW + " -mcpu=cortex-m3", BOARD + "mps2-an385", ["-std=c99 -Os"]),
    (M7, BOARD + "mps2-an500", ["-std=gnu17 -O2"]),
    (M4F, BOARD + "mps2-an386", ["-std=gnu17 -Os", "-std=gnu17 -O2"]),
    (M33, BOARD + "mps2-an505", ["-std=gnu17 -Os"]),
    (RISCV + " -march=rv32imac -mabi=ilp32", VIRT.format(32), ["-std=c99 -Os"]),
    (RISCV + " -march=rv64imafdc -mabi=lp64d", VIRT.format(64), ["-std=gnu17 -O2"]),
    (WASM, f"node {INPUTS}/wasm.js ./bits", ["-O2", "-O2 -msimd128"]),
    ("avr-gcc -mmcu=atmega1284p", "simavr -m atmega1284p -f 16000000 ./bits", ["-std=gnu99 -Os"]),
]
# Those that some programs are not for, and why: a whole trainer and its file are too much for its memory; bits.c prints
# by a C library.
NOT_FOR = [("avr-gcc", "checkpoints"), ("avr-gcc", "bits"), ("wasm32", "bits")]

# What would give other bits, and must not compile: the words that say so.
FAST, WIDE = "compile without -ffast-math", "on x86 use -msse2 -mfpmath=sse"
REFUSED = [
    ("gcc", FAST, ["-ffast-math", "-Ofast", "-funsafe-math-optimizations", "-ffinite-math-only", "-freciprocal-math",
                   "-fno-signed-zeros", "-fassociative-math -fno-signed-zeros -fno-trapping-math"]),
    ("g++", FAST, ["-ffast-math"]),
    ("clang clang-19", FAST, ["-ffast-math", "-Ofast", "-ffinite-math-only"]),
    ("gcc", WIDE, ["-mfpmath=387", "-mfpmath=387 -std=c99"]),
    ("gcc", "double_constants", ["-fsingle-precision-constant"]),
    ("i686-linux-gnu-gcc", WIDE, ["", "-std=c99", "-mfpmath=387 -msse2"]),
]


def installed(names):
    """The first word of `names`, or of its other names, with what follows it; None: it is not there."""
    words = shlex.split(names)
    command = next(filter(shutil.which, [word for word in words if not word.startswith("-")]), None)
    return command and [command, *[word for word in words if word.startswith("-")]]


def fma():
    """How x86-64 is told to contract here; elsewhere compilers do so by themselves."""
    try:
        with open("/proc/cpuinfo") as file:
            flags = file.read().split()
    except OSError:
        return ""
    return "-mavx2 -mfma" if "fma" in flags and "avx2" in flags else ""


def run(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    return done.returncode, (done.stdout + done.stderr).strip()  # QEMU's boards print to standard error


def bits_of(compiler, runs, flags, options):
    """The hashes that the program prints, or why there are none."""
    alone = ["-static"] if runs[0].startswith("qemu-") and "system" not in runs[0] else []
    sources = ["-I.", *[name + ".c" for name in PROGRAMS[options.program]],
               os.path.join(INPUTS, options.program + ".c")]
    libraries = [] if "-nostdlib" in compiler else ["-lm"]
    status, said = run([*compiler, "-Wall", "-Wextra", *flags, *alone, *sources, *libraries, "-o", "bits"],
                       options.folder)
    if status == 0 and not said:
        said = run(runs, options.folder)[1]
        found = re.findall(r"\b[0-9a-f]{16}\b", said.replace("..", "").replace("\x1b[32m", "").replace("\x1b[0m", ""))
        if len(found) == len(PROGRAMS[options.program]):
            return " ".join(found)
    return said[:600] or "nothing"


def try_ways(options, failed):
    """Goes through the table; how many ways there were, and the compilers that are not there."""
    wanted, count, left_out = None, 0, []
    for names, program, ways in TABLE:
        compiler, runs = installed(names), shlex.split(program)
        if any(word in names and program == options.program for word, program in NOT_FOR):
            continue
        if compiler is None or (runs[0] != "./bits" and not shutil.which(runs[0])):
            left_out.append(names.split()[0])
            continue
        here = runs == ["./bits"] and options.program == "bits"
        for way in ways if options.all or options.only or here else ways[:1]:
            if wanted is not None and options.only not in f"{names} {way}":
                continue
            bits = bits_of(compiler, runs, shlex.split(way.replace("{FMA}", fma())), options)
            wanted = bits if wanted is None else wanted
            count += 1
            if options.v:
                print(f"{bits} {names.split()[0]} {way}", flush=True)
            if bits != wanted or not re.fullmatch("[0-9a-f ]{16,}", bits):
                failed.append(f"{names.split()[0]} {way}: {bits}, not {wanted}")
    return count, left_out


def try_refused(options, failed):
    for names, words, ways in REFUSED:
        compiler = installed(names)
        for way in ways if compiler else []:
            status, said = run([*compiler, *shlex.split(way), "-fsyntax-only", "m.c"], options.folder)
            if status == 0 or words not in said:
                failed.append(f"{names} {way}: is not refused with '{words}': {said[:600]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nnc", required=True)
    parser.add_argument("-v", action="store_true", help="name every way")
    parser.add_argument("--all", action="store_true", help="all ways of every target")
    parser.add_argument("--only", default="", help="the ways with this word in their commands, and the first")
    parser.add_argument("--program", choices=PROGRAMS, default="bits")
    parser.add_argument("folder")
    parser.add_argument("flags", nargs="*", default=["--portable"], metavar="FLAG", help="of nnc (--portable)")
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    for prefix, model in PROGRAMS[options.program].items():
        subprocess.run([options.nnc, os.path.join(INPUTS, model), "--standalone", f"--prefix={prefix}", *options.flags,
                        "-o", os.path.join(options.folder, prefix + ".c")], check=True)
    failed = []
    count, left_out = try_ways(options, failed)
    if not options.only and options.program == "bits":
        try_refused(options, failed)
    print(f"left out: {', '.join(left_out) or 'none'}")
    print("\n".join(failed + ["other bits" if failed else f"{count} ways, the same bits"]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
