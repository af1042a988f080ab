# SPDX-License-Identifier: MIT-0
"""A client of the language server: Client(NNC, folder) starts `nnc lsp`. Places are written into texts as |."""
import json
import os
import subprocess


class Client:
    def __init__(self, nnc, folder=".", encodings=("utf-16",), snippets=False):
        self.process = subprocess.Popen([nnc, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.folder, self.number, self.diagnostics, self.version = os.path.abspath(folder), 0, {}, 0
        capabilities = {"general": {"positionEncodings": list(encodings)},
                        "textDocument": {"completion": {"completionItem": {"snippetSupport": snippets}}}}
        self.capabilities = self.ask("initialize", {"capabilities": capabilities})
        self.tell("initialized", {})

    def send(self, message):
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        self.process.stdin.flush()

    def receive(self):
        length = 0
        while (line := self.process.stdout.readline()) not in (b"\r\n", b""):
            length = int(line.split(b":")[1])
        message = json.loads(self.process.stdout.read(length))
        if message.get("method") == "textDocument/publishDiagnostics":
            self.diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
        return message

    def tell(self, method, params):
        self.send({"method": method, "params": params})

    def ask(self, method, params):
        self.number += 1
        self.send({"id": self.number, "method": method, "params": params})
        while (message := self.receive()).get("id") != self.number:
            pass
        return message["error"] if "error" in message else message["result"]

    def uri(self, name):
        return "file://" + os.path.join(self.folder, name).replace(" ", "%20")

    def open(self, text, name="m.nn"):
        """Opens a text and waits for what is wrong with it."""
        self.tell("textDocument/didOpen", {"textDocument": {"uri": self.uri(name), "languageId": "nnc", "version": 1,
                                                            "text": text}})
        return self.receive()["params"]["diagnostics"]

    def change(self, changes, name="m.nn"):
        self.version += 1
        self.tell("textDocument/didChange", {"textDocument": {"uri": self.uri(name), "version": self.version},
                                             "contentChanges": changes})
        return self.receive()["params"]["diagnostics"]

    def at(self, what, marked, name="m.nn", **more):
        """Opens a text without its | and asks about that place."""
        before, after = marked.split("|")
        self.open(before + after, name)
        position = {"line": before.count("\n"), "character": len(before.rsplit("\n", 1)[-1])}
        return self.ask("textDocument/" + what, {"textDocument": {"uri": self.uri(name)}, "position": position, **more})

    def close(self):
        self.ask("shutdown", None)
        self.tell("exit", None)
        self.process.stdin.close()
        return self.process.wait()


def apply(text, edits):
    """Text edits of the protocol, on a text of plain characters."""
    lines = text.split("\n")
    offset = lambda place: sum(len(line) + 1 for line in lines[: place["line"]]) + place["character"]
    for edit in sorted(edits, key=lambda edit: -offset(edit["range"]["start"])):
        text = text[: offset(edit["range"]["start"])] + edit["newText"] + text[offset(edit["range"]["end"]):]
    return text
