# SPDX-License-Identifier: MIT-0
"""Optimizers, schedules of the learning rate and what fit() says in random models."""
from layers import quoted


def call(name, *arguments, **named):
    written = [str(a) for a in arguments] + [f"{key}={value}" for key, value in named.items() if value is not None]
    return f"{name}({', '.join(written)})"


# --- optimizers: the rates at which few steps show something, and each one's own arguments ----------------------------

BETAS = dict(beta_1=[0.5, 0.8, 0.95], beta_2=[0.9, 0.95])
EPSILON = dict(epsilon=[1e-3, 0.01])
MOMENTS = {**BETAS, **EPSILON}
TRUE = [True]
OPTIMIZERS = {
    "SGD": ([0.01, 0.05, 0.1], dict(momentum=[0.5, 0.9], nesterov=TRUE)),
    "Adam": ([0.001, 0.01], {**MOMENTS, "amsgrad": TRUE}),
    "AdamW": ([0.001, 0.01], {**MOMENTS, "amsgrad": TRUE}),
    "Nadam": ([0.001, 0.01], MOMENTS),
    "Adamax": ([0.001, 0.01], MOMENTS),
    "RMSprop": ([0.001, 0.01], dict(rho=[0.5, 0.95], momentum=[0.3, 0.9], centered=TRUE, **EPSILON)),
    "Adagrad": ([0.01, 0.1], dict(initial_accumulator_value=[0.0, 0.5], **EPSILON)),
    "Adadelta": ([0.1, 1.0], dict(rho=[0.5, 0.9], **EPSILON)),
    "Ftrl": ([0.01, 0.1], dict(learning_rate_power=[-0.7, -0.3], initial_accumulator_value=[0.3, 1.0],
                               l1_regularization_strength=[0.01, 0.1], l2_regularization_strength=[0.02],
                               l2_shrinkage_regularization_strength=[0.03], beta=[0.1])),
    "Lion": ([0.001, 0.01], BETAS),
    "Lamb": ([0.001, 0.01], MOMENTS),
}


def draw_schedule(pick, rate):
    """Of the few steps that a random model makes."""
    steps, part = pick.choice([1, 2, 3, 5]), pick.choice([0.0, 0.1, 0.5])
    decay = lambda name: call(name, rate, steps, pick.choice([0.5, 0.9]), staircase=pick.choice([None, True]))
    warm = dict(warmup_target=2 * rate, warmup_steps=pick.choice([0, 1, 2])) if pick.random() < 0.4 else {}
    return pick.choice([
        lambda: decay("ExponentialDecay"), lambda: decay("InverseTimeDecay"),
        lambda: call("PiecewiseConstantDecay", [1], [rate, rate / 2]),
        lambda: call("PiecewiseConstantDecay", "boundaries=[0, 2]", f"values=[{rate}, {rate / 4}, {rate / 2}]"),
        lambda: call("PolynomialDecay", rate, steps, end_learning_rate=rate / 10, power=pick.choice([None, 0.5, 2.0]),
                     cycle=pick.choice([None, True])),
        lambda: call("CosineDecay", rate, steps, alpha=part, **warm),
        lambda: call("CosineDecayRestarts", rate, steps, t_mul=pick.choice([None, 1.0, 1.5]),
                     m_mul=pick.choice([None, 0.5]), alpha=part),
    ])()


def draw_optimizer(pick):
    """(the optimizer as the language writes it, whether its rate is a number)"""
    name = pick.choice(["SGD", "SGD", "Adam", *OPTIMIZERS])
    rates, own = OPTIMIZERS[name]
    if pick.random() < 0.08 and name != "Lamb":  # Keras has no string for Lamb
        return f"'{name.lower()}'", True
    rate = pick.choice(rates)
    scheduled = pick.random() < 0.25
    given = {"learning_rate": draw_schedule(pick, rate) if scheduled else rate}
    given.update({argument: pick.choice(values) for argument, values in own.items() if pick.random() < 0.35})
    if name == "AdamW" or pick.random() < 0.12:
        given["weight_decay"] = pick.choice([0.01, 0.1, 0.004])
    if pick.random() < 0.2:
        given[pick.choice(["clipnorm", "clipvalue", "global_clipnorm"])] = pick.choice([0.01, 0.3, 2.0])
    if pick.random() < 0.12:
        given.update(use_ema=True, ema_momentum=pick.choice([None, 0.5, 0.9]),
                     ema_overwrite_frequency=pick.choice([None, 2]))
    if pick.random() < 0.12:
        given["gradient_accumulation_steps"] = pick.choice([2, 3])
    if pick.random() < 0.04:
        given["loss_scale_factor"] = 16.0
    return call(name, **given), not scheduled


# --- fit() ------------------------------------------------------------------------------------------------------------

def callbacks(pick, plain_rate):
    stop = call("EarlyStopping", monitor="'loss'", patience=pick.choice([0, 1]),
                mode=pick.choice([None, *quoted(["min", "auto"])]), min_delta=pick.choice([None, 0.5]),
                restore_best_weights=pick.choice([None, True]))
    if not plain_rate:
        return f"[{stop}]"
    lower = call("ReduceLROnPlateau", monitor="'loss'", factor=0.5, patience=0,
                 min_delta=pick.choice([None, 0.1, 10.0]), cooldown=pick.choice([None, 1]))
    rates = call("LearningRateScheduler",
                 pick.choice(["{0: 0.02, 1: 0.01}", "[0.01, 0.03]", "ExponentialDecay(0.02, 2, 0.5)"]))
    return f"[{pick.choice([stop, lower, rates])}]"


def draw_fit(pick, rows, batch, epochs, y, shape, weighted, plain_rate):
    """What fit() says besides epochs, batch_size and shuffle."""
    choices = ["initial_epoch", "callbacks", "callbacks"]
    if rows >= 4:
        choices += ["validation_split"] * 3
    if rows > batch:
        choices += ["steps_per_epoch"]
    if not weighted and len(shape) == 1 and (y in ("classes", "column") or y == "binary" and shape == [1]):
        choices += ["class_weight"] * 3
    choice = pick.choice(choices)
    if choice == "validation_split":
        return {choice: pick.choice([0.25, 0.4, 0.5]), "validation_batch_size": pick.choice([None, 1, 3]),
                "validation_freq": pick.choice([None, 2]), "validation_steps": pick.choice([None, None, 1])}
    return {choice: {"initial_epoch": lambda: pick.choice([0, epochs - 1]),
                     "callbacks": lambda: callbacks(pick, plain_rate), "steps_per_epoch": lambda: 1,
                     "class_weight": lambda: pick.choice(["{0: 2.0}", "{0: 0.5, 1: 3.0}", "{1: 0.0}"])}
            [choice]()}
