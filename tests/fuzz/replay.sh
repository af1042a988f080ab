#!/bin/sh
# SPDX-License-Identifier: MIT-0
# Runs harnesses without a fuzzer on the seeds and on tests/fuzz/corpus: CC=… NNC=… replay.sh BUILD FOLDER PARTS…, the
# parts as tests/fuzz/targets has them. Says how many files each took.
set -eu
build=$1 folder=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
[ -d "$folder/seeds" ] || python3 "$here/seeds.py" "$folder/seeds"
grep -v '^#' "$here/targets" | while read -r name harness parts _; do
    case " $* " in *" $parts "*) ;; *) continue ;; esac
    sh "$here/link.sh" "$build" "$harness" "$parts" "$folder/$name" "$here/replay.c" < /dev/null
    mkdir -p "$folder/seeds/$name" "$here/corpus/$name"
    [ "$name" != checkpoint ] || SEED=$folder/seeds/$name/whole "$folder/$name" /dev/null > /dev/null 2>&1 < /dev/null
    find "$folder/seeds/$name" "$here/corpus/$name" -type f -exec "$folder/$name" {} + \
        < /dev/null 2> "$folder/$name.log" |
        sed "s/^/$name: /" || { tail "$folder/$name.log"; exit 1; }
done
