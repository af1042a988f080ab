# SPDX-License-Identifier: MIT-0
"""The losses, metrics and optimizers of random models, and the ends of chains that suit them."""


def reduction(chain):
    choice = chain.pick.choice([None, None, None, "sum", "mean", "mean_with_sample_weight", "sum_over_batch_size"])
    return f"'{choice}'" if choice else None


def written_loss(chain, names, class_name, arguments):
    """A loss as a string where no argument is given, now and then as an object."""
    arguments = {name: value for name, value in arguments.items() if value is not None}
    if not arguments and chain.chance(0.6):
        return f"'{chain.pick.choice(names)}'"
    return f"{class_name}({', '.join(f'{name}={value}' for name, value in arguments.items())})"


def end_of_classes(chain, sparse, logits):
    """Brings the chain to an output that a cross-entropy over classes accepts."""
    classes = chain.pick.choice([2, 3, 7, 10, 16, 17, 33])
    kinds = ["softmax", "softmax", "softmax", "sigmoid", "softplus"] + (["linear", "tanh"] if sparse else [])
    kind = "linear" if logits and chain.chance(0.7) else chain.pick.choice(kinds)
    if chain.chance(0.3):
        chain.dense(classes, "linear")
        if kind == "softmax":
            chain.add("Softmax")
        else:
            chain.add("Activation", f"'{kind}'")
    else:
        chain.dense(classes, kind)
    if chain.chance(0.2):
        chain.harmless_layer()


def draw_loss(chain):
    """Ends the chain and returns (loss, kind of y, metrics that Keras accepts with it)."""
    pick = chain.pick
    kind = pick.choice(["mse", "mae", "bce", "bce", "cce", "cce", "scce", "scce", "scce"])
    general = ["'mse'", "'mae'", "MeanSquaredError(name='error')", "'mean_absolute_error'", "MeanAbsoluteError(name='distance')"]
    if kind in ("mse", "mae"):
        if chain.chance(0.5):
            chain.dense(pick.choice([1, 1, 3, 16, 33]))
        name, spelled = {"mse": ("MeanSquaredError", ["mse", "MSE", "mean_squared_error"]),
                         "mae": ("MeanAbsoluteError", ["mae", "mean_absolute_error"])}[kind]
        y = "column_of_reals" if chain.shape[-1] == 1 and len(chain.shape) == 1 and chain.chance(0.5) else "normal"
        return written_loss(chain, spelled, name, {"reduction": reduction(chain)}), y, general
    logits = "True" if chain.chance(0.3) else None
    smoothing = pick.choice([None, None, 0.1, 0.3])
    if kind == "bce":
        chain.dense(pick.choice([1, 1, 1, 3, 16, 17, 33]),
                    pick.choice(["sigmoid", "sigmoid", "sigmoid", "softmax", "hard_sigmoid", "tanh"]) if not logits or chain.chance(0.2)
                    else "linear")
        if chain.chance(0.2):
            chain.harmless_layer()
        metrics = general + ["'binary_accuracy'", "'accuracy'", "'acc'", "BinaryAccuracy(threshold=0.3)",
                             "BinaryAccuracy(name='hits')"]
        arguments = {"from_logits": logits, "label_smoothing": smoothing, "reduction": reduction(chain)}
        return written_loss(chain, ["binary_crossentropy", "bce"], "BinaryCrossentropy", arguments), \
            pick.choice(["binary", "binary", "unit"]), metrics
    end_of_classes(chain, kind == "scce", logits)
    if chain.shape[-1] == 1:  # a reshape may have moved the classes
        chain.dense(3, "softmax")
    if kind == "cce":
        arguments = {"from_logits": logits, "label_smoothing": smoothing, "reduction": reduction(chain)}
        metrics = general + ["'accuracy'", "'acc'", "'categorical_accuracy'", "CategoricalAccuracy(name='top')",
                             "'binary_accuracy'"]
        return written_loss(chain, ["categorical_crossentropy"], "CategoricalCrossentropy", arguments), \
            pick.choice(["onehot", "onehot", "distribution"]), metrics
    ignore = pick.choice([None, None, None, 0, 1, -1])
    arguments = {"from_logits": logits, "ignore_class": ignore, "reduction": reduction(chain)}
    metrics = ["'accuracy'", "'acc'", "'sparse_categorical_accuracy'", "SparseCategoricalAccuracy(name='hits')"]
    y = pick.choice(["classes", "column"])
    return written_loss(chain, ["sparse_categorical_crossentropy"], "SparseCategoricalCrossentropy", arguments), \
        y if ignore != -1 else f"ignored_{y}", metrics


def draw_optimizer(pick):
    rate = pick.choice([0.01, 0.05, 0.1])
    return pick.choice([f"SGD({rate})", f"SGD(learning_rate={rate}, momentum=0.9)",
                        f"SGD({rate}, momentum=0.5, nesterov=True)", "'sgd'", "'adam'", "Adam()",
                        f"Adam({rate / 10}, beta_1=0.8, beta_2=0.95)", f"Adam(learning_rate={rate}, epsilon=0.01)"])
