# SPDX-License-Identifier: MIT-0
"""edges.py NNC FOLDER [sanitized]: what nnc makes of values and files at the edges of what is possible.

What is refused takes less than 0.1 s of the processor, times SLOWNESS, and names a place; what is not, less than a
second. Both stay within 64 MB beside nnc itself. A quadratic search through a file of 4 MB takes ten seconds and more,
so that a slow machine blurs nothing.
"""
import itertools
import os
import re
import subprocess
import sys

nnc, folder = sys.argv[1:3]
sanitized = "sanitized" in sys.argv[3:]  # their time and memory say nothing of nnc
SLOWNESS = 3
# A space of addresses: nnc, its libraries and what lies between blocks of large pages take up to 28 MB of it.
LIMITED = [] if sanitized else ["prlimit", f"--as={(64 + 28) << 20}"]
EDGES = ("0", "-1", "2147483647", "2147483648", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
         "18446744073709551616", "3037000500", "1e308", "-0.0", "()", "None", "(0,)", "(65536, 65536)",
         "(2147483648, -1)", "[[1], 1]",
         "(1, 1, 1, 1, 1, 1, 1, 1, 1)", "{0: 1}", "'x'", "Dense(1)")
# A place for a value of each kind of argument, @; what else the layer needs.
SIZES = {
    "input": "Input(shape=@) Dense(1)", "batch": "Input(shape=(4,), batch_size=@) Dense(1)",
    "units": "Input(shape=(4,)) Dense(@)",
    "filters": "Input(shape=(8, 8, 3)) Conv2D(@, 3)", "kernel": "Input(shape=(8, 8, 3)) Conv2D(2, @)",
    "strides": "Input(shape=(8, 8, 3)) Conv2D(2, 3, strides=@)",
    "dilation": "Input(shape=(8, 8, 3)) Conv2D(2, 3, dilation_rate=@)",
    "groups": "Input(shape=(8, 8, 3)) Conv2D(6, 3, groups=@)",
    "kernels": "Input(shape=(8, 3)) Conv1DTranspose(2, @, strides=2)",
    "pool": "Input(shape=(8, 8, 3)) MaxPooling2D(@)", "mean": "Input(shape=(8, 3)) AveragePooling1D(@, padding='same')",
    "zeros": "Input(shape=(8, 8, 3)) ZeroPadding2D(@)", "crop": "Input(shape=(8, 8, 3)) Cropping2D(@)",
    "larger": "Input(shape=(8, 8, 3)) UpSampling2D(@)", "shape": "Input(shape=(4,)) Reshape(@) Flatten() Dense(1)",
    "order": "Input(shape=(4, 3)) Permute(@)", "times": "Input(shape=(4,)) RepeatVector(@)",
    "axis": "Input(shape=(4, 3)) Softmax(axis=@)",
    "words": "Input(shape=(4,)) Embedding(@, 2)", "rate": "Input(shape=(4,)) Dropout(@)",
    "scale": "Input(shape=(4,)) Rescaling(@)",
    "mean value": "Input(shape=(4,)) Normalization(mean=@, variance=1)", "lstm": "Input(shape=(4, 3)) LSTM(@)",
    "name": "Input(shape=(4,)) Dense(2, name=@)", "activation": "Input(shape=(4,)) Dense(2, activation=@)",
    "flag": "Input(shape=(4,)) Dense(2, use_bias=@)",
    "start": "Input(shape=(4,)) Dense(2, kernel_initializer=Constant(@))",
    "penalty": "Input(shape=(4,)) Dense(2, kernel_regularizer=L1L2(l2=@))",
    "noise shape": "Input(shape=(4, 3)) Dropout(0.5, noise_shape=@)",
    "inner": "Input(shape=(4, 3)) TimeDistributed(@)",
}
STATEMENTS = {
    "rate": "compile(optimizer=SGD(@), loss='mse')", "momentum": "compile(optimizer=SGD(momentum=@), loss='mse')",
    "metrics": "compile(optimizer='sgd', loss='mse', metrics=@)", "loss": "compile(optimizer='sgd', loss=@)",
    "schedule": "compile(optimizer=SGD(PiecewiseConstantDecay(@, [0.1, 0.2])), loss='mse')",
    "sums": "compile(optimizer=SGD(gradient_accumulation_steps=@), loss='mse')",
    "epochs": "compile(optimizer='sgd', loss='mse') fit(epochs=@)",
    "batch": "compile(optimizer='sgd', loss='mse') fit(batch_size=@)",
    "columns": "compile(optimizer='sgd', loss='mse') fit(x=csv('a.csv', columns=@), y=csv('b.csv'))",
    "rows": "compile(optimizer='sgd', loss='mse') fit(x=csv('a.csv', rows=@), y=csv('b.csv'))",
    "split": "compile(optimizer='sgd', loss='mse') fit(x=npy('a'), y=npy('b'), validation_split=@)",
    "classes": "compile(optimizer='sgd', loss='mse') fit(class_weight=@)",
    "patience": "compile(optimizer='sgd', loss='mse') fit(callbacks=[EarlyStopping(patience=@)])",
    "callbacks": "compile(optimizer='sgd', loss='mse') fit(callbacks=@)",
    "rates": "compile(optimizer='sgd', loss='mse') fit(callbacks=[LearningRateScheduler(@)])",
}
MODEL = "model m { Input(shape=(4,)) Dense(2) }\n"
TRAINED = MODEL + "compile(optimizer='sgd', loss='mse') "
MB, DEEP = 1 << 20, 100_000


def layers(text):
    return "model m { Input(shape=(4,)) " + text + " }"


def files():
    """What else nobody writes, each made when it is wanted. Those of 10 MB go on behind what is read of a file."""
    yield "empty", ""
    yield "blank", " \n\n"
    yield "comment", "# nothing\n"
    yield "line ends", "\n" * (4 * MB - 1)
    yield "long comment", "#" * (10 * MB)
    yield "comments", "# a line of a comment\n" * (3 * MB // 22) + MODEL
    yield "from", "from x\n" * (MB // 2) + MODEL
    yield "a line", "a\n" * MB
    yield "blanks in a line", " " * (3 * MB) + MODEL
    yield "constants", "".join(f"c{i} = {i}\n" for i in range(80_000)) + MODEL
    yield "one constant", "c = 1\n" * 80_000 + MODEL
    yield "list", "x = [" + "1," * 120_000 + "]\n" + MODEL
    yield "shape", "model m { Input(shape=(" + "1," * 120_000 + ")) Dense(2) }"
    yield "twice", layers("Dense(" + "units=2," * 60_000 + ")")
    yield "positions", layers("Dense(" + "2," * 120_000 + ")")
    yield "metrics", TRAINED.replace("'mse'", "'mse', metrics=[" + "'mae'," * 9000 + "]")
    yield "weights", TRAINED + "fit(class_weight={" + "".join(f"{i}: 1," for i in range(60_000)) + "})"
    yield "columns", TRAINED + "fit(x=csv('a', columns=[" + "1," * 120_000 + "]), y=csv('b'))"
    yield "range", TRAINED + "fit(x=csv('a', columns=range(999999)), y=csv('b'))"
    yield "callbacks", TRAINED + "fit(callbacks=[" + "TerminateOnNaN()," * 40_000 + "])"
    yield "unknown layers", layers("Dnese(2) " * 60_000)
    yield "too many layers", layers("ReLU() " * DEEP)
    yield "layers", layers("ReLU() " * 10_000)
    yield "models", "model m {}\n" * 60_000
    yield "statements", "fit()\n" * 60_000
    yield "open", "{" * (4 * MB)
    yield "closed", "}" * (4 * MB)
    yield "open models", "model m {" * DEEP
    yield "dollars", "$" * (4 * MB)
    yield "quotes", "'" * (4 * MB)
    yield "strings", "'a'" * MB
    yield "an open string", "x = '" + "n" * (4 * MB - 9)
    yield "too large", "a = [1] " * (10 * MB // 8)
    yield "10 MB of layers", layers("Dense(4)\n" * (10 * MB // 9))
    yield "brackets", "x = " + "(" * DEEP + "1" + ")" * DEEP
    yield "calls", "x = " + "f(" * DEEP
    yield "wrappers", layers("TimeDistributed(" * DEEP + "Dense(2)" + ")" * DEEP)
    yield "products", "x = " + "1*" * DEEP + "1"
    yield "powers", "x = " + "1**" * DEEP + "1"
    yield "a name", "x" * MB + " = 1\n" + MODEL
    yield "a layer's name", layers("D" * MB + "(2)")
    yield "an argument", layers("Dense(2, " + "u" * MB + "=3)")
    yield "a used name", layers("Dense(" + "u" * MB + ")")
    yield "a model's name", MODEL.replace(" m ", " " + "m" * MB + " ")
    yield "a name in a string", layers("Dense(2, name='" + "n" * MB + "')")
    yield "a path", TRAINED + "fit(x=csv('" + "n" * MB + "'), y=npy('y'))"
    yield "a metric", TRAINED + "fit(callbacks=[EarlyStopping(monitor='" + "n" * MB + "')])"
    yield "a word", layers("Dense(2, activation='" + "n" * MB + "')")
    yield "digits", "x = 1e" + "1" * MB
    yield "squares", "a0 = 2\n" + "".join(f"a{i} = a{i - 1}*a{i - 1}\n" for i in range(1, 2000)) + MODEL
    yield "least", "a = -9223372036854775808 // -1\n" + MODEL
    yield "power", "a = 10**100000000\n" + MODEL
    yield "of nothing", "a = 1 // 0\n" + MODEL


def fault(name, text):
    """What is wrong with nnc's answer, or None."""
    path = os.path.join(folder, "edge.nn")
    with open(path, "w") as file:
        file.write(text)
    with open(os.path.join(folder, "said"), "w+") as said, open(os.path.join(folder, "code"), "w+") as code:
        child = subprocess.Popen([*LIMITED, nnc, path, "-o", "-"], stdout=code, stderr=said, env={})
        status, use = os.wait4(child.pid, 0)[1:]
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        errors = [line for line in said if " error: " in line and not line.startswith(" ")]
        written = os.path.getsize(code.name)
    seconds = use.ru_utime + use.ru_stime
    if child.returncode not in (0, 1):
        return f"status {child.returncode}"
    if child.returncode and (not errors or written or not all(re.search(r"edge\.nn:\d+:\d+: error: ",
    line) for line in errors)):
        return f"no place, or output: {errors[:1]}"
    if not sanitized and seconds > (0.1 * SLOWNESS if child.returncode else 1):
        return f"status {child.returncode} took {seconds:.2f} s"
    return None


def main():
    os.makedirs(folder, exist_ok=True)
    arguments = {}
    for edge in EDGES:
        for name, text in SIZES.items():
            arguments[f"{name} {edge}"] = f"model m {{ {text.replace('@', edge)} }}\n"
        for name, text in STATEMENTS.items():
            arguments[f"{name} {edge}"] = MODEL + text.replace("@", edge)
    cases, faults = 0, []
    for name, text in itertools.chain(arguments.items(), files()):
        cases += 1
        faults += [f"{name}: {wrong}"] if (wrong := fault(name, text)) else []
    print("\n".join(faults[:20]) if faults else f"{cases} models: each has a result or a place")


main()
