#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Witness and log are killed while entries come in: neither forgets what it has said, and no other history is cosigned.
set -eu

program=$(basename "$0")
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/support/servers.sh"

main() {
    begin
    command -v curl >/dev/null || skip "no curl here"
    expect 0 boltseal-log init --dir log --origin log.example
    cp -R log forked
    expect 0 boltseal-log restore --dir forked --mirror forked/public  # against itself: no real copy starts
    expect 0 boltseal-log witness init --dir witness --name witness.example
    echo "log $(cat log/log.pub)" >>witness/logs
    for _ in 1 2 3 4 5; do
        witness_url=http://127.0.0.1:$(random_port)
        start_witness && break
    done
    { echo "witness w $(cat witness/witness.pub) $witness_url"; echo 'quorum w'; } >policy
    for _ in 1 2 3 4 5; do
        log_url=http://127.0.0.1:$(random_port)
        start_witnessed_log log && break
    done
    origin=$(printf log.example | sha256sum | cut -d' ' -f1)

    say "witness and log are killed in turn under writers"
    seen=0
    for round in 1 2 3 4; do
        writers=''
        for writer in a b c; do
            keep_adding "$round$writer" &
            writers="$writers $!"
        done
        wait_for "$log_pid" sh -c "[ \$(cat added-$round* 2>/dev/null | wc -l) -ge 10 ]" || die "nothing gets logged"
        if [ $((round % 2)) = 1 ]; then
            crash "$witness_pid"
            start_witness || die "the witness does not start again"
        else
            crash "$log_pid"
            start_witnessed_log log || die "the log does not start again"
        fi
        : >"stop$round"
        for each in $writers; do
            wait "$each"
        done
        nothing_was_forgotten
    done
    [ "$seen" -ge 40 ] || die "the log has $seen entries only"

    say "the witness that was killed cosigns no other history"
    crash "$log_pid"
    start_witnessed_log forked || die "the other log does not start"
    expect 0 curl -sS -o answer -w '%{http_code}' --data-binary other "$log_url/add"
    prints 503
    grep -q "more than the log has" forked.log || fail "does not say that the witness has seen more"
}

start_witness() {
    rm -f witness.log  # what an earlier one has said is not this one's
    spawn witness.log boltseal-log witness serve --dir witness --listen "${witness_url#http://}"
    witness_pid=$pid
    wait_for "$pid" grep -q 'logs)' witness.log
}

start_witnessed_log() {  # FOLDER
    rm -f "$1.log"  # what an earlier one has said is not this one's
    spawn "$1.log" boltseal-log serve --dir "$1" --listen "${log_url#http://}" --raw --witness-policy policy \
        --witness-timeout 2
    log_pid=$pid
    wait_for "$pid" grep -q serving "$1.log"
}

# Whoever is turned away tries again, until the log is back.
keep_adding() {  # NAME
    count=0
    while [ ! -e "stop$round" ]; do
        count=$((count + 1))
        curl -fsS --data-binary "$1 $count" "$log_url/add" >/dev/null 2>&1 </dev/null || continue
        echo "$1 $count" >>"added-$1"
    done
}

# What the log shows has grown, is cosigned, and is not beyond what the witness knows.
nothing_was_forgotten() {
    expect 0 curl -fsS -o shown "$log_url/checkpoint"
    expect 0 curl -fsS -o kept "$witness_url/$origin/checkpoint"
    size=$(sed -n 2p shown)
    [ "$size" -ge "$seen" ] || fail "the log has shrunk from $seen to $size entries"
    [ "$size" -le "$(sed -n 2p kept)" ] || fail "the witness has forgotten what it has cosigned"
    [ "$size" = 0 ] || grep -q '^— witness.example ' shown || fail "what is shown is not cosigned"
    [ "$size" -ge "$(cat added-* | wc -l)" ] || fail "acknowledged entries are missing"
    seen=$size
}

main
