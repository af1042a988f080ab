#!/bin/sh
# SPDX-License-Identifier: MIT-0
# What `make demo` runs: from the model file to a program that trains, and to one with the trained network inside.
# usage: examples/digits/demo.sh [BUILD_FOLDER [OUTPUT_FOLDER]]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-build}" && pwd)
output=${2:-$build/digits}
mkdir -p "$output"
cd "$output"
cp "$here/digits.nn" "$here/digits.csv" "$here/show.c" .
PATH=$build:$PATH
cc=${CC:-cc}

# Shows a command as a user would type it here, and runs it.
run() {
    printf '$ %s\n' "$*"
    eval "$*"
}

echo
run 'nnc --main digits.nn -o digits.c'
run "$cc"' -O3 -march=native $(nnc --cflags) digits.c -o digits $(nnc --libs)'
run './digits fit --save digits.safetensors'
echo
run './digits evaluate --weights digits.safetensors'
echo
echo 'Now the trained network goes into a program that only predicts:'
run 'nnc --inference-only --weights digits.safetensors digits.nn -o net.c'
run "$cc"' -O2 $(nnc --cflags) show.c net.c -o show $(nnc --libs)'
run './show digits.csv'
echo "Everything is in $PWD. Try next, with another rate of dropout:"
echo "  $build/nnc run -D rate=0.5 $here/digits.nn"
