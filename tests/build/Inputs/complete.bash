# SPDX-License-Identifier: MIT-0
# complete.bash COMPLETION_FILE NNC WORD…: what bash offers for the last word of the command line NNC WORD…
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_nnc 2>/dev/null
printf '%s\n' "${COMPREPLY[@]}"
