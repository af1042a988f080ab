# SPDX-License-Identifier: MIT-0
# complete.bash COMPLETION_FILE WORD…: what bash offers for the last word of the command line nnc WORD…
source "$1"
shift
COMP_WORDS=(nnc "$@")
COMP_CWORD=$#
_nnc 2>/dev/null
printf '%s\n' "${COMPREPLY[@]}"
