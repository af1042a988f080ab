#!/bin/sh
# SPDX-License-Identifier: MIT-0
# Fuzzes what reads files of others, each target for some seconds: tests/fuzz/fuzz.sh [SECONDS [BUILD [TARGET…]]].
# Needs clang with libFuzzer, and python3 for the seeds. tests/fuzz/targets lists the targets.
#
# What it finds stands in BUILD/fuzz as TARGET-crash-…, TARGET-oom-… or TARGET-timeout-…, and the status is 1; mended,
# it goes to tests/fuzz/corpus/TARGET, which make check runs through the harnesses of any compiler (replay.test).
set -eu
seconds=${1:-60}
cd "$(dirname "$0")/../.."
NNC=$(realpath "${2:-build}")/nnc
export NNC
build=$(dirname "$NNC")/fuzz
[ $# -lt 2 ] || shift
[ $# -lt 1 ] || shift
clang=$(command -v clang-19 || command -v clang)
sanitizers="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"
# Freed memory is reused soon, so that the limit measures what is used.
export ASAN_OPTIONS=quarantine_size_mb=8
tests/fuzz/seeds.py "$build/seeds"

built() { # what a target is linked with
    case $1 in
    runtime) echo "$build/libnnc.a" ;;
    compiler) echo "$build/nnc" ;;
    importer) echo "$build/nnc-import" ;;
    esac
}

grep -v '^#' tests/fuzz/targets | while read -r name harness parts longest memory dictionary; do
    [ $# = 0 ] || case " $* " in *" $name "*) ;; *) continue ;; esac
    [ "$parts" != importer ] || [ -x "$NNC-import" ] || continue # this nnc imports nothing
    make -s BUILD="$build" CC="$clang" CFLAGS="-O1 -g -fsanitize=fuzzer-no-link $sanitizers" "$(built "$parts")" \
        < /dev/null > /dev/null
    CC="$clang -O1 -g -fsanitize=fuzzer $sanitizers" \
        tests/fuzz/link.sh "$build" "$harness" "$parts" "$build/fuzz_$name" < /dev/null
    mkdir -p "$build/corpus/$name" "$build/seeds/$name"
    if [ "$name" = checkpoint ]; then # which the harness makes of nothing
        : > "$build/nothing"
        SEED=$build/seeds/checkpoint/whole "$build/fuzz_checkpoint" "$build/nothing" > /dev/null 2>&1
    fi
    [ "$dictionary" = - ] && words= || words=-dict=$PWD/tests/fuzz/$dictionary
    # shellcheck disable=SC2086,SC2046
    nice "$build/fuzz_$name" -max_total_time="$seconds" -max_len="$longest" -timeout=1 -rss_limit_mb="$memory" \
        -malloc_limit_mb=256 -print_final_stats=1 -close_fd_mask=2 -artifact_prefix="$build/$name-" $words \
        "$build/corpus/$name" "$build/seeds/$name" $(ls -d "$PWD/tests/fuzz/corpus/$name" 2>/dev/null) \
        > "$build/$name.log" 2>&1 < /dev/null || { tail -n 40 "$build/$name.log"; exit 1; }
    sed -n "s/^Done \([0-9]*\) runs.*/$name: \1 runs/p" "$build/$name.log"
done
