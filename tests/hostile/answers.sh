#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Registries whose heads, manifests and lists are not what they should be: nothing of it is believed, and nothing is endless.
# BOLTSEAL_HOSTILE=all: also those that take minutes to be given up.
set -eu

program=$(basename "$0")
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/support/servers.sh"
. "$top/tests/hostile/hostile.sh"

main() {
    begin_hostile
    heads
    confused_types
    swapped
    referrers
    hostile_names
    [ "${BOLTSEAL_HOSTILE-}" != all ] || for_ever
    settle
    look
}

heads() {
    attempt header-flood 3 "more than 256 headers" <<END
GET */manifests/v1: flood 100000
END
    attempt header-wide 3 "127.0.0.1" <<END
GET */manifests/v1: wide 1000000
END
    attempt header-flood-blob 3 "more than 256 headers" <<END
GET */blobs/$layer: flood 300
END
    attempt head-slow 0 <<END
GET */manifests/v1: head-rate 100
END
    attempt no-http 3 "'v1'" <<END
GET */manifests/v1: header X: y$(printf '\001')z
END
    # What it says of digests is not asked; what it sends is hashed.
    attempt digest-header-wrong 0 <<END
GET */manifests/*: header Docker-Content-Digest: sha256:0000000000000000000000000000000000000000000000000000000000000000
END
    attempt digest-header-hostile 0 <<END
GET */manifests/*: header Docker-Content-Digest: sha256:../../../etc/passwd
END
}

# One type, said twice, and the members of that type only.
confused_types() {
    attempt manifest-as-index 3 "came under the type 'application/vnd.oci.image.index.v1+json'" <<END
GET */manifests/v1: header Content-Type: application/vnd.oci.image.index.v1+json
END
    index='{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}'
    echo "$index" >index.json
    attempt index-as-manifest 3 "came under the type 'application/vnd.oci.image.manifest.v1+json'" <<END
GET */manifests/v1: body index.json
END
    echo "${index%\}},\"config\":{},\"layers\":[]}" >both.json
    attempt both-at-once 3 "manifest has members of two types" <<END
GET */manifests/v1: body both.json | header Content-Type: application/vnd.oci.image.index.v1+json
END
    attempt schema-1 3 "unknown manifest type" <<END
GET */manifests/v1: header Content-Type: application/vnd.docker.distribution.manifest.v1+prettyjws | body text.json
END
    echo '{"schemaVersion":1,"fsLayers":[]}' >text.json
    { head -c 5000000 /dev/zero | tr '\0' ' '; echo "$index"; } >large.json
    attempt manifest-oversized 3 "larger than 4194304 bytes" <<END
GET */manifests/v1: body large.json
END
    yes '[' | head -n 100000 | tr -d '\n' >deep.json
    attempt manifest-deep 3 "'v1'" <<END
GET */manifests/v1: body deep.json
END
    echo '{"schemaVersion":2,"schemaVersion":2}' >double.json
    attempt manifest-double 3 "'v1'" <<END
GET */manifests/v1: body double.json
END
}

# The tag is asked once; what it led to is then what counts.
swapped() {
    other_manifest=other/blobs/sha256/${other#sha256:}
    attempt swapped-after-the-first-look 0 <<END
1* GET */manifests/v1: honest
GET */manifests/v1: body $other_manifest
END
    attempt head-says-another 0 <<END
HEAD */manifests/*: body $other_manifest | header Docker-Content-Digest: $other
END
    selector=@$manifest
    attempt other-manifest-for-a-digest 4 "'$manifest'" <<END
GET */manifests/$manifest: body $other_manifest
END
    selector=:v1
    attempt other-image-for-the-tag 1 "not signed" <<END
GET */manifests/v1: body $other_manifest
END
    attempt other-layer 4 "'$small'" <<END
GET */blobs/$small: body text.json
END
}

referrers() {
    attempt referrers-endless 3 "more than 1000 pages" <<END
GET */referrers/*: body index.json | pages
END
    attempt referrers-page-elsewhere 3 "next page is on another host" <<END
GET */referrers/*: header Link: <http://127.0.0.2:1/next>; rel="next"
END
    node -e "
        const entry = n => ({ mediaType: 'application/vnd.oci.image.manifest.v1+json', size: 1,
            digest: 'sha256:' + n.toString(16).padStart(64, '0') });
        console.log(JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json',
            manifests: [...Array(2000).keys()].map(entry) }));" >many.json
    attempt referrers-many 3 "more than 1024 entries" <<END
GET */referrers/*: body many.json
END
    attempt referrers-none 1 "not signed" <<END
GET */referrers/*: body index.json
END
    # Not "there are none": what it has cannot be known.
    attempt referrers-failing 3 "referrers of '$manifest'" <<END
GET */referrers/*: status 500
END
    attempt referrers-not-allowed 3 "referrers of '$manifest'" <<END
GET */referrers/*: status 403
END
    attempt referrers-no-index 3 "referrers of '$manifest'" <<END
GET */referrers/*: body $blobs/${manifest#sha256:}
END
}

# Names of files that an image brings are no names of files here.
hostile_names() {
    sed "s/sha256:${small#sha256:}/sha256:..\/..\/..\/escaped/" "$blobs/${manifest#sha256:}" >traversal.json
    attempt digest-with-a-path 3 "'v1'" <<END
GET */manifests/v1: body traversal.json | header Content-Type: application/vnd.oci.image.manifest.v1+json
END
}

# Each of several requests has to run into its time-out.
for_ever() {
    seconds=250
    attempt manifest-drips-once 0 <<END
1* GET */manifests/v1: rate 1
END
    attempt manifest-drips 3 "timed out" <<END
GET */manifests/v1: rate 1
END
    attempt manifest-stalls 3 "no progress for 15000 ms" <<END
GET */manifests/v1: stall 10
END
    attempt referrers-stall 3 "no progress for 15000 ms" <<END
GET */referrers/*: stall 10
END
    attempt head-drips 3 "no progress for 15000 ms" <<END
GET */manifests/v1: head-rate 1
END
}

look() {
    [ "$(requests swapped-after-the-first-look 'manifests/v1 ')" -eq 1 ] || die "the tag was asked more than once"
    nothing_escaped

    say "an image whose annotations are paths is pulled into its folder and nowhere else"
    cp -r image named
    sed 's|"layers":|"annotations":{"org.opencontainers.image.title":"../../escaped","org.opencontainers.image.ref.name":"../../escaped"},"layers":|' \
        "$blobs/${manifest#sha256:}" >named.json
    hex=$(sha256sum named.json | cut -d ' ' -f 1)
    sed "s/${manifest#sha256:}/$hex/; s/\"size\":$(wc -c <"$blobs/${manifest#sha256:}"),/\"size\":$(wc -c <named.json),/" \
        image/index.json >named/index.json
    mv named.json "named/blobs/sha256/$hex"
    expect 0 boltseal sign --key release.key --no-log "named@sha256:$hex"
    serve named </dev/null
    expect 0 boltseal pull --key release.pub --insecure-no-log -o titled "$address/demo/app@sha256:$hex"
    prints "@sha256:$hex"
    nothing_escaped

    say "a reference that is a path is no reference"
    for name in ../demo demo/../../app demo/app:../v1 demo/app@sha256:../../x; do
        expect 2 boltseal pull --key release.pub --insecure-no-log -o never "$address/$name"
    done
    [ ! -e never ] || die "something was written"
}

nothing_escaped() {
    found=$(find . -name escaped)
    [ -z "$found" ] || die "a file was written where the image says: $found"
    [ ! -e ../escaped ] || die "a file was written outside of all folders"
}

main
