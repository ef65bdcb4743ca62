#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The log's process is killed while it takes entries: what it answered before still holds when it is back.
set -eu

program=$(basename "$0")
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/support/servers.sh"

main() {
    begin
    make_log log log.example
    export BOLTSEAL_LOG="$log_url" BOLTSEAL_LOG_KEY=log/log.pub
    expect 0 boltseal keygen -o release
    mkdir signed

    say "the log is killed three times under signers"
    for round in 1 2 3; do
        signers=''
        for signer in a b; do
            keep_signing "$round$signer" &
            signers="$signers $!"
        done
        wait_for "$log_pid" sh -c "[ \$(ls signed | grep -c '^$round.*json') -ge 6 ]" || die "nothing gets signed"
        crash "$log_pid"
        : >"stop$round"
        start_log log "$log_url"
        for each in $signers; do
            wait "$each"
        done
    done

    say "every signature that was made is in the log, which shows one history"
    bundles=0
    for bundle in signed/*.json; do
        bundles=$((bundles + 1))
        expect 0 boltseal verify --key release.pub --bundle "$bundle" "${bundle%.sigstore.json}"
    done
    expect 0 boltseal sign --key release.key signed/1a1 --bundle again
    expect 0 boltseal verify --key release.pub --bundle again signed/1a1
    expect 0 curl -fsS "$log_url/checkpoint"
    [ "$(sed -n 2p out)" -ge $bundles ] || fail "has fewer entries than the $bundles that were acknowledged"
    stop "$log_pid"
}

# A signer that the crash hits may try again, until the log is back.
keep_signing() {  # NAME
    count=0
    while [ ! -e "stop$round" ]; do
        count=$((count + 1))
        echo "$1 $count" >"signed/$1$count"
        boltseal sign --key release.key "signed/$1$count" >/dev/null 2>&1 </dev/null || true
    done
}

main
