# SPDX-License-Identifier: MIT-0
"""nnc.compile() and what it gives."""
import json
import os
import weakref

from .tool import Error, call, show

# What only some calls need is imported by them: `import nnc` is to cost next to nothing.

SMALL = 32  # samples of a prediction that is made in this process at once


class History:
    """What fit() saw: `history`, a list for each figure, and `epoch`, as Keras has them; `report`, the HTML of a page
    about the run, where fit() was asked for one."""

    def __init__(self, path, report=None):
        import csv

        with open(path, newline="") as file:
            rows = list(csv.DictReader(file))
        self.epoch = [int(row.pop("epoch")) for row in rows]
        self.history = {name: [float(row[name]) for row in rows] for name in (rows[0] if rows else [])}
        self.report = report

    def _repr_html_(self):
        from .notebook import page

        return page(self.report) if self.report else None


def compile(model, definitions=None, folder=None):  # noqa: A001 - the word of Keras
    """A model from the text of a model file, the path of one (also of .keras, .h5, .onnx, with their weights), or a
    Sequential Keras model, whose weights it takes.

    definitions: {name: value} of constants that the text has otherwise, as `-D name=value`. folder: where paths of the
    text start; that of the file, else the current one."""
    if hasattr(model, "get_config"):
        from . import keras

        made = Model(keras.model_text(model), definitions, folder)
        if model.built:
            made.weights = keras.weights_of(model, made.about["layers"])
        return made
    text = os.fspath(model)
    if "{" in text or "\n" in text:
        return Model(text, definitions, folder)
    folder = folder or os.path.dirname(os.path.abspath(text))
    if text.endswith(".nn"):
        with open(text) as file:
            return Model(file.read(), definitions, folder)
    import tempfile

    with tempfile.TemporaryDirectory(prefix="nnc-") as scratch:
        path, weights = os.path.join(scratch, "model.nn"), os.path.join(scratch, "model.safetensors")
        call("import", text, "-o", path, "--weights", weights)
        with open(path) as file:
            made = Model(file.read(), definitions, folder)
        made.load_weights(weights)
        return made


class Model:
    """A compiled model. Nothing is trained until fit(); predict() and evaluate() take what it has learned."""

    def __init__(self, text, definitions=None, folder=None):
        import shutil
        import tempfile

        self._scratch = tempfile.mkdtemp(prefix="nnc-")
        weakref.finalize(self, shutil.rmtree, self._scratch, ignore_errors=True)
        self._folder = os.path.abspath(folder or ".")
        self._path, self._weights = self._file("model.nn"), None
        self._definitions = [f"-D{name}={value!r}" for name, value in (definitions or {}).items()]
        self._native = {}
        self.text = text
        with open(self._path, "w") as file:
            file.write(text)
        self.about = json.loads(call(*self._definitions, self._path, "--emit=json"))
        self.name = self.about["name"]

    def _file(self, name):
        return os.path.join(self._scratch, name)

    def _array(self, name, values):
        """The path of a source: of an array a file, float32 where it is float."""
        import numpy

        if isinstance(values, (str, os.PathLike)):
            return os.path.join(self._folder, os.fspath(values))
        values = numpy.asarray(values)
        if values.dtype == numpy.float64:
            values = values.astype(numpy.float32)
        numpy.save(self._file(name), numpy.ascontiguousarray(values))
        return self._file(name)

    def _run(self, command, arguments, verbose, batch=None):
        options = [*self._definitions, *([f"--batch={batch}"] if batch else [])]
        words = ["run", *options, self._path, command, *arguments, "--data-dir", self._folder]
        return show(*words, "--verbose", str(verbose)) if verbose is not None else call(*words)

    def _learned(self):
        if not self._weights:
            raise Error(f"model '{self.name}' has no weights yet: fit() learns them, load_weights() reads them")
        return self._weights

    def _settle(self, path):
        self._weights, self._native = path, {}

    def fit(self, x=None, y=None, *, epochs=None, batch_size=None, validation_data=None, validation_split=None,
            sample_weight=None, shuffle=True, seed=None, threads=None, report=False, verbose=1, options=()):
        """Trains on arrays, on files, or on what fit() of the text says. A second call goes on from the weights of the
        first. options: more words of `nnc run MODEL.nn fit --help`. Returns a History."""
        numbers = {"--epochs": epochs, "--validation-split": validation_split, "--seed": seed,
                   "--threads": threads}
        sources = {"--x": x, "--y": y, "--sample-weight": sample_weight}
        if validation_data is not None:
            sources["--validation-x"], sources["--validation-y"] = validation_data[:2]
        arguments = [word for name, value in numbers.items() if value is not None for word in (name, str(value))]
        arguments += options
        for name, value in sources.items():
            if value is not None:
                arguments += [name, self._array(name[2:] + ".npy", value)]
        arguments += [] if shuffle else ["--no-shuffle"]
        arguments += ["--weights", self._weights] if self._weights else []
        arguments += ["--report", self._file("report.html")] if report else []
        learned, history = self._file("learned.safetensors"), self._file("history.csv")
        try:
            self._run("fit", [*arguments, "--save", learned, "--history", history], verbose, batch_size)
        finally:
            for name in sources:
                if os.path.exists(self._file(name[2:] + ".npy")):
                    os.remove(self._file(name[2:] + ".npy"))
        os.replace(learned, self._file("weights.safetensors"))
        self._settle(self._file("weights.safetensors"))
        page = None
        if report:
            with open(self._file("report.html")) as file:
                page = file.read()
        return History(history, page)

    def predict(self, x, mc_samples=None, seed=None):
        """Predictions for an array of samples; with mc_samples their mean and standard deviation over so many
        predictions with dropout on."""
        import numpy

        if mc_samples:
            arguments = ["--x", self._array("x.npy", x), "--weights", self._learned(), "-o", self._file("p.npz")]
            arguments += ["--mc-samples", str(mc_samples)] + (["--seed", str(seed)] if seed is not None else [])
            self._run("predict", arguments, None)
            with numpy.load(self._file("p.npz")) as found:
                return tuple(found[name] for name in found.files)
        x = numpy.ascontiguousarray(x, numpy.float32)
        if list(x.shape[1:]) != self.about["input"] and None not in self.about["input"]:
            raise Error(f"x has the shape {x.shape}, and model '{self.name}' takes (samples, "
                        f"{', '.join(map(str, self.about['input']))})")
        batch = 1 if len(x) == 1 else SMALL
        if batch not in self._native:
            from .native import Native

            self._native[batch] = Native(self._path, batch, self._definitions)
            self._native[batch].load(self._learned())
        return self._native[batch].predict(x)

    def evaluate(self, x=None, y=None, sample_weight=None, batch_size=None):
        """Loss and metrics by their names."""
        sources = {"--x": x, "--y": y, "--sample-weight": sample_weight}
        arguments = ["--weights", self._learned(), "--json"]
        for name, value in sources.items():
            if value is not None:
                arguments += [name, self._array(name[2:] + ".npy", value)]
        return json.loads(self._run("evaluate", arguments, None, batch_size))

    def to_c(self, path=None, *options):
        """The C of the model, with its weights where it has some and `--inference-only` is among the options; written to
        a path and a header beside it, or returned."""
        words = [*self._definitions, *options]
        if self._weights and "--inference-only" in options:
            words += ["--weights", self._weights]
        return call(self._path, *words, "-o", os.fspath(path) if path else "-") or None

    @property
    def weights(self):
        """The values of the weights by their names."""
        from .arrays import load

        return load(self._learned())[0]

    @weights.setter
    def weights(self, values):
        from .arrays import save

        save(self._file("given.safetensors"), values)
        self._settle(self._file("given.safetensors"))

    def save_weights(self, path):
        import shutil

        shutil.copyfile(self._learned(), path)

    def load_weights(self, path):
        import shutil

        shutil.copyfile(path, self._file("given.safetensors"))
        self._settle(self._file("given.safetensors"))

    def summary(self):
        print(call(*self._definitions, self._path, "--emit=summary"), end="")

    def __repr__(self):
        return f"<nnc.Model {self.name}: {self.about['input']} -> {self.about['output']}, {self.about['parameters']} weights>"
