# SPDX-License-Identifier: MIT-0
"""The layers of random models: one row each. A row says the class, for which shapes it is drawn and how often, and what
each argument may be: a list to choose from, or a function of the chain. Values are text of the language or plain
numbers, bools and tuples; None leaves the argument out. A drawn layer that Keras refuses at this place is drawn again,
and the shapes behind it are what Keras says: a row needs to know neither.
"""
SIZES = [1, 2, 3, 7, 16, 17, 33, 64, 65, 100, 130]
ACTIVATIONS = ["linear", "relu", "relu6", "leaky_relu", "elu", "celu", "selu", "gelu", "silu", "swish", "mish",
               "sigmoid", "hard_sigmoid", "sparse_sigmoid", "log_sigmoid", "hard_silu", "hard_swish", "tanh",
               "hard_tanh", "tanh_shrink", "soft_shrink", "hard_shrink", "softplus", "squareplus", "sparse_plus",
               "softsign", "exponential", "softmax",
               "log_softmax"]  # not sparsemax: nnc's sums to 1, that of Keras 3.15.1 does not
GATES = ["linear", "relu", "tanh", "sigmoid", "hard_sigmoid", "softsign", "softmax", "elu", "softplus"]
INITIALIZERS = ["'zeros'", "'ones'", "Constant(0.1)", "RandomNormal(stddev=0.1, seed=3)", "'random_uniform'",
                "TruncatedNormal(mean=0.1)", "'he_normal'", "'lecun_uniform'",
                "VarianceScaling(2.0, 'fan_avg', 'uniform')", "GlorotNormal(seed=1)", "'glorot_uniform'"]
REGULARIZERS = ["'l1'", "'l2'", "L1(0.02)", "L2(0.03)", "L1L2(l1=0.01, l2=0.02)", "L1L2(0.01)"]
CONSTRAINTS = ["'max_norm'", "MaxNorm(0.5)", "'non_neg'", "NonNeg()", "'unit_norm'", "UnitNorm()",
               "MinMaxNorm(0.2, 0.8)", "MinMaxNorm(0.3, 0.9, rate=0.5)"]
# of two dimensions or more
KERNEL_CONSTRAINTS = CONSTRAINTS + ["MaxNorm(1, axis=1)", "UnitNorm(axis=[0, 1])", "MinMaxNorm(axis=-1)"]

ROWS = []


class Row:
    def __init__(self, name, ranks, arguments, named, first):
        self.name, self.ranks, self.arguments, self.named, self.first = name, ranks, arguments, named, first

    def text(self, chain, **more):
        """The layer as the language writes it, for the shape at the end of the chain."""
        value = lambda spec: spec(chain) if callable(spec) else chain.pick.choice(spec)
        arguments = [value(spec) for spec in self.arguments]
        named = {name: value(spec) for name, spec in {**self.named, **more}.items()}
        written = [str(a) for a in arguments] + [f"{name}={given}" for name, given in named.items()
                                                 if given is not None]
        return f"{self.name}({', '.join(written)})"


def row(name, ranks, *arguments, weight=1, first=None, **named):
    """A layer that is drawn for samples with one of these numbers of dimensions, `weight` times as often as others.
    `first`: it stands at the beginning only, with inputs x of that kind (make_inputs of generate.py)."""
    ROWS.extend([Row(name, ranks, arguments, named, first)] * weight)


# --- what arguments may be --------------------------------------------------------------------------------------------

def mostly(*others):
    """Left out three times of four."""
    return lambda chain: chain.pick.choice(others) if chain.chance(0.25) else None


def rarely(*others):
    """Given one time of fourteen."""
    return lambda chain: chain.pick.choice(others) if chain.chance(0.07) else None


def weight(name, *initializers, constraints=CONSTRAINTS):
    """The arguments that say something about a weight."""
    return {f"{name}_initializer": mostly(*initializers or INITIALIZERS[:6]),
            f"{name}_regularizer": rarely(*REGULARIZERS), f"{name}_constraint": rarely(*constraints)}


def kernel(name):
    return weight(name, *INITIALIZERS, constraints=KERNEL_CONSTRAINTS)


def quoted(names):
    return [f"'{name}'" for name in names]


def units(chain):
    """A size of the output that keeps the tensor small."""
    rest = chain.elements(chain.shape[:-1]) if chain.shape else 1
    return chain.pick.choice([size for size in SIZES if size <= chain.limit and rest * size <= 4 * chain.limit] or [1])


def filters(chain):
    return chain.pick.choice([1, 2, 3, 4, 6, 7, 8, 16, 17, 33])


def activation(chain):
    return f"'{chain.pick.choice(ACTIVATIONS)}'" if chain.chance(0.7) else None


def spatial(choose, default=None):
    """One number for all dimensions, or one for each: choose(chain, size of that dimension of the input)."""
    def draw(chain):
        sizes = chain.shape[:-1] if not chain.channels_first() else chain.shape[1:]
        if default is not None and chain.chance(0.5):
            return default
        if chain.chance(0.4):
            return choose(chain, min(sizes))
        return "(" + "".join(f"{choose(chain, size)}, " for size in sizes) + ")"
    return draw


def window(chain, size):
    """Of one position, a few, as many as there are, and now and then more than that."""
    return chain.pick.choice([1, 2, 3, 3, 5, size, size, size + 1, max(1, size - 1)])


def step(chain, size):
    return chain.pick.choice([1, 1, 2, 3, size, size + 1])


def pair(chain, size):
    low, high = chain.pick.choice([0, 1, 2, 3]), chain.pick.choice([0, 0, 1, 2])
    return f"({low}, {high})"


def cut(chain, size):
    return f"({chain.pick.randrange(max(1, size // 2))}, {chain.pick.randrange(max(1, (size + 1) // 2))})"


def pairs(choose):
    """Padding and cropping: one number, one for each dimension, or a pair for each."""
    def draw(chain):
        sizes = chain.shape[1:] if len(chain.shape) > 2 and chain.channels_first() else chain.shape[:-1]
        if chain.chance(0.3):
            return chain.pick.choice([0, 1, 2])
        if len(sizes) == 1:
            return choose(chain, sizes[0])
        if chain.chance(0.3):
            return "(" + ", ".join(str(chain.pick.choice([0, 1, 2])) for _ in sizes) + ")"
        return "(" + ", ".join(choose(chain, size) for size in sizes) + ")"
    return draw


def divisor(chain):
    channels = chain.shape[0 if chain.channels_first() else -1]
    return chain.pick.choice([d for d in range(1, channels + 1) if channels % d == 0]) if chain.chance(0.3) else None


def data_format(chain):
    return "'channels_first'" if chain.channels_first() else None


PENALTY = lambda chain: chain.pick.choice(REGULARIZERS) if chain.chance(0.03) else None  # on a layer's output
SEED = lambda chain: chain.pick.randrange(1000) if chain.chance(0.2) else None
RATE = [0, 0.1, 0.25, 0.5, 0.5, 0.8, 1, 0.999]
ANY = (1, 2, 3, 4)
BIAS = dict(use_bias=mostly(False), **weight("bias"))
TRAINABLE = mostly(None, None, False)


# --- Dense and elementwise layers -------------------------------------------------------------------------------------

def noise_shape(chain):
    if chain.chance(0.5):
        return None
    entries = [chain.pick.choice(["None", "1"])] + [chain.pick.choice(["None", "1", str(size)]) for size in chain.shape]
    if chain.is_inner:  # a mask for all samples is refused there
        entries[0] = "None"
    return f"({', '.join(entries)})"


def shared_axes(chain):
    axes = chain.pick.sample(range(1, len(chain.shape) + 1), chain.pick.randrange(len(chain.shape) + 1))
    return f"[{', '.join(map(str, axes))}]" if axes else None


def axis(chain):
    rank = len(chain.shape)
    return chain.pick.choice([None, -1, *range(1, rank + 1), *range(-rank, 0)])


row("Dense", ANY, units, weight=10, activation=activation, trainable=TRAINABLE, **kernel("kernel"), **BIAS)
row("Activation", ANY, quoted(ACTIVATIONS))
row("ReLU", ANY, max_value=[None, 0.5, 1, 6], negative_slope=[None, 0.1, 0.5], threshold=[None, None, 0.5, 1])
row("LeakyReLU", ANY, negative_slope=[None, 0.05, 0.5, 1.5])
row("ELU", ANY, alpha=[None, 0.05, 0.5, 1.5])
row("PReLU", ANY, shared_axes=shared_axes, trainable=TRAINABLE, **weight("alpha"))
row("Softmax", ANY, axis=axis)
row("Dropout", ANY, RATE, weight=2, noise_shape=noise_shape, seed=SEED, inverted=mostly(False))
row("GaussianNoise", ANY, [0, 0.1, 0.5, 1], seed=SEED)
row("GaussianDropout", ANY, [0, 0.1, 0.5, 0.9], seed=SEED)
row("AlphaDropout", ANY, [0, 0.1, 0.5, 0.95], noise_shape=noise_shape, seed=SEED)
row("ActivityRegularization", ANY, l1=[None, 0.01, 0.3], l2=[None, 0.02, 0.2])


# --- rearranging ------------------------------------------------------------------------------------------------------

def target_shape(chain):
    rest, target = chain.elements(), []
    for _ in range(chain.pick.randrange(4)):
        target.append(chain.pick.choice([d for d in range(1, min(rest, 130) + 1) if rest % d == 0]))
        rest //= target[-1]
    target.append(rest)
    chain.pick.shuffle(target)
    if chain.chance(0.4):
        target[chain.pick.randrange(len(target))] = -1
    return f"({', '.join(map(str, target))},)"


def order(chain):
    axes = chain.pick.sample(range(len(chain.shape)), len(chain.shape))
    return f"({', '.join(str(a + 1) for a in axes)},)"


# --- normalizing and rescaling ----------------------------------------------------------------------------------------

def axes(chain):
    """One axis or several, counted from either end."""
    rank = len(chain.shape)
    chosen = chain.pick.sample(range(1, rank + 1), chain.pick.randint(1, rank))
    written = [axis if chain.chance(0.5) else axis - rank - 1 for axis in chosen]
    if chain.chance(0.4):
        return None
    return written[0] if len(written) == 1 else f"({', '.join(map(str, written))})"


def last_axes(chain):
    """Keras multiplies RMSNormalization's scale as if its axes were the last."""
    rank = len(chain.shape)
    return chain.pick.choice([None, -1, f"({', '.join(map(str, range(chain.pick.randint(1, rank), rank + 1)))},)"])


def batch_axis(chain):
    return chain.pick.choice([None, None, None, -1, *range(1, len(chain.shape) + 1)])


def groups(chain):
    return chain.pick.choice([d for d in range(1, chain.shape[-1] + 1) if chain.shape[-1] % d == 0])


def channels(low, high):
    """A number, or one for each channel."""
    def draw(chain):
        number = lambda: round(chain.pick.uniform(low, high), 2)
        return number() if chain.chance(0.5) else [number() for _ in range(chain.shape[-1])]
    return draw


def moments(chain):
    """mean=…, variance=…, which have the same number of entries."""
    count = 1 if chain.chance(0.4) else chain.shape[-1]
    written = lambda low: [round(chain.pick.uniform(low, 2), 2) for _ in range(count)]
    mean, variance = written(-1), written(0.1)
    return f"{mean[0]}, variance={variance[0]}, axis=None" if count == 1 else f"{mean}, variance={variance}"


CENTER_SCALE = dict(center=mostly(False), scale=mostly(False), epsilon=mostly(0.1, 1e-5), trainable=TRAINABLE,
                    **weight("beta"), **weight("gamma"))
row("BatchNormalization", ANY, axis=batch_axis, momentum=mostly(0, 0.5, 0.9), **CENTER_SCALE, weight=3,
    moving_mean_initializer=mostly(*INITIALIZERS[:3]), moving_variance_initializer=mostly("'ones'", "Constant(0.5)"))
row("LayerNormalization", ANY, axis=axes, **CENTER_SCALE, weight=2)
row("GroupNormalization", ANY, groups, **CENTER_SCALE)
row("RMSNormalization", ANY, axis=last_axes, epsilon=mostly(0.1))
row("UnitNormalization", ANY, axis=axes)
row("Rescaling", ANY, channels(-1, 1), offset=lambda chain: channels(-1, 1)(chain) if chain.chance(0.5) else None)
row("Normalization", ANY, mean=moments, invert=mostly(True))
row("RepeatVector", (1,), [1, 2, 3, 7])
row("Flatten", ANY)
row("Reshape", ANY, target_shape)
row("Permute", ANY, order)


# --- images -----------------------------------------------------------------------------------------------------------

PADDING = quoted(["valid", "same"])
CONV = dict(padding=PADDING, activation=activation, trainable=TRAINABLE, **BIAS)
SEPARABLE = dict(**CONV, **kernel("depthwise"), depth_multiplier=[None, 1, 2, 3])
DILATION = dict(dilation_rate=spatial(lambda chain, size: chain.pick.choice([1, 1, 2, 3]), default="1"))
STRIDES = spatial(step, default="1")

for dims in (1, 2, 3):
    often, image, name = 3 if dims < 3 else 1, (dims + 1,), lambda base: f"{base}{dims}D"
    row(name("Conv"), image, filters, spatial(window), STRIDES, weight=2 * often, **CONV, **kernel("kernel"),
        **DILATION, data_format=data_format, groups=divisor)
    row(name("Conv") + "Transpose", image, filters, spatial(window), STRIDES, weight=often, **CONV, **kernel("kernel"),
        **(DILATION if dims < 3 else {}), data_format=data_format,
        output_padding=lambda chain: chain.pick.choice([0, 1]) if chain.chance(0.3) else None)
    if dims < 3:
        row(name("DepthwiseConv"), image, spatial(window), STRIDES, weight=often, **SEPARABLE, **DILATION,
            data_format=data_format)
        row(name("SeparableConv"), image, filters, spatial(window), STRIDES, weight=often, **SEPARABLE,
            **kernel("pointwise"), **DILATION, data_format=data_format)
    for base in ("MaxPooling", "AveragePooling"):
        row(name(base), image, spatial(window), weight=often, strides=spatial(step), padding=PADDING,
            data_format=data_format)
    for base in ("GlobalMaxPooling", "GlobalAveragePooling"):
        row(name(base), image, keepdims=mostly(True), data_format=data_format)
    FORMAT = {"data_format": data_format} if dims > 1 else {}
    row(name("ZeroPadding"), image, pairs(pair), **FORMAT)
    row(name("Cropping"), image, pairs(cut), **FORMAT)
    row(name("SpatialDropout"), image, RATE, seed=SEED, **FORMAT)
row("Conv1D", (2,), filters, spatial(window), spatial(step, default="1"), weight=3,
    **{**CONV, **DILATION, "padding": ["'causal'"]}, **kernel("kernel"), groups=divisor)
row("UpSampling1D", (2,), [1, 2, 3])
row("UpSampling2D", (3,), spatial(lambda chain, size: chain.pick.choice([1, 2, 3])),
    interpolation=[None, "'nearest'", "'bilinear'", "'bilinear'"], data_format=data_format)
row("UpSampling3D", (4,), spatial(lambda chain, size: chain.pick.choice([1, 2, 3])), data_format=data_format)


def size(chain):
    return chain.pick.choice([1, 2, 3, 5, 8])


def factor(low, high):
    """A number, or a pair."""
    def draw(chain):
        number = lambda: round(chain.pick.uniform(low, high), 2)
        return number() if chain.chance(0.6) else f"({number()}, {number()})"
    return draw


IMAGES = dict(data_format=data_format, seed=SEED)
# Where places round to the nearest pixel, single precision may choose another one than double.
PLACES = dict(**IMAGES, fill_mode=quoted(["reflect", "wrap", "constant", "nearest"]), fill_value=mostly(0.5))
VALUES = dict(**IMAGES, value_range=mostly("(0, 1)", "(-1, 1)", "(-3, 2)"))
row("RandomFlip", (3,), quoted(["horizontal", "vertical", "horizontal_and_vertical"]), **IMAGES)
row("RandomRotation", (3,), factor(-1, 1), **PLACES)
row("RandomZoom", (3,), factor(-0.9, 1), width_factor=mostly(0.3, "(-0.2, 0.4)"), **PLACES)
row("RandomTranslation", (3,), factor(-1, 1), factor(-1, 1), **PLACES)
row("RandomContrast", (3,), factor(0, 1), **VALUES)
row("RandomBrightness", (3,), factor(-1, 1), **VALUES)
row("RandomErasing", (3,), scale=mostly(0.5, "(0.2, 0.9)"), factor=factor(0, 1), fill_value=mostly(0.5), **VALUES)
row("RandomCrop", (3,), size, size, **IMAGES)
row("CenterCrop", (3,), size, size, data_format=data_format)
row("Resizing", (3,), size, size, data_format=data_format, antialias=mostly(True),
    interpolation=quoted(["bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"]),
    crop_to_aspect_ratio=mostly(True))


# --- sequences --------------------------------------------------------------------------------------------------------

def stateful(chain):
    """Only in a chain that will see whole batches."""
    if not chain.lines and not chain.is_inner and chain.chance(0.1):
        chain.whole_batches = True
    return True if chain.whole_batches and chain.chance(0.7) else None


RECURRENT = dict(activation=mostly(*quoted(GATES)), return_sequences=[None, True, True], go_backwards=mostly(True),
                 unroll=mostly(True), dropout=mostly(0.0, 0.3, 0.5, 1.0), recurrent_dropout=mostly(0.0, 0.2, 0.5, 1.0),
                 seed=SEED, trainable=TRAINABLE, **BIAS, **kernel("kernel"),
                 **weight("recurrent", "'orthogonal'", "Orthogonal(gain=0.5)", "'identity'",
                          constraints=KERNEL_CONSTRAINTS))
GATED = dict(recurrent_activation=mostly(*quoted(GATES)))
row("LSTM", (2,), units, weight=4, **RECURRENT, **GATED, unit_forget_bias=mostly(False))
row("GRU", (2,), units, weight=4, **RECURRENT, **GATED, reset_after=mostly(False))
row("SimpleRNN", (2,), units, weight=3, **RECURRENT)
for dims in (1, 2):
    row(f"ConvLSTM{dims}D", (dims + 2,), filters,
        lambda chain: chain.pick.choice([1, 2, 3]), strides=mostly(2), padding=PADDING, dilation_rate=mostly(2),
        **{**RECURRENT, **GATED, "unroll": [None]}, unit_forget_bias=mostly(False))
row("Masking", (2,), weight=6, first="steps", mask_value=[None, None, None, 0, 1])
VOCABULARY = 5  # the least
row("Embedding", (1, 2), [VOCABULARY, 7, 30], lambda chain: chain.pick.choice([1, 2, 3, 7, 8, 16, 17]), weight=4,
    first="indices", mask_zero=lambda chain: True if len(chain.shape) == 1 and chain.chance(0.5) else None,
    trainable=TRAINABLE, **kernel("embeddings"))


def drawn(names):
    """An inner layer: one of these classes, for the chain's shape."""
    def draw(chain):
        return chain.pick.choice([row for row in ROWS if row.name in names
                                  and len(chain.shape) in row.ranks]).text(chain)
    return draw


def each_step(chain):
    step = chain.inside(chain.shape[1:])
    return step.pick.choice([row for row in ROWS if len(step.shape) in row.ranks and not row.first
                             and row.name not in ("TimeDistributed", "Bidirectional",
                                                  "ActivityRegularization")]).text(step)


row("Bidirectional", (2,), drawn(("LSTM", "GRU", "SimpleRNN")), weight=4,
    merge_mode=[None, "'concat'", "'sum'", "'mul'", "'ave'"])
row("TimeDistributed", (2, 3, 4), each_step, weight=3)
