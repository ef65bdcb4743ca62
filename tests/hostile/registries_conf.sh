#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Mirrors that only registries.conf names: they have what the registry does not give, and cannot make an image another one.
set -eu

program=$(basename "$0")
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/support/servers.sh"
. "$top/tests/hostile/hostile.sh"

main() {
    layer_bytes=12000000
    begin_hostile
    export CONTAINERS_REGISTRIES_CONF="$work/registries.conf"
    pull="boltseal pull --key release.pub --insecure-no-log"
    gives_tags_only
    lies
    moves_the_tag
    is_not_there
    elsewhere
    refuses
}

# The registry of "registry.example/demo", and one mirror of it; further lines are standard input.
configure() {  # REGISTRY MIRROR
    cat >registries.conf <<END
[[registry]]
prefix = "registry.example/demo"
location = "$1/demo"
[[registry.mirror]]
location = "$2/demo"
END
    cat >>registries.conf
}

gives_tags_only() {
    say "the registry has the tag and the manifest, and the mirror everything else"
    serve image <<END
GET */blobs/*: status 404
END
    registry=$address registry_log=$log
    serve image </dev/null
    configure "$registry" "$address" <<END
pull-from-mirror = "all"
END
    expect 0 $pull -o pulled registry.example/demo/app:v1
    prints "registry.example/demo/app@$manifest"
    hex=${layer#sha256:}
    echo "$hex  pulled/blobs/sha256/$hex" | sha256sum -c --status || die "the layer is not right"
    grep -q "manifests/v1" "$registry_log" || die "the registry was not asked what the tag is"
    grep -q "blobs/$layer" "$log" || die "the mirror was not asked for the layer"
    ! grep -q "manifests/v1" "$log" || die "the mirror was asked what the tag is"
    honest=$address
}

lies() {
    say "a mirror that damages a layer is named, and the layer comes from the registry"
    serve image </dev/null
    registry=$address
    serve image <<END
GET */blobs/$layer: flip-every 1000000
END
    liar=$address
    configure "$registry" "$liar" </dev/null
    expect 0 $pull --json -o lied registry.example/demo/app:v1
    holds "j.sources.some(s => s.name === '$liar/demo/app' && s.troubles['damaged bytes'] > 0)"
    say "also if there is no other"
    serve image <<END
GET */blobs/*: status 404
END
    configure "$address" "$liar" </dev/null
    expect 4 boltseal pull --no-verify -o nothing registry.example/demo/app:v1
    says "$liar"
    [ ! -e nothing/index.json ] || ! grep -q "$manifest" nothing/index.json || die "the image has its name"
}

moves_the_tag() {
    say "a mirror cannot move a tag, whatever registries.conf lets it do"
    serve image </dev/null
    registry=$address
    serve other </dev/null
    configure "$registry" "$address" <<END
pull-from-mirror = "all"
END
    expect 0 $pull -o moved registry.example/demo/app:v1
    prints "@$manifest"
    ! grep -q manifests/v1 "$log" || die "the mirror was asked what the tag is"
    say "unless the user lets it; then it takes a signature to believe it"
    expect 1 $pull --mirror-tags -o believed registry.example/demo/app:v1
    grep -q manifests/v1 "$log" || die "the mirror was not asked what the tag is"
    [ ! -e believed ] || die "something was pulled"
    say "and the file as well"
    configure "$registry" "$address" <<END
pull-from-mirror = "digest-only"
END
    expect 0 $pull --mirror-tags -o digests registry.example/demo/app:v1
}

is_not_there() {
    say "a registry that is gone: what has a digest comes from the mirror, a tag from nobody"
    configure 127.0.0.1:1 "$honest" </dev/null
    expect 0 boltseal pull --no-verify -o by-digest "registry.example/demo/app@$manifest"
    prints "@$manifest"
    expect 3 boltseal pull --no-verify -o by-tag registry.example/demo/app:v1
    says "127.0.0.1:1"
}

elsewhere() {
    say "who writes, writes to the registry that is named"
    configure "$honest" "$honest" </dev/null
    expect 3 boltseal sign --key release.key --no-log --insecure-registry registry.example registry.example/demo/app:v1
    says "registry.example"
}

refuses() {
    say "what is blocked, and what makes no sense"
    printf '[[registry]]\nprefix = "registry.example"\nblocked = true\n' >registries.conf
    expect 2 $pull -o blocked registry.example/demo/app:v1
    says "'registry.example/demo/app' is blocked by registries.conf, as 'registry.example'"
    expect 2 boltseal sign --key release.key --no-log registry.example/demo/app:v1
    printf '[registries.search]\nregistries = ["x"]\n' >registries.conf
    expect 2 $pull -o old registry.example/demo/app:v1
    says "registries.conf': line 1: 'registries' is version 1 of this format, which is not read"
    rm registries.conf
    expect 2 $pull -o gone registry.example/demo/app:v1
    says "registries.conf' does not exist"
}

main
