# SPDX-License-Identifier: MIT-0
"""Interrupts a training that would never end, and says how that went."""
import csv
import glob
import os
import signal
import subprocess
import time

from safetensors.numpy import load_file

for number in (signal.SIGINT, signal.SIGTERM):
    argv = "./linear fit --x x.csv --y y.csv --epochs 1000000000 --verbose 0 --save w.safetensors --history h.csv"
    run = subprocess.Popen(argv.split(), stderr=subprocess.PIPE, text=True)
    while not (os.path.exists("h.csv") and os.path.getsize("h.csv") > 1000):
        time.sleep(0.01)
    start = time.monotonic()
    run.send_signal(number)
    _, message = run.communicate(timeout=10)
    took = time.monotonic() - start
    rows = list(csv.DictReader(open("h.csv")))
    print(f"{number.name}: status {run.returncode}, {'within a second' if took < 1 else took}, "
          f"weights {'saved' if load_file('w.safetensors')['counter/steps'][0] > 0 else 'are missing'}, "
          f"history {'complete' if [r['epoch'] for r in rows] == [str(i) for i in range(len(rows))] else 'damaged'}, "
          f"{'a' if glob.glob('w.safetensors.*') else 'no'} temporary file")
    print(message, end="")
    os.remove("h.csv")
    os.remove("w.safetensors")
