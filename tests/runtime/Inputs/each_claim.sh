# SPDX-License-Identifier: MIT-0
# usage: each_claim.sh PYTHON: gives ./linear the files of make_claims.py, one after another.
peak="$1 $(dirname "$0")/peak.py 100 ./linear predict -o never.npy"
for file in huge.npy gzip.npy.gz huge.idx inside.npz member.npz; do
    $peak --weights good.safetensors --x $file
done
for file in shape header; do
    $peak --x x.csv --weights $file.safetensors
done
[ ! -e never.npy ] || echo "something was written"
