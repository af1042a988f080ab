# SPDX-License-Identifier: MIT-0
"""Asks the language server about places of a model file and prints what it answers: ask.py NNC FOLDER."""
import sys

from client import Client, apply

client = Client(sys.argv[1], sys.argv[2])
HEAD = "rate = 0.3\nmodel m {\n    Input(shape=(4,))\n    "
TAIL = "\n}\ncompile(optimizer='sgd', loss='mse')\n"


def labels(title, marked, *wanted):
    """Of the completions those that are wanted, and how many others."""
    items = client.at("completion", marked)["items"]
    found = [item["label"] for item in items]
    after = apply(marked.replace("|", ""), [next(i for i in items if i["label"] == wanted[0])["textEdit"]])
    line = marked[: marked.index("|")].count("\n")
    print(f"{title}: {[each for each in wanted if each in found]} of {'some' if len(found) < 30 else 'many'}:"
          f" {after.splitlines()[line].strip()}")


print("diagnostics:")
for found in client.open(HEAD + "Dens(3)\n    Dropout(rate=2)" + TAIL):
    start = found["range"]["start"]
    print(" ", start["line"], start["character"], found["severity"], found["code"], found["message"])

labels("layers", HEAD + "De|" + TAIL, "Dense", "DepthwiseConv2D", "Dropout")
labels("file", "mo|", "model", "compile", "fit")
labels("arguments", HEAD + "Dense(3, |)" + TAIL, "activation=", "use_bias=", "name=")
labels("given", HEAD + "Dense(3, use_bias=True, |)" + TAIL, "activation=", "use_bias=")
labels("classes", HEAD + "Dense(3, activation=|)" + TAIL, "relu", "tanh", "rate", "mse")
labels("string", HEAD + "Dense(3, activation='r|')" + TAIL, "relu", "tanh")
labels("unclosed", HEAD + "Dense(3, activation='r|" + TAIL, "relu")
labels("choices", HEAD + "Conv1D(3, 2, padding=|)" + TAIL, "same", "causal")
labels("truth", HEAD + "Dense(3, use_bias=|)" + TAIL, "True", "False", "rate")
labels("nested", "compile(optimizer=Adam(|))", "learning_rate=", "clipnorm=")
labels("schedule", "compile(optimizer=Adam(learning_rate=|))", "ExponentialDecay", "relu")
labels("list", "compile(metrics=['mae', |])", "accuracy", "mse")
labels("columns", "fit(x=csv('t able.csv', columns=('|',)))", "height", "weight", "3.5")
labels("files", "fit(x=csv('|'))", "t able.csv", "folder/")
labels("sources", "fit(x=|)", "csv", "npy")
labels("class", "RNN = LSTM\nmodel m { Input(shape=(3, 4)) RNN(3, recurrent_d|) }", "recurrent_dropout=", "units=")
print("comment:", len(client.at("completion", "# De|")["items"]), "in a constant:",
      len(client.at("completion", "rate = D|")["items"]))

for title, marked in (("layer", HEAD + "De|nse(3)" + TAIL),
                      ("argument", HEAD + "Dense(3, acti|vation='relu')" + TAIL),
                      ("string", HEAD + "Dense(3, activation='re|lu')" + TAIL),
                      ("constant", "rate = 1/3\nother = ra|te"),
                      ("model", HEAD.replace("model m", "model |m") + "Dense(3)" + TAIL), ("nothing", "rate = |1/3")):
    answer = client.at("hover", marked)
    print(f"hover {title}:", answer and answer["contents"]["value"])

signature = client.at("signatureHelp", HEAD + "Dense(3, |)" + TAIL)
print("signature:", signature["signatures"][0]["label"][:30], "active", signature["activeParameter"])

text = HEAD + "Dropout(ra|te)\n    Dropout(rate=rate)" + TAIL
print("definition:", client.at("definition", text)["range"]["start"])
print("references:", [place["range"]["start"]["line"] for place in
                      client.at("references", text, context={"includeDeclaration": True})])
print("rename:", apply(text.replace("|", ""), client.at("rename", text, newName="p")["changes"][client.uri("m.nn")]))
for name in "1x", "model", "rate":
    print("rename to", name + ":", client.at("rename", text, newName=name)["message"])
print("rename of no constant:", client.at("rename", HEAD + "De|nse(3)" + TAIL, newName="p")["message"],
      client.at("prepareRename", HEAD + "De|nse(3)" + TAIL))


def about(what, text, **more):
    client.open(text)
    return client.ask("textDocument/" + what, {"textDocument": {"uri": client.uri("m.nn")}, **more})


whole = {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}
text = HEAD + "Dens(3)" + TAIL
for action in about("codeAction", text, range=whole, context={"diagnostics": []}):
    print("action:", action["title"], "->",
          apply(text, action["edit"]["changes"][client.uri("m.nn")]).splitlines()[3].strip())
for hint in about("inlayHint", HEAD + "Dense(3)\n    Dense(2)" + TAIL, range=whole):
    print("hint:", hint["position"]["line"], hint["position"]["character"], hint["label"])
print("formatting:", about("formatting", "rate=0.3\n")[0]["newText"], about("formatting", "rate = 0.3\n"),
      about("formatting", "rate = \n"))
for symbol in about("documentSymbol", HEAD + "Dense(3)" + TAIL):
    print("symbol:", symbol["name"], symbol["kind"], [child["name"] for child in symbol.get("children", [])])

# Columns of characters that take two units, and of bytes.
print("units:", client.open("smile = '😀'; x")[0]["range"]["start"])
print("status:", client.close())
client = Client(sys.argv[1], sys.argv[2], ("utf-8", "utf-16"), snippets=True)
labels("snippet", HEAD + "De|" + TAIL, "Dense")
labels("optimizer", "compile(optimizer=|", "Adam", "adam")
print("bytes:", client.capabilities["capabilities"]["positionEncoding"],
      client.open("smile = '😀'; x")[0]["range"]["start"])
print("before:", client.ask("textDocument/hover", {"textDocument": {"uri": "file:///never"}})["message"],
      client.ask("what/ever", {})["code"])
client.process.stdin.write(b"Content-Length: 5\r\n\r\nnojsn")
client.process.stdin.flush()
print("no JSON:", client.receive()["error"]["code"])
client.tell("exit", None)
print("without shutdown:", client.process.wait())
