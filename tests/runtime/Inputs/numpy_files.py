# SPDX-License-Identifier: MIT-0
"""Writes arrays with NumPy in every way that can be read, and compares what `load` makes of them. usage: numpy_files.py
LOAD FOLDER"""
import gzip
import os
import subprocess
import sys
import warnings
import zipfile

import numpy as np

load, folder = sys.argv[1:]
os.makedirs(folder, exist_ok=True)
rng = np.random.default_rng(1)
passed = failed = 0


def read(name, *args):
    run = subprocess.run([load, os.path.join(folder, name), *args], capture_output=True, text=True)
    return run.returncode, run.stdout, run.stderr


def compare(name, array, *args):
    global passed, failed
    code, out, err = read(name, *args)
    lines = out.splitlines()
    want = array.astype(np.float64).ravel()
    if code == 0 and lines[0] == str(array.shape) and np.array_equal(np.array(lines[1:], np.float64), want,
                                                                     equal_nan=True):
        passed += 1
    else:
        failed += 1
        print(f"{name} {args}: {err or lines[:1]}")


def refuse(name, part, *args):
    global passed, failed
    code, out, err = read(name, *args)
    if code == 1 and part in err:
        passed += 1
    else:
        failed += 1
        print(f"{name} {args}: expected '{part}', got {code} {err}")


def array_of(dtype, shape):
    if np.dtype(dtype).kind == "f":
        a = rng.normal(size=shape).astype(dtype)
        a.ravel()[:3] = [np.inf, np.finfo(dtype).tiny / 4, -0.0]
        return a
    if dtype == "?":
        return rng.random(shape) < 0.5
    info = np.iinfo(dtype)
    a = rng.integers(info.min // 2, info.max // 2, size=shape).astype(dtype)
    a.ravel()[:2] = [info.min, info.max]
    return a


for dtype in "f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 ?".split():
    for order in "<>":
        for shape in ((7,), (3, 4), (2, 3, 4), (5, 1), (2, 2, 2, 3)):
            a = array_of(dtype, shape)
            if dtype != "?":
                a = a.astype(np.dtype(dtype).newbyteorder(order))
            for layout in "CF":
                name = f"{dtype.replace('?', 'b')}{'l' if order == '<' else 'b'}{len(shape)}{layout}.npy"
                np.save(os.path.join(folder, name), np.asarray(a, order=layout))
                compare(name, a)
a = array_of("f4", (3, 4))
np.save(os.path.join(folder, "none.npy"), a[:0])
compare("none.npy", a[:0])
for version in ((1, 0), (2, 0), (3, 0)):
    with open(os.path.join(folder, f"version{version[0]}.npy"), "wb") as f:
        np.lib.format.write_array(f, a, version=version)
    compare(f"version{version[0]}.npy", a)
with gzip.open(os.path.join(folder, "a.npy.gz"), "wb") as f:
    np.lib.format.write_array(f, a)
compare("a.npy.gz", a)
b = array_of("i8", (300, 50))
for name, save in (("stored.npz", np.savez), ("packed.npz", np.savez_compressed)):
    save(os.path.join(folder, name), first=a, x=b)
    compare(name, a, "first")
    compare(name, b, "x")
    compare(name, b)
    refuse(name, "holds no array 'y', but 'first', 'x'", "y")
    save(os.path.join(folder, "one_" + name), a)
    compare("one_" + name, a)
    whole = open(os.path.join(folder, name), "rb").read()
    for cut in range(0, len(whole), max(1, len(whole) // 50)):
        open(os.path.join(folder, "cut.npz"), "wb").write(whole[:cut])
        refuse("cut.npz", "cut.npz: error: ", "x")
    for at in range(whole.index(b"x.npy") + 200, whole.index(b"PK\x01\x02"), max(1, len(whole) // 50)):
        damaged = bytearray(whole)
        damaged[at] ^= 4
        open(os.path.join(folder, "damaged.npz"), "wb").write(damaged)
        refuse("damaged.npz", "damaged.npz: error: ", "x")
np.savez(os.path.join(folder, "many.npz"), a=a, b=a)
refuse("many.npz", "say which in the model file")
with zipfile.ZipFile(os.path.join(folder, "twice.npz"), "w") as archive, warnings.catch_warnings():
    warnings.simplefilter("ignore")
    for member, values in (("x.npy", a), ("x.npy", b), ("y", a), ("y.npy", b), ("z.npy", a)):
        with archive.open(member, "w") as f:
            np.lib.format.write_array(f, values)
refuse("twice.npz", "holds 2 arrays 'x': which is meant?")
refuse("twice.npz", "holds 2 arrays 'x': which is meant?", "x")
refuse("twice.npz", "holds 2 arrays 'y': which is meant?", "y")
compare("twice.npz", a, "z")
np.save(os.path.join(folder, "objects.npy"), np.array([None]), allow_pickle=True)
refuse("objects.npy", "Python objects")
np.save(os.path.join(folder, "complex.npy"), np.zeros(3, complex))
refuse("complex.npy", "not float16/32/64")
np.save(os.path.join(folder, "records.npy"), np.zeros(3, [("a", "f4")]))
refuse("records.npy", "records")
table = rng.normal(size=(50, 4)) * 10.0 ** rng.integers(-300, 300, size=(50, 4))
for delimiter in ",;\t":
    np.savetxt(os.path.join(folder, "table.csv"), table, fmt="%.17g", delimiter=delimiter,
               header=delimiter.join("abcd"), comments="")
    compare("table.csv", table)
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
