#!/bin/sh
# SPDX-License-Identifier: MIT-0
# Fuzzes the front end for some seconds: tests/fuzz/run.sh [SECONDS [BUILD]]. Needs clang with libFuzzer. What it finds
# stands in BUILD/fuzz as crash-*; the seeds are the models of the tests and examples.
set -eu
seconds=${1:-60}
cd "$(dirname "$0")/../.."
build=${2:-build}/fuzz
clang=$(command -v clang-19 || command -v clang)
mkdir -p "$build/corpus"

bison --header="$build/nnc.tab.h" -o "$build/nnc.tab.c" grammar/nnc.y
flex -o "$build/nnc.lex.c" grammar/nnc.l
tools/embed.sh $(ls runtime/*.h runtime/*.c compiler/*/*.t.c | sort) > "$build/embedded.c"
sources=$(ls compiler/*.c compiler/*/*.c | grep -v -e '\.t\.c$' -e '^compiler/main\.c$')
"$clang" -std=c11 -D_POSIX_C_SOURCE=200809L '-DNNC_VERSION="fuzz"' -O1 -g -w \
    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer \
    -Icompiler -Icompiler/frontend -Iruntime -I"$build" \
    tests/fuzz/fuzz_parse.c $sources "$build/nnc.tab.c" "$build/nnc.lex.c" "$build/embedded.c" -lm -o "$build/fuzz_parse"
find tests examples -name '*.nn' | while read -r model; do
    cp "$model" "$build/corpus/$(echo "$model" | tr / _)"
done
"$build/fuzz_parse" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=1024 \
    -dict=tests/fuzz/nn.dict -artifact_prefix="$build/" "$build/corpus"
