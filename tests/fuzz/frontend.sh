#!/bin/sh
# SPDX-License-Identifier: MIT-0
# Fuzzes the front end of nnc for some seconds: tests/fuzz/frontend.sh [SECONDS [BUILD]]. Needs clang with libFuzzer.
# What it finds stands in BUILD/fuzz as crash-*, oom-* or timeout-*; the seeds are the models of the tests and examples.
set -eu
seconds=${1:-60}
cd "$(dirname "$0")/../.."
build=${2:-build}/fuzz
clang=$(command -v clang-19 || command -v clang)
sanitizers="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"
mkdir -p "$build/models"

make -s BUILD="$build" CC="$clang" CFLAGS="-O1 -g -fsanitize=fuzzer-no-link $sanitizers" "$build/nnc"
# shellcheck disable=SC2046,SC2086
"$clang" -std=c11 -O1 -g -fsanitize=fuzzer $sanitizers -Icompiler tests/fuzz/fuzz_parse.c \
    $(find "$build/compiler" "$build/grammar" -name '*.o' ! -path '*/compiler/main.o') "$build/embedded.o" \
    "$build/libnnc.a" -lz -lm -o "$build/fuzz_parse"
find tests examples -name '*.nn' | while read -r model; do
    cp "$model" "$build/models/$(echo "$model" | tr / _)"
done
"$build/fuzz_parse" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
    -dict=tests/fuzz/nn.dict -artifact_prefix="$build/" "$build/models" 2>&1 | tail -n 12
