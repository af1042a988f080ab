#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Names as integers: 27 begins a name, 1 to 26 are its letters, 0 ends it and fills the line.

usage: ./encode.py < dinosaurs.txt > dinosaurs.csv
"""
import sys

for name in sys.stdin.read().split():
    letters = [ord(letter) - ord("a") + 1 for letter in name]
    print(*([27] + letters + 25 * [0])[:25], sep=",")
