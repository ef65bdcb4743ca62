#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# An image for several platforms: the index and every manifest in it are signed in one run, or the index alone.
set -eu

program=$(basename "$0")
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/support/servers.sh"

main() {
    begin
    start_registry store
    make_log log log.example
    export BOLTSEAL_LOG="$log_url" BOLTSEAL_LOG_KEY=log/log.pub
    image=$registry/demo/multi
    expect 0 boltseal keygen -o release

    say "one run signs the index and its manifests; each can be verified alone"
    make_index layout one
    expect 0 boltseal push layout:v1 "$image:v1"
    prints "@$index"
    expect 0 boltseal sign --key release.key --json "$image:v1"
    holds "j.signed.map(s => s.split('@')[1]).sort().join() === ['$index', '$amd64', '$arm64'].sort().join()"
    for each in "$image:v1" "$image@$index" "$image@$amd64" "$image@$arm64"; do
        expect 0 boltseal verify --key release.pub "$each"
    done
    expect 0 boltseal tree "$image:v1"
    [ "$(grep -c 'signature  by key' out)" -eq 3 ] || fail "does not show three signatures"

    say "one platform of it can be pulled, or all"
    expect 0 boltseal pull --key release.pub --platform linux/arm64 "$image:v1" -o one
    prints "@$arm64"
    [ ! -e "one/blobs/sha256/${amd64#sha256:}" ] || die "the other platform was pulled too"
    expect 0 boltseal pull --key release.pub "$image:v1" -o all
    for each in "$index" "$amd64" "$arm64"; do
        [ -e "all/blobs/sha256/${each#sha256:}" ] || die "$each was not pulled"
    done

    say "a signature on the index alone does not vouch for a manifest that is asked for by its own digest"
    make_index only two
    expect 0 boltseal push only:v1 "$image:v2"
    expect 0 boltseal sign --only-index --key release.key "$image:v2"
    expect 0 boltseal verify --key release.pub "$image:v2"
    expect 1 boltseal verify --key release.pub "$image@$amd64"
    says "not signed"
}

# make_index LAYOUT TEXT: sets $index, $amd64 and $arm64.
make_index() {
    make_image "$1" "$2 for amd64"
    amd64=$digest
    make_image "$1" "$2 for arm64"
    arm64=$digest
    cat >index <<INDEX
{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[
$(entry "$1" "$amd64" amd64),
$(entry "$1" "$arm64" arm64)]}
INDEX
    index=sha256:$(sha256sum index | cut -d' ' -f1)
    size=$(wc -c <index)
    mv index "$1/blobs/sha256/${index#sha256:}"
    cat >"$1/index.json" <<INDEX
{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[
{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"$index","size":$size,
"annotations":{"org.opencontainers.image.ref.name":"v1"}}]}
INDEX
}

entry() {  # LAYOUT DIGEST ARCHITECTURE
    printf '{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"%s","size":%d,' \
        "$2" "$(wc -c <"$1/blobs/sha256/${2#sha256:}")"
    printf '"platform":{"os":"linux","architecture":"%s"}}' "$3"
}

main
