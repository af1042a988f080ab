# SPDX-License-Identifier: MIT-0
"""JAX with optax: one jitted step at a time, or (scan) a loop over steps inside one jitted function."""
import os

if os.environ["BENCH_THREADS"] == "1":  # else one for each core that it may use
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"

import jax
import jaxlib
import numpy as np
import optax
from jax import lax
from jax import numpy as jnp

MODULES = ["jax", "jaxlib", "optax"]


def glorot(key, *shape):
    fan = np.prod(shape[:-2], dtype=int) * (shape[-2] + shape[-1])
    return jax.random.uniform(key, shape, minval=-1, maxval=1) * (6 / fan) ** 0.5


def dense(key, inputs, units):
    return {"w": glorot(key, inputs, units), "b": jnp.zeros(units)}


def lstm_weights(key, inputs, units):
    return {"w": glorot(key, inputs, 4 * units), "u": glorot(key, units, 4 * units), "b": jnp.zeros(4 * units)}


def linear(p, x):
    return x @ p["w"] + p["b"]


def drop(key, x, rate, shape=None):
    """Nothing where there is no key: in inference."""
    if key is None or rate == 0:
        return x
    kept = jax.random.bernoulli(key, 1 - rate, shape or x.shape)
    return jnp.where(kept, x / (1 - rate), 0)


def lstm(p, key, x, recurrent_dropout=0.0):
    """x (steps, batch, inputs) -> the states of all steps; one mask of the states for all steps, as in Keras."""
    units = p["u"].shape[0]
    products = linear(p, x)
    zeros = jnp.zeros((x.shape[1], units))
    mask = drop(key, jnp.ones_like(zeros), recurrent_dropout)

    def step(state, product):
        h, c = state
        i, f, g, o = jnp.split(product + (h * mask) @ p["u"], 4, axis=1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    return lax.scan(step, (zeros, zeros), products)[1]


def conv(p, x):
    y = lax.conv_general_dilated(x, p["w"], (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))
    return jax.nn.relu(y + p["b"])


def pool(x):
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


def weights(workload, key):
    keys = jax.random.split(key, 4)
    filters = lambda key, inputs, count: {"w": glorot(key, 3, 3, inputs, count), "b": jnp.zeros(count)}
    return {
        "mlp": lambda: [dense(k, a, b) for k, a, b in zip(keys, (784, 256, 128, 64), (256, 128, 64, 10))],
        "circles": lambda: [dense(keys[0], 2, 500), dense(keys[1], 500, 1)],
        "lstm": lambda: [lstm_weights(keys[0], 28, 128), dense(keys[1], 128, 10)],
        "stacked_lstm": lambda: [lstm_weights(keys[0], 8, 64), lstm_weights(keys[1], 64, 32), dense(keys[2], 32, 1)],
        "cnn": lambda: [filters(keys[0], 1, 32), filters(keys[1], 32, 64), dense(keys[2], 1600, 128),
                        dense(keys[3], 128, 10)],
    }[workload.network]()


def forward(workload, p, key, x):
    """The logits."""
    keys = [None] * 3 if key is None else jax.random.split(key, 3)
    if workload.network == "mlp":
        for layer, k in zip(p, keys):
            x = drop(k, jax.nn.relu(linear(layer, x)), 0.2)
        return linear(p[-1], x)
    if workload.network == "circles":
        return linear(p[1], drop(keys[0], jax.nn.relu(linear(p[0], x)), 0.4))
    if workload.network == "lstm":
        x = drop(keys[0], x, 0.2, (x.shape[0], 1, x.shape[2])).swapaxes(0, 1)
        return linear(p[1], lstm(p[0], None, x)[-1])
    if workload.network == "stacked_lstm":
        rate = workload.recurrent_dropout
        x = lstm(p[0], keys[0], x.swapaxes(0, 1), rate)
        x = drop(keys[1], x, 0.2, (1, *x.shape[1:]))
        return linear(p[2], lstm(p[1], keys[2], x, rate)[-1])
    x = drop(keys[0], pool(conv(p[0], x)), 0.2, (x.shape[0], 1, 1, 32))
    x = pool(conv(p[1], x)).reshape(x.shape[0], -1)
    return linear(p[3], drop(keys[1], jax.nn.relu(linear(p[2], x)), 0.5))


def loss_of(workload, p, key, x, y):
    output = forward(workload, p, key, x)
    if workload.classes > 2:
        return optax.softmax_cross_entropy_with_integer_labels(output, y).mean()
    if workload.classes == 2:
        return optax.sigmoid_binary_cross_entropy(output[:, 0], y).mean()
    return ((output[:, 0] - y) ** 2).mean()


def trainer(workload, mode, batch, x, y):
    p = weights(workload, jax.random.key(0))
    optimizer = optax.adam(1e-3)
    state = (p, optimizer.init(p), jax.random.key(1), 0)
    x, y = jnp.asarray(x), jnp.asarray(y)
    count = len(x) // batch

    def step(state, _):
        p, moments, key, number = state
        key, mask_key = jax.random.split(key)
        start = number % count * batch
        inputs, labels = (lax.dynamic_slice_in_dim(a, start, batch) for a in (x, y))
        gradient = jax.grad(lambda p: loss_of(workload, p, mask_key, inputs, labels))(p)
        updates, moments = optimizer.update(gradient, moments)
        return (optax.apply_updates(p, updates), moments, key, number + 1), None

    SCANNED = 32 if workload.epochs == 0 else workload.epochs
    jitted = jax.jit(lambda state: step(state, None)[0], donate_argnums=0)
    scanned = jax.jit(lambda state: lax.scan(step, state, length=SCANNED)[0], donate_argnums=0)

    def run(steps):
        nonlocal state
        whole, rest = divmod(steps, SCANNED) if mode == "scan" else (0, steps)
        for _ in range(whole):
            state = scanned(state)
        for _ in range(rest):
            state = jitted(state)
        jax.block_until_ready(state)

    return run


def predictor(workload, mode, x):
    p = weights(workload, jax.random.key(0))
    last = {0: lambda y: y, 2: jax.nn.sigmoid, 10: jax.nn.softmax}[workload.classes]
    predict = jax.jit(lambda p, x: last(forward(workload, p, None, x)))

    def run(times):
        for _ in range(times):
            predict(p, x).block_until_ready()

    return run
