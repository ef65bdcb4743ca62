#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Other registry clients read what boltseal pushes, attaches and pulls, and boltseal what they copy; another registry too.
set -eu

program=$(basename "$0")
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/support/servers.sh"
. "$top/tests/interop/peers.sh"

main() {
    begin_with crane oras skopeo
    start_registry store
    make_log log log.example
    export BOLTSEAL_LOG="$log_url" BOLTSEAL_LOG_KEY=log/log.pub
    image=$registry/demo/app:v1
    make_image layout hello
    expect 0 boltseal keygen -o release
    expect 0 boltseal push layout:v1 "$image"
    expect 0 boltseal sign --key release.key "$image"
    echo '{"bomFormat":"CycloneDX","specVersion":"1.6","version":1}' >sbom.json
    expect 0 boltseal attest --key release.key --type cyclonedx --predicate sbom.json "$image"

    with_crane
    with_oras
    with_skopeo
    in_another_registry
    [ ! -x "$peers/rekor-cli" ] || with_rekor_cli
}

with_crane() {
    say "crane finds what was pushed, and nothing wrong with it"
    expect 0 crane digest "$image"
    prints "$digest"
    expect 0 crane manifest "$image"
    cmp -s out "layout/blobs/sha256/${digest#sha256:}" || fail "is not what was pushed"
    expect 0 crane validate --remote "$image"
    prints PASS
    expect 0 crane ls "$registry/demo/app"
    prints "sha256-${digest#sha256:}"

    say "what crane copies, boltseal pulls; signatures stay behind"
    expect 0 crane copy "$image" "$registry/demo/copy:v1"
    expect 1 boltseal verify --key release.pub "$registry/demo/copy:v1"
    says "not signed"
}

with_oras() {
    say "oras lists the signature and the attestation by their true type, through the fallback tag"
    expect 0 oras discover --plain-http "$image"
    expect 0 oras discover --plain-http --format json "$image"
    holds "j.referrers.length === 2 &&
        j.referrers.every(r => r.artifactType === 'application/vnd.dev.sigstore.bundle.v0.3+json')"

    say "what oras copies with its referrers, boltseal verifies: in a layout and in another repository"
    expect 0 oras cp --recursive --from-plain-http --to-oci-layout "$image" copied:v1
    expect 0 boltseal verify --key release.pub oci:copied:v1
    expect 0 boltseal verify --key release.pub --type cyclonedx oci:copied:v1
    expect 0 oras cp --recursive --from-plain-http --to-plain-http "$image" "$registry/demo/copied:v1"
    expect 0 boltseal verify --key release.pub "$registry/demo/copied:v1"

    say "what boltseal attaches in a layout, oras discovers there"
    expect 0 boltseal sign --key release.key oci:layout:v1
    expect 0 oras discover --oci-layout --format json layout:v1
    holds "j.referrers.length === 1"
    expect 0 boltseal verify --key release.pub oci:layout:v1
}

with_skopeo() {
    say "skopeo inspects the image and copies the pulled layout"
    expect 0 skopeo inspect --tls-verify=false "docker://$image"
    holds "j.Digest === '$digest'"
    expect 0 boltseal pull --key release.pub "$image" -o pulled
    expect 0 skopeo --insecure-policy copy oci:pulled:v1 dir:plain
    cmp -s plain/manifest.json "layout/blobs/sha256/${digest#sha256:}" || fail "copied something else"
}

in_another_registry() {
    say "crane's own registry has no referrers API either"
    for _ in 1 2 3 4 5; do
        other=127.0.0.1:$(random_port)
        spawn crane.log crane registry serve --address "$other"
        if wait_for "$pid" curl -fsS -o version "http://$other/v2/"; then break; fi
    done
    expect 0 boltseal push layout:v1 "$other/demo/app:v1"
    expect 0 boltseal sign --key release.key "$other/demo/app:v1"
    expect 0 boltseal verify --key release.pub "$other/demo/app:v1"
    expect 0 boltseal pull --key release.pub "$other/demo/app:v1" -o from-crane
}

# For Rekor v1: there is nothing for it in a log of version 2.
with_rekor_cli() {
    say "rekor-cli speaks Rekor v1 only"
    expect 1 rekor-cli --rekor_server "$log_url" loginfo
    says "[GET /api/v1/log][404]"
}

main
