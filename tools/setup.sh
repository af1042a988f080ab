#!/bin/sh
# SPDX-License-Identifier: MIT-0
# Makes sure that what `make demo` (setup.sh build), `make check` (setup.sh check) or `make check-targets` (setup.sh
# targets) needs is there.
#
# usage: tools/setup.sh build|check|targets [BUILD_FOLDER]
#
# Missing packages are installed with apt-get, as root or with a sudo that asks for no password; Python modules go into
# a virtual environment in the build folder. Where that is not possible the exact command is printed and the status
# is 1.
set -eu
purpose=${1:?usage: tools/setup.sh build|check|targets [BUILD_FOLDER]}
build=${2:-build}
packages=

has() { command -v "$1" >/dev/null 2>&1; }
need() { packages="$packages $*"; }

# A tool of LLVM, on PATH or where Debian keeps the versions side by side; tests/lit.cfg.py looks in the same places.
has_llvm() {
    has "$1" && return 0
    for tool in /usr/lib/llvm-*/bin/"$1"; do
        [ -x "$tool" ] && return 0
    done
    return 1
}
# lit 16 or later, which knows DEFINE; tests/run.py looks in the same places.
has_lit() {
    for tool in "$(command -v lit)" /usr/lib/llvm-*/build/utils/lit/lit.py; do
        [ -e "$tool" ] || continue
        version=$("$tool" --version 2>/dev/null | sed -n 's/^lit \([0-9]*\).*/\1/p')
        [ "${version:-0}" -lt 16 ] || return 0
    done
    return 1
}
# llvm_package 'clang-%s': of LLVM 19, or of the newest that this Debian has.
llvm_package() {
    newest=
    if ! apt-cache show "$(printf "$1" 19)" >/dev/null 2>&1; then
        newest=$(apt-cache search --names-only "^$(printf "$1" '[0-9]+')\$" | cut -d' ' -f1 | sort -V | tail -n 1)
    fi
    echo "${newest:-$(printf "$1" 19)}"
}
has_library() { has pkg-config && pkg-config --exists "$1"; }
has_modules() { "$1" -c 'import numpy, safetensors.numpy' >/dev/null 2>&1; }

find_missing() {
    packages=
    { has cc && has ar; } || need gcc
    printf '#include <stdlib.h>\n' | ${CC:-cc} -E -x c - >/dev/null 2>&1 || need libc6-dev
    printf '#include <zlib.h>\n' | ${CC:-cc} -E -x c - >/dev/null 2>&1 || need zlib1g-dev
    printf '#include <spng.h>\n' | ${CC:-cc} -E -x c - >/dev/null 2>&1 || need libspng-dev
    has flex || need flex
    has bison || need bison
    [ "$purpose" != build ] || return 0
    has g++ || need g++
    has pkg-config || need pkg-config
    has protoc-c || need protobuf-c-compiler
    has_library hdf5 || need libhdf5-dev
    has_library jansson || need libjansson-dev
    has_library libzip || need libzip-dev
    has_library libprotobuf-c || need libprotobuf-c-dev
    [ -z "${NNC_CHECK_MPI:-}" ] || { has_library ompi-c && has mpirun; } || need libopenmpi-dev openmpi-bin
    has python3 || need python3
    { has_modules "$build/python/bin/python3" || has_modules python3 || python3 -c 'import ensurepip' 2>/dev/null; } ||
        need python3-venv
    if has apt-cache; then
        has_llvm clang || need "$(llvm_package 'clang-%s')"
        { has_llvm FileCheck && has_llvm not && has_llvm split-file && has_lit; } ||
            need "$(llvm_package 'llvm-%s-tools')"
    else
        has_llvm clang || need clang
        { has_llvm FileCheck && has_llvm not && has_llvm split-file; } || need "FileCheck (of LLVM)"
        has_lit || need lit
    fi
    [ "$purpose" = targets ] || return 0
    find_targets
}

# Compilers and emulators of other machines: tests/determinism/bits.py. A line each: what has to be there, its package.
find_targets() {
    while read -r there package; do
        case $there in
        /*) [ -e "$there" ] || need "$package" ;;
        *) has "$there" || need "$package" ;;
        esac
    done <<TABLE
tcc tcc
musl-gcc musl-tools
i686-linux-gnu-gcc gcc-i686-linux-gnu
/usr/i686-linux-gnu/include/stdio.h libc6-dev-i386-cross
aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu
/usr/aarch64-linux-gnu/include/stdio.h libc6-dev-arm64-cross
arm-linux-gnueabihf-gcc gcc-arm-linux-gnueabihf
/usr/arm-linux-gnueabihf/include/stdio.h libc6-dev-armhf-cross
riscv64-linux-gnu-gcc gcc-riscv64-linux-gnu
/usr/riscv64-linux-gnu/include/stdio.h libc6-dev-riscv64-cross
s390x-linux-gnu-gcc gcc-s390x-linux-gnu
/usr/s390x-linux-gnu/include/stdio.h libc6-dev-s390x-cross
mips-linux-gnu-gcc gcc-mips-linux-gnu
/usr/mips-linux-gnu/include/stdio.h libc6-dev-mips-cross
arm-none-eabi-gcc gcc-arm-none-eabi
/usr/lib/picolibc/arm-none-eabi picolibc-arm-none-eabi
riscv64-unknown-elf-gcc gcc-riscv64-unknown-elf
/usr/lib/picolibc/riscv64-unknown-elf picolibc-riscv64-unknown-elf
avr-gcc gcc-avr
/usr/lib/avr/include/avr/io.h avr-libc
simavr simavr
qemu-s390x qemu-user
qemu-system-arm qemu-system-arm
qemu-system-riscv32 qemu-system-misc
node nodejs
/usr/bin/wasm-ld-19 lld-19
cmake cmake
ninja ninja-build
meson meson
cppcheck cppcheck
TABLE
}

stop() {
    echo "nnc needs packages that are not installed:$packages" >&2
    echo "Please run:  $1" >&2
    exit 1
}

find_missing
if [ -n "$packages" ]; then
    install="apt-get install -y --no-install-recommends$packages"
    if ! has apt-get; then
        stop "your package manager, to install:$packages"
    elif [ "$(id -u)" -eq 0 ]; then
        as_root="env DEBIAN_FRONTEND=noninteractive"
    elif has sudo && sudo -n true 2>/dev/null; then
        as_root="sudo -n env DEBIAN_FRONTEND=noninteractive"
    else
        stop "sudo $install"
    fi
    # The names depend on the lists, so these come first; an unreachable mirror may still have left usable lists.
    echo "refreshing the package lists"
    $as_root apt-get update -qq || true
    find_missing
    install="apt-get install -y --no-install-recommends$packages"
    echo "installing:$packages"
    $as_root $install -qq >/dev/null || stop "$install"
    find_missing
    [ -z "$packages" ] || stop "$install"
fi

if [ "$purpose" != build ] && ! has_modules "$build/python/bin/python3" && ! has_modules python3; then
    echo "installing: numpy and safetensors into $build/python"
    install="$build/python/bin/pip install -q --disable-pip-version-check numpy safetensors"
    mkdir -p "$build"
    python3 -m venv "$build/python" && $install || {
        packages=" numpy safetensors"
        stop "python3 -m venv $build/python && $install"
    }
fi
