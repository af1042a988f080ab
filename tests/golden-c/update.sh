#!/bin/sh
# SPDX-License-Identifier: MIT-0
# Writes the expected C of tests/golden-c anew: update.sh [NNC]. Read the difference before you commit it.
set -eu
nnc=${1:-build/nnc}
for model in "$(dirname "$0")"/Inputs/*.nn; do
    "$nnc" "$model" -o - > "${model%.nn}.c"
done
