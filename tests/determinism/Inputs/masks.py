#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""masks.py SEED PURPOSE STEPS ROWS RATE SHAPE: the masks that runtime/core/nnc.h documents, printed as masks.c does.

SHAPE is that of one sample's mask and of the sample, as 3x150,1x150: here three rows of 150 share one mask.
"""
import struct
import sys

WORD = 0xFFFFFFFF


def philox(key, counter):
    """Philox4x32-10: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011."""
    k0, k1 = key
    c0, c1, c2, c3 = counter
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = p1 >> 32 ^ c1 ^ k0, p1 & WORD, p0 >> 32 ^ c3 ^ k1, p0 & WORD
        k0, k1 = k0 + 0x9E3779B9 & WORD, k1 + 0xBB67AE85 & WORD
    return c0, c1, c2, c3


def drawn(seed, purpose, batch, row, column, columns):
    """The word of column `column` of row `row`."""
    block = row * ((columns + 63) // 64) + column // 64
    word, lane = divmod(column % 64, 16)
    return philox((seed & WORD, seed >> 32), (block * 16 + lane, purpose, batch & WORD, batch >> 32))[word]


def main():
    seed, purpose, steps, rows = map(int, sys.argv[1:5])
    rate = float(sys.argv[5])
    sample, mask = ([int(dim) for dim in shape.split("x")] for shape in sys.argv[6].split(","))
    columns = next((dim for dim in reversed(mask) if dim > 1), 1)  # the last dimension longer than 1
    inner = mask[0] * mask[1]
    for step in range(steps):
        for row in range(rows):
            line = ""
            for i in range(sample[0]):
                for j in range(sample[1]):
                    element = row * inner + (i if mask[0] > 1 else 0) * mask[1] + (j if mask[1] > 1 else 0)
                    bits = drawn(seed, purpose, step, element // columns, element % columns, columns)
                    line += "#" if bits >= rate * 2**32 else "."
            print(line)
        print(f"kept {struct.unpack('f', struct.pack('f', 1 / (1 - rate)))[0]:.9g}")


main()
