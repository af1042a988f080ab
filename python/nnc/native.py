# SPDX-License-Identifier: MIT-0
"""A model's predict() as a function of this process: the C that nnc writes, as a shared object."""
import ctypes
import hashlib
import os
import shlex
import subprocess
import tempfile

from .tool import Error, call

FLAGS = ["-O2", "-march=native", "-fno-math-errno", "-shared", "-fPIC", "-w"]


def cache_folder():
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    folder = os.path.join(cache, "nnc")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


def shared_object(name, code):
    """The path of C compiled for this machine, from the cache where it is there."""
    compiler = shlex.split(os.environ.get("CC", "cc"))
    try:
        with open("/proc/cpuinfo") as file:
            machine = next((line for line in file if line.startswith("model name")), "")
    except OSError:
        machine = ""
    key = hashlib.sha256("\n".join([code, machine, *compiler, *FLAGS]).encode()).hexdigest()[:16]
    folder = cache_folder() or tempfile.mkdtemp(prefix="nnc-")
    path = os.path.join(folder, f"{name}-{key}.so")
    if os.path.exists(path):
        return path
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        source, result = os.path.join(scratch, "model.c"), os.path.join(scratch, "model.so")
        with open(source, "w") as file:
            file.write(code)
        done = subprocess.run([*compiler, *FLAGS, source, "-o", result], capture_output=True, text=True)
        if done.returncode:
            raise Error(f"the C compiler failed: {' '.join(compiler)}\n{done.stderr.strip()}")
        os.replace(result, path)  # whole, or not at all
    return path


class Native:
    """NAME_predict() of a model file, with weights of its own."""

    def __init__(self, path, batch, definitions=()):
        import json

        options = [*definitions, "--inference-only", "--standalone", f"--batch={batch}"]
        self.about = json.loads(call(path, *options, "--emit=json"))
        name = self.about["name"]
        library = ctypes.CDLL(shared_object(name, call(path, *options, "-o", "-")))
        self._load, self._predict = library[f"{name}_load"], library[f"{name}_predict"]
        self._text = library[f"{name}_strerror"]
        self._text.restype = ctypes.c_char_p
        self._params = self._memory(self.about["params_bytes"])
        self._work = self._memory(self.about["work_bytes"])

    @staticmethod
    def _memory(size):
        """Zeroed memory at a multiple of 64, as the structs want it."""
        import numpy

        memory = numpy.zeros(size + 64, numpy.uint8)
        return memory[-memory.ctypes.data % 64:]

    def _check(self, status):
        if status:
            raise Error(self._text(status).decode())

    def load(self, weights):
        with open(weights, "rb") as file:
            data = file.read()
        self._check(self._load(ctypes.c_void_p(self._params.ctypes.data), data, ctypes.c_size_t(len(data))))

    def predict(self, x):
        """x (samples, …) float32 → (samples, …) float32."""
        import numpy

        y = numpy.empty((len(x), *self.about["output"]), numpy.float32)
        for at in range(0, len(x), self.about["batch"]):
            part, out = x[at:at + self.about["batch"]], y[at:at + self.about["batch"]]
            self._check(self._predict(ctypes.c_void_p(self._params.ctypes.data), ctypes.c_void_p(self._work.ctypes.data),
                                      ctypes.c_void_p(part.ctypes.data), ctypes.c_void_p(out.ctypes.data),
                                      ctypes.c_size_t(len(part))))
        return y
