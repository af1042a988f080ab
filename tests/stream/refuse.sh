#!/bin/sh
# SPDX-License-Identifier: MIT-0
# refuse.sh NNC LAYERS: what --stream says about these layers behind an input of (6, 4).
layers=$(echo "$2" | sed 's/) \([A-Z]\)/)\n    \1/g')
printf 'model m {\n    Input(shape=(6, 4))\n    %s\n}\n' "$layers" |
    "$1" --stream --emit=c -Wno-mask-lost - 2>&1 >/dev/null | grep error
