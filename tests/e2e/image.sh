#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The whole way of an image: pushed, signed, attested, verified and pulled, with what each command prints.
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
    make_image layout hello

    sign_both_ways
    attest
    pull
    refuse_strangers
    json_outputs
}

sign_both_ways() {
    say "an image is signed by tag and by digest, and verified both ways"
    expect 0 boltseal keygen -o release
    expect 0 boltseal push layout:v1 "$image:v1"
    prints "$image@$digest"
    expect 1 boltseal verify --key release.pub "$image:v1"
    says "$image@$digest: not signed"
    expect 0 boltseal sign --key release.key "$image:v1"
    prints "$image@$digest"
    says "logged as entry 0 of 'log.example'"
    expect 0 boltseal verify --key release.pub "$image:v1"
    prints "entry 0 of log 'log.example' is this signature"
    expect 0 boltseal verify --key release.pub "$image@$digest"

    say "signed twice is signed: the second signature stands beside the first"
    expect 0 boltseal sign --key release.key "$image@$digest"
    says "logged as entry 1"
    expect 0 boltseal verify --key release.pub "$image:v1"
    expect 0 boltseal tree "$image:v1"
    [ "$(grep -c 'signature  by key' out)" -eq 2 ] || fail "does not show two signatures"
}

attest() {
    say "an attestation is found by its type"
    echo '{"bomFormat":"CycloneDX","specVersion":"1.6","version":1}' >sbom.json
    expect 0 boltseal attest --key release.key --type cyclonedx --predicate sbom.json "$image:v1"
    expect 0 boltseal verify --key release.pub --type cyclonedx "$image:v1"
    prints "is https://cyclonedx.org/bom"
    expect 1 boltseal verify --key release.pub --type spdxjson "$image:v1"
    says "no attestation of type 'https://spdx.dev/Document'"
}

pull() {
    say "what is pulled is what was pushed"
    expect 0 boltseal pull --key release.pub "$image:v1" -o pulled
    (cd layout && sha256sum blobs/sha256/*) >blobs
    (cd pulled && sha256sum --quiet -c ../blobs) || die "the pulled layout has other blobs"
    grep -q "$digest" pulled/index.json || die "the pulled layout does not name the image"
    expect 0 boltseal pull --key release.pub "$image@$digest" -o pulled:v2
    expect 0 boltseal push pulled:v1 "$image:again"
    prints "@$digest"
}

refuse_strangers() {
    say "neither another key nor another log will do"
    expect 0 boltseal keygen -o other
    expect 1 boltseal verify --key other.pub "$image:v1"
    says "ECDSA signature does not verify"
    expect 1 boltseal pull --key other.pub "$image:v1" -o refused
    [ ! -e refused ] || die "something was left of what was refused"
    expect 0 boltseal-log init --dir log2 --origin log.example
    expect 1 boltseal verify --key release.pub --log-key log2/log.pub "$image:v1"
    says "the bundle has entries of 0 known log(s), expected 1"

    say "an image that is not there is not one that nobody signed"
    expect 3 boltseal verify --key release.pub "$image:v3"
    says_not "not signed"
}

json_outputs() {
    say "what programs read"
    make_image second world
    expect 0 boltseal push --json second:v1 "$image:v2"
    holds "j.schema === 'https://boltseal.dev/schema/push/v1' && j.image === '$image@$digest'"
    expect 1 boltseal verify --json --key release.pub "$image:v2"
    holds "j.schema === 'https://boltseal.dev/schema/verdict/v1' && j.verdict === 'refused' && j.error === 'not signed'"
    expect 0 boltseal sign --json --key release.key "$image:v2"
    holds "j.schema === 'https://boltseal.dev/schema/sign/v1' && j.signed.join() === '$image@$digest'"
    expect 0 boltseal attest --json --key release.key --type cyclonedx --predicate sbom.json "$image:v2"
    holds "j.attested === '$image@$digest' && j.predicateType === 'https://cyclonedx.org/bom'"
    expect 0 boltseal verify --json --key release.pub "$image:v2"
    holds "j.verdict === 'verified' && j.artifact.digest === '$digest' && j.logs[0].origin === 'log.example'"
    expect 0 boltseal tree --json "$image:v2"
    holds "j.verified === false && j.tree.referrers.length === 2"
    expect 0 boltseal pull --json --key release.pub "$image:v2" -o pulled2
    holds "j.schema === 'https://boltseal.dev/schema/pull/v1' && j.image === '$image@$digest' && j.bytes > 0"
}

main
