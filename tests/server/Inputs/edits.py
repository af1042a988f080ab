# SPDX-License-Identifier: MIT-0
"""The language server under somebody who types at random: edits.py NNC COUNT FILE…

COUNT edits of the files, each followed by a question at a random place. What the server knows of the text that came of
them must be what it knows of the same text when it is opened. Prints that, and how long a keystroke took."""
import random
import statistics
import sys
import time

from client import Client

nnc, count, files = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
draw = random.Random(3)
PIECES = ["(", ")", "[", "]", "{", "}", ",", "=", "'", '"', "#", "\n", " ", "-", ".", "é", "😀", "Dense(3)",
          "Dropout(0.5", "model m {", "fit(x=csv('", "rate", "1e9999", "activation='relu'", "True", "\\", "0", "\t",
          "Bidirectional(LSTM(3))"]
METHODS = ["completion", "hover", "signatureHelp", "definition", "references", "prepareRename", "documentSymbol",
           "codeAction", "inlayHint", "formatting", "rename"]
client = Client(nnc)


def place(text, offset):
    before = text[:offset]
    return {"line": before.count("\n"), "character": len(before.rsplit("\n", 1)[-1].encode("utf-16-le")) // 2}


faults, times = 0, []
texts = [open(path).read() for path in files]
for number in range(count):
    if number % 200 == 0:
        text = draw.choice(texts)
        client.open(text)
    low = draw.randrange(len(text) + 1)
    high = min(len(text), low + draw.choice([0, 0, 0, 1, 1, 3, 20]))
    piece = draw.choice(PIECES + ["", "", ""])
    edit = {"range": {"start": place(text, low), "end": place(text, high)}, "text": piece}
    text = text[:low] + piece + text[high:]
    start = time.perf_counter()
    found = client.change([edit])
    times.append(time.perf_counter() - start)
    at = place(text, min(len(text), low + len(piece)))
    client.ask("textDocument/" + draw.choice(METHODS),
               {"textDocument": {"uri": client.uri("m.nn")}, "position": at, "newName": "other", "context": {},
                "range": {"start": {"line": 0, "character": 0}, "end": at}})
    if number % 50 == 0:
        faults += client.open(text) != found  # all at once, it is the same
status = client.close()
print(f"{count} edits, {faults} faults, status {status}")
print(f"a keystroke: median {1000 * statistics.median(times):.1f} ms, largest {1000 * max(times):.1f} ms")
