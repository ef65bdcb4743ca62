#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Archives that boltseal writes are read by others, and those that others write by boltseal.
set -eu

program=$(basename "$0")
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/support/servers.sh"
. "$top/tests/interop/peers.sh"

main() {
    begin_with crane oras skopeo
    start_registry store
    image=$registry/demo/app:v1
    make_image layout hello
    expect 0 boltseal keygen -o release
    expect 0 boltseal push layout:v1 "$image"
    expect 0 boltseal sign --key release.key --no-log "$image"

    ours_to_skopeo
    ours_to_crane
    ours_to_oras
    theirs
}

ours_to_skopeo() {
    say "skopeo reads our archives of a layout and of Docker, and a capsule"
    expect 0 boltseal copy "$image" oci-archive:ours.tar
    expect 0 skopeo inspect oci-archive:ours.tar:v1
    holds "j.Digest === '$digest'"
    expect 0 skopeo --insecure-policy copy oci-archive:ours.tar:v1 oci:by-skopeo:v1
    (cd layout && sha256sum blobs/sha256/*) >blobs
    (cd by-skopeo && sha256sum --quiet -c ../blobs) || die "skopeo has read something else"
    expect 0 boltseal copy --no-referrers "$image" docker-archive:docker.tar:registry.example/app:1.0
    expect 0 skopeo inspect docker-archive:docker.tar:registry.example/app:1.0
    expect 0 skopeo --insecure-policy copy docker-archive:docker.tar oci:unpacked:v1
    expect 0 boltseal save --no-verify -o app.capsule "$image"
    expect 0 skopeo inspect oci-archive:app.capsule:v1
    holds "j.Digest === '$digest'"
}

ours_to_crane() {
    say "crane pushes our Docker archive"
    expect 0 crane push --insecure docker.tar "$registry/demo/by-crane:v1"
    expect 0 crane validate --remote "$registry/demo/by-crane:v1"
    prints PASS
}

ours_to_oras() {
    say "oras finds the signature in our archive"
    expect 0 oras cp --recursive --from-oci-layout --to-oci-layout ours.tar:v1 by-oras:v1
    expect 0 boltseal verify --key release.pub --insecure-no-log oci:by-oras:v1
}

theirs() {
    say "what skopeo writes"
    expect 0 skopeo --insecure-policy copy --src-tls-verify=false "docker://$image" oci-archive:skopeo.tar:v1
    expect 0 boltseal copy oci-archive:skopeo.tar:v1 oci:from-skopeo
    prints "@$digest"
    expect 0 skopeo --insecure-policy copy --src-tls-verify=false "docker://$image" docker-archive:skopeo-docker.tar:app:1.0
    expect 0 boltseal copy docker-archive:skopeo-docker.tar:app:1.0 oci:from-skopeo-docker
    expect 0 skopeo --insecure-policy copy oci:from-skopeo-docker:1.0 dir:plain

    say "what crane writes, whose layers stay compressed"
    expect 0 crane pull --insecure "$image" crane.tar
    expect 0 boltseal copy docker-archive:crane.tar "$registry/demo/from-crane:v1"
    prints "@$digest"
    expect 0 crane pull --insecure --format oci "$image" crane-layout
    tar -C crane-layout -cf crane-oci.tar .
    expect 0 boltseal push oci-archive:crane-oci.tar "$registry/demo/from-crane:v2"
    prints "@$digest"
}

main
