#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What becomes of an image when its tag is moved or the registry's storage is damaged, one bit at a time.
set -eu

program=$(basename "$0")
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/support/servers.sh"

main() {
    begin
    start_registry store
    make_log log log.example
    export BOLTSEAL_LOG="$log_url" BOLTSEAL_LOG_KEY=log/log.pub
    image=$registry/demo/app
    expect 0 boltseal keygen -o release
    make_image layout hello
    expect 0 boltseal push layout:v1 "$image:v1"
    expect 0 boltseal sign --key release.key "$image:v1"
    find_parts
    expect 0 boltseal verify --key release.pub "$image:v1"

    moved_tag
    layer
    bundle
    referrer
    manifest
    expect 0 boltseal pull --key release.pub "$image:v1" -o whole
}

find_parts() {
    manifest=$digest
    layer=$(json 'j.layers[0].digest' "$(blob_of store "$manifest")")
    expect 0 boltseal tree --json "$image:v1"
    referrer=$(json 'j.tree.referrers[0].digest')
    bundle=$(json 'j.layers[0].digest' "$(blob_of store "$referrer")")
}

moved_tag() {
    say "a tag that was moved leads to what nobody signed; the digest still leads to what was signed"
    make_image other world
    expect 0 boltseal push other:v1 "$image:v1"
    expect 1 boltseal verify --key release.pub "$image:v1"
    says "@$digest: not signed"
    expect 1 boltseal pull --key release.pub "$image:v1" -o moved
    [ ! -e moved ] || die "something was left of what was refused"
    expect 0 boltseal verify --key release.pub "$image@$manifest"
    expect 0 boltseal push layout:v1 "$image:v1"
}

layer() {
    say "a damaged layer is an integrity failure, and no image is left behind"
    flip "$layer" 20
    expect 0 boltseal verify --key release.pub "$image:v1"  # layers are not read for that
    expect 4 boltseal pull --key release.pub "$image:v1" -o damaged
    says "${layer#sha256:}"
    ! grep -q 'manifests":\[{' damaged/index.json || die "a damaged image was left behind"
    [ ! -e "damaged/blobs/sha256/${layer#sha256:}" ] || die "a damaged layer was left behind"
    flip "$layer" 20
}

bundle() {
    say "a damaged signature bundle is an integrity failure: the referrer's manifest says what it has to be"
    flip "$bundle" 200
    for command in "verify" "pull -o damaged"; do
        # shellcheck disable=SC2086 # words
        expect 4 boltseal $command --key release.pub "$image:v1"
        says "${bundle#sha256:}"
        says_not "not signed"
    done
    flip "$bundle" 200
}

# docker-registry looks at manifests before it gives them away, and answers 500 for one that it cannot vouch for.
referrer() {
    say "a signature whose manifest the registry finds damaged leaves the image undetermined, not unsigned"
    flip "$referrer" 30
    not_known "$image:v1" "manifest '$referrer': registry answered with status 500"
    flip "$referrer" 30
}

manifest() {
    say "and so does the image's own manifest, by tag and by digest"
    flip "$manifest" 40
    not_known "$image:v1" "registry answered with status 500"
    not_known "$image@$manifest" "registry answered with status 500"
    flip "$manifest" 40
}

# not_known IMAGE WHY: whatever it is, it is not known to be unsigned.
not_known() {
    expect 3 boltseal verify --key release.pub "$1"
    says "$2"
    says_not "not signed"
}

flip() {  # DIGEST OFFSET
    flip_byte "$(blob_of store "$1")" "$2"
}

main
