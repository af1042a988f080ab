#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""What int8 costs: the accuracy of float and of --quantize=int8 on data that no model has seen, and, under a Python
that has TensorFlow, of LiteRT's int8 of the same weights. Writes the table of docs/quantization.md anew.

usage: KERAS_BACKEND=tensorflow measure.py [--nnc NNC] [--models digits mlp cnn rows names] [--seeds 0 1 2 3 4]

Each model is trained anew for each seed; both calibrate with the first 500 samples of training, both predict all
samples of the test data. LiteRT has the same layers from Keras, by `nnc export --keras`, int8 from end to end where
it converts them so."""
import argparse
import gzip
import os
import subprocess
import sys
import tempfile

import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(here))
fashion = "/usr/share/datasets/fashion-mnist/"
CALIBRATION = 500
BY_LITERT = ("digits", "mlp", "cnn")  # what TensorFlow converts; LSTM it does not make int8 as a whole
MODELS = {"digits": "digits: Dense 128-64-10", "mlp": "Fashion-MNIST: Dense 256-128-64-10",
          "cnn": "Fashion-MNIST: Conv2D 16-32, BatchNormalization", "rows": "Fashion-MNIST by rows: LSTM 64",
          "names": "names: Embedding, LSTM 64, masked"}


def idx(name, head):
    with gzip.open(fashion + name) as file:
        return np.frombuffer(file.read()[head:], np.uint8)


def data_of(name):
    """Samples to calibrate with, samples of the test and their labels; labels below 0 do not count."""
    if name == "digits":
        rows = np.loadtxt(f"{root}/examples/digits/digits.csv", delimiter=",", skiprows=1)
        return rows[:CALIBRATION, :64], rows[1437:, :64], rows[1437:, -1:].astype(int)
    if name == "names":
        rows = np.loadtxt(f"{root}/examples/names/dinosaurs.csv", delimiter=",").astype(int)
        counts = rows[500:, :24] > 0
        return rows[:CALIBRATION, :24], rows[500:, :24], np.where(counts, rows[500:, 1:25], -1)
    shape = (-1, 28, 28, 1) if name == "cnn" else (-1, 28, 28)
    given = idx("train-images-idx3-ubyte.gz", 16)[:CALIBRATION * 784].reshape(shape)
    return given, idx("t10k-images-idx3-ubyte.gz", 16).reshape(shape), idx("t10k-labels-idx1-ubyte.gz", 8)[:, None]


def run(*command, cwd=None):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, cwd=cwd)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}: {done.stderr[-600:]}")
    return done.stdout


def accuracy(outputs, labels):
    guesses = outputs.reshape(labels.shape + (-1,)).argmax(axis=-1)
    return float((guesses == labels)[labels >= 0].mean())


def compiled(nnc, model, path, *flags):
    run(nnc, model, "--main", *flags, "-o", path + ".c")
    libraries = run(nnc, "--libs").split()
    run("gcc", "-O2", "-march=native", "-DNNC_ONE_COPY", *run(nnc, "--cflags").split(), path + ".c", *libraries, "-o",
        path)
    return path


def of_nnc(program, x, labels, *flags):
    out = program + ".npy"
    run(program, "predict", "--x", x, "-o", out, *flags)
    return accuracy(np.load(out), labels)


def of_litert(path, given, x, labels):
    import keras
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2
    model = keras.models.load_model(path, compile=False)
    scale = 1.0
    if isinstance(model.layers[0], keras.layers.Rescaling):  # it is done to the data instead, as nnc does
        scale = np.asarray(model.layers[0].scale)
        model = keras.Sequential([keras.Input(given.shape[1:]), *model.layers[1:]])
    function = tf.function(lambda x: model(x, training=False),
                           input_signature=[tf.TensorSpec((1, *given.shape[1:]), tf.float32)])
    frozen = convert_variables_to_constants_v2(function.get_concrete_function())
    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([(row[None] * scale).astype(np.float32)] for row in given)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    interpreter = tf.lite.Interpreter(model_content=converter.convert())
    interpreter.allocate_tensors()
    source, result = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    outputs = []
    for row in x:
        interpreter.reset_all_variables()
        interpreter.set_tensor(source["index"], (row[None] * scale).astype(source["dtype"]))
        interpreter.invoke()
        outputs.append(interpreter.get_tensor(result["index"])[0])
    return accuracy(np.array(outputs), labels)


def measured(nnc, name, seeds, litert):
    model = os.path.join(root, "examples", "names", "names.nn") if name == "names" else f"{here}/{name}.nn"
    given, x, labels = data_of(name)
    found = {"float": [], "int8": [], "litert": []}
    with tempfile.TemporaryDirectory() as folder:
        at = lambda file: os.path.join(folder, file)
        np.save(at("given.npy"), given.astype(np.float32))
        np.save(at("x.npy"), x.astype(np.float32))
        program = compiled(nnc, model, at("real"))
        for seed in seeds:
            weights = at("w.safetensors")
            run(program, "fit", "--seed", seed, "--save", weights, cwd=os.path.dirname(model))
            found["float"].append(of_nnc(program, at("x.npy"), labels, "--weights", weights))
            whole = compiled(nnc, model, at("whole"), "--weights", weights, "--quantize=int8", "--calibrate",
                             at("given.npy"))
            found["int8"].append(of_nnc(whole, at("x.npy"), labels))
            if litert and name in BY_LITERT:
                run(nnc, "export", "--keras", model, "--weights", weights, "-o", at("m.keras"))
                found["litert"].append(of_litert(at("m.keras"), given, x, labels))
            print(name, seed, {key: values[-1:] for key, values in found.items()}, file=sys.stderr, flush=True)
    return found


def table(results, seeds):
    yield (f"| mean of seeds {', '.join(map(str, seeds))} | float | int8 | what is lost, and by the worst seed | "
           "LiteRT's int8 |")
    yield "|---|---|---|---|---|"
    for name, found in results.items():
        less = np.array(found["float"]) - np.array(found["int8"])
        litert = f"{np.mean(found['litert']):.2%}" if found["litert"] else "none"
        cells = [MODELS[name], f"{np.mean(found['float']):.2%}", f"{np.mean(found['int8']):.2%}",
                 f"{less.mean():+.2%}, {less.max():+.2%}", litert]
        yield "| " + " | ".join(cell.replace("%", " %") for cell in cells) + " |"


def write_table(lines):
    path = os.path.join(root, "docs", "quantization.md")
    with open(path, encoding="utf-8") as file:
        before, rest = file.read().split("<!-- measured -->\n")
    with open(path, "w", encoding="utf-8") as file:
        file.write(before + "<!-- measured -->\n" + "\n".join(lines) + "\n<!-- end -->\n" +
                   rest.split("<!-- end -->\n")[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nnc", default=os.path.join(root, "build", "nnc"))
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--seeds", nargs="+", type=int, default=range(5))
    parser.add_argument("--no-litert", action="store_true", help="without LiteRT's int8")
    parser.add_argument("--print", action="store_true", help="print the table instead of writing it")
    options = parser.parse_args()
    results = {name: measured(os.path.abspath(options.nnc), name, options.seeds, not options.no_litert)
               for name in options.models}
    lines = list(table(results, options.seeds))
    print("\n".join(lines)) if options.print else write_table(lines)


if __name__ == "__main__":
    main()
