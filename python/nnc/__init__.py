# SPDX-License-Identifier: MIT-0
"""nnc for Python: a network in Keras' words, trained and run by C of its own.

    import nnc

    model = nnc.compile('''
        model digits { Input(shape=(64,)) Dense(128, activation='relu') Dropout(0.3) Dense(10, activation='softmax') }
        compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
    ''')
    history = model.fit(x, y, epochs=20, validation_split=0.2)
    probabilities = model.predict(x_new)
    model.save_weights('digits.safetensors')
    model.to_c('digits.c')

A C compiler must be there (CC, else cc). What is compiled is kept in ~/.cache/nnc, as by `nnc run`."""
from .model import Error, History, Model, compile
from .notebook import load_ipython_extension

__all__ = ["compile", "Model", "History", "Error", "load_ipython_extension"]
