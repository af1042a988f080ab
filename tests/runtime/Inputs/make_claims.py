# SPDX-License-Identifier: MIT-0
"""Files of some hundred bytes that claim to hold hundreds of megabytes, for tests/runtime/claims.test."""
import gzip
import io
import json
import struct
import zipfile

import numpy as np

COUNT = 200_000_000


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)


def tensors(name, kernel, data, size=None):
    header = json.dumps({"dense/kernel": {"dtype": "F32", "shape": kernel,
                                          "data_offsets": [0, 4 * kernel[0] * kernel[1]]},
                         "dense/bias": {"dtype": "F32", "shape": [2], "data_offsets": [24, 32]}}).encode()
    write(name, struct.pack("<Q", size or len(header)) + header + data)


stream = io.BytesIO()
np.lib.format.write_array_header_1_0(stream, {"descr": "<f4", "fortran_order": True, "shape": (COUNT, 3)})
npy = stream.getvalue() + bytes(24)
write("huge.npy", npy)
write("gzip.npy.gz", gzip.compress(npy))
write("huge.idx", struct.pack(">BBBBII", 0, 0, 13, 2, COUNT, 3) + bytes(24))
with zipfile.ZipFile("inside.npz", "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("x.npy", npy)
with open("inside.npz", "rb") as file:
    archive = bytearray(file.read())
at = archive.rfind(b"PK\x01\x02")
archive[at + 24:at + 28] = struct.pack("<I", 12 * COUNT)  # the size unpacked
write("member.npz", archive)
tensors("shape.safetensors", [COUNT, 2], bytes(32))
tensors("header.safetensors", [3, 2], bytes(32), size=90_000_000)
