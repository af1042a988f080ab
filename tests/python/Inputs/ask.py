# SPDX-License-Identifier: MIT-0
"""What nnc for Python does beside the program: ask.py FOLDER."""
import contextlib
import io
import os
import subprocess
import sys

before = set(sys.modules)
import nnc  # noqa: E402

imported = {name.lstrip("_").split(".")[0] for name in set(sys.modules) - before}
print("imported", sorted(imported - {"nnc", "json", "weakref"}))
import numpy  # noqa: E402

os.chdir(sys.argv[1])
TEXT = """
units = 4
model t { Input(shape=(3,)) Dense(units, activation='relu') Dropout(0.2) Dense(2, activation='softmax') }
compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
"""
x = numpy.random.default_rng(0).random((100, 3), numpy.float32)
y = (x.sum(1) > 1.5).astype(int)


def raises(title, call):
    try:
        call()
        print(title, "is taken")
    except nnc.Error as error:
        print(title + ":", str(error).splitlines()[0].replace(model._scratch if model else "\0", ""))


model = None
model = nnc.compile(TEXT, {"units": 5})
print(model)
raises("predict", lambda: model.predict(x))
history = model.fit(x, y, epochs=2, batch_size=25, validation_split=0.2, seed=3, verbose=0, report=True)
print(history.epoch, sorted(history.history), "<html" in history.report, "srcdoc" in history._repr_html_())

# The same as the program, to the last bit; and what it predicts, to rounding.
open("t.nn", "w").write(TEXT)
numpy.save("x.npy", x)
numpy.save("y.npy", y)
nnc_run = [os.environ["NNC"], "run", "-Dunits=5", "--batch=25", "t.nn"]
subprocess.run([*nnc_run, "fit", "--x", "x.npy", "--y", "y.npy", "--epochs", "2", "--validation-split", "0.2", "--seed",
                "3", "--verbose", "0", "--save", "w.safetensors"], check=True)
subprocess.run([*nnc_run, "predict", "--x", "x.npy", "--weights", "w.safetensors", "-o", "p.npy"], check=True)
model.save_weights("ours.safetensors")
print("weights", open("w.safetensors", "rb").read() == open("ours.safetensors", "rb").read())
predictions = model.predict(x)
print("predictions", predictions.shape, abs(predictions - numpy.load("p.npy")).max() < 1e-6,
      abs(model.predict(x[:1]) - predictions[:1]).max() < 1e-6, model.predict(x[:0]).shape)
mean, deviation = model.predict(x, mc_samples=20)
print("Monte Carlo", mean.shape, 0 < deviation.mean() < 0.5)
print("figures", sorted(model.evaluate(x, y)))

weights = model.weights
print({name: array.shape for name, array in weights.items()})
other = nnc.compile("t.nn", {"units": 5})
other.weights = weights
print("given", abs(other.predict(x) - predictions).max())
other.load_weights("w.safetensors")
before = other.evaluate(x, y)["loss"]
other.fit(x, y, epochs=3, verbose=0)
print("goes on", other.evaluate(x, y)["loss"] < before)
print("C", "t_predict" in model.to_c(None, "--inference-only"), model.to_c("t.c"), os.path.exists("t.h"))

printed = io.StringIO()
with contextlib.redirect_stdout(printed):
    other.fit(x, y, epochs=1)
print("progress", "Epoch 1/1" in printed.getvalue(), "4/4" in printed.getvalue())

raises("layer", lambda: nnc.compile("model t { Dens(3) }"))
raises("shape", lambda: model.predict(numpy.zeros((2, 4))))
raises("samples", lambda: model.fit(x[:3], y))
raises("weights", lambda: model.load_weights("x.npy") or model.predict(x))
scratch = model._scratch
del model
print("left", os.path.exists(scratch))
