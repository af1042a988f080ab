# SPDX-License-Identifier: MIT-0
"""What a loss of power leaves of a file, behind everything that a program did to it (record.c).

  power.py RECORD FILE FOLDER [--without-sync]

Behind each call the power goes. Of what was not synced then, nothing is on the disk, or all of it, all but the first or
the last write, or half of the last one; renames not synced yet happened or did not, and may come before the data. FILE
must be one of the files that were ever given its name, whole, or missing where there was none yet. Each state that
differs goes to FOLDER, for a program to go on from. --without-sync looks at a program that would not sync: there is a
fault then.
"""
import os
import sys

record, path, folder = sys.argv[1:4]
syncs = "--without-sync" not in sys.argv


class File:
    """An open file: what is on the disk, what is flushed but not synced, what is in memory."""

    def __init__(self):
        self.disk, self.pending, self.buffer = b"", [], []

    def flush(self):
        self.pending += self.buffer
        self.buffer = []

    def whole(self):
        return self.disk + b"".join(self.pending)

    def states(self):
        pending = self.pending
        yield self.whole()
        yield self.disk
        if pending:
            yield self.disk + b"".join(pending[:-1])
            yield self.disk + b"".join(pending[:-1]) + pending[-1][:len(pending[-1]) // 2]
            yield self.disk + b"\0" * len(pending[0]) + b"".join(pending[1:])


def main():
    opened, names, allowed = {}, {}, set()
    durable = None  # the file that has the name for certain
    renamed = []    # files that were given it, not synced yet
    states, faults, calls = {}, [], 0
    for line in open(record, encoding="utf-8"):
        what, number, rest = line.rstrip("\n").split(" ", 2)
        file = opened.get(number)
        calls += 1
        if what == "open":
            opened[number] = File() if rest not in names else names[rest]
            names[rest] = opened[number]
            opened[number].path = rest
        elif what == "write" and file:
            file.buffer.append(bytes.fromhex(rest))
        elif what in ("flush", "close") and file:
            file.flush()
            if what == "close":
                del opened[number]
        elif what == "cut" and file:
            file.__init__()
        elif what == "sync" and file and syncs:
            if os.path.isdir(file.path):
                durable, renamed = (renamed or [durable])[-1], []
            else:
                file.disk, file.pending = file.whole(), []
        elif what == "rename":
            before, after = rest.split(" ")
            moved = names.pop(before)
            names[after] = moved
            if after == path:
                moved.flush()
                renamed.append(moved)
                allowed.add(moved.whole())
        elif what == "unlink":
            names.pop(rest, None)
        for holder in filter(None, [durable, *renamed]):
            for state in holder.states():
                states.setdefault(state, calls)
                if state not in allowed:
                    faults.append(f"behind call {calls}, {what}: {len(state)} bytes that nobody wrote whole")
    os.makedirs(folder, exist_ok=True)
    for i, state in enumerate(sorted(states, key=states.get)):
        with open(os.path.join(folder, str(i)), "wb") as out:
            out.write(state)
    for fault in faults[:3]:
        print(fault)
    print(f"{calls} calls, {len(states)} states, {'none' if not faults else 'some'} of them torn")


main()
