# SPDX-License-Identifier: MIT-0
"""How lit runs the tests: `make check`, or tests/run.py for some of them. See CONTRIBUTING.md.

Parameters (tests/run.py sets them): build - the build folder; san - 1 when it was built with SAN=1; slow - 0 leaves the
long tests out; long - 1 also runs those of make check-long; times - 1 counts CPU seconds; scratch - a folder of this
run, for what tests share; targets - 1 also runs what takes every target.

Substitutions
  %nnc                 the compiler
  %cc %clang %cxx %clangxx  C and C++ compilers; gcc's with the sanitizers of a SAN=1 build
  %cflags %libs        what `nnc --cflags` and `nnc --libs` say: to compile and link what needs the runtime's library
  %quick %quickxx      the C and C++ compilers that take least time, for tests whose point is neither the compiler nor
  its optimisation: clang without any, but gcc with the sanitizers of a SAN=1 build
  %c99 %c11 %cxx11     the standard and the warnings that emitted code must pass, as errors
  %runtime             flags to include the runtime's headers, the program's too
  %core                the folder of the runtime's part that ships in products
  %objects             the compiler's objects without its main() and what imports and exports, for tests in C, and how
  to compile these: %compiler
  %importer            what nnc-import is linked of, but the compiler's main()
  %mpirun              starts processes of MPI, more than there are cores
  %python %checker     Python with numpy and safetensors; the program that compares a case with Keras (tests/golden)
"""
import glob
import os
import shlex
import shutil
import subprocess
import sys

import lit.formats
import lit.util

# A module, because lit hands its tests to other processes, which have to find the class by name.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from timed_format import TimedFormat

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
build = os.path.abspath(lit_config.params.get("build", os.path.join(root, "build")))
san = lit_config.params.get("san", "0") == "1"

config.name = "nnc"
config.suffixes = [".nn", ".test"]
config.excludes = ["Inputs"]
config.test_source_root = os.path.join(root, "tests")
config.test_exec_root = os.path.join(build, "tests")
config.test_format = TimedFormat(lit.formats.ShTest(execute_external=False))

nnc = os.path.join(build, "nnc")
if not os.access(nnc, os.X_OK):
    lit_config.fatal(f"{nnc} is not there: run make first")

# The tools of LLVM stand on PATH: lit's --update-tests knows split-file by its bare name only. The newest version wins.
llvm_folders = sorted(glob.glob("/usr/lib/llvm-*/bin"), key=lambda path: -int(path.split("-")[1].split("/")[0]))
search = os.pathsep.join([os.environ["PATH"], *llvm_folders])


def tool(*names):
    """The first of `names` that is installed, or None."""
    return next(filter(None, (shutil.which(name, path=search) for name in names)), None)


needed = [name for name in ("FileCheck", "not", "split-file") if not tool(name)]
if needed:
    lit_config.fatal(f"missing: {', '.join(needed)}; `make check` installs them, or: apt-get install llvm-19-tools")
config.environment["PATH"] = search
config.environment["LC_ALL"] = "C"
config.environment["FILECHECK_OPTS"] = "-enable-var-scope --allow-unused-prefixes=false --dump-input=fail"
config.environment["NNC_CHECK_PLAN"] = "1"  # as --check-plan: every test proves its plans
# A report must crash: `not` takes any plain failure for the expected one and would hide it.
config.environment["ASAN_OPTIONS"] = "abort_on_error=1:detect_leaks=1"
config.environment["UBSAN_OPTIONS"] = "halt_on_error=1:abort_on_error=1:print_stacktrace=1"

sanitizers = " -fsanitize=address -fsanitize=undefined -fno-sanitize-recover=all" if san else ""
compilers = {
    "cc": tool("gcc", "cc"),
    "clang": tool("clang", "clang-19"),
    "cxx": tool("g++", "c++"),
    "clangxx": tool("clang++", "clang++-19"),
    "tcc": tool("tcc"),
}
for name, feature in (("cc", "gcc"), ("clang", "clang"), ("cxx", "cxx"), ("clangxx", "clangxx"), ("tcc", "tcc")):
    if compilers[name]:
        config.available_features.add(feature)
if san:
    config.available_features.add("asan")
if os.access(os.path.join(build, "nnc-lsp"), os.X_OK):  # built where jansson is
    config.available_features.add("server")
if lit_config.params.get("slow", "1") == "1":
    config.available_features.add("slow")
if lit_config.params.get("long", "0") == "1":  # make check-long: what takes minutes
    config.available_features.add("long")
if lit_config.params.get("targets", "0") == "1":  # make check-targets: every machine that there is
    config.available_features.add("targets")
if os.path.isdir("/usr/share/datasets/fashion-mnist"):  # Debian's package dataset-fashion-mnist
    config.available_features.add("fashion-mnist")
if compilers["cc"] and not san and tool("setarch") and subprocess.run(
        ["sh", "-c", "printf 'int main(void) { return 0; }' | gcc -fsanitize=thread -x c - -o /dev/null"],
        capture_output=True).returncode == 0:
    config.available_features.add("tsan")
if tool("valgrind") and os.path.exists("/usr/include/valgrind/drd.h"):
    config.available_features.add("valgrind")
if tool("s390x-linux-gnu-gcc") and tool("qemu-s390x"):
    config.available_features.add("s390x")
if tool("wasm-ld", "wasm-ld-19") and tool("node"):
    config.available_features.add("wasm")
if tool("wasm-ld-19") and tool("chromium") and os.path.isdir("/usr/include/wasm32-wasi"):
    config.available_features.add("browser")
if tool("arm-none-eabi-gcc"):
    config.available_features.add("arm-none-eabi")
if tool("arm-linux-gnueabihf-gcc") and tool("qemu-arm"):
    config.available_features.add("armhf")
if tool("avr-gcc") and tool("simavr"):
    config.available_features.add("avr")
if tool("i686-linux-gnu-gcc") and tool("qemu-i386"):
    config.available_features.add("i386")
if not san and tool("mpirun") and "-lmpi" in subprocess.run([nnc, "--mpi", "--libs"], capture_output=True,
                                                            text=True).stdout:
    config.available_features.add("mpi")
for name in ("bmake", "cmake", "dh", "fish", "lintian", "meson", "pandoc"):
    if tool(name):
        config.available_features.add(name)
if tool("arm-none-eabi-gcc") and tool("qemu-system-arm") and os.path.exists("/usr/lib/picolibc/arm-none-eabi"):
    config.available_features.add("qemu-arm")  # programs for microcontrollers, with picolibc
if tool("pkg-config"):
    config.available_features.add("pkg-config")

own_python = os.path.join(build, "python", "bin", "python3")
python = own_python if os.path.exists(own_python) else tool("python3")
config.environment["CC"] = compilers["cc"] + sanitizers  # what `nnc run` calls


if lit.util.killProcessAndChildrenIsSupported()[0]:
    lit_config.maxIndividualTestTime = 900


if "-lspng" in subprocess.run([nnc, "--libs"], capture_output=True, text=True).stdout:
    config.available_features.add("png")

# What reads models of Keras and ONNX.
if os.path.exists(os.path.join(build, "nnc-import")):
    config.available_features.add("import")


def ask(option):
    return subprocess.run([nnc, option], capture_output=True, text=True).stdout.strip()


# From the sources: a build folder may hold objects of files that are gone.
sources = [os.path.relpath(path, root) for pattern in ("compiler/*.c", "compiler/*/*.c")
           for path in sorted(glob.glob(os.path.join(root, pattern)))]
# The last two are linked with libraries of their own; the server has a main() of its own.
apart = "compiler/main.c", "compiler/server/main.c", "compiler/import/", "compiler/export/"
objects = [os.path.join(build, path[:-1] + "o") for path in sources if not path.endswith(".t.c")
           and not path.startswith((*apart, "compiler/server/"))]  # which has a main() of its own
objects += [os.path.join(build, name) for name in ("grammar/nnc.tab.o", "grammar/nnc.lex.o", "embedded.o")]
# nnc-import has import and export of its own, with the libraries that they know.
importer = objects + [os.path.join(build, "with-libraries", path[:-1] + "o") for path in sources
                      if path.startswith(apart[2:])] + [os.path.join(build, "compiler/import/onnx.pb-c.o")]
if "import" in config.available_features:
    importer += subprocess.run(["pkg-config", "--libs", "hdf5", "jansson", "libzip", "libprotobuf-c"],
                               capture_output=True, text=True).stdout.split()
folders = " ".join("-I" + os.path.join(root, name) for name in ("compiler", "runtime/core", "runtime/program"))

use_clang = compilers["clang"] and compilers["clangxx"] and not san
quick = {name: f"{compilers[clang]} -O0" if use_clang else f"{compilers[gcc] or gcc}{sanitizers} -O0"
         for name, clang, gcc in (("quick", "clang", "cc"), ("quickxx", "clangxx", "cxx"))}

warnings = "-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wdouble-promotion -Werror"
# What clang 19 makes of -march=native contradicts itself on some processors, and it says so.
warnings += " -Wno-unknown-warning-option -Wno-invalid-feature-combination"
# In the order of replacement: a name comes before its own prefixes.
config.substitutions += [
    ("%checker", shlex.join([python, os.path.join(root, "tests", "golden", "check.py")])),
    ("%python", python),
    ("%runtime", "-I" + os.path.join(root, "runtime/core") + " -I" + os.path.join(root, "runtime/program")),
    ("%core", os.path.join(root, "runtime/core")),
    ("%objects", shlex.join(objects)),
    ("%importer", shlex.join(importer)),
    ("%compiler", f"-std=c11 -D_POSIX_C_SOURCE=200809L -DNNC_VERSION='\"0\"' {folders}"),
    ("%mpirun", "mpirun --oversubscribe --allow-run-as-root"),
    ("%cflags", ask("--cflags")),
    ("%libs", ask("--libs")),
    ("%c99", f"-std=c99 {warnings}"),
    ("%c11", f"-std=c11 {warnings}"),
    ("%cxx11", f"-std=c++11 {warnings}"),
    ("%quickxx", quick["quickxx"]),
    ("%quick", quick["quick"]),
    ("%clangxx", compilers["clangxx"] or "clang++"),
    ("%clang", compilers["clang"] or "clang"),
    ("%cxx", (compilers["cxx"] or "c++") + sanitizers),
    ("%tcc", compilers["tcc"] or "tcc"),
    ("%cc", (compilers["cc"] or "cc") + sanitizers),
    ("%nnc", nnc),
    ("%root", root),
    ("%build", build),
]
