#!/bin/sh
# SPDX-License-Identifier: MIT-0
# Fuzzes the readers of the runtime for some seconds each: tests/fuzz/runtime.sh [SECONDS [BUILD]]. Needs clang with
# libFuzzer, and python3 for the seeds. What it finds stands in BUILD/fuzz as crash-*, oom-* or timeout-*.
set -eu
seconds=${1:-60}
cd "$(dirname "$0")/../.."
build=${2:-build}/fuzz
clang=$(command -v clang-19 || command -v clang)
mkdir -p "$build/data" "$build/safetensors"
python3 tests/fuzz/runtime_seeds.py "$build/data" "$build/safetensors"
# Freed memory is reused soon, so that the limit measures what is used.
export ASAN_OPTIONS=quarantine_size_mb=8
flags="-std=c99 -O1 -g -DNNC_ZLIB -fno-sanitize-recover=all -fno-omit-frame-pointer"
mkdir -p "$build/objects"
for source in runtime/*/*.c runtime/program/*/*.c; do # of both targets
    "$clang" $flags -fsanitize=fuzzer-no-link,address,undefined -Iruntime/core -Iruntime/program -c "$source" \
        -o "$build/objects/$(basename "$source" .c).o"
done
for target in data safetensors; do
    "$clang" $flags -fsanitize=fuzzer,address,undefined -Iruntime/core -Iruntime/program "tests/fuzz/fuzz_$target.c" \
        "$build"/objects/*.o -lz -lm -o "$build/fuzz_$target"
    "$build/fuzz_$target" -max_total_time="$seconds" -max_len=4096 -timeout=5 -rss_limit_mb=256 -malloc_limit_mb=256 \
        -print_final_stats=1 -artifact_prefix="$build/" "$build/$target" 2>&1 | tail -n 12
done
