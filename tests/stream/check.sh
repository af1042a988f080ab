#!/bin/sh
# SPDX-License-Identifier: MIT-0
# check.sh NNC CC DIR MODEL INPUTS [FLAGS…]: compiles MODEL with --stream and FLAGS, and Inputs/compare.c with it; runs
# it.
set -eu
nnc=$1 cc=$2 dir=$3 model=$4 inputs=$5
shift 5
mkdir -p "$dir"
"$nnc" --stream -Wno-mask-lost "$@" "$model" -o "$dir/m.c"
$cc $("$nnc" --cflags) -I"$dir" "$dir/m.c" "$inputs/compare.c" -o "$dir/m" $("$nnc" --libs) -lm
"$dir/m"
