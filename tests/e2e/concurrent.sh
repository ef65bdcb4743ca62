#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Many attest one image at the same time, in a registry without a referrers API: none is lost from the fallback tag.
set -eu

program=$(basename "$0")
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/support/servers.sh"

writers="1 2 3 4 5 6 7 8"

main() {
    begin
    start_registry store
    make_log log log.example
    export BOLTSEAL_LOG="$log_url" BOLTSEAL_LOG_KEY=log/log.pub
    image=$registry/demo/app:v1
    expect 0 boltseal keygen -o release
    make_image layout hello
    expect 0 boltseal push layout:v1 "$image"

    say "eight attest at once"
    pids=''
    for writer in $writers; do
        echo "{\"writer\":$writer}" >"$writer.json"
        boltseal attest --key release.key --type "https://example.com/writer/$writer" --predicate "$writer.json" \
            "$image" >"$writer.out" 2>&1 </dev/null &
        pids="$pids $!"
    done
    for each in $pids; do
        wait "$each" || { cat ./?.out >&2; die "one failed"; }
    done

    say "all eight are listed and hold"
    expect 0 boltseal tree --json "$image"
    holds "j.tree.referrers.length === 8"
    for writer in $writers; do
        expect 0 boltseal verify --key release.pub --type "https://example.com/writer/$writer" "$image"
    done
    expect 0 curl -fsS -H 'Accept: application/vnd.oci.image.index.v1+json' "http://$registry/v2/demo/app/manifests/sha256-${digest#sha256:}"
    holds "j.mediaType === 'application/vnd.oci.image.index.v1+json' && j.manifests.length === 8"
    holds "j.manifests.every(m => m.artifactType === 'application/vnd.dev.sigstore.bundle.v0.3+json')"
}

main
