# elsewhere.sh FOLDER CC…: installs stripped, with a library folder as Debian has it, links with what nnc says,
# uninstalls.
set -e
folder=$1; shift
places="PREFIX=/usr LIBDIR=/usr/lib/$(cc -print-multiarch) MANDIR=/usr/man"
make="make -C $folder/source --no-print-directory BUILD=$folder/build IMPORT= SERVER= CFLAGS=-O0 DESTDIR=$folder/root"
$make install-strip $places > "$folder/log"
cd "$folder/root"
nm ./usr/bin/nnc 2>&1 | head -n 1 | sed 's/^nm: //'
find . -name nncConfig.cmake -o -name libnnc.a -o -name nnc.pc -o -name nnc.1 | sort
grep -o 'CMAKE_CURRENT_LIST_DIR}/[./]*"' usr/lib/*/cmake/nnc/nncConfig.cmake | tail -n 1 | sed 's|.*DIR}/|up |; s|"||'
"$@" "$folder/tiny.c" $(usr/bin/nnc --cflags) $(usr/bin/nnc --libs) -o "$folder/tiny"
if pkg-config --version > /dev/null 2>&1; then
    export PKG_CONFIG_PATH="$(echo "$PWD"/usr/lib/*/pkgconfig)" PKG_CONFIG_SYSROOT_DIR="$PWD"
    "$@" "$folder/tiny.c" $(pkg-config --cflags --libs nnc) -o "$folder/tiny"
fi
"$folder/tiny" summary
$make uninstall $places
test -z "$(find . -type f)"
