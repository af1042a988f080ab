# SPDX-License-Identifier: MIT-0
"""Damaged files: damaged.py NNC COUNT ARCHIVE... imports COUNT files that are cut short or have wrong bytes. Each
becomes a model all the
same, or ends with status 1 and a message; none ends nnc itself, and none that is refused leaves anything behind."""

import os
import random
import re
import sys
import tarfile
import tempfile

from server import Nnc


def damage(rng, data):
    data = bytearray(data)
    kind = rng.randrange(5)
    if kind == 0:
        return data[: rng.randrange(len(data))]
    if kind == 1:  # a run of the same byte
        at, size = rng.randrange(len(data)), rng.choice((1, 4, 16, 64))
        data[at : at + size] = bytes([rng.choice((0, 255, 127))]) * size
        return data
    if kind == 2:  # a part is somewhere else
        at, to, size = rng.randrange(len(data)), rng.randrange(len(data)), rng.randrange(1, 200)
        data[to : to + size] = data[at : at + size]
        return data
    if kind == 3:  # what says the format and its version
        data[rng.randrange(min(24, len(data)))] = rng.randrange(256)
        return data
    for _ in range(rng.choice((1, 3, 10, 40))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return data


def is_own(report):
    """Whether a sanitizer reports what nnc does. What a library does to itself ends its process alone, and is reported
    as damage: then the first place outside of the sanitizer, which may stand in for memcpy, is the library's."""
    if "runtime error" in report:
        return True
    places = re.findall("^ +#[0-9]+ .*", report, flags=re.M)
    outside = [place for place in places if "__interceptor_" not in place and "libsanitizer" not in place]
    return "SUMMARY: " in report and not (outside and "libhdf5" in outside[0])


def main():
    program, count, *archives = sys.argv[1:]
    os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":allocator_may_return_null=1"
    nnc, rng, failed = Nnc(program), random.Random(11), 0
    files, models = [], {}
    for archive in archives:
        with tarfile.open(archive) as packed:
            for name in packed.getnames():
                if name.endswith((".keras", ".h5", ".onnx", ".safetensors")):
                    files.append((name, packed.extractfile(name).read()))
                elif name.endswith(".nn"):
                    models[name.split(".")[0]] = packed.extractfile(name).read()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(int(count)):
            name, data = rng.choice(files)
            path, model, outputs = (os.path.join(folder, own) for own in ("damaged", "given.nn", "o"))
            open(path, "wb").write(damage(rng, data))
            open(model, "wb").write(models.get(name.split(".")[0], b""))
            onto = ["--for", model] if name.endswith(".safetensors") else ["-o", outputs + ".nn"]
            done = nnc.run("import", path, *onto, "--weights", outputs + ".st")
            left = [output for output in os.listdir(folder) if output.startswith("o")]
            crash = is_own(done.stderr)
            if done.returncode not in (0, 1) or crash or (done.returncode == 1 and (left or not done.stderr)):
                failed += 1
                print(f"{number} ({name}): status {done.returncode}, {left}: {done.stderr[-2000:]}")
            for output in left:
                os.remove(os.path.join(folder, output))
    print(f"{count} files, {failed} failed")
    return failed > 0


sys.exit(main())
