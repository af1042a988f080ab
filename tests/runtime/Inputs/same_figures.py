# SPDX-License-Identifier: MIT-0
"""The validation figures of the last epoch of a history against what evaluate --json said. usage: same_figures.py
HISTORY JSON"""
import csv
import json
import sys

last = list(csv.DictReader(open(sys.argv[1])))[-1]
figures = json.load(open(sys.argv[2]))
same = [name for name in last if name.startswith("val_") and abs(float(last[name]) - figures[name[4:]]) < 1e-7]
print(*same, "agree")
