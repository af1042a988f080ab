#!/bin/sh
# SPDX-License-Identifier: MIT-0
# Prints nnc_copies.h: what lets the vector layer be included several times in one file, once for each instruction set.
# The names are those of the @part comments: macros are forgotten, everything else is called NNC_COPY(its name).
set -eu
export LC_ALL=C
cat <<'END'
/* SPDX-License-Identifier: MIT-0
 *
 * nnc_copies.h - made by tools/copies.sh: before another copy of the vector layer, for another instruction set.
 *
 * The macro NNC_COPY(name) gives the names of this copy.
 */
END
awk '
    /^#ifndef NNC_[A-Z]*_H_INCLUDED$/ { print "#undef " $2 }
    /^ *#define / { split($2, name, "("); macro[name[1]] = 1 }
    /^\/\* @part / { for (i = 3; i < NF; i++) names[++count] = $i }
    END {
        for (i = 1; i <= count; i++)
            if (names[i] in macro) print "#undef " names[i]
            else print "#define " names[i] " NNC_COPY(" names[i] ")"
    }
' "$@"
