#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# @sigstore/sign 5 writes to our log as to a Rekor v2: whole envelopes, and a bare key that it calls a certificate.
# @sigstore/verify and boltseal verify what comes of it, and the log finds the statement by its subject.
#
# BOLTSEAL_SIGSTORE_JS is a folder where `npm install @sigstore/sign@5 @sigstore/verify` was run
# (default: .deps/peers/sigstore-js).
set -eu

program=$(basename "$0")
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/support/servers.sh"

main() {
    packages=${BOLTSEAL_SIGSTORE_JS:-$top/.deps/peers/sigstore-js}
    command -v node >/dev/null || skip "no node here"
    [ -d "$packages/node_modules/@sigstore/verify" ] || skip "no @sigstore/sign and @sigstore/verify in $packages"
    begin
    make_log log log.example
    export BOLTSEAL_LOG="$log_url" BOLTSEAL_LOG_KEY=log/log.pub
    echo image >image

    say "a statement and a file, signed and verified by sigstore-js"
    expect 0 env NODE_MODULES="$packages" node "$top/tests/interop/sigstore-js.mjs" "$log_url" log/trusted_root.json
    prints "statement.json: dsse, verified by @sigstore/verify"
    prints "message.json: hashedrekord, verified by @sigstore/verify"

    say "boltseal verifies both"
    expect 0 boltseal-verify bundle --key key.pub --type https://sigstore.dev/cosign/sign/v1 --bundle statement.json image
    expect 0 boltseal-verify bundle --key key.pub --bundle message.json image

    say "the log finds the statement by what it is about, and proves it"
    subject=sha256:$(sha256sum image | cut -d' ' -f1)
    wait_for "$log_pid" finds_two
    expect 0 boltseal log find --subject "$subject"
    prints "dsse"
    says "1 entry names subject $subject"
    expect 0 boltseal log prove statement.json -o statement.tlog-proof
}

finds_two() {
    boltseal log find --key key.pub >found 2>talk && [ "$(wc -l <found)" -eq 2 ]
}

main
