#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Seeds for the fuzzers: small sound files of every format, a folder for each target. usage: seeds.py FOLDER"""
import glob
import gzip
import io
import json
import os
import struct
import sys
import tarfile
import zipfile
import zlib

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(here))


def put(target, name, data):
    os.makedirs(os.path.join(sys.argv[1], target), exist_ok=True)
    with open(os.path.join(sys.argv[1], target, name), "wb") as file:
        file.write(data)


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
def png(width, height, depth, color, rows):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    head = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    palette = chunk(b"PLTE", bytes(range(12))) if color == 3 else b""
    pixels = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + palette + pixels + chunk(b"IEND", b"")


def member(archive, name):
    """A file of a tar archive of tests/import, and the name that it has there."""
    with tarfile.open(os.path.join(root, "tests", "import", "Inputs", archive)) as tar:
        for info in tar:
            if info.isfile() and info.name.endswith(name) and info.size < 16384:
                yield os.path.basename(info.name), tar.extractfile(info).read()


def data_seeds():
    small = npy("<f4", False, (2, 3), bytes(24))
    for i, (target, data) in enumerate((
            ("csv", b"1,2\n3,4\n"), ("csv", b'\xef\xbb\xbfa;"b\n""c"\r\n1e5;-.5\r\n'), ("csv", b"1\t2\n3\tnan\n"),
            ("csv", b"12345678901234567890e-400\n"), ("idx", b"\0\0\x08\x02\0\0\0\x02\0\0\0\x03abcdef"),
            ("idx", b"\0\0\x0e\x01\0\0\0\x01" + bytes(8)), ("npy", small),
            ("npy", npy(">i2", True, (2, 2), bytes(8), 2)), ("npy", npy("|b1", False, (3,), bytes(3), 3)),
            ("npy", npy("<f2", False, (1, 1), bytes(2))), ("npz", npz(zipfile.ZIP_STORED, x=small)),
            ("npz", npz(zipfile.ZIP_DEFLATED, y=small, x=small)))):
        put(target, f"seed{i}", b"\0" + data)
        put(target, f"seed{i}.gz", b"\4" + gzip.compress(data))
    for color, channels in ((0, 1), (2, 3), (3, 1), (4, 2), (6, 4)):
        put("png", f"color{color}", b"\2" + png(2, 2, 8, color, (b"\0" + bytes(2 * channels)) * 2))
    put("png", "bits16", b"\1" + png(2, 1, 16, 0, b"\1" + bytes(4)))


def tensor_seeds():
    f32 = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
    for i, data in enumerate((
            safetensors({}, b""), safetensors({"a": f32}, bytes(8)),
            safetensors({"__metadata__": {"k\u00e9y": "v"}, "a/\"": f32,
                         "b": {"dtype": "F64", "shape": [1, 1], "data_offsets": [8, 16]}}, bytes(16)))):
        put("safetensors", f"seed{i}", data)


def import_seeds():
    """Configurations of Keras' models and files of ONNX among the cases of tests/import."""
    for number, (archive, first) in enumerate((("keras3.tar.xz", b"3"), ("keras2.tar.xz", b"2"))):
        for name, data in list(member(archive, ".keras"))[:40]:
            with zipfile.ZipFile(io.BytesIO(data)) as zipped:
                put("keras", f"{number}{name}", first + zipped.read("config.json"))
    for archive in ("onnx-keras.tar.xz", "onnx-torch.tar.xz"):
        for name, data in list(member(archive, ".onnx"))[:60]:
            put("onnx", name, data)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", json.dumps({"class_name": "Sequential", "config": {"layers": []}}))
    put("zip", "deflated", out.getvalue())


def model_seeds():
    for path in glob.glob(os.path.join(root, "tests", "**", "*.nn"), recursive=True):
        with open(path, "rb") as file:
            data = file.read()
        if len(data) < 2000 and "/build" not in path:
            put("parse", os.path.relpath(path, root).replace("/", "_"), data)


data_seeds()
tensor_seeds()
import_seeds()
model_seeds()
