#!/bin/sh
# SPDX-License-Identifier: MIT-0
# From recordings of a motor to a program that listens to it sample by sample.
# usage: examples/stream/demo.sh [BUILD_FOLDER [OUTPUT_FOLDER]]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-build}" && pwd)
output=${2:-$build/stream}
mkdir -p "$output"
cp "$here"/*.nn "$here"/*.[ch] "$output"
cd "$output"
PATH=$build:$PATH
cc=${CC:-cc}

# Shows a command as a user would type it here, and runs it.
run() {
    printf '$ %s\n' "$*"
    eval "$*"
}

run "$cc"' record.c -o record -lm && ./record > motor.csv'
run 'nnc --main motor.nn -o motor.c'
run "$cc"' -O2 -DNNC_ONE_COPY $(nnc --cflags) motor.c -o motor $(nnc --libs)'
run './motor fit --save motor.safetensors --verbose 2'
echo
echo 'Now the network goes into a program that takes one sample after another:'
run 'nnc --stream --inference-only --standalone --weights motor.safetensors motor.nn -o net.c'
run "$cc"' -O1 listen.c net.c -o listen -lm'
run './listen'
