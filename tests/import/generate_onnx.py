#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Makes ONNX files as three exporters write them, with what ONNX Runtime predicts: Inputs/onnx-torch.tar.xz by
PyTorch's two exporters,
Inputs/onnx-keras.tar.xz by Keras' own (through tf2onnx), Inputs/onnx-tf2onnx.tar.xz by tf2onnx from models of Keras 2;
and PyTorch's state dicts, Inputs/torch.tar.xz.

  python3 -m venv venv && venv/bin/pip install torch==2.13.0 onnx onnxscript onnxruntime safetensors
  venv/bin/python tests/import/generate_onnx.py torch
  venv/bin/python tests/import/generate_onnx.py state
  (in the environment of generate.py, with onnx, tf2onnx and onnxruntime)  python tests/import/generate_onnx.py keras
  (and with tf_keras)  python tests/import/generate_onnx.py tf2onnx
"""

import io
import os
import re
import sys
import tarfile
import tempfile
import zlib

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))


def archive(name):
    return tarfile.open(os.path.join(HERE, "Inputs", name), "w:xz", preset=9)


def add(packed, name, data):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    packed.addfile(info, io.BytesIO(data))


def add_arrays(packed, name, **arrays):
    data = io.BytesIO()
    numpy.savez(data, **arrays)
    add(packed, name + ".npz", data.getvalue())


def channels_last(array):
    return numpy.ascontiguousarray(numpy.moveaxis(array, 1, -1)) if array.ndim > 2 else array


def run_onnx(path, x):
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: x})[0]


# PyTorch: name → (modules, shape of a sample, how input and output lie here: "" as there, "i" the input's channels
# last, "o" the output's,
# "t" the input's batch first) -----------------------------------------------------------------------------------------


def torch_cases(nn, torch):
    S = nn.Sequential
    for name, module in (
        ("relu", nn.ReLU()),
        ("tanh", nn.Tanh()),
        ("sigmoid", nn.Sigmoid()),
        ("elu", nn.ELU()),
        ("leaky", nn.LeakyReLU(0.2)),
        ("gelu", nn.GELU()),
        ("silu", nn.SiLU()),
        ("softplus", nn.Softplus()),
        ("relu6", nn.ReLU6()),
        ("selu", nn.SELU()),
        ("softmax", nn.Softmax(-1)),
        ("log_softmax", nn.LogSoftmax(-1)),
        ("prelu", nn.PReLU()),
        ("hard_swish", nn.Hardswish()),
        ("hard_sigmoid", nn.Hardsigmoid()),
        ("mish", nn.Mish()),
    ):
        yield f"mlp_{name}", S(nn.Linear(5, 4), module, nn.Linear(4, 3)), (5,), ""
    yield "no_bias", S(nn.Linear(5, 4, bias=False), nn.Dropout(0.3), nn.Linear(4, 3)), (5,), ""
    yield "batch_norm", S(nn.Linear(5, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 3)), (5,), ""
    yield "layer_norm", S(nn.Linear(5, 4), nn.LayerNorm(4), nn.Linear(4, 3)), (5,), ""
    yield "lenet", S(
        nn.Conv2d(1, 3, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(3, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(36, 6),
        nn.ReLU(),
        nn.Linear(6, 3),
    ), (1, 14, 14), "i"
    yield "conv_strides", S(nn.Conv2d(2, 3, 3, stride=2, padding=1), nn.ReLU()), (2, 8, 9), "io"
    yield "conv_dilated", S(nn.Conv2d(2, 3, (3, 2), dilation=2)), (2, 8, 9), "io"
    yield "conv_groups", S(nn.Conv2d(4, 6, 3, groups=2)), (4, 6, 6), "io"
    yield "depthwise", S(nn.Conv2d(3, 6, 3, groups=3, padding=1), nn.ReLU6(), nn.Conv2d(6, 4, 1)), (3, 6, 6), "io"
    yield "conv1d", S(nn.Conv1d(3, 4, 3, padding=1), nn.ReLU(), nn.MaxPool1d(2), nn.Flatten(), nn.Linear(16, 2)), (
        3,
        8,
    ), "i"
    yield "conv3d", S(nn.Conv3d(2, 3, 2), nn.MaxPool3d(2), nn.Flatten(), nn.Linear(12, 2)), (2, 5, 5, 3), "i"
    yield "transposed", S(nn.ConvTranspose2d(2, 3, 3, stride=2, padding=1), nn.ReLU()), (2, 4, 5), "io"
    yield "transposed_output", S(nn.ConvTranspose2d(2, 3, 3, stride=2, padding=1, output_padding=1)), (2, 4, 5), "io"
    yield "transposed1d", S(nn.ConvTranspose1d(2, 3, 4, stride=2, padding=1)), (2, 5), "io"
    yield "global_pool", S(nn.Conv2d(2, 3, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 2)), (2, 6, 6), "i"
    yield "pool_padded", S(
        nn.Conv2d(2, 3, 3), nn.ReLU(), nn.MaxPool2d(3, stride=2, padding=1), nn.AvgPool2d(2, padding=1)
    ), (2, 8, 8), "io"
    yield "upsample", S(nn.Conv2d(2, 3, 3, padding=1), nn.Upsample(scale_factor=2, mode="nearest")), (2, 4, 5), "io"
    yield "bilinear", S(
        nn.Conv2d(2, 3, 3, padding=1), nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
    ), (2, 4, 5), "io"
    yield "pad", S(nn.ZeroPad2d((1, 2, 0, 1)), nn.Conv2d(2, 3, 3)), (2, 5, 5), "io"
    yield "prelu_channels", S(nn.Conv2d(2, 3, 3), nn.PReLU(3), nn.Flatten(), nn.Linear(27, 2)), (2, 5, 5), "i"
    yield "steps", S(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)), (5, 3), ""

    class Recurrent(nn.Module):
        def __init__(self, cell, last, **options):
            super().__init__()
            self.cell, self.last = cell(3, 4, **options), last
            self.head = nn.Linear(4 * (1 + options.get("bidirectional", False)), 2)

        def forward(self, x):
            y, state = self.cell(x)
            if self.last == "step":
                return self.head(y[:, -1] if self.cell.batch_first else y[-1])
            if self.last == "state":
                return self.head((state[0] if isinstance(state, tuple) else state)[-1])
            return self.head(y)

    for cell in (nn.LSTM, nn.GRU, nn.RNN):
        name = cell.__name__.lower()
        yield f"{name}_last", Recurrent(cell, "step", batch_first=True), (5, 3), ""
        yield f"{name}_steps", Recurrent(cell, "", batch_first=True), (5, 3), ""
        yield f"{name}_state", Recurrent(cell, "state", batch_first=True), (5, 3), ""
        yield f"{name}_both", Recurrent(cell, "", batch_first=True, bidirectional=True), (5, 3), ""
        yield f"{name}_no_bias", Recurrent(cell, "step", batch_first=True, bias=False), (5, 3), ""
        yield f"{name}_deep", Recurrent(cell, "step", batch_first=True, num_layers=2), (5, 3), ""
    yield "rnn_relu", Recurrent(nn.RNN, "step", batch_first=True, nonlinearity="relu"), (5, 3), ""

    class Words(nn.Module):
        def __init__(self):
            super().__init__()
            self.words, self.cell, self.head = nn.Embedding(9, 3), nn.LSTM(3, 4, batch_first=True), nn.Linear(4, 2)

        def forward(self, x):
            return self.head(self.cell(self.words(x))[0][:, -1])

    yield "words", Words(), (6,), "w"


def make_torch():
    import torch

    torch.manual_seed(3)
    rng = numpy.random.default_rng(3)
    with archive("onnx-torch.tar.xz") as packed, tempfile.TemporaryDirectory() as folder:
        for index, (name, module, shape, lies) in enumerate(torch_cases(torch.nn, torch)):
            module.eval()
            for part in module.modules():
                if hasattr(part, "running_var") and part.running_var is not None:
                    part.running_mean.normal_()
                    part.running_var.uniform_(0.5, 1.5)
            x = rng.integers(0, 9, (3, *shape)) if "w" in lies else rng.normal(0, 1, (3, *shape)).astype("float32")
            unrolled = name.startswith("rnn")  # as the new exporter writes them, step by step: no chain
            for kind in (("old",) if unrolled else ("old", "new") if index % 2 == 0 else ("new",)):
                path = os.path.join(folder, f"{name}_{kind}.onnx")
                try:
                    if kind == "old":
                        torch.onnx.export(
                            module,
                            torch.from_numpy(x),
                            path,
                            dynamo=False,
                            input_names=["x"],
                            output_names=["y"],
                            dynamic_axes={"x": {0: "n"}, "y": {0: "n"}},
                        )
                    else:
                        torch.onnx.export(
                            module,
                            (torch.from_numpy(x),),
                            path,
                            dynamo=True,
                            external_data=False,
                            dynamic_shapes=({0: torch.export.Dim("n")},) if index % 3 else None,
                        )
                    y = run_onnx(path, x)
                except Exception as error:
                    print(f"{name}_{kind}: not exported: {str(error)[:200]}")
                    continue
                add(packed, f"{name}_{kind}.onnx", open(path, "rb").read())
                add_arrays(
                    packed,
                    f"{name}_{kind}",
                    x=channels_last(x) if "i" in lies else x.astype("int32") if "w" in lies else x,
                    y=channels_last(y) if "o" in lies else y,
                )
                print(f"{name}_{kind}", flush=True)


# What Keras' exporter writes step by step or by nodes of TensorFlow's own, or what says two times the same here.
KERAS_LEFT_OUT = (
    r".*_dropout|time_distributed_.*|conv2d_groups|autoencoder|celu|spatial_dropouts|axis.*|.*_stateful|adaptive.*|"
    r"conv_lstm.*|normalization.*|normalized|activations_keras3|sizes2d|varied|vgg|pools1d|"
    r"bidirectional_simplernn_(concat|mul)|bidirectional_gru_(sum|ave)|(gru|simplernn)_(no_bias|sequences)"
)
# Of tf2onnx and Keras 2, what it writes otherwise, and some of each kind.
TF2ONNX_TAKEN = (
    r"dense_(relu|softmax|steps)|conv1d_(valid|causal)|conv2d_(same|valid_strides)|conv2d_transpose_valid_2|"
    r"depthwise2d_valid_1|separable2d_same_1|max_pool2d|average_pool1d|global_average_pool2d|lstm|lstm_stacked|gru|"
    r"gru_(relu|backwards|reset_before)|simplernn|simplernn_(relu|stacked)|.*_masked|(gru|lstm)_embedded|"
    r"bidirectional_(lstm_concat|gru_sum|simplernn_ave|simplernn_sequences|twice|unlike)|batch_norm|layer_norm|"
    r"layer_norm_axes|axes|unit_norm|repeat|up2d|prelu|elu|relu|slopes|thresholded|embedding_flat|sentences|lenet|"
    r"stacked_cells|gates"
)


def randomize(model, rng):
    for layer in model.layers:
        layer.set_weights(
            [
                (
                    rng.uniform(0.5, 1.5, w.shape).astype(w.dtype)
                    if "variance" in getattr(v, "path", v.name)
                    else rng.normal(0, 0.4, w.shape).astype(w.dtype)
                )
                for v, w in zip(layer.weights, layer.get_weights())
            ]
        )


def sample_inputs(rng, shape, text):
    words = "Embedding" in text
    x = rng.integers(1, 7, (3, *shape)).astype("int32") if words else rng.normal(0, 1, (3, *shape)).astype("float32")
    if "mask_zero" in text or "Masking" in text:
        x[0, 1] = x[2, 0] = 0
        x[1, 2:] = 0
    return x


def make_of_cases(archive_name, keras, listed, wanted, export):
    """`export(model, x, path)` writes a file."""
    L = keras.layers
    with archive(archive_name) as packed, tempfile.TemporaryDirectory() as folder:
        for name, shape, text in listed:
            if not wanted(name):
                continue
            rng = numpy.random.default_rng(zlib.crc32(name.encode()))
            keras.backend.clear_session()
            model = keras.Sequential(
                [
                    L.Input(shape, dtype="int32" if "Embedding" in text else "float32"),
                    *eval(f"[{text}]", {"L": L, "keras": keras}),
                ]
            )
            randomize(model, rng)
            x = sample_inputs(rng, shape, text)
            path = os.path.join(folder, name + ".onnx")
            try:
                y = numpy.asarray(model(x))
                export(model, x, path)
            except Exception as error:
                print(f"{name}: not exported: {str(error)[:200]}")
                continue
            try:
                y = run_onnx(path, x)
            except Exception as error:  # the exporter writes nodes that ONNX has not: Keras' own numbers stand
                print(f"{name}: not run: {str(error)[:200]}")
            add(packed, name + ".onnx", open(path, "rb").read())
            add_arrays(packed, name, x=x, y=y)
            print(name, flush=True)


def quiet_tensorflow():
    os.environ.update(
        TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0", CUDA_VISIBLE_DEVICES="", KERAS_BACKEND="tensorflow"
    )


def make_keras():
    quiet_tensorflow()
    import keras
    import cases

    make_of_cases(
        "onnx-keras.tar.xz",
        keras,
        cases.BOTH + cases.KERAS_3,
        lambda name: not re.fullmatch(KERAS_LEFT_OUT, name),
        lambda model, x, path: model.export(path, format="onnx", verbose=False),
    )


def make_tf2onnx():
    quiet_tensorflow()
    import tensorflow
    import tf_keras
    import cases

    numpy.object, numpy.bool, numpy.cast = object, bool, {}  # names of older NumPys that tf2onnx asks for
    import tf2onnx

    def export(model, x, path):
        signature = [tensorflow.TensorSpec((None, *x.shape[1:]), x.dtype, name="x")]
        tf2onnx.convert.from_keras(model, input_signature=signature, opset=13, output_path=path)

    make_of_cases(
        "onnx-tf2onnx.tar.xz",
        tf_keras,
        cases.BOTH + cases.KERAS_2,
        lambda name: re.fullmatch(TF2ONNX_TAKEN, name),
        export,
    )


# PyTorch's state dicts: name → (module, shape of a sample as PyTorch has it, the model file's layers, how input and
# output lie) -------


def state_cases(nn):
    S = nn.Sequential
    yield "linear", S(nn.Linear(5, 3)), (5,), "Input(shape=(5,)) Dense(3)", ""
    yield "mlp", S(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2)), (
        5,
    ), "Input(shape=(5,)) Dense(4, activation='relu') Dense(4, activation='relu') Dense(2)", ""
    yield "many", S(*(nn.Linear(3, 3) for _ in range(12))), (3,), "Input(shape=(3,)) " + "Dense(3) " * 12, ""
    yield "no_bias", S(nn.Linear(5, 4, bias=False), nn.Tanh(), nn.Linear(4, 2)), (
        5,
    ), "Input(shape=(5,)) Dense(4, use_bias=False, activation='tanh') Dense(2)", ""
    yield "batch_norm", S(nn.Linear(5, 4), nn.BatchNorm1d(4), nn.Linear(4, 2)), (
        5,
    ), "Input(shape=(5,)) Dense(4) BatchNormalization(epsilon=1e-5) Dense(2)", ""
    yield "layer_norm", S(nn.Linear(5, 4), nn.LayerNorm(4)), (
        5,
    ), "Input(shape=(5,)) Dense(4) LayerNormalization(epsilon=1e-5)", ""
    yield "conv", S(nn.Conv2d(2, 3, 3), nn.ReLU(), nn.Conv2d(3, 4, (3, 2))), (
        2,
        6,
        6,
    ), "Input(shape=(6, 6, 2)) Conv2D(3, 3, activation='relu') Conv2D(4, (3, 2))", "io"
    yield "lenet", S(
        nn.Conv2d(1, 3, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(48, 5), nn.ReLU(), nn.Linear(5, 2)
    ), (
        1,
        10,
        10,
    ), ("Input(shape=(10, 10, 1)) Conv2D(3, 3, activation='relu') MaxPooling2D() Flatten() Dense(5, "
        "activation='relu') Dense(2)"), "i"
    yield "flat_dropout", S(nn.Conv2d(2, 3, 2), nn.Flatten(), nn.Dropout(0.5), nn.Linear(27, 2)), (
        2,
        4,
        4,
    ), "Input(shape=(4, 4, 2)) Conv2D(3, 2) Flatten() Dropout(0.5) Dense(2)", "i"
    yield "conv1d", S(nn.Conv1d(2, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(12, 2)), (
        2,
        6,
    ), "Input(shape=(6, 2)) Conv1D(3, 3, activation='relu') Flatten() Dense(2)", "i"
    yield "conv3d", S(nn.Conv3d(2, 3, 2)), (2, 3, 4, 3), "Input(shape=(3, 4, 3, 2)) Conv3D(3, 2)", "io"
    yield "transposed", S(nn.ConvTranspose2d(2, 3, 3)), (2, 4, 4), "Input(shape=(4, 4, 2)) Conv2DTranspose(3, 3)", "io"
    yield "depthwise", S(nn.Conv2d(3, 6, 3, groups=3)), (
        3,
        5,
        5,
    ), "Input(shape=(5, 5, 3)) DepthwiseConv2D(3, depth_multiplier=2)", "io"
    yield "groups", S(nn.Conv2d(4, 6, 3, groups=2)), (4, 5, 5), "Input(shape=(5, 5, 4)) Conv2D(6, 3, groups=2)", "io"
    yield "prelu", S(nn.Conv2d(2, 3, 2), nn.PReLU(3)), (
        2,
        4,
        4,
    ), "Input(shape=(4, 4, 2)) Conv2D(3, 2) PReLU(shared_axes=[1, 2])", "io"

    class Recurrent(nn.Module):
        def __init__(self, cell, **options):
            super().__init__()
            self.cell = cell(3, 4, batch_first=True, **options)
            self.head = nn.Linear(4 * (1 + options.get("bidirectional", False)), 2)

        def forward(self, x):
            return self.head(self.cell(x)[0])

    for cell, name in ((nn.LSTM, "LSTM"), (nn.GRU, "GRU"), (nn.RNN, "SimpleRNN")):
        yield name.lower(), Recurrent(cell), (
            5,
            3,
        ), f"Input(shape=(5, 3)) {name}(4, return_sequences=True) Dense(2)", ""
        yield f"{name.lower()}_both", Recurrent(cell, bidirectional=True), (
            5,
            3,
        ), f"Input(shape=(5, 3)) Bidirectional({name}(4, return_sequences=True)) Dense(2)", ""
    yield "lstm_deep", Recurrent(nn.LSTM, num_layers=2), (
        5,
        3,
    ), "Input(shape=(5, 3)) LSTM(4, return_sequences=True) LSTM(4, return_sequences=True) Dense(2)", ""
    yield "gru_no_bias", Recurrent(nn.GRU, bias=False), (
        5,
        3,
    ), "Input(shape=(5, 3)) GRU(4, return_sequences=True, use_bias=False) Dense(2)", ""


def make_state():
    import torch
    from safetensors.torch import save

    torch.manual_seed(4)
    rng = numpy.random.default_rng(4)
    with archive("torch.tar.xz") as packed:
        for name, module, shape, layers, lies in state_cases(torch.nn):
            module.eval()
            for part in module.modules():
                if hasattr(part, "running_var") and part.running_var is not None:
                    part.running_mean.normal_()
                    part.running_var.uniform_(0.5, 1.5)
            x = rng.normal(0, 1, (3, *shape)).astype("float32")
            with torch.no_grad():
                y = module(torch.from_numpy(x)).numpy()
            add(
                packed,
                name + ".pt.safetensors",
                save({key: value.contiguous() for key, value in module.state_dict().items()}),
            )
            add(packed, name + ".nn", f"model net {{ {layers} }}\n".encode())
            add_arrays(packed, name, x=channels_last(x) if "i" in lies else x, y=channels_last(y) if "o" in lies else y)
            print(name, flush=True)


{"torch": make_torch, "keras": make_keras, "tf2onnx": make_tf2onnx, "state": make_state}[sys.argv[1]]()
