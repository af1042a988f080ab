# SPDX-License-Identifier: MIT-0
"""Seeds for fuzz_data and fuzz_safetensors: small sound files of every format. usage: runtime_seeds.py DATA
SAFETENSORS"""
import gzip
import io
import json
import os
import struct
import sys
import zipfile

CSV, IDX, NPY, NPZ = range(4)
data_folder, safetensors_folder = sys.argv[1:]


def npy(descr, order, shape, data, version=1):
    header = f"{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    size = struct.pack("<H", len(header)) if version == 1 else struct.pack("<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + size + header + data


def npz(method, **members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            with archive.open(zipfile.ZipInfo(name + ".npy"), "w", force_zip64=True) as member:
                member.write(data)
    return out.getvalue()


def safetensors(header, data):
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


small = npy("<f4", False, (2, 3), bytes(24))
seeds = [
    (CSV, b"1,2\n3,4\n"), (CSV, b'\xef\xbb\xbfa;"b\n""c"\r\n1e5;-.5\r\n'), (CSV, b"1\t2\n3\tnan\n"),
    (CSV, b"12345678901234567890e-400\n"), (IDX, b"\0\0\x08\x02\0\0\0\x02\0\0\0\x03abcdef"),
    (IDX, b"\0\0\x0e\x01\0\0\0\x01" + bytes(8)), (NPY, small), (NPY, npy(">i2", True, (2, 2), bytes(8), 2)),
    (NPY, npy("|b1", False, (3,), bytes(3), 3)), (NPY, npy("<f2", False, (1, 1), bytes(2))),
    (NPZ, npz(zipfile.ZIP_STORED, x=small)), (NPZ, npz(zipfile.ZIP_DEFLATED, y=small, x=small)),
]
for i, (kind, data) in enumerate(seeds):
    open(os.path.join(data_folder, f"seed{i}"), "wb").write(bytes([kind]) + data)
    open(os.path.join(data_folder, f"seed{i}.gz"), "wb").write(bytes([kind | 4]) + gzip.compress(data))
f32 = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
for i, data in enumerate((
        safetensors({}, b""), safetensors({"a": f32}, bytes(8)),
        safetensors({"__metadata__": {"k\u00e9y": "v"}, "b": {"dtype": "F64", "shape": [1, 1], "data_offsets": [8, 16]},
                     "a/\"": f32}, bytes(16)))):
    open(os.path.join(safetensors_folder, f"seed{i}"), "wb").write(data)
