# SPDX-License-Identifier: MIT-0
"""The networks that are measured: the model file of nnc, what the rivals build by hand, and the data both see."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Workload:
    network: str  # bench/models/NETWORK.nn, and the function of that name in rivals/*.py
    shape: tuple  # of a sample
    classes: int  # of the labels; 0: one real number each
    batches: tuple  # sizes of the batch in training
    samples: int  # of the data set
    flops: float  # of predicting a sample: two for every multiplication of a product
    input_flops: float  # those of the first layer's inputs, for which training needs no gradient
    title: str
    recurrent_dropout: float = 0.0
    epochs: int = 0  # of one measurement; 0: as many as take a while
    predicts: bool = True

    def training_flops(self):
        """Forwards, and the gradients of weights and of inputs."""
        return 3 * self.flops - self.input_flops


WORKLOADS = {
    "T1": Workload("mlp", (784,), 10, (32, 128, 512), 8192, 4.85e5, 4.01e5,
                   "Dense 256-128-64-10 with dropout, 784 inputs"),
    "T2": Workload("circles", (2,), 2, (30,), 30, 3e3, 2e3,
                   "Dense 500, dropout, Dense 1 on 30 samples, 4,000 epochs", epochs=4000),
    "T3a": Workload("lstm", (28, 28), 10, (32, 128), 2048, 4.47e6, 8.03e5,
                    "LSTM(128, dropout=.2) on 28 x 28, Dense 10"),
    "T3b": Workload("stacked_lstm", (50, 8), 0, (32,), 2048, 3.07e6, 2.05e5,
                    "LSTM(64), SpatialDropout1D, LSTM(32), Dense 1 on 50 x 8"),
    "T3brd": Workload("stacked_lstm", (50, 8), 0, (32,), 2048, 3.07e6, 2.05e5,
                      "T3b with recurrent_dropout=.2", recurrent_dropout=0.2, predicts=False),
    "T4": Workload("cnn", (28, 28, 1), 10, (32, 128), 2048, 5.26e6, 3.89e5,
                   "Conv2D 32 and 64, pooled, SpatialDropout2D, Dense 128-10, 28 x 28"),
}


def make_data(workload, count):
    """Pictures of noise and labels: what is measured does not depend on the values. Always the same."""
    import numpy as np

    generator = np.random.default_rng(0)
    x = generator.random((count, *workload.shape), dtype=np.float32)
    y = generator.integers(0, workload.classes, count) if workload.classes else x.reshape(count, -1).mean(axis=1)
    return x, y.astype(np.int32 if workload.classes > 2 else np.float32)
