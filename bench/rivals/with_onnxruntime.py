# SPDX-License-Identifier: MIT-0
"""ONNX Runtime, on what PyTorch exports."""
import os

import exported
import onnxruntime

MODULES = ["onnxruntime"]


def predictor(workload, mode, x):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = int(os.environ["BENCH_THREADS"]), 1
    model = exported.model("with_torch", workload, len(x))
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    feed = {session.get_inputs()[0].name: x}

    def run(times):
        for _ in range(times):
            session.run(None, feed)

    return run
