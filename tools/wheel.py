#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Packs nnc for Python: tools/wheel.py BUILD VERSION MACHINE FOLDER. A wheel is a zip file with a list of what is in it
(https://packaging.python.org/en/latest/specifications/binary-distribution-format/). BUILD is a static build: its nnc
needs no library of the system it comes to, so that the wheel is for every Linux of that machine."""
import base64
import glob
import hashlib
import os
import shlex
import subprocess
import sys
import zipfile

TIME = (1980, 1, 1, 0, 0, 0)  # the same bytes whenever it is made
build, version, machine, folder = sys.argv[1:]
compiler = shlex.split(os.environ.get("CC", "cc"))
root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
tag = f"py3-none-manylinux_2_17_{machine}.manylinux2014_{machine}.musllinux_1_1_{machine}"
info = f"nnc_compiler-{version}.dist-info"

linked = subprocess.run(["readelf", "-d", os.path.join(build, "nnc")], capture_output=True, check=True).stdout
if b"NEEDED" in linked:
    sys.exit(f"{build}/nnc is linked with libraries of this system: make wheel builds it with LDFLAGS=-static")

readme = open(os.path.join(root, "python/README.md")).read()
files = {
    f"{info}/METADATA": f"""Metadata-Version: 2.1
Name: nnc-compiler
Version: {version}
Summary: Neural networks in Keras' words, compiled to C that trains and runs them
License: MIT-0
Requires-Python: >=3.8
Requires-Dist: numpy
Description-Content-Type: text/markdown

{readme}""".encode(),
    f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: nnc\nRoot-Is-Purelib: false\n".encode()
    + "".join(f"Tag: py3-none-{each}\n" for each in tag.split("-")[-1].split(".")).encode(),
    f"{info}/entry_points.txt": b"[console_scripts]\nnnc = nnc.tool:main\n",
    f"{info}/licenses/LICENSE": open(os.path.join(root, "LICENSE"), "rb").read(),
}
for path in sorted(glob.glob(os.path.join(root, "python/nnc/*.py"))):
    files["nnc/" + os.path.basename(path)] = open(path, "rb").read()
files["nnc/bin/nnc"] = open(os.path.join(build, "nnc"), "rb").read()
files["nnc/bin/libnnc.a"] = open(os.path.join(build, "libnnc.a"), "rb").read()
# What linking with libnnc.a takes besides the C library: a machine that has but a compiler need not have it.
zlib = subprocess.run([*compiler, "-print-file-name=libz.a"], capture_output=True, text=True).stdout.strip()
files["nnc/bin/libz.a"] = open(zlib, "rb").read()
for path in sorted(glob.glob(os.path.join(build, "include/nnc/*.h"))):
    files["nnc/bin/include/nnc/" + os.path.basename(path)] = open(path, "rb").read()
files["nnc/share/nnc.1"] = open(os.path.join(root, "docs/nnc.1"), "rb").read()

record = "".join(f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode()},"
                 f"{len(data)}\n" for name, data in files.items())
files[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()

os.makedirs(folder, exist_ok=True)
path = os.path.join(folder, f"nnc_compiler-{version}-{tag}.whl")
with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
    for name, data in files.items():
        entry = zipfile.ZipInfo(name, TIME)
        entry.external_attr = (0o100755 if name == "nnc/bin/nnc" else 0o100644) << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        wheel.writestr(entry, data)
print(path)
