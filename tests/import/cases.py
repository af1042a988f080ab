# SPDX-License-Identifier: MIT-0
"""The models of generate.py: name → (shape of the input, layers in Python). L is keras.layers, of Keras 3 and of
tf_keras alike; what
only one of them has stands under its name. The layers and arguments are those that the generators of keras2c and of
frugally-deep go through."""

ACTIVATIONS = [
    "relu",
    "tanh",
    "sigmoid",
    "softmax",
    "softplus",
    "softsign",
    "elu",
    "selu",
    "gelu",
    "exponential",
    "linear",
    "swish",
]
CELLS = ["LSTM", "GRU", "SimpleRNN"]


def dense():
    for activation in ACTIVATIONS:
        yield f"dense_{activation}", (5,), f"L.Dense(4, activation='{activation}')"
    yield "dense_no_bias", (5,), "L.Dense(4, use_bias=False)"
    yield "dense_steps", (3, 5), "L.Dense(4), L.Dense(2, name='head')"
    yield "dense_image", (2, 3, 5), "L.Dense(4, activation='relu')"
    yield "dense_regularized", (
        5,
    ), ("L.Dense(4, kernel_regularizer='l2', bias_regularizer='l1', activity_regularizer='l2', "
        "kernel_constraint='max_norm')")
    yield "dense_initialized", (5,), "L.Dense(4, kernel_initializer='he_normal', bias_initializer='ones')"
    yield "dense_frozen", (5,), "L.Dense(4, trainable=False), L.Dense(3)"
    yield "activation_layers", (6,), "L.Activation('tanh'), L.Activation('relu'), L.Dense(3), L.Activation('softmax')"


def conv():
    for padding in "valid", "same", "causal":
        yield f"conv1d_{padding}", (7, 3), f"L.Conv1D(4, 3, padding='{padding}')"
        yield f"conv1d_{padding}_dilated", (
            9,
            3,
        ), f"L.Conv1D(4, 2, padding='{padding}', dilation_rate=2, use_bias=False)"
        yield f"conv1d_{padding}_strides", (9, 3), f"L.Conv1D(4, 3, padding='{padding}', strides=2, activation='relu')"
    for padding in "valid", "same":
        yield f"conv2d_{padding}", (6, 7, 3), f"L.Conv2D(4, 3, padding='{padding}', activation='relu')"
        yield f"conv2d_{padding}_oblong", (6, 7, 3), f"L.Conv2D(2, (3, 2), padding='{padding}', use_bias=False)"
        yield f"conv2d_{padding}_strides", (6, 7, 3), f"L.Conv2D(2, (3, 2), strides=(2, 3), padding='{padding}')"
        yield f"conv2d_{padding}_dilated", (6, 7, 3), f"L.Conv2D(2, 2, dilation_rate=(2, 3), padding='{padding}')"
        yield f"conv3d_{padding}", (4, 5, 4, 2), f"L.Conv3D(3, (2, 3, 2), padding='{padding}')"
        yield f"conv3d_{padding}_strides", (4, 5, 4, 2), f"L.Conv3D(3, 2, strides=2, padding='{padding}')"
        for stride in 1, 2:
            yield f"conv1d_transpose_{padding}_{stride}", (
                5,
                2,
            ), f"L.Conv1DTranspose(3, 3, strides={stride}, padding='{padding}')"
            yield f"conv2d_transpose_{padding}_{stride}", (
                4,
                5,
                2,
            ), f"L.Conv2DTranspose(3, (3, 2), strides={stride}, padding='{padding}')"
            yield f"depthwise2d_{padding}_{stride}", (
                5,
                5,
                2,
            ), f"L.DepthwiseConv2D(3, strides={stride}, padding='{padding}', depth_multiplier=2)"
            yield f"separable2d_{padding}_{stride}", (
                5,
                5,
                2,
            ), f"L.SeparableConv2D(3, 2, strides={stride}, padding='{padding}')"
        yield f"conv3d_transpose_{padding}", (3, 2, 3, 2), f"L.Conv3DTranspose(2, 2, strides=2, padding='{padding}')"
        yield f"depthwise1d_{padding}", (6, 2), f"L.DepthwiseConv1D(3, padding='{padding}')"
        yield f"separable1d_{padding}", (6, 2), f"L.SeparableConv1D(4, 3, padding='{padding}', depth_multiplier=2)"
    yield "conv2d_groups", (5, 5, 4), "L.Conv2D(6, 3, groups=2)"
    yield "conv2d_transpose_output_padding", (4, 4, 2), "L.Conv2DTranspose(3, 3, strides=2, output_padding=1)"


def pool():
    shapes = {1: (9, 3), 2: (6, 7, 2), 3: (4, 6, 5, 2)}
    for rank, shape in shapes.items():
        for kind in "Max", "Average":
            yield f"{kind.lower()}_pool{rank}d", shape, f"L.{kind}Pooling{rank}D({2 if kind == 'Average' else ''})"
            yield f"{kind.lower()}_pool{rank}d_same", shape, f"L.{kind}Pooling{rank}D(3, strides=2, padding='same')"
            size = "3" if rank == 1 else (3, 2) + (2,) * (rank - 2)
            yield f"{kind.lower()}_pool{rank}d_overlap", shape, f"L.{kind}Pooling{rank}D({size}, strides=1)"
            yield f"global_{kind.lower()}_pool{rank}d", shape, f"L.Global{kind}Pooling{rank}D()"
    yield "global_pool_keepdims", (
        4,
        5,
        2,
    ), "L.GlobalAveragePooling2D(keepdims=True), L.GlobalMaxPooling2D(keepdims=True)"


def recurrent():
    for cell in CELLS:
        name = cell.lower()
        yield f"{name}", (5, 3), f"L.{cell}(4)"
        yield f"{name}_sequences", (5, 3), f"L.{cell}(4, return_sequences=True)"
        yield f"{name}_backwards", (5, 3), f"L.{cell}(4, go_backwards=True, return_sequences=True)"
        yield f"{name}_no_bias", (5, 3), f"L.{cell}(4, use_bias=False)"
        yield f"{name}_relu", (
            5,
            3,
        ), f"L.{cell}(4, activation='relu'{'' if cell == 'SimpleRNN' else ', recurrent_activation=' + repr('tanh')})"
        yield f"{name}_dropout", (5, 3), f"L.{cell}(4, dropout=0.2, recurrent_dropout=0.3, unroll=True)"
        yield f"{name}_stacked", (5, 3), f"L.{cell}(4, return_sequences=True), L.{cell}(3), L.Dense(2)"
        yield f"{name}_masked", (5, 3), f"L.Masking(0.0), L.{cell}(4)"
        yield f"{name}_embedded", (5,), f"L.Embedding(7, 3, mask_zero=True), L.{cell}(4)"
        for merge in "concat", "sum", "mul", "ave":
            yield f"bidirectional_{name}_{merge}", (5, 3), f"L.Bidirectional(L.{cell}(3), merge_mode='{merge}')"
        yield f"bidirectional_{name}_sequences", (
            5,
            3,
        ), f"L.Bidirectional(L.{cell}(3, return_sequences=True)), L.Dense(2)"
        yield f"bidirectional_{name}_masked", (
            5,
            3,
        ), f"L.Masking(), L.Bidirectional(L.{cell}(3, return_sequences=True))"
    yield "gru_reset_before", (5, 3), "L.GRU(4, reset_after=False)"
    yield "gru_reset_before_no_bias", (5, 3), "L.GRU(4, reset_after=False, use_bias=False, return_sequences=True)"
    yield "lstm_no_forget_bias", (5, 3), "L.LSTM(4, unit_forget_bias=False)"
    yield "bidirectional_unlike", (5, 3), "L.Bidirectional(L.LSTM(3), backward_layer=L.GRU(3, go_backwards=True))"


def wrapped():
    yield "time_distributed_dense", (4, 3), "L.TimeDistributed(L.Dense(2, activation='relu'))"
    yield "time_distributed_conv", (3, 6, 2), "L.TimeDistributed(L.Conv1D(2, 3))"
    yield "time_distributed_flatten", (3, 2, 2), "L.TimeDistributed(L.Flatten()), L.LSTM(2)"
    yield "time_distributed_norm", (4, 3), "L.TimeDistributed(L.BatchNormalization())"
    yield "time_distributed_lstm", (2, 4, 3), "L.TimeDistributed(L.LSTM(2))"


def normalize():
    yield "batch_norm", (5,), "L.BatchNormalization()"
    yield "batch_norm_image", (3, 4, 5), "L.BatchNormalization(momentum=0.9, epsilon=0.01)"
    yield "batch_norm_axis", (3, 4, 5), "L.BatchNormalization(axis=1)"
    yield "batch_norm_no_center", (5,), "L.BatchNormalization(center=False)"
    yield "batch_norm_no_scale", (5,), "L.BatchNormalization(scale=False)"
    yield "batch_norm_bare", (5,), "L.BatchNormalization(center=False, scale=False)"
    yield "layer_norm", (4, 5), "L.LayerNormalization()"
    yield "layer_norm_axes", (4, 5), "L.LayerNormalization(axis=[1, 2], epsilon=1e-5)"
    yield "layer_norm_bare", (4, 5), "L.LayerNormalization(center=False, scale=False)"
    yield "group_norm", (4, 6), "L.GroupNormalization(groups=3)"
    yield "unit_norm", (4, 6), "L.UnitNormalization()"
    yield "rescaling", (4, 6), "L.Rescaling(1 / 127.5, offset=-1)"


def shape():
    yield "flatten", (3, 4, 2), "L.Flatten()"
    yield "reshape", (3, 4, 2), "L.Reshape((4, 6)), L.Reshape((-1,))"
    yield "permute", (3, 4, 2), "L.Permute((2, 3, 1))"
    yield "repeat", (4,), "L.RepeatVector(3)"
    yield "pad1d", (4, 2), "L.ZeroPadding1D(), L.ZeroPadding1D((2, 1))"
    yield "pad2d", (3, 4, 2), "L.ZeroPadding2D(2), L.ZeroPadding2D((1, 2)), L.ZeroPadding2D(((0, 1), (2, 0)))"
    yield "pad3d", (2, 3, 2, 2), "L.ZeroPadding3D(((0, 1), (1, 0), (1, 1)))"
    yield "crop1d", (6, 2), "L.Cropping1D((1, 2))"
    yield "crop2d", (6, 6, 2), "L.Cropping2D(1), L.Cropping2D(((0, 1), (1, 0)))"
    yield "crop3d", (4, 4, 4, 2), "L.Cropping3D(((0, 1), (1, 0), (1, 1)))"
    yield "up1d", (4, 2), "L.UpSampling1D(3)"
    yield "up2d", (3, 4, 2), "L.UpSampling2D((2, 3))"
    yield "up2d_bilinear", (3, 4, 2), "L.UpSampling2D(2, interpolation='bilinear')"
    yield "up3d", (2, 2, 3, 2), "L.UpSampling3D((1, 2, 2))"
    yield "embedding", (4,), "L.Embedding(9, 3)"
    yield "embedding_flat", (4,), "L.Embedding(9, 3), L.Flatten(), L.Dense(2)"
    yield "leaky", (3, 4), "L.LeakyReLU()"
    yield "elu", (3, 4), "L.ELU(0.7)"
    yield "prelu", (3, 4), "L.PReLU()"
    yield "prelu_shared", (3, 4, 2), "L.PReLU(shared_axes=[1, 2])"
    yield "relu", (3, 4), "L.ReLU(max_value=1.5, negative_slope=0.1, threshold=0.2)"
    yield "relu6", (3, 4), "L.ReLU(6.0)"
    yield "softmax", (3, 4), "L.Softmax(), L.Softmax(axis=1)"


def noise():
    yield "dropouts", (
        6,
    ), "L.Dropout(0.3), L.Dense(4), L.AlphaDropout(0.2), L.GaussianNoise(0.1), L.GaussianDropout(0.2)"
    yield "spatial_dropouts", (
        4,
        5,
        2,
    ), "L.SpatialDropout2D(0.3), L.Dropout(0.5, noise_shape=(None, 1, 1, 2), seed=7), L.ActivityRegularization(0.01)"


def whole():
    yield "mlp", (
        8,
    ), "L.Dense(6, activation='relu'), L.Dropout(0.2), L.Dense(5, activation='relu'), L.Dense(3, activation='softmax')"
    yield "lenet", (12, 12, 1), (
        "L.Conv2D(4, 3, activation='relu'), L.BatchNormalization(), L.MaxPooling2D(), L.Conv2D(5, 3, "
        "activation='relu'), "
        "L.AveragePooling2D(2), L.Flatten(), L.Dense(6, activation='tanh'), L.Dropout(0.5), L.Dense(4, "
        "activation='softmax')"
    )
    yield "autoencoder", (8, 8, 2), (
        "L.Conv2D(3, 3, padding='same', activation='relu'), L.MaxPooling2D(), L.Conv2DTranspose(2, 3, "
        "strides=2, padding='same'), "
        "L.UpSampling2D(), L.Cropping2D(4)"
    )
    yield "names", (4,), "L.Dense(3, name='first'), L.Dense(3, name='dense'), L.Dense(2, name='dense_7')"
    yield "sentences", (
        6,
    ), ("L.Embedding(11, 4), L.Bidirectional(L.LSTM(3, return_sequences=True)), L.GlobalMaxPooling1D(), "
        "L.Dense(1, activation='sigmoid')")
    yield "nested", (
        6,
    ), "keras.Sequential([L.Dense(5), L.Dense(4)], name='body'), L.Dense(3), keras.Sequential([L.Dense(2)])"


def generators():
    """Arguments that only the generators have, several layers to a model."""
    yield "transposes1d", (5, 3), (
        "L.Conv1DTranspose(4, 1, padding='same', use_bias=False), L.Conv1DTranspose(2, 5, padding='same', strides=2), "
        "L.Conv1DTranspose(1, 5, strides=2)"
    )
    yield "transposes2d", (4, 3, 2), (
        "L.Conv2DTranspose(3, (1, 1), use_bias=False), L.Conv2DTranspose(2, (5, 5), strides=(2, 3), padding='same'), "
        "L.Conv2DTranspose(2, (2, 4), strides=(2, 2), padding='same'), L.Conv2DTranspose(1, (5, 3))"
    )
    yield "transposes3d", (2, 3, 2, 2), (
        "L.Conv3DTranspose(3, (3, 3, 3), use_bias=False), L.Conv3DTranspose(2, (2, 2, 2), strides=2, padding='valid')"
    )
    yield "convs1d", (12, 3), (
        "L.Conv1D(4, 4, padding='causal', dilation_rate=2, activation='tanh'), L.Conv1D(2, 1, padding='same', "
        "strides=2), L.Conv1D(3, 4, padding='same', dilation_rate=3, activation='sigmoid', "
        "bias_initializer='glorot_uniform')"
    )
    yield "convs3d", (5, 6, 7, 2), (
        "L.Conv3D(2, (1, 2, 4), strides=(2, 2, 3), padding='same', use_bias=False), L.Conv3D(2, (1, 2, 4), "
        "padding='same', dilation_rate=(1, 2, 3), activation='relu')"
    )
    yield "depthwise_strides", (9, 4), (
        "L.DepthwiseConv1D(kernel_size=3, padding='same', use_bias=False), L.DepthwiseConv1D(kernel_size=2, strides=2)"
    )
    yield "pools2d", (13, 11, 2), (
        "L.MaxPooling2D((1, 3), strides=(2, 3), padding='same'), L.AveragePooling2D((2, 4), strides=(3, 1), "
        "padding='same')"
    )
    yield "pools3d", (7, 8, 9, 2), (
        "L.MaxPooling3D((1, 3, 5), strides=(2, 3, 4), padding='same'), L.AveragePooling3D((1, 3, 5), "
        "strides=(2, 3, 4), padding='same')"
    )
    yield "pools1d", (13, 3), (
        "L.AveragePooling1D(2, strides=3), L.MaxPooling1D(2, strides=2, padding='same'), "
        "L.GlobalAveragePooling1D(keepdims=True)"
    )
    yield "sizes2d", (5, 4, 2), (
        "L.UpSampling2D(size=(5, 3), interpolation='bilinear'), L.ZeroPadding2D(((1, 2), (3, 4))), "
        "L.Cropping2D(((1, 2), (3, 4))), L.CenterCrop(4, 5), L.CenterCrop(9, 13), L.Resizing(5, 6), "
        "L.Resizing(19, 13, interpolation='nearest'), L.Resizing(7, 13, crop_to_aspect_ratio=True)"
    )
    yield "sizes3d", (4, 3, 5, 2), (
        "L.ZeroPadding3D((2, 3, 4)), L.Cropping3D(((1, 2), (3, 1), (2, 1))), L.UpSampling3D(size=(1, 3, 5))"
    )
    yield "permutes", (2, 3, 2, 4, 2), (
        "L.Permute((3, 4, 1, 5, 2)), L.Dense(3), L.Reshape((8, -1)), L.Permute((2, 1)), L.Flatten(), L.Permute((1,))"
    )
    for axis in range(1, 6):
        yield f"axis{axis}", (2, 3, 2, 4, 2), (
            f"L.BatchNormalization(axis={axis}), L.LayerNormalization(axis={axis}), L.UnitNormalization(axis={axis}), "
            f"L.Normalization(axis={axis}, mean=4.2, variance=2.3)"
        )
    yield "axes", (2, 3, 2, 4, 2), "L.LayerNormalization(axis=[2, 3, 5]), L.UnitNormalization(axis=[2, 3, 5])"
    yield "normalized", (3, 4), (
        "L.Normalization(axis=None, mean=2.1, variance=2.2), L.Normalization(axis=None, mean=2.1, variance=2.2, "
        "invert=True), L.Rescaling(23.5, 42.1)"
    )
    yield "groups", (5, 4), (
        "L.GroupNormalization(groups=2, scale=False), L.GroupNormalization(groups=4, center=False, epsilon=1e-4), "
        "L.GroupNormalization(groups=1), L.GroupNormalization(groups=4)"
    )
    yield "initializers", (4, 3, 2), (
        "L.BatchNormalization(axis=2, beta_initializer='ones', gamma_initializer='ones', moving_mean_initializer="
        "'ones', moving_variance_initializer='ones', scale=False), L.PReLU(alpha_initializer='glorot_uniform'), "
        "L.PReLU(shared_axes=[1, 2, 3])"
    )
    yield "slopes", (3, 4), "L.ReLU(max_value=1.0, negative_slope=1.0, threshold=0.3), L.ELU(alpha=1.3)"
    yield "varied", (7, 8, 3), (
        "L.RandomFlip(mode='horizontal'), L.RandomContrast(factor=0.1), L.RandomRotation(factor=0.1), "
        "L.RandomTranslation(0.1, 0.1), L.RandomZoom(0.1), L.RandomCrop(7, 8), L.Conv2D(2, 3)"
    )
    yield "gates", (5, 3), (
        "L.GRU(4, activation='softmax', recurrent_activation='softsign', return_sequences=True), L.GRU(3, "
        "activation='softplus', go_backwards=True, return_sequences=True), L.LSTM(4, activation='sigmoid', "
        "recurrent_activation='tanh', go_backwards=True, return_sequences=True), L.LSTM(3, activation='relu', "
        "recurrent_activation='hard_sigmoid')"
    )
    for cell in CELLS:
        yield f"{cell.lower()}_stateful", (4, 3), f"L.{cell}(4, return_sequences=True, stateful=True), L.Dense(2)"
    yield "bidirectional_twice", (5, 3), (
        "L.Dense(5), L.Bidirectional(L.LSTM(4, return_sequences=True), merge_mode='mul'), "
        "L.Bidirectional(L.SimpleRNN(3, return_sequences=True), merge_mode='ave'), L.Dense(2)"
    )
    yield "time_distributed_conv2d", (2, 4, 5, 2), (
        "L.Dense(3), L.TimeDistributed(L.Conv2D(2, kernel_size=2)), L.Dense(2)"
    )
    yield "stacked_cells", (5, 3), (
        "L.RNN(L.StackedRNNCells([L.LSTMCell(5), L.GRUCell(3)]), return_sequences=True), L.RNN(L.StackedRNNCells("
        "[L.LSTMCell(4), L.GRUCell(3), L.SimpleRNNCell(2)]))"
    )
    yield "conv_lstm1d", (4, 6, 3), (
        "L.ConvLSTM1D(2, 2, padding='same', dilation_rate=2, return_sequences=True), L.ConvLSTM1D(2, 2)"
    )
    yield "conv_lstm2d", (3, 4, 5, 2), (
        "L.ConvLSTM2D(3, (3, 3), padding='same', return_sequences=True), L.ConvLSTM2D(2, (2, 2), use_bias=False, "
        "activation='relu')"
    )
    yield "conv_lstm3d", (2, 3, 3, 4, 2), (
        "L.ConvLSTM3D(2, (1, 2, 2), return_sequences=True), L.ConvLSTM3D(2, (2, 2, 2), padding='same')"
    )
    yield "vgg", (16, 16, 3), (
        "L.Conv2D(4, (3, 3), activation='relu'), L.Permute((3, 1, 2)), L.MaxPooling2D(pool_size=(2, 2)), "
        "L.Permute((2, 3, 1)), L.Dropout(0.25), L.Conv2D(4, (3, 3)), L.ELU(), L.MaxPooling2D((2, 2)), L.Flatten(), "
        "L.Dense(8, activation='sigmoid'), L.Dropout(0.5), L.Dense(4, activation='softmax')"
    )


GROUPS = dense, conv, pool, recurrent, wrapped, normalize, shape, noise, whole, generators
BOTH = [case for group in GROUPS for case in group()]
KERAS_3 = [
    ("hard_sigmoid", (5,), "L.Dense(4, activation='hard_sigmoid')"),
    ("mish", (5,), "L.Dense(4, activation='mish')"),
    ("rms_norm", (4, 5), "L.RMSNormalization()"),
    ("relu6_name", (5,), "L.Dense(4, activation='relu6')"),
    ("layer_norm_rms", (4, 5), "L.LayerNormalization(gamma_initializer='ones')"),
    ("leaky_slope", (5,), "L.LeakyReLU(negative_slope=0.05)"),
    ("celu", (5,), "L.Dense(4, activation='celu')"),
    ("normalization", (4,), "L.Normalization(), L.Dense(3)"),
    ("normalization_steps", (3, 4), "L.Normalization(), L.Dense(3)"),
    ("normalization_axis", (3, 4), "L.Normalization(axis=1), L.Dense(3)"),
    ("normalization_all", (4,), "L.Normalization(axis=None), L.Dense(3)"),
    ("normalization_invert", (4,), "L.Normalization(invert=True), L.Dense(3)"),
    (
        "adaptive1d",
        (9, 4),
        "L.AdaptiveAveragePooling1D(output_size=7), L.AdaptiveMaxPooling1D(output_size=3)",
    ),
    (
        "adaptive2d",
        (13, 14, 2),
        "L.AdaptiveAveragePooling2D(output_size=(13, 7)), L.AdaptiveMaxPooling2D(output_size=(3, 4))",
    ),
    (
        "adaptive3d",
        (7, 4, 6, 2),
        "L.AdaptiveAveragePooling3D(output_size=(7, 2, 4)), L.AdaptiveMaxPooling3D(output_size=(2, 1, 3))",
    ),
    (
        "activations_keras3",
        (6,),
        "L.Activation('hard_tanh'), L.Dense(5, activation='log_sigmoid'), L.Activation('sparse_plus'), L.Dense(5, "
        "activation='squareplus'), L.Dense(5, activation='tanh_shrink'), L.Activation('leaky_relu')",
    ),
    ("rnn_cell", (5, 3), "L.RNN(L.GRUCell(4), return_sequences=True), L.RNN(L.SimpleRNNCell(3))"),
    ("rnn_cells", (5, 3), "L.RNN([L.LSTMCell(4), L.LSTMCell(3)]), L.Dense(2)"),
    ("bidirectional_cells", (5, 3), "L.Bidirectional(L.RNN([L.LSTMCell(2), L.SimpleRNNCell(3)])), L.Dense(2)"),
]
KERAS_2 = [
    ("thresholded", (5,), "L.ThresholdedReLU(theta=0.3)"),
    ("leaky_alpha", (5,), "L.LeakyReLU(alpha=0.05)"),
    ("gru_implementation", (5, 3), "L.GRU(4, implementation=1)"),
]

# Models with compile(), each line a model and what the model file must say.
COMPILED = [
    ("adam", "optimizer='adam', loss='mse'"),
    ("adam_rate", "optimizer=keras.optimizers.Adam(0.01, amsgrad=True), loss='mae', metrics=['mae', 'mse']"),
    (
        "sgd",
        "optimizer=keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True), loss='categorical_crossentropy', "
        "metrics=['accuracy']",
    ),
    ("rmsprop", "optimizer=keras.optimizers.RMSprop(0.002, rho=0.8, centered=True), loss=keras.losses.Huber()"),
    ("adagrad", "optimizer='adagrad', loss='hinge'"),
    ("adadelta", "optimizer='adadelta', loss='kl_divergence'"),
    ("adamax", "optimizer='adamax', loss='poisson'"),
    ("nadam", "optimizer='nadam', loss='log_cosh'"),
    ("ftrl", "optimizer='ftrl', loss='cosine_similarity'"),
    (
        "adamw",
        "optimizer=keras.optimizers.AdamW(weight_decay=0.01), loss='binary_crossentropy', metrics=['accuracy', "
        "keras.metrics.AUC()]",
    ),
    (
        "clip",
        "optimizer=keras.optimizers.SGD(clipnorm=1.0), loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.1)",
    ),
    (
        "schedule",
        "optimizer=keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)), loss='mse'",
    ),
    (
        "objects",
        "optimizer='sgd', loss=keras.losses.MeanSquaredError(), metrics=[keras.metrics.MeanAbsoluteError(), "
        "keras.metrics.TopKCategoricalAccuracy(k=2)]",
    ),
    ("weighted", "optimizer='sgd', loss='mse', weighted_metrics=['mae']"),
]
