# SPDX-License-Identifier: MIT-0
"""What TensorFlow on a CPU computes in single precision only, in double precision too; sums and places as NumPy finds
them."""
import numpy as np
import tensorflow as tf


def triple(value):
    return [value] * 3 if isinstance(value, int) else list(value)


def average_pool(x, window, strides, padding):
    """A convolution with ones, divided by one of ones."""
    kernel = tf.eye(x.shape[-1], dtype=x.dtype) * tf.ones([*window, 1, 1], x.dtype)
    added = lambda x: tf.nn.conv3d(x, kernel, [1, *strides, 1], padding)
    return added(x) / added(tf.ones_like(x))


def max_pool(x, window, strides, padding):
    """Over the last two dimensions, then over the first: of equal values the first stays the one that gets the
    gradient."""
    flat = tf.nn.max_pool2d(tf.reshape(x, [-1, *x.shape[2:]]), window[1:], strides[1:], padding)
    rows, columns, channels = flat.shape[1:]
    lines = tf.reshape(flat, [-1, x.shape[1], rows * columns, channels])
    lines = tf.nn.max_pool2d(lines, [window[0], 1], [strides[0], 1], padding)
    return tf.reshape(lines, [-1, lines.shape[1], rows, columns, channels])


def of_volumes(function, own):
    def pool(inputs, pool_size, strides=None, padding="valid", data_format=None):
        if len(inputs.shape) != 5 or inputs.dtype != "float64":
            return function(inputs, pool_size, strides, padding, data_format)
        return own(inputs, triple(pool_size), triple(strides or pool_size), padding.upper())
    return pool


def of_any(function):
    """tf.nn.pool, by which Keras pools adaptively."""
    def pool(inputs, window_shape, pooling_type, strides, padding, data_format):
        if len(inputs.shape) != 5 or inputs.dtype != "float64":
            return function(inputs, window_shape=window_shape, pooling_type=pooling_type, strides=strides,
                            padding=padding, data_format=data_format)
        return {"AVG": average_pool, "MAX": max_pool}[pooling_type](inputs, window_shape, strides, padding)
    return pool


def singly(function):
    """tf.image.resize, whose gradients with Lanczos' kernels or antialias there are for single precision only."""
    def resize(images, size, method="bilinear", **more):
        if images.dtype != "float64" or not (method.startswith("lanczos") or more.get("antialias")):
            return function(images, size, method=method, **more)
        return tf.cast(function(tf.cast(images, "float32"), size, method=method, **more), "float64")
    return resize


def beyond(at, size, mode):
    """Where TensorFlow looks for a place that may be beyond the edge (image_ops.h, MapCoordinate)."""
    if mode == "constant":
        return at
    if mode == "nearest" or size == 1:
        return np.clip(at, 0, size - 1)
    low, high = at < 0, at > size - 1
    if mode == "wrap":
        periods = np.where(low, -(np.trunc(-at / (size - 1)) + 1), np.where(high, np.trunc(at / (size - 1)), 0))
        return np.clip(at - size * periods, 0, size - 1)
    near = np.where(low, at + 2 * size * np.trunc(-at / (2 * size)), at - 2 * size * np.trunc(at / (2 * size)))
    mirrored = np.where(low, np.where(near < -size, near + 2 * size, -near - 1),
                        np.where(near >= size, 2 * size - near - 1, near))
    return np.clip(np.where(low | high, mirrored, at), 0, size - 1)


def places_matrix(transform, rows, columns, interpolation, fill_mode):
    """(rows · columns, rows · columns): how much of each pixel of an image goes to each pixel of what is made of it."""
    i, j = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    a0, a1, a2, b0, b1, b2 = np.asarray(transform, np.float64)[:6]
    row, column = beyond(b0 * j + b1 * i + b2, rows, fill_mode), beyond(a0 * j + a1 * i + a2, columns, fill_mode)
    if interpolation == "nearest":
        row, column = np.floor(row + 0.5), np.floor(column + 0.5)
    matrix = np.zeros((rows * columns, rows * columns))
    for y in range(rows):
        for x in range(columns):
            share = np.maximum(0, 1 - np.abs(row - y)) * np.maximum(0, 1 - np.abs(column - x))
            matrix[:, y * columns + x] = share.reshape(-1)
    return matrix


def affine(function):
    """Keras' affine_transform has places in single precision, and as its gradient the transformation back, which is
    another function's. This is the same sum of pixels, and held against it."""
    def transform(images, transform, interpolation="bilinear", fill_mode="constant", fill_value=0, data_format=None):
        real = function(tf.cast(images, "float32"), tf.cast(transform, "float32"), interpolation, fill_mode, fill_value,
                        data_format)
        first = data_format == "channels_first"
        x = tf.transpose(images, (0, 2, 3, 1)) if first else images
        samples, rows, columns, channels = x.shape
        shares = np.stack([places_matrix(each, rows, columns, interpolation, fill_mode) for each in transform])
        y = tf.constant(shares, x.dtype) @ tf.reshape(x, (samples, rows * columns, channels))
        y = tf.reshape(y + tf.constant(fill_value * (1 - shares.sum(-1, keepdims=True)), x.dtype), x.shape)
        y = tf.transpose(y, (0, 3, 1, 2)) if first else y
        assert np.max(np.abs(y - tf.cast(real, y.dtype))) < 1e-4 * (1 + np.max(np.abs(images)))
        return y
    return transform


def in_precision_of_angle(function):
    """Keras' factor of degrees is a float32 tensor, which does not multiply what is float64."""
    def matrix(self, *arguments, **named):
        real = self.backend

        class Backend:
            def __getattr__(self, name):
                return getattr(real, name)

            def convert_to_tensor(self, x):
                return tf.constant(x, named["angle"].dtype)
        self.backend = Backend()
        try:
            return function(self, *arguments, **named)
        finally:
            self.backend = real
    return matrix


def as_documented(layer, transform):
    """RandomCrop leaves images as they are in inference, and cuts those that are not larger than the part where the
    part of its shape would begin; as documented, that part is resized."""
    from keras.src.utils import image_utils

    def transform_images(self, images, transformation, training=True):
        shape = images.shape
        if training and shape[self.height_axis] > self.height and shape[self.width_axis] > self.width:
            return transform(self, images, transformation, training)
        return image_utils.smart_resize(images, (self.height, self.width), data_format=self.data_format)
    layer.transform_images = transform_images


def widen(backend):
    """Puts them in the place of Keras' own. Keras 3.15.1 on TensorFlow adds a vector along the last axis whenever it is
    as long as that axis, so the bias of channels that come first too: they would be wrong where there are as many as
    columns."""
    from keras.src.backend.common import dtypes
    kind = lambda x: getattr(x, "dtype", type(x))
    as_tensor = lambda x, dtype: backend.convert_to_tensor(x, dtype)
    backend.numpy.add = lambda x1, x2: tf.add(*(as_tensor(x, dtypes.result_type(kind(x1), kind(x2))) for x in (x1, x2)))
    backend.nn.average_pool = of_volumes(backend.nn.average_pool, average_pool)
    backend.nn.max_pool = of_volumes(backend.nn.max_pool, max_pool)
    tf.nn.pool = of_any(tf.nn.pool)
    tf.image.resize = singly(tf.image.resize)
    # Keras' slope at 0 is 2, that of max + that of min
    backend.nn.celu = lambda x, alpha=1.0: alpha * tf.nn.elu(x / alpha)
    argmax = backend.numpy.argmax  # Keras takes -0 for less than 0
    backend.numpy.argmax = lambda x, axis=None, keepdims=False: \
        argmax(x, axis, keepdims) if axis is None or keepdims else tf.argmax(x, axis, output_type="int32")
    in_top_k = backend.math.in_top_k
    backend.math.in_top_k = lambda targets, predictions, k: in_top_k(targets, tf.cast(predictions, "float32"), k=k)
    from keras.src.layers.preprocessing.image_preprocessing import base_image_preprocessing_layer as images
    backend.image.affine_transform = affine(backend.image.affine_transform)
    of_class = images.BaseImagePreprocessingLayer
    of_class._compute_affine_matrix = in_precision_of_angle(of_class._compute_affine_matrix)
    import keras
    as_documented(keras.layers.RandomCrop, keras.layers.RandomCrop.transform_images)
