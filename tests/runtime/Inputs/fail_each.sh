# SPDX-License-Identifier: MIT-0
# usage: fail_each.sh OUTPUT ARGS...: runs ./linear ARGS with allocation 1, 2, 3, … failing until it succeeds. Anything
# but status 1, a message about memory and no OUTPUT ends the loop with a complaint.
output=$1
shift
n=1
while :; do
    FAIL_AT=$n ./linear "$@" >out 2>&1
    status=$?
    if [ $status = 0 ]; then
        echo "good from $n on"
        exit
    fi
    if [ $status != 1 ] || ! grep -q "out of memory" out || [ -e "$output" ]; then
        echo "allocation $n: status $status"
        cat out
        ls
        exit 1
    fi
    n=$((n + 1))
done
