# SPDX-License-Identifier: MIT-0
"""The losses and metrics of random models, and the ends of chains that suit them: one row for each loss."""
from layers import quoted

REDUCTIONS = [None, None, None, *quoted(["sum", "mean", "mean_with_sample_weight", "sum_over_batch_size"])]
LOGITS = [None, None, "True", "False"]
SMOOTHING = [None, None, 0.1, 0.3]
FOCUS = dict(alpha=[None, 0.25, 0.6], gamma=[None, 0.5, 2.0, 3.0])
LOSSES = []


class Loss:
    """`end(chain, arguments)` ends the chain; `y`: kinds of targets (make_inputs of generate.py)."""

    def __init__(self, names, class_name, end, y, metrics, arguments):
        self.names, self.class_name, self.end = names, class_name, end
        self.y, self.metrics, self.arguments = y, metrics, arguments

    def draw(self, chain):
        """Ends the chain and returns (the loss as the language writes it, the kind of y, metrics)."""
        drawn = {name: chain.pick.choice(values)
                 for name, values in {**self.arguments, "reduction": REDUCTIONS}.items()}
        self.end(chain, drawn)
        y = chain.pick.choice(self.y)
        if drawn.get("ignore_class") == -1:
            y = f"ignored_{y}"
        if y == "normal" and chain.shape == [1] and chain.chance(0.5):
            y = "column_of_reals"
        given = {name: value for name, value in drawn.items() if value is not None}
        written = f"{self.class_name}({', '.join(f'{name}={value}' for name, value in given.items())})"
        if not given and chain.chance(0.6):
            written = f"'{chain.pick.choice(self.names)}'"
        return written, y, [metric for metric in self.metrics if suits(metric, chain.shape, y)]


def loss(names, class_name, end, y, metrics, weight=1, **arguments):
    LOSSES.extend([Loss(names, class_name, end, y, metrics, arguments)] * weight)


# --- ends of chains ---------------------------------------------------------------------------------------------------

def of_reals(chain, arguments):
    if chain.chance(0.5) or not chain.lines:
        chain.dense(chain.pick.choice([1, 1, 3, 16, 33]))


def above_zero(chain, arguments):
    chain.dense(chain.pick.choice([1, 3, 16, 17]),
                chain.pick.choice(["softplus", "softplus", "exponential", "sigmoid", "relu"]))


def of_signs(chain, arguments):
    chain.dense(chain.pick.choice([1, 1, 3, 16, 33]), chain.pick.choice(["tanh", "linear"]))


def of_yes_and_no(chain, arguments, *more):
    usual = arguments.get("from_logits") != "True" or chain.chance(0.2)
    chain.dense(chain.pick.choice([1, 1, 1, 3, 16, 17, 33]),
                chain.pick.choice(["sigmoid", "sigmoid", "sigmoid", "hard_sigmoid", *more]) if usual else "linear")
    if chain.chance(0.2):
        chain.harmless_layer()


def of_yes_and_no_or_more(chain, arguments):
    """Not for focal losses: with the logits of a softmax Keras takes its factor from other probabilities than its
    entropy."""
    of_yes_and_no(chain, arguments, "softmax", "tanh")


def of_classes(chain, arguments, *more):
    """To an output that a cross-entropy over classes accepts."""
    classes = chain.pick.choice([2, 3, 7, 10, 16, 17, 33])
    kind = chain.pick.choice(["softmax", "softmax", "softmax", "sigmoid", "softplus", *more])
    if arguments.get("from_logits") == "True" and chain.chance(0.7):
        kind = "linear"
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
    if chain.shape[-1] == 1:  # a reshape may have moved the classes
        chain.dense(3, "softmax")


def of_labels(chain, arguments):
    of_classes(chain, arguments, "linear", "tanh")


# --- metrics ----------------------------------------------------------------------------------------------------------

REALS = ["'mse'", "'mae'", "MeanSquaredError(name='error')", "'mean_absolute_error'",
         "MeanAbsoluteError(name='distance')", "RootMeanSquaredError()", "LogCoshError()", "CosineSimilarity()",
         "CosineSimilarity(axis=1)", "R2Score()", "R2Score(class_aggregation='variance_weighted_average')",
         "'squared_hinge'", "Hinge()"]
POSITIVE = REALS + ["'mape'", "'msle'", "MeanAbsolutePercentageError()", "MeanSquaredLogarithmicError(name='m')",
                    "Poisson()"]
COUNTS = ["AUC()", "AUC(num_thresholds=20, curve='PR')", "AUC(curve='PR', summation_method='majoring')",
          "AUC(thresholds=[0.2, 0.5, 0.7], summation_method='minoring')", "AUC(multi_label=True)", "Precision()",
          "Precision(thresholds=0.3)", "Recall()", "Recall(class_id=0)", "Precision(top_k=1)", "TruePositives()",
          "TrueNegatives(thresholds=0.4)", "FalsePositives(name='fp')", "FalseNegatives()",
          "SensitivityAtSpecificity(0.5)", "SpecificityAtSensitivity(0.4, num_thresholds=50)", "PrecisionAtRecall(0.3)",
          "RecallAtPrecision(0.2)"]
SCORES = ["F1Score(average='macro')", "F1Score(average='micro', threshold=0.4)",
          "FBetaScore(average='weighted', beta=2.0)"]
YES_AND_NO = ["'mse'", "'mae'", "'binary_accuracy'", "'accuracy'", "'acc'", "BinaryAccuracy(threshold=0.3)",
              "BinaryAccuracy(name='hits')", "'bce'", "BinaryCrossentropy(from_logits=True)",
              "BinaryCrossentropy(label_smoothing=0.2)", "Hinge()", "Accuracy()"]
CLASSES = ["'mse'", "'accuracy'", "'acc'", "'categorical_accuracy'", "CategoricalAccuracy(name='top')",
           "'binary_accuracy'", "TopKCategoricalAccuracy(k=2)", "'top_k_categorical_accuracy'",
           "CategoricalCrossentropy(label_smoothing=0.1)", "'categorical_hinge'", "KLDivergence()", *SCORES]
LABELS = ["'accuracy'", "'acc'", "'sparse_categorical_accuracy'", "SparseCategoricalAccuracy(name='hits')",
          "SparseTopKCategoricalAccuracy(k=2)", "'sparse_top_k_categorical_accuracy'",
          "SparseCategoricalCrossentropy()"]


def suits(metric, shape, y):
    """Keras knows some metrics for one row of outputs only, and no crossentropy of what is no class; its hinge
    multiplies every label (N,) by every output (N, 1)."""
    if y == "column_of_reals" and "hinge" in metric.lower():
        return False
    flat, known = metric.startswith(("R2", "F1", "FBeta",
                                     "AUC(multi")), metric.startswith("SparseCategoricalCrossentropy")
    return (len(shape) == 1 or not flat) and not (known and y.startswith("ignored_"))


# --- losses -----------------------------------------------------------------------------------------------------------

loss(["mse", "MSE", "mean_squared_error"], "MeanSquaredError", of_reals, ["normal"], REALS, weight=3)
loss(["mae", "mean_absolute_error"], "MeanAbsoluteError", of_reals, ["normal"], REALS, weight=2)
loss(["mape", "mean_absolute_percentage_error"], "MeanAbsolutePercentageError", of_reals, ["positive"], POSITIVE)
loss(["msle", "mean_squared_logarithmic_error"], "MeanSquaredLogarithmicError", above_zero, ["positive"], POSITIVE)
loss(["huber"], "Huber", of_reals, ["normal"], REALS, delta=[None, 0.3, 2.0])
loss(["log_cosh", "logcosh"], "LogCosh", of_reals, ["normal"], REALS)
loss(["poisson"], "Poisson", above_zero, ["positive"], POSITIVE)
loss(["cosine_similarity"], "CosineSimilarity", of_reals, ["normal"], REALS, axis=[None, -1, 1])
loss(["hinge"], "Hinge", of_signs, ["signs", "binary"], REALS)
loss(["squared_hinge"], "SquaredHinge", of_signs, ["signs", "binary"], REALS)
loss(["categorical_hinge"], "CategoricalHinge", of_labels, ["onehot"], CLASSES)
loss(["kl_divergence", "kld"], "KLDivergence", of_classes, ["distribution", "onehot"], CLASSES)
loss(["binary_crossentropy", "bce"], "BinaryCrossentropy", of_yes_and_no_or_more,
     ["binary", "binary", "binary", "unit"], YES_AND_NO + COUNTS, weight=3, from_logits=LOGITS,
     label_smoothing=SMOOTHING)
loss(["binary_focal_crossentropy"], "BinaryFocalCrossentropy", of_yes_and_no, ["binary"], YES_AND_NO + COUNTS,
     from_logits=LOGITS, label_smoothing=SMOOTHING, apply_class_balancing=[None, "True"], **FOCUS)
loss(["categorical_crossentropy"], "CategoricalCrossentropy", of_classes, ["onehot", "onehot", "distribution"],
     CLASSES + COUNTS, weight=3, from_logits=LOGITS, label_smoothing=SMOOTHING)
loss(["categorical_focal_crossentropy"], "CategoricalFocalCrossentropy", of_classes, ["onehot"], CLASSES + COUNTS,
     from_logits=LOGITS, label_smoothing=SMOOTHING, **FOCUS)
loss(["sparse_categorical_crossentropy"], "SparseCategoricalCrossentropy", of_labels, ["classes", "column"], LABELS,
     weight=4, from_logits=LOGITS, ignore_class=[None, None, None, 0, 1, -1])
