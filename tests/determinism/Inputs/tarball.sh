# SPDX-License-Identifier: MIT-0
# tarball.sh FOLDER: make dist twice, in two ways of life; nothing where this is no checkout.
[ -e .git ] || exit 0
make -s BUILD="$1/dist1" dist || exit 1
(umask 077; TZ=Asia/Kathmandu LC_ALL=tr_TR.UTF-8 HOME=/nowhere GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=tar.umask \
    GIT_CONFIG_VALUE_0=0007 make -s BUILD="$1/dist2" dist) || exit 1
cmp "$1"/dist1/nnc-*.tar.gz "$1"/dist2/nnc-*.tar.gz
