#!/bin/sh
# SPDX-License-Identifier: MIT-0
# gradcheck.sh NNC CC DIR MODEL [-D …]: compiles MODEL in double precision and holds its gradients against finite
# differences. With SPOIL set, a sed script that breaks a derivative in the C first.
set -eu
nnc=$1 cc=$2 dir=$3 model=$4
shift 4
mkdir -p "$dir"
"$nnc" "$model" --main --gradients --real=double -Wno-unused-constant "$@" -o "$dir/m.c"
if [ -n "${SPOIL:-}" ]; then
    sed -i "$SPOIL" "$dir/m.c"
fi
# Unoptimised: most of the time goes into compiling.
$cc -O0 -s $("$nnc" --cflags) "$dir/m.c" -o "$dir/m" $("$nnc" --libs)
"$dir/m" gradcheck
