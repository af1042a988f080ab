#!/bin/sh
# SPDX-License-Identifier: MIT-0
# tables.sh NNC CC DIR INPUTS: gradients of every activation and every loss of the tables, whatever is added to them.
set -eu
here=$(dirname "$0") nnc=$1 cc=$2 dir=$3 inputs=$4
check() {
    "$here/gradcheck.sh" "$nnc" "$cc" "$dir" "$@" > "$dir.out" || {
        echo "$*" >&2
        cat "$dir.out" >&2
        exit 1
    }
}
for activation in $("$nnc" --list-activations=names); do
    [ "$activation" = glu ] || # a layer of its own
        check "$inputs/activation.nn" -D "name='$activation'"
done
for loss in $("$nnc" --list-losses=names); do
    case $loss in
    [a-z]*) continue ;; # other names of losses
    *[a-z]*) ;;
    *) continue ;;
    esac
    for last in linear sigmoid softmax softplus; do
        case $loss,$last in
        CategoricalHinge,*) ;;
        Binary*,linear | Binary*,softplus | *Categorical*,linear) continue ;; # probabilities are asked for
        Poisson,linear) continue ;; # and here what is positive
        esac
        check "$inputs/loss.nn" -D "loss='$loss'" -D "last='$last'"
    done
done
echo all agree
