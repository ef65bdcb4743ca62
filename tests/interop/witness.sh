#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# litewitness cosigns for our log, beside a witness of ours; both answer the same requests in the same way.
set -eu

program=$(basename "$0")
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/support/servers.sh"
. "$top/tests/interop/peers.sh"

main() {
    begin_with litewitness witnessctl
    for tool in ssh-agent ssh-add ssh-keygen curl; do
        command -v $tool >/dev/null || skip "no $tool here"
    done
    expect 0 boltseal-log init --dir log --origin log.example/a
    cp -R log forked
    expect 0 boltseal-log restore --dir forked --mirror forked/public  # against itself: no real copy starts
    start_lite
    start_ours
    lite_cosigns_for_our_log
    without_lite_nothing_is_published
    both_answer_alike
}

start_lite() {
    ssh-keygen -q -t ed25519 -N '' -f key
    spawn agent.log ssh-agent -D -a "$work/agent.sock"
    wait_for "$pid" test -S agent.sock || die "no ssh-agent could be started"
    SSH_AUTH_SOCK=$work/agent.sock ssh-add -q key
    witnessctl add-log -db lite.db -origin log.example/a 2>lite.talk
    witnessctl add-key -db lite.db -origin log.example/a -key "$(cat log/log.pub)" 2>>lite.talk
    for _ in 1 2 3 4 5; do
        lite=http://127.0.0.1:$(random_port)
        run_lite && break
    done
    lite_key=$(sed -n 's/.*vkey=//p' lite.log)
}

run_lite() {
    spawn lite.log litewitness -db lite.db -key "$(ssh-keygen -lf key.pub | cut -d' ' -f2)" -name lite.example/w \
        -listen "${lite#http://}" -ssh-agent "$work/agent.sock"
    lite_pid=$pid
    wait_for "$pid" curl -sS -o page "$lite/"
}

start_ours() {
    expect 0 boltseal-log witness init --dir ours --name ours.example/w
    echo "log $(cat log/log.pub)" >>ours/logs
    start_witness ours 127.0.0.1:0
    ours=$witness_url
}

start_witnessed_log() {  # FOLDER
    rm -f "$1.log"  # what an earlier one has said is not this one's
    spawn "$1.log" boltseal-log serve --dir "$1" --listen 127.0.0.1:0 --raw --witness-policy policy --witness-timeout 2
    log_pid=$pid
    wait_for "$pid" grep -q serving "$1.log" || die "the log could not be started"
    log_url=$(sed -n 's|.*\(http://[^ ]*\).*|\1|p' "$1.log")
}

add() {  # ENTRY STATUS
    expect 0 curl -sS -o answer -w '%{http_code}' -H 'Content-Type: text/plain' --data-binary "$1" "$log_url/add"
    prints "$2"
}

keep_checkpoint() {  # NAME
    expect 0 curl -fsS -o "$1" "$log_url/checkpoint"
}

lite_cosigns_for_our_log() {
    say "litewitness cosigns for our log, and the cosignatures verify"
    cat >policy <<POLICY
log $(cat log/log.pub)
witness lite $lite_key $lite
witness ours $(cat ours/witness.pub) $ours
group both all lite ours
quorum both
POLICY
    start_witnessed_log log
    add one 200
    keep_checkpoint size-1
    grep -q '^— lite.example/w ' size-1 || fail "litewitness has not cosigned"
    grep -q '^— ours.example/w ' size-1 || fail "our witness has not cosigned"
    expect 0 boltseal inspect size-1
    { printf 'c2sp.org/tlog-proof@v1\nindex 0\n\n'; cat size-1; } >one.tlog-proof
    printf one >one
    expect 0 boltseal-verify proof --proof one.tlog-proof --witness-policy policy one
    prints "'lite' at"
    add two 200
    keep_checkpoint size-2
    curl -fsS -o tile "$log_url/tile/0/000.p/2"

    say "a log that starts again hears from litewitness (409) how far it is"
    stop "$log_pid"
    start_witnessed_log log
    add three 200
    keep_checkpoint size-3
    if grep -q "witness 'lite'" log.log; then fail "litewitness has refused something"; fi
}

without_lite_nothing_is_published() {
    say "without litewitness nothing is published, until it is back"
    crash "$lite_pid"
    add four 503
    grep -q "group 'both' lacks 1 of 2" answer || fail "does not say who lacks"
    keep_checkpoint now
    cmp -s now size-3 || fail "something was published"
    run_lite || die "litewitness cannot be started again"
    wait_for "$log_pid" sh -c "curl -fsS $log_url/readyz" >ready || die "the log does not recover"
    add four 200
    keep_checkpoint now
    [ "$(sed -n 2p now)" = 4 ] || fail "has not published what was durable"
}

# ask NAME: the request in the file NAME, to both; sets $codes and keeps lite.head, lite.body, ours.head, ours.body.
ask() {
    codes=''
    for witness in lite ours; do
        eval "url=\$$witness"
        # shellcheck disable=SC2154 # set by eval
        codes="$codes $(curl -sS -o $witness.body -D $witness.head -w '%{http_code}' --data-binary "@$1" "$url/add-checkpoint")"
    done
}

alike() {  # STATUS WHAT
    [ "$codes" = " $1 $1" ] || { cat request lite.body ours.body >out; fail "$2: litewitness and ours answer$codes, expected $1"; }
}

both_answer_alike() {
    say "both answer the same requests in the same way"
    stop "$log_pid"
    root=$(sed -n 3p now)
    { printf 'old 4\n\n'; cat now; } >request
    ask request
    alike 200 "the same checkpoint again"
    { printf 'old x\n\n'; cat now; } >request
    ask request
    alike 400 "a malformed request"
    { printf 'old 5\n\n'; cat now; } >request
    ask request
    alike 400 "an old size beyond the checkpoint"
    { printf 'old 0\n\n'; cat now; } >request
    ask request
    alike 409 "an old size that is not the last"
    for witness in lite ours; do
        [ "$(cat $witness.body)" = 4 ] || fail "$witness does not say its size"
        grep -qi '^content-type: text/x.tlog.size' $witness.head || fail "$witness has another content type"
    done
    { printf 'old 4\n%s\n\n' "$root"; cat now; } >request
    ask request
    alike 422 "a proof where none is due"
    { printf 'old 0\n\n'; sed 's|^log.example/a$|log.example/b|' now; } >request
    ask request
    alike 404 "an unknown log"
    { printf 'old 4\n\n'; sed "2s/.*/5/" now; } >request
    ask request
    alike 403 "a signature that does not verify"

    say "neither cosigns another history"
    spawn forked.log boltseal-log serve --dir forked --listen 127.0.0.1:0 --raw
    wait_for "$pid" grep -q serving forked.log || die "the log could not be started"
    log_url=$(sed -n 's|.*\(http://[^ ]*\).*|\1|p' forked.log)
    for entry in a b c d; do
        add $entry 200
    done
    keep_checkpoint other
    { printf 'old 4\n\n'; cat other; } >request
    ask request
    alike 422 "another tree of the same size"
    add e 200
    keep_checkpoint other
    { printf 'old 4\n%s\n\n' "$root"; cat other; } >request
    ask request
    alike 422 "a tree that does not continue the last"
}

main
