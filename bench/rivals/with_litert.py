# SPDX-License-Identifier: MIT-0
"""LiteRT, on what TensorFlow converts."""
import os

import exported
from ai_edge_litert.interpreter import Interpreter

MODULES = ["ai_edge_litert"]


def predictor(workload, mode, x):
    interpreter = Interpreter(model_content=exported.model("with_keras", workload, len(x)),
                              num_threads=int(os.environ["BENCH_THREADS"]))
    interpreter.allocate_tensors()
    place = interpreter.get_input_details()[0]["index"]
    result = interpreter.get_output_details()[0]["index"]

    def run(times):
        for _ in range(times):
            interpreter.set_tensor(place, x)
            interpreter.invoke()
            interpreter.get_tensor(result)

    return run
