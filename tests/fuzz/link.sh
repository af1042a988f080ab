#!/bin/sh
# SPDX-License-Identifier: MIT-0
# Links a harness with what is built in a folder: CC=… link.sh BUILD HARNESS[:DEFINITION] PARTS OUT [MORE…], as the
# lines of tests/fuzz/targets have it.
set -eu
build=$1 harness=$2 parts=$3 out=$4
shift 4
here=$(dirname "$0")
root=$here/../..
case $harness in *:*) define=-D${harness#*:} ;; *) define= ;; esac
flags="-std=c11 -D_POSIX_C_SOURCE=200809L -DNNC_ZLIB -I$root/compiler -I$root/runtime/core -I$root/runtime/program"
printf '#include <spng.h>' | $CC -E -x c - >/dev/null 2>&1 && png=-lspng || png=
common=$(find "$build/compiler" "$build/grammar" -name '*.o' ! -path '*/compiler/main.o' ! -path '*/compiler/import/*' \
    ! -path '*/compiler/export/*' ! -path '*/compiler/server/*' 2>/dev/null || true)
case $parts in
runtime) objects= libraries= ;;
compiler) objects="$common $(find "$build/compiler/import" "$build/compiler/export" -name '*.o' ! -name '*pb-c*')
    $build/embedded.o" libraries= ;;
importer) objects="$common $(find "$build/with-libraries" "$build/compiler/import/onnx.pb-c.o" -name '*.o')
    $build/embedded.o"
    libraries=$(pkg-config --libs hdf5 jansson libzip libprotobuf-c)
    flags="$flags -DNNC_IMPORT -isystem $build $(pkg-config --cflags hdf5 jansson libzip libprotobuf-c)" ;;
esac
if [ "${harness%:*}" = fuzz_checkpoint ]; then # the program that resumes; NNC compiles it
    "$NNC" --main "$here/Inputs/checkpoint.nn" -o "$out.model.c"
    # shellcheck disable=SC2086
    $CC $flags -I"$(dirname "$NNC")/include/nnc" -DNNC_ONE_COPY -Dmain=program_main -c "$out.model.c" -o "$out.model.o"
    objects=$out.model.o
fi
# shellcheck disable=SC2086
$CC $flags $define "$here/${harness%:*}.c" "$@" $objects "$build/libnnc.a" $png $libraries -lz -lm -pthread -o "$out"
