# SPDX-License-Identifier: MIT-0
"""Several cases compiled as one program. What C of models shares with all others, the runtime's headers, is compiled
once for all of them, and they are linked once: half the time of compiling, or a third.

Each file is included into one unit, under names of its own for what is static in it; its main() becomes one of many."""
import fcntl
import json
import os
import re
import shlex
import subprocess
import tempfile

# What a copy of the model's functions is called by (NNC_COPY), and what stands around main().
RENAMED = re.compile(r"^#define (\w+)[\s\\]+NNC_COPY|\b(main(?:_\w+)?)(?= ?[\[(=])", re.M)


class Broken(Exception):
    """Why the program could not be made."""


def run(command, folder, environment):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        raise Broken((done.stderr or done.stdout).strip()[:2000])
    return done.stdout


def nnc_flags(case, flags):
    """What nnc is called with for a case: where its tensors hold random factors, these come from outside."""
    with open(case[:-3] + ".safetensors", "rb") as file:
        names = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return [*flags, "--main"] + ["--external-masks"] * any(name.startswith("mask/") for name in names)


def unit(models):
    """The C that includes NAME.c of each model; `models` are the texts by these names."""
    if len(models) == 1:
        return "".join(f'#include "{name}.c"\n' for name in models)
    lines = []
    for name, text in models.items():
        renamed = sorted({a or b for a, b in RENAMED.findall(text)})
        lines += ["#undef NNC_UNIT"]  # they share the runtime's functions
        lines += [f"#define {word} {word}_of_{name}" for word in renamed]
        lines += [f'#include "{name}.c"'] + [f"#undef {word}" for word in renamed]
    return "\n".join([*lines, ""])


def main_of(names):
    """The C of a main() that runs the program that it is told first."""
    calls = [f'    if (argc > 1 && !strcmp(argv[1], "{name}")) return main_of_{name}(argc - 1, argv + 1);'
             for name in names]
    return "\n".join(["int main(int argc, char **argv) {", *calls, "    return 2;", "}", ""])


def build(folder, nnc, flags, cc, cases, environment):
    """Writes `folder`/model; raises Broken."""
    models = {}
    for case in cases:
        name = os.path.basename(case)[:-3]
        run([nnc, *nnc_flags(case, flags), case, "-o", f"{name}.c"], folder, environment)
        with open(os.path.join(folder, f"{name}.c")) as file:
            models[name] = file.read()
    with open(os.path.join(folder, "unit.c"), "w") as file:
        file.write(unit(models) + main_of(models))
    ask = lambda what: shlex.split(run([nnc, what], folder, environment))
    run([*shlex.split(cc), *ask("--cflags"), "unit.c", "-o", "model", *ask("--libs"), "-lm", "-s"], folder, environment)


def program(folder, *what):
    """The path of the program that build() makes in `folder` of its other arguments. Processes share it: the first
    builds it, and alone raises Broken; None: it could not be built."""
    os.makedirs(folder, exist_ok=True)
    path, done = os.path.join(folder, "model"), os.path.join(folder, "done")
    with open(os.path.join(folder, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(done):
            open(done, "w").close()
            with tempfile.TemporaryDirectory(dir=folder) as place:
                build(place, *what)
                os.replace(os.path.join(place, "model"), path)
    return path if os.path.exists(path) else None
