#!/bin/sh
# SPDX-License-Identifier: MIT-0
# Runs the commands that the README of an example shows (its lines that begin with "$ "), in a copy of its folder.
# usage: examples/demo.sh NAME [BUILD_FOLDER [OUTPUT_FOLDER]]     in build/NAME when no folder is said
set -eu
examples=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${2:-$examples/../build}" && pwd)
output=${3:-$build/$1}
mkdir -p "$output"
cp "$examples/$1"/* "$output"
cd "$output"
PATH=$build:$PATH

cc() {
    command ${CC:-cc} "$@"
}

sed -n 's/^\$ //p' README.md > commands
while IFS= read -r command <&3; do
    printf '$ %s\n' "$command"
    eval "$command"
done 3< commands
