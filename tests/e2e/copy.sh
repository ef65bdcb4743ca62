#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Images go from registry to registry, over archives and capsules, with their signatures; through broken connections.
set -eu

program=$(basename "$0")
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/support/servers.sh"

main() {
    begin
    start_registry store
    first=$registry
    start_registry second-store
    second=$registry
    make_log log log.example
    export BOLTSEAL_LOG="$log_url" BOLTSEAL_LOG_KEY=log/log.pub
    make_image layout hello
    expect 0 boltseal keygen -o release
    expect 0 boltseal push layout:v1 "$first/team/app:v1"
    expect 0 boltseal sign --key release.key "$first/team/app:v1"
    echo '{"bomFormat":"CycloneDX","specVersion":"1.6","version":1}' >sbom.json
    expect 0 boltseal attest --key release.key --type cyclonedx --predicate sbom.json "$first/team/app:v1"

    between_registries
    within_a_registry
    over_an_air_gap
    a_large_layer
    what_breaks
}

between_registries() {
    say "a copy in another registry verifies, and is moved once"
    expect 0 boltseal copy --key release.pub "$first/team/app:v1" "$second/mirror/app:v2"
    prints "$second/mirror/app@$digest"
    says "verified $first/team/app@$digest"
    says "copied with 2 that refer to it"
    expect 0 boltseal verify --key release.pub "$second/mirror/app:v2"
    expect 0 boltseal verify --key release.pub --type cyclonedx "$second/mirror/app:v2"
    expect 0 boltseal copy --json "$first/team/app:v1" "$second/mirror/app:v2"
    holds "j.schema === 'https://boltseal.dev/schema/copy/v1' && j.moved === 0 && j.referrers === 2 && !j.verified"
    expect 1 boltseal copy --key release.pub --type spdxjson "$first/team/app:v1" "$second/mirror/no:v1"
    expect 3 boltseal verify --key release.pub "$second/mirror/no:v1"
}

within_a_registry() {
    say "to another repository of a registry no blob is moved"
    expect 0 boltseal copy --json "$first/team/app:v1" "$first/other/app:v1"
    holds "j.moved === 0 && j.referrers === 2"
    expect 0 boltseal verify --key release.pub "$first/other/app:v1"
}

over_an_air_gap() {
    say "a capsule brings all of it to where there is no log"
    expect 0 boltseal save --key release.pub --valid-for 30 -o app.capsule "$first/team/app:v1"
    expect 0 env -u BOLTSEAL_LOG boltseal load --key release.pub --max-age 1 app.capsule "$second/inside/app:v1"
    prints "$second/inside/app@$digest"
    says "capsule of $first/team/app:v1, made at"
    expect 0 env -u BOLTSEAL_LOG boltseal verify --key release.pub "$second/inside/app:v1"
    expect 0 env -u BOLTSEAL_LOG boltseal verify --key release.pub --type cyclonedx "$second/inside/app:v1"

    say "an archive as well, without a word on when"
    expect 0 boltseal copy "$first/team/app:v1" oci-archive:app.tar
    expect 0 boltseal copy --key release.pub oci-archive:app.tar "$second/archived/app:v1"
    expect 0 boltseal verify --key release.pub "$second/archived/app:v1"
    expect 0 boltseal pull --key release.pub "$first/team/app:v1" -o docker-archive:docker.tar:app:1.0
    expect 0 boltseal push docker-archive:docker.tar:app:1.0 "$second/unpacked/app:v1"
}

a_large_layer() {
    say "a layer of many chunks goes up, and down again"
    rm -rf root
    mkdir root
    head -c 40000000 /dev/urandom >root/random
    large=$("$top/tests/support/make-image" large v1 root)
    expect 0 boltseal push large:v1 "$first/team/large:v1"
    expect 0 boltseal copy "$first/team/large:v1" "$second/team/large:v1"
    expect 0 boltseal copy --json "$second/team/large:v1" oci:back
    holds "j.bytes > 40000000 && j.image.endsWith('$large')"
    (cd large && sha256sum blobs/sha256/*) >blobs
    (cd back && sha256sum --quiet -c ../blobs) || die "something else came back"
}

# A copy that cannot be finished gives nothing a name.
what_breaks() {
    say "a byte that flipped in the source is not passed on"
    layer=$(json "j.layers[0].digest" "layout/blobs/sha256/${digest#sha256:}")
    flip_byte "$(blob_of store "$layer")" 30
    expect 4 boltseal copy "$first/team/app:v1" "$second/damaged/app:v1"
    says "nothing was put under its name"
    expect 3 boltseal tree "$second/damaged/app:v1"
    expect 4 boltseal save --key release.pub -o damaged.capsule "$first/team/app:v1"
    [ ! -e damaged.capsule ] || die "a capsule was written"
    expect 4 boltseal copy "$first/team/app:v1" oci-archive:damaged.tar
    [ ! -e damaged.tar ] || die "an archive was written"
    flip_byte "$(blob_of store "$layer")" 30

    say "a signature that cannot be listed is not left behind unseen"
    spawn proxy node "$top/tests/e2e/faulty-proxy.js" "${first##*:}" 500 "GET .*/manifests/sha256-"
    wait_for "$pid" grep -q . proxy || die "no proxy"
    expect 3 boltseal copy "127.0.0.1:$(cat proxy)/team/app:v1" "$second/partly/app:v1"
    expect 3 boltseal tree "$second/partly/app:v1"
}

main
