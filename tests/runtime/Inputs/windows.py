"""What Keras makes of 30 rows that hold 1, 11, 21, …: the first column of the windows of tests/runtime/windows.test.
usage: KERAS_BACKEND=tensorflow python windows.py > windows.txt"""

import keras
import numpy as np

rows = np.arange(30) * 10.0 + 1
print("# keras.utils.timeseries_dataset_from_array of Keras", keras.__version__)
ahead = 2 + 3 * 2  # from the first row of a window to its target
windows = keras.utils.timeseries_dataset_from_array(
    rows[: len(rows) - 2], rows[ahead:], 4, sequence_stride=3, sampling_rate=2, batch_size=None
)
x, y = zip(*windows.as_numpy_iterator())
print("# length 4, sampling_rate 2, stride 3, 2 ahead")
print(*np.ravel(x)), print(*y)
print("# length 3, stride 2, without targets")
print(
    *np.ravel(
        list(
            keras.utils.timeseries_dataset_from_array(
                rows, None, 3, sequence_stride=2, batch_size=None
            ).as_numpy_iterator()
        )
    )
)
