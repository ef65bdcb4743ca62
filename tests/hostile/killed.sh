#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A pull that is killed again and again at random moments, and started again: the image is right in the end, and what had
# arrived was not fetched again.
#
# BOLTSEAL_KILLS: about how often (default: 6). BOLTSEAL_KILL_MIB: of what (default: 48). BOLTSEAL_SEED: of the moments.
set -eu

program=$(basename "$0")
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/support/servers.sh"
. "$top/tests/hostile/hostile.sh"

rate=12000000  # bytes a second, so that there is a time to be killed in
start_up=0.1   # seconds before the first byte of a layer can be there

main() {
    kills=${BOLTSEAL_KILLS:-6} mib=${BOLTSEAL_KILL_MIB:-48} seed=${BOLTSEAL_SEED:-$$}
    layer_bytes=$((mib << 20))
    begin_hostile
    serve image <<END
GET */blobs/$layer: total-rate $rate
END
    say "about $kills kills over $mib MiB, seed $seed"
    moments | while read -r moment; do
        if pull_until "$moment"; then
            echo "$moment" >>killed
        else
            break
        fi
        no_name
    done
    count=$(wc -l <killed)
    [ "$count" -ge $((kills / 2)) ] || die "only $count of $kills kills came before the end"
    expect 0 boltseal pull --key release.pub --insecure-no-log -o pulled "$address/demo/app:v1"
    mkdir -p cases/killed
    name=killed
    ln -s "$work/pulled" cases/killed/pulled
    ln -s "$log" cases/killed/log
    is_right
    left_overs
    bytes=$(sent killed "$layer")
    say "$count kills, $bytes bytes sent of $layer_size: $((100 * bytes / layer_size)) %"
    wasted_at_most killed 10
}

# Seconds, such that all of them together are about as long as one pull.
moments() {
    awk -v seed="$seed" -v kills="$kills" -v bytes="$layer_size" -v rate=$rate -v start_up=$start_up 'BEGIN {
        srand(seed)
        for (i = 0; i < kills; ++i) printf "%.3f\n", start_up + 1.8 * rand() * bytes / rate / kills }'
}

# False if the pull came to its end before.
pull_until() {  # SECONDS
    status=0
    timeout --signal KILL "$1" boltseal pull --key release.pub --insecure-no-log -o pulled "$address/demo/app:v1" \
        >out 2>err </dev/null || status=$?
    case $status in
        0) return 1 ;;
        124 | 137) return 0 ;;
        *) last="pull" && fail "ended with $status" ;;
    esac
}

# What is not whole has no name, neither the image nor a blob.
no_name() {
    name=killed
    ! grep -qs "$manifest" pulled/index.json || die "a part of an image has its name"
    for blob in pulled/blobs/sha256/*; do
        case $(basename "$blob") in *[!0-9a-f]* | '*') continue ;; esac
        [ ${#blob} -lt 70 ] || [ "$(sha256sum "$blob" | cut -d ' ' -f 1)" = "$(basename "$blob")" ] ||
            die "a part of a blob has the name of the blob"
    done
}

# Parts and their journals go when they are not needed any more.
left_overs() {
    size=$(du -sk pulled | cut -f 1)
    [ "$size" -le $((layer_size / 1024 + 200)) ] || { ls -la pulled/blobs/sha256 >&2; die "parts were left: $size KiB"; }
}

main
