#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Compiles C from nnc --portable in every way of a table (dialects, levels of optimisation, compilers, targets), runs
what comes of it, and holds the bits that it computes against those of the first way. Then tries what is to be refused.

usage: bits.py --nnc NNC [-v] [--all] [--only WORD] FOLDER [FLAG OF NNC]...

Of each target of a cross compiler the first way is tried; --all tries all, which takes minutes.
Targets whose cross compiler or emulator is not installed are left out, and named in a line of their own. The last line
is `N ways, the same bits`, and the status 0, when all are.
"""
import argparse
import os
import shlex
import shutil
import subprocess
import sys

INPUTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Inputs")

# Microcontrollers in QEMU, with picolibc from Debian.
MEMORY = "-Wl,--defsym=__flash={},--defsym=__flash_size=0x200000,--defsym=__ram={},--defsym=__ram_size=0x200000"
BARE = ("arm-none-eabi-gcc --specs=picolibc.specs --crt0=hosted --oslib=semihost -Tpicolibc.ld -mthumb "
        "-mfloat-abi=hard -Wl,--defsym=__stack_size=0x4000 ")
M4F = BARE + MEMORY.format("0", "0x20000000") + " -mcpu=cortex-m4 -mfpu=fpv4-sp-d16"
M33 = BARE + MEMORY.format("0x10000000", "0x38000000") + " -mcpu=cortex-m33 -mfpu=fpv5-sp-d16"
BOARD = ("qemu-system-arm -nographic -monitor none -serial none -semihosting-config enable=on,target=native "
         "-kernel ./bits -M ")

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
    ("i686-linux-gnu-gcc -msse2 -mfpmath=sse", "qemu-i386 ./bits", ["-std=c99 -O1", "-std=gnu17 -O2"]),
    ("aarch64-linux-gnu-gcc", "qemu-aarch64 ./bits", ["-std=gnu17 -O2", "-std=gnu17 -Os", "-std=c99 -O1"]),
    ("arm-linux-gnueabihf-gcc -std=gnu17 -O2", "qemu-arm ./bits", ["-mfpu=vfpv4", "-mfpu=neon-vfpv4"]),
    ("riscv64-linux-gnu-gcc", "qemu-riscv64 ./bits", ["-std=gnu17 -O2", "-std=c99 -O1"]),
    ("s390x-linux-gnu-gcc", "qemu-s390x ./bits", ["-std=c99 -O2", "-std=gnu17 -O2"]),
    (M4F, BOARD + "mps2-an386", ["-std=gnu17 -Os", "-std=gnu17 -O2"]),
    (M33, BOARD + "mps2-an505", ["-std=gnu17 -Os"]),
]

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


def bits_of(compiler, runs, flags, folder):
    """What the program prints, or why there is none."""
    alone = ["-static"] if runs[0].startswith("qemu-") and "system" not in runs[0] else []
    sources = ["-I.", "m.c", os.path.join(INPUTS, "bits.c")]
    status, said = run([*compiler, *flags, *alone, *sources, "-lm", "-o", "bits"], folder)
    return said[:600] if status or said else run(runs, folder)[1]


def try_ways(options, failed):
    """Goes through the table; how many ways there were, and the compilers that are not there."""
    wanted, count, left_out = None, 0, []
    for names, program, ways in TABLE:
        compiler, runs = installed(names), shlex.split(program)
        if compiler is None or (runs[0].startswith("qemu") and not shutil.which(runs[0])):
            left_out.append(names.split()[0])
            continue
        for way in ways if options.all or options.only or runs == ["./bits"] else ways[:1]:
            if wanted is not None and options.only not in f"{names} {way}":
                continue
            bits = bits_of(compiler, runs, shlex.split(way.replace("{FMA}", fma())), options.folder)
            wanted = bits if wanted is None else wanted
            count += 1
            if options.v:
                print(f"{bits} {names.split()[0]} {way}", flush=True)
            if bits != wanted or len(bits) != 16:
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
    parser.add_argument("folder")
    parser.add_argument("flags", nargs="*", default=["--portable"], metavar="FLAG", help="of nnc (--portable)")
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    c_file, model = os.path.join(options.folder, "m.c"), os.path.join(INPUTS, "bits.nn")
    subprocess.run([options.nnc, model, "--standalone", *options.flags, "-o", c_file], check=True)
    failed = []
    count, left_out = try_ways(options, failed)
    if not options.only:
        try_refused(options, failed)
    print(f"left out: {', '.join(left_out) or 'none'}")
    print("\n".join(failed + ["other bits" if failed else f"{count} ways, the same bits"]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
