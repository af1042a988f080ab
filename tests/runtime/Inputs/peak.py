# SPDX-License-Identifier: MIT-0
"""Runs a command and complains when it touched more than so many MiB. usage: peak.py MIB COMMAND..."""
import resource
import subprocess
import sys

status = subprocess.run(sys.argv[2:]).returncode
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
if peak > float(sys.argv[1]):
    print(f"{peak:.0f} MiB were touched")
sys.exit(status)
