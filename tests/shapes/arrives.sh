#!/bin/sh
# SPDX-License-Identifier: MIT-0
# arrives.sh NNC LAYERS: errors and notes about these layers behind an input of (4, 4), one a line in the model.
layers=$(echo "$2" | sed 's/) \([A-Z]\)/)\n    \1/g')
printf 'model m {\n    Input(shape=(4, 4))\n    %s\n}\n' "$layers" | "$1" --emit=shapes - 2>&1 | grep -E 'error:|note:'
