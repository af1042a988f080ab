#!/bin/sh
# SPDX-License-Identifier: MIT-0
# Prints C that holds the given files as terminated arrays of bytes: the table of compiler/base/embedded.h. Arrays of
# numbers, because string literals may portably be 4095 characters long at most.
set -eu
export LC_ALL=C

printf '/* Made by tools/embed.sh. */\n#include "base/embedded.h"\n\n'
number=0
for file in "$@"; do
    printf 'static const unsigned char file_%d[] = { /* %s */\n' "$number" "$file"
    od -An -v -tu1 "$file" | sed 's/  *\([0-9][0-9]*\)/\1,/g'
    printf '0};\n\n'
    number=$((number + 1))
done
printf 'const Embedded embedded_files[] = {\n'
number=0
for file in "$@"; do
    case $file in # the runtime's files by the names that they are included with
    */include/nnc/*) file=runtime/${file##*/} ;; # made by make
    runtime/*/*) file=runtime/${file#runtime/*/} ;;
    esac
    printf '    {"%s", (const char *)file_%d},\n' "$file" "$number"
    number=$((number + 1))
done
printf '    {0, 0},\n};\n'
