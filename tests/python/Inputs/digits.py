# SPDX-License-Identifier: MIT-0
"""Ten lines of Python train the digits: digits.py DIGITS.csv."""
import sys

import nnc
import numpy

table = numpy.loadtxt(sys.argv[1], delimiter=",", skiprows=1, dtype=numpy.float32)
x, y = table[:, :64] / 16, table[:, 64].astype(int)
model = nnc.compile("""
    model digits { Input(shape=(64,)) Dense(128, activation='relu') Dropout(0.3) Dense(10, activation='softmax') }
    compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
""")
model.fit(x[:1437], y[:1437], epochs=15, verbose=2)
print("accuracy", model.evaluate(x[1437:], y[1437:])["accuracy"] > 0.93)
