#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A registry that fails, lies or is not there: an image is then undetermined, and never "not signed".
set -eu

program=$(basename "$0")
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/support/servers.sh"

main() {
    begin
    start_registry store
    make_log log log.example
    export BOLTSEAL_LOG="$log_url" BOLTSEAL_LOG_KEY=log/log.pub
    name=demo/app
    image=$registry/$name:v1
    expect 0 boltseal keygen -o release
    expect 0 boltseal keygen -o other
    make_image layout hello
    expect 0 boltseal push layout:v1 "$image"
    expect 0 boltseal sign --key release.key "$image"
    expect 0 boltseal verify --key release.pub "$image"
    manifest=$digest
    fallback=sha256-${manifest#sha256:}
    registry_says=$name
    bundle=$(cd store/docker/registry/v2/blobs/sha256 && grep -l dsseEnvelope ./*/*/data | cut -d/ -f3)

    lookup_faults
    lies
    writing
    no_registry
}

# Each waits out its retries, so they go side by side.
lookup_faults() {
    cases=0
    for code in 401 403 429 500 503; do
        start_case "$code" "GET .*/referrers/" "registry answered with status $code"
        start_case "$code" "GET .*/manifests/$fallback\$" "registry answered with status $code"
    done
    start_case 500 "GET .*/manifests/$fallback.sig" "registry answered with status 500"
    start_case 500 "GET .*/blobs/sha256:$bundle" "registry answered with status 500"
    start_case 404 "GET .*/blobs/sha256:$bundle" "registry answered with status 404"
    for fault in junk close stall; do
        start_case "$fault" "GET .*/(referrers/|manifests/$fallback\$)" "$registry_says"
    done
    start_case close "GET .*/blobs/sha256:$bundle" "$registry_says"
    start_case junk "GET .*/manifests/v1" "$registry_says"
    for number in $(seq $cases); do
        check_case "$number"
    done
}

# start_case STATUS PATTERN WHY
start_case() {
    cases=$((cases + 1))
    start_proxy "$1" "$2"
    echo "$1 for $2" >"case$cases.name"
    echo "$3" >"case$cases.why"
    # An older tag is looked for only where no newer signature holds: another key.
    key=release
    case $2 in *.sig) key=other ;; esac
    (
        status=0
        boltseal verify --key $key.pub --transcript "case$cases.record" "$proxy/$name:v1" >"case$cases.out" \
            2>"case$cases.err" </dev/null || status=$?
        echo "$status" >"case$cases.status"
    ) &
    echo $! >"case$cases.pid"
}

check_case() {  # NUMBER
    wait "$(cat "case$1.pid")"
    say "$(cat "case$1.name"): $(cat "case$1.status")"
    last="verify ($(cat "case$1.name"))"
    cp "case$1.out" out
    cp "case$1.err" err
    [ "$(cat "case$1.status")" -eq 3 ] || fail "ended with $(cat "case$1.status") instead of 3"
    grep -qF "$(cat "case$1.why")" err || grep -q 'registry asks for no known kind of login' err ||
        fail "does not say why"
    says_not "not signed"
    head -n 1 out | grep -q '^undetermined: image ' || fail "does not begin with the verdict"
    grep -q '^  hint  ' out || fail "does not say what to do"
    # It is the same a year later, without a registry.
    expect 3 boltseal recheck "case$1.record"
    prints "recheck: the verdict of the transcript"
}

lies() {
    say "other bytes than were asked for are an integrity failure"
    start_proxy flip "GET .*/(manifests|blobs)/sha256:"
    expect 4 boltseal verify --key release.pub "$proxy/$name@$manifest"
    says "$manifest"
    expect 4 boltseal pull --key release.pub "$proxy/$name:v1" -o lied
    [ ! -e lied ] || die "something was left of what was refused"
    start_proxy flip "GET .*/blobs/sha256:$bundle"
    expect 4 boltseal verify --key release.pub --transcript lied.record "$proxy/$name:v1"
    says "$bundle"
    head -n 1 out | grep -q '^integrity: image ' || fail "does not begin with the verdict"
    expect 4 boltseal recheck lied.record
}

writing() {
    say "a signature that the registry does not take is not reported as made"
    start_proxy 500 "^PUT "
    expect 3 boltseal sign --key release.key "$proxy/$name:v1"
    [ ! -s out ] || fail "prints something"
    start_proxy 403 "^PUT .*/manifests/$fallback"
    expect 3 boltseal sign --key release.key "$proxy/$name:v1"
    [ ! -s out ] || fail "prints something"
}

no_registry() {
    say "a registry that is not there says nothing about the image"
    crash "$registry_pid"
    expect 3 boltseal verify --key release.pub "$image"
    says_not "not signed"
    expect 3 boltseal pull --key release.pub "$image" -o unreachable
    [ ! -e unreachable ] || die "something was left of what was never fetched"

    say "nor does a log that is not there, when it is to be asked"
    stop "$log_pid"
    echo text >file
    expect 3 boltseal sign --key release.key file
    [ ! -e file.sigstore.json ] || die "a bundle without its log entry was written"
}

# start_proxy FAULT PATTERN: sets $proxy.
start_proxy() {
    proxies=$((${proxies-0} + 1))
    spawn "proxy$proxies" node "$top/tests/e2e/faulty-proxy.js" "${registry##*:}" "$1" "$2"
    wait_for "$pid" grep -q . "proxy$proxies" || die "no proxy"
    proxy=127.0.0.1:$(cat "proxy$proxies")
}

main
