#!/bin/sh
# SPDX-License-Identifier: MIT-0
# How fast the network of mlp.nn trains and predicts on one core of this machine, for several sizes of the batch.
# usage: bench/run.sh [BUILD_FOLDER]      CC and CFLAGS choose the C compiler.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-build}" && pwd)
mkdir -p "$build/bench"
cd "$build/bench"
for batch in 32 128 512; do
    "$build/nnc" --main -D batch=$batch "$here/mlp.nn" -o mlp.c
    ${CC:-cc} ${CFLAGS:--O3 -march=native} $("$build/nnc" --cflags) mlp.c -o mlp $("$build/nnc" --libs) -lm
    printf 'batch %d: ' $batch
    ./mlp bench
done
