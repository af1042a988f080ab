# SPDX-License-Identifier: MIT-0
"""What TensorFlow on a CPU computes in single precision only, in double precision too; sums and places as NumPy finds
them."""
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
    """tf.image.resize, whose gradients with Lanczos' kernels there are for single precision only."""
    def resize(images, size, method="bilinear", **more):
        if images.dtype != "float64" or not method.startswith("lanczos"):
            return function(images, size, method=method, **more)
        return tf.cast(function(tf.cast(images, "float32"), size, method=method, **more), "float64")
    return resize


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
