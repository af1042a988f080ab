# SPDX-License-Identifier: MIT-0
"""Models for the runtimes that only predict, exported in a process of their own: that is no part of what is
measured."""
import os
import subprocess
import sys
import tempfile
import time

seconds = 0.0  # that exporting took

SCRIPT = """
import importlib, sys
sys.path[:0] = [sys.argv[1], sys.argv[2]]
import workloads
exporter = importlib.import_module(sys.argv[3])
workload = next(w for w in workloads.WORKLOADS.values() if w.network == sys.argv[4])
exporter.export(workload, int(sys.argv[5]), sys.argv[6])
"""


def model(exporter, workload, batch):
    """The bytes that exporter.export(workload, batch, path) writes."""
    global seconds
    start = time.perf_counter()
    here = os.path.dirname(os.path.abspath(__file__))
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model")
        subprocess.run([sys.executable, "-W", "ignore", "-c", SCRIPT, here, os.path.dirname(here), exporter,
                        workload.network, str(batch), path], check=True, stdout=subprocess.DEVNULL)
        with open(path, "rb") as file:
            content = file.read()
    seconds += time.perf_counter() - start
    return content
