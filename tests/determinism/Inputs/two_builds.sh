# SPDX-License-Identifier: MIT-0
# two_builds.sh ROOT FOLDER: libnnc.a of two copies of the sources in folders of other names and times.
set -e
for copy in a longer/name; do
    mkdir -p "$2/$copy"
    cp -r "$1/Makefile" "$1/runtime" "$1/compiler" "$1/grammar" "$1/tools" "$2/$copy"
    find "$2/$copy" -name '*.c' -exec touch -d "$((2000 + ${#copy}))-01-01" {} +
    make -s -C "$2/$copy" CFLAGS="-O0 -g" BUILD=build build/libnnc.a > /dev/null
done
cmp "$2/a/build/libnnc.a" "$2/longer/name/build/libnnc.a"
