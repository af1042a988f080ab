# SPDX-License-Identifier: MIT-0
"""Checks the `@part` comments of runtime headers: parts.py FOLDER HEADER COMPILER...

Each part must name exactly what it defines. And each part with a public function (its comment begins with two
asterisks) must compile with the parts that its words ask for, the rule by which nnc fills standalone files, without a
warning: a word in a comment may ask for a function that nobody calls.
"""
import os
import re
import subprocess
import sys

DEFINITIONS = [
    r"^ *#define (\w+)",
    r"^typedef [^;{]*?(\w+)(?: __attribute__\(\(.*\)\))?;",
    r"^} (\w+);",
    r"^(?:static inline|SHARED|\w*INLINE) [\w ]+?\*?(\w+)\(",
]


def in_order(folder):
    """The headers that copies have of their own, each behind what it includes."""
    found = []

    def visit(name):
        for included in re.findall(r'^#include "(.*)"', open(os.path.join(folder, name)).read(), re.M):
            visit(included)
        if name not in found:
            found.append(name)

    for name in sorted(name for name in os.listdir(folder) if name.endswith(".h")):
        visit(name)
    found.remove("nnc.h")
    found.remove("nnc_vec.h")
    return ["nnc_vec.h", *found]


def split(text):
    """(names, body) of each part."""
    text = text[: text.index("/* @end */")]
    pieces = re.split(r"/\* @part (.*) \*/\n", text)[1:]
    return [(names.split(), body) for names, body in zip(pieces[::2], pieces[1::2])]


def defined(body):
    names = {name for pattern in DEFINITIONS for name in re.findall(pattern, body, re.M)}
    for constants in re.findall(r"^enum \{(.*?)\}", body, re.M | re.S):
        names |= set(re.findall(r"(\w+) =", constants))
    for first in re.findall(r"^typedef \w+ (\w+), \w+;", body, re.M):
        names.add(first)
    return names


def main(folder, *compiler):
    parts, small = [], set()  # those for cores without vectors
    for header in in_order(folder):
        found = split(open(os.path.join(folder, header)).read())
        if header == "nnc_small.h":
            small.update(range(len(parts), len(parts) + len(found)))
        parts += found
    owner = {name: i for i, (names, _) in enumerate(parts) for name in names}
    failed = 0
    for names, body in parts:
        if set(names) != defined(body):
            differ = " ".join(sorted(set(names) ^ defined(body)))
            print(f"@part {' '.join(names)}: differs from what is defined: {differ}")
            failed += 1
    public = [(i, names, body) for i, (names, body) in enumerate(parts)
              if "/**" in body and re.search(DEFINITIONS[3], body, re.M)]
    for i, names, body in public:
        taken, new = {0}, {i}
        while new:
            taken |= new
            words = {word for part in new for word in re.findall(r"\w+", parts[part][1])}
            new = {owner[word] for word in words if word in owner} - taken
        code = '#include "nnc.h"\n#include <math.h>\n#include <string.h>\n'
        code += "".join(parts[part][1] for part in sorted(taken))
        plain = r"^/\* (?:(?!\*/).)*\*/$"  # comments of functions that are not public
        functions = (set(re.findall(r"\*/\n" + DEFINITIONS[3][1:], re.sub(plain, "", body, flags=re.M | re.S)))
                     or set(re.findall(DEFINITIONS[3], body, re.M)))
        code += "void use(void (*call)(void (*)(void)));\nvoid use(void (*call)(void (*)(void))) {\n"
        code += "".join(f"    call((void (*)(void)){name});\n" for name in sorted(functions)) + "    (void)call;\n}\n"
        # What only the other branch of #ifdef NNC_SMALL uses is taken along here; a file is made without that branch.
        target = ["-DNNC_SCALAR", "-DNNC_SMALL", "-Wno-unused-function"] if i in small else []
        command = [*compiler, *target, "-fsyntax-only", "-x", "c", "-I", folder, "-"]
        result = subprocess.run(command, input=code, text=True, capture_output=True)
        if result.returncode or result.stderr:
            print(f"@part {' '.join(names)}, alone:\n{result.stderr}")
            failed += 1
    print(f"{len(parts)} parts, {len(public)} public, {failed} failed")


main(*sys.argv[1:])
