# SPDX-License-Identifier: MIT-0
"""PyTorch, eager, with the fused Adam: the fastest way it trains these networks on one core, or some."""
import os

import torch
from torch import nn
from torch.nn import functional as F

MODULES = ["torch"]
torch.set_num_threads(int(os.environ["BENCH_THREADS"]))


class Mlp(nn.Sequential):
    def __init__(self, workload):
        super().__init__(nn.Linear(784, 256), nn.ReLU(), nn.Dropout(0.2), nn.Linear(256, 128), nn.ReLU(),
                         nn.Dropout(0.2), nn.Linear(128, 64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, 10))


class Circles(nn.Sequential):
    def __init__(self, workload):
        super().__init__(nn.Linear(2, 500), nn.ReLU(), nn.Dropout(0.4), nn.Linear(500, 1))


class Cnn(nn.Sequential):
    def __init__(self, workload):
        super().__init__(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout2d(0.2), nn.Conv2d(32, 64, 3),
                         nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(1600, 128), nn.ReLU(), nn.Dropout(0.5),
                         nn.Linear(128, 10))

    def forward(self, x):
        return super().forward(x.reshape(-1, 1, 28, 28))


class Lstm(nn.Module):
    """A layer as Keras has it: one mask for all steps, of the inputs (dropout) and of the states
    (recurrent_dropout)."""

    def __init__(self, inputs, units, dropout=0.0, recurrent_dropout=0.0):
        super().__init__()
        self.layer = nn.LSTM(inputs, units, batch_first=True)
        self.units, self.dropout, self.recurrent_dropout = units, dropout, recurrent_dropout

    def forward(self, x):
        if self.dropout:
            x = x * F.dropout(torch.ones_like(x[:, :1]), self.dropout, self.training)
        if not (self.recurrent_dropout and self.training):
            return self.layer(x)[0]
        w = self.layer
        products = F.linear(x, w.weight_ih_l0, w.bias_ih_l0 + w.bias_hh_l0)
        h = c = x.new_zeros(x.shape[0], self.units)
        mask = F.dropout(torch.ones_like(h), self.recurrent_dropout)
        states = []
        for t in range(x.shape[1]):
            i, f, g, o = (products[:, t] + F.linear(h * mask, w.weight_hh_l0)).chunk(4, 1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
            states.append(h)
        return torch.stack(states, 1)


class LstmNetwork(nn.Module):
    def __init__(self, workload):
        super().__init__()
        self.lstm, self.dense = Lstm(28, 128, dropout=0.2), nn.Linear(128, 10)

    def forward(self, x):
        return self.dense(self.lstm(x)[:, -1])


class StackedLstm(nn.Module):
    def __init__(self, workload):
        super().__init__()
        rate = workload.recurrent_dropout
        self.first, self.second = Lstm(8, 64, recurrent_dropout=rate), Lstm(64, 32, recurrent_dropout=rate)
        self.dense = nn.Linear(32, 1)

    def forward(self, x):
        x = self.first(x)
        x = x * F.dropout(torch.ones_like(x[:, :1]), 0.2, self.training)
        return self.dense(self.second(x)[:, -1])


NETWORKS = {"mlp": Mlp, "circles": Circles, "lstm": LstmNetwork, "stacked_lstm": StackedLstm, "cnn": Cnn}


def loss_of(workload, output, y):
    if workload.classes > 2:
        return F.cross_entropy(output, y)
    if workload.classes == 2:
        return F.binary_cross_entropy_with_logits(output[:, 0], y)
    return F.mse_loss(output[:, 0], y)


def trainer(workload, mode, batch, x, y):
    model = NETWORKS[workload.network](workload).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    y = y.long() if workload.classes > 2 else y
    count = len(x) // batch

    def run(steps):
        for step in range(steps):
            start = step % count * batch
            optimizer.zero_grad(set_to_none=True)
            loss_of(workload, model(x[start : start + batch]), y[start : start + batch]).backward()
            optimizer.step()

    return run


class Predictor(nn.Module):
    """The network with the last activation, which the losses above hold."""

    def __init__(self, workload):
        super().__init__()
        self.model, self.classes = NETWORKS[workload.network](workload).eval(), workload.classes

    def forward(self, x):
        y = self.model(x)
        return y.softmax(-1) if self.classes > 2 else y.sigmoid() if self.classes == 2 else y


def predictor(workload, mode, x):
    model, x = Predictor(workload), torch.from_numpy(x)

    @torch.inference_mode()
    def run(times):
        for _ in range(times):
            model(x)

    return run


def export(workload, batch, path):
    """As ONNX."""
    torch.onnx.export(Predictor(workload), (torch.zeros(batch, *workload.shape),), path, dynamo=False)
