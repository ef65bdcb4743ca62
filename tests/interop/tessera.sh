#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A log by Tessera asks our witness, and our tools check that log; Tessera's check ours, and its load tool writes to it.
set -eu

program=$(basename "$0")
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/support/servers.sh"
. "$top/tests/interop/peers.sh"

main() {
    begin_with tessera-witnessed tessera-hammer tessera-fsck
    command -v curl >/dev/null || skip "no curl here"
    our_witness_cosigns_for_tessera
    our_tools_check_its_log
    without_our_witness_it_publishes_nothing
    its_load_tool_writes_to_our_log
    its_checker_reads_our_log
}

start_tessera() {
    for _ in 1 2 3 4 5; do
        tessera=http://127.0.0.1:$(random_port)
        spawn tessera.log tessera-witnessed theirs "${tessera#http://}" policy
        tessera_pid=$pid
        wait_for "$pid" curl -fsS -o page "$tessera/checkpoint" && return 0
    done
    cat tessera.log >&2
    die "Tessera's log could not be started"
}

add() {  # ENTRY STATUS
    expect 0 curl -sS -o answer -w '%{http_code}' --data-binary "$1" "$tessera/add"
    prints "$2"
}

our_witness_cosigns_for_tessera() {
    say "our witness cosigns for a log by Tessera"
    expect 0 tessera-witnessed theirs log.example/theirs
    expect 0 boltseal-log witness init --dir witness --name ours.example/w
    echo "log $(cat theirs/key.pub)" >>witness/logs
    start_witness witness 127.0.0.1:0
    cat >policy <<POLICY
witness ours $(cat witness/witness.pub) $witness_url
quorum ours
POLICY
    start_tessera
    add one 200
    add two 200
    expect 0 curl -fsS -o checkpoint "$tessera/checkpoint"
    grep -q '^— ours.example/w ' checkpoint || fail "our witness has not cosigned"
    [ "$(sed -n 2p checkpoint)" = 2 ] || fail "the log is not of 2 entries"
}

our_tools_check_its_log() {
    say "our tools check that log, with the cosignature"
    sed -i "1i log $(cat theirs/key.pub)" policy
    expect 0 boltseal-log fsck --log "$tessera" --log-key theirs/key.pub --witness-policy policy
    printf two >two
    expect 0 boltseal log prove --log "$tessera" --log-key theirs/key.pub --index 1 --out two.tlog-proof
    expect 0 boltseal-verify proof --proof two.tlog-proof --witness-policy policy two
    prints "'ours' at"
}

without_our_witness_it_publishes_nothing() {
    say "without our witness it publishes nothing, until it is back"
    crash "$witness_pid"
    add three 503
    expect 0 curl -fsS -o now "$tessera/checkpoint"
    cmp -s now checkpoint || fail "something was published"
    start_witness witness "${witness_url#http://}"
    add four 200
    expect 0 curl -fsS -o now "$tessera/checkpoint"
    [ "$(sed -n 2p now)" = 4 ] || fail "has not published what was durable"
    crash "$tessera_pid"  # it has no other end
    stop "$witness_pid"
}

its_load_tool_writes_to_our_log() {
    say "its load tool writes to our log, and its readers verify what they read"
    log_options=--raw
    make_log ours log.example/ours
    expect 0 tessera-hammer --log_url="$log_url/" --log_public_key="$(cat ours/log.pub)" --show_ui=false \
        --max_read_ops=0 --num_readers_random=2 --num_readers_full=2 \
        --max_write_ops=100000 --num_writers=64 --leaf_min_size=200 --dup_chance=0.1 --leaf_write_goal=5000 --max_runtime=60s
    if grep -E '^[EF][0-9]' err; then fail "its load tool has found an error"; fi
    [ "$(curl -fsS "$log_url/checkpoint" | sed -n 2p)" -gt 2000 ] || fail "there are few entries"
}

its_checker_reads_our_log() {
    say "its checker reads our log, and what we have exported of it"
    expect 0 tessera-fsck --storage_url="$log_url/" --public_key=ours/log.pub --ui=false
    expect 0 boltseal-log export --dir ours --out exported
    expect 0 tessera-fsck --storage_url="file://$work/exported/" --public_key=ours/log.pub --ui=false
}

main
