# SPDX-License-Identifier: MIT-0
# Completion of nnc for bash: nnc itself says what can stand there.
_nnc() {
    local word=${COMP_WORDS[COMP_CWORD]} line
    [[ $word == '=' ]] && word=
    COMPREPLY=()
    while IFS=$'\t' read -r line _; do
        case $line in
        '<files>'?*) COMPREPLY+=($(compgen -f -X "!*${line#<files>}" -- "$word") $(compgen -d -- "$word")) ;;
        '<files>') COMPREPLY+=($(compgen -f -- "$word")) ;;
        *) COMPREPLY+=("$line") ;;
        esac
    done < <("${COMP_WORDS[0]}" complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
    return 0
}
complete -o filenames -F _nnc nnc
