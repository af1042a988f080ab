# SPDX-License-Identifier: MIT-0
# Completion of nnc for fish: nnc itself says what can stand there.
function __nnc_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in ($words[1] complete $words[2..-1] 2>/dev/null)
        switch $line
            case '<files>*'
                __fish_complete_suffix (string replace '<files>' '' -- $line)
            case '*'
                echo $line
        end
    end
end
complete -c nnc -f -a '(__nnc_complete)'
