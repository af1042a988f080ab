#!/usr/bin/env python3
"""What data cost: a CSV of 200 MB beside polars' read_csv, Fashion-MNIST beside NumPy, and training on data that stay
in their file beside training on data that are mapped. bench/data.py FOLDER [NNC]; polars, NumPy and Debian's
dataset-fashion-mnist where they are to be compared. The folder is kept: a second run need not make the data again."""
import gzip
import os
import subprocess
import sys
import time

import numpy as np

TURNS = 5
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FASHION = "/usr/share/datasets/fashion-mnist"
MLP = """model mlp {
    Input(shape=(28, 28))
    Flatten()
    Dense(256, activation='relu')
    Dense(128, activation='relu')
    Dense(10, activation='softmax')
}
compile(optimizer='adam', loss='sparse_categorical_crossentropy')
fit(x=npy('images.npy', scale=1/255), y=npy('classes.npy'), batch_size=128, epochs=1)
"""


def best(work):
    """Seconds of the fastest of several turns."""
    seconds = []
    for _ in range(TURNS):
        begin = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begin)
    return min(seconds)


def make_table():
    """520,000 rows of 50 numbers of five digits, 200 MB."""
    rng = np.random.default_rng(0)
    with open("table.csv", "w") as file:
        file.write(",".join(f"c{i}" for i in range(50)) + "\n")
        for _ in range(520):
            for row in rng.standard_normal((1000, 50)):
                file.write(",".join(f"{value:.5g}" for value in row) + "\n")


def make_images():
    """240,000 pictures of 28 x 28 bytes, 188 MB."""
    rng = np.random.default_rng(0)
    np.save("images.npy", rng.integers(0, 256, (240000, 28, 28), np.uint8))
    np.save("classes.npy", rng.integers(0, 10, 240000, np.uint8))
    with gzip.open("images.npy.gz", "wb", compresslevel=1) as file:
        file.write(open("images.npy", "rb").read())


def build(nnc, name, text):
    """The program of a model, and the loader."""
    with open(name + ".nn", "w") as file:
        file.write(text)
    subprocess.run([nnc, "--main", name + ".nn", "-o", name + ".c"], check=True)
    flags = ["-I" + os.path.join(os.path.dirname(nnc), "include", "nnc"), name + ".c", "-o", name]
    libs = [os.path.join(os.path.dirname(nnc), "libnnc.a"), "-lspng", "-lz", "-lm", "-pthread"]
    subprocess.run(["cc", "-O2", "-w", "-march=native", *flags, *libs], check=True)


def build_loader(nnc):
    """A program that reads files and does nothing else: the time it says is that of reading."""
    include = [f"-I{ROOT}/runtime/core", f"-I{ROOT}/runtime/program"]
    libs = [os.path.join(os.path.dirname(nnc), "libnnc.a"), "-lspng", "-lz", "-lm", "-pthread"]
    subprocess.run(["cc", "-O2", *include, f"{ROOT}/bench/data_load.c", "-o", "load", *libs], check=True)


def loaded(*files):
    return float(subprocess.run(["./load", str(TURNS), *files], check=True, capture_output=True, text=True).stdout)


def train(*options):
    """Seconds of an epoch without those of starting, which reads all once."""
    def run():
        subprocess.run(["./mlp", "fit", "--verbose", "0", *options], check=True)
    return best(run)


def main():
    """The table of docs/data.md."""
    nnc = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else os.path.join(ROOT, "build", "nnc"))
    os.makedirs(sys.argv[1], exist_ok=True)
    os.chdir(sys.argv[1])
    build_loader(nnc)
    if not os.path.exists("table.csv"):
        make_table()
    print("| what | nnc | beside it |\n|---|---|---|")
    try:
        import polars
        theirs = f"polars.read_csv {best(lambda: polars.read_csv('table.csv')):.2f}"
    except ImportError:
        theirs = "no polars"
    print(f"| a CSV of {os.path.getsize('table.csv') / 1e6:.0f} MB, read | {loaded('table.csv'):.2f} | {theirs} |")
    images = os.path.join(FASHION, "train-images-idx3-ubyte.gz")
    if os.path.exists(images):
        theirs = best(lambda: np.frombuffer(gzip.open(images).read(), np.uint8, offset=16).reshape(-1, 28, 28))
        print(f"| Fashion-MNIST, 60,000 pictures, gzipped, read | {loaded(images):.2f} | NumPy {theirs:.2f} |")
    if not os.path.exists("images.npy.gz"):
        make_images()
    build(nnc, "mlp", MLP)
    memory = train("--x", "images.npy", "--y", "classes.npy")
    print(f"| an epoch of 240,000 pictures, mapped | {memory:.2f} | |")
    for name, x in ("left in the file", "images.npy"), ("unpacked into a temporary file", "images.npy.gz"):
        seconds = train("--x", x, "--y", "classes.npy", "--max-memory", "47M")
        print(f"| the same with `--max-memory 47M`, {name} | {seconds:.2f} | |")
    print(f"| the same unpacked into memory | {train('--x', 'images.npy.gz', '--y', 'classes.npy'):.2f} | |")


if __name__ == "__main__":
    main()
