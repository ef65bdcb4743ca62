#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# cosign verifies what boltseal signs, and boltseal what cosign signs, with a log and without; and both refuse the same.
# The log is ours: cosign reads its trusted_root.json, and writes to it as to any Rekor v2.
set -eu

program=$(basename "$0")
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/support/servers.sh"
. "$top/tests/interop/peers.sh"

log_flags="--signing-config log/signing_config.json --trusted-root log/trusted_root.json"
no_log_flags="--use-signing-config=false --tlog-upload=false"

main() {
    begin_with cosign
    start_registry store
    make_log log log.example
    export BOLTSEAL_LOG="$log_url" BOLTSEAL_LOG_KEY=log/log.pub
    echo '{"bomFormat":"CycloneDX","specVersion":"1.6","version":1}' >sbom.json
    echo text >file
    make_image layout hello
    expect 0 cosign version
    expect 0 boltseal keygen -o ours
    expect 0 cosign generate-key-pair --output-key-prefix theirs

    ours_by_cosign
    theirs_by_boltseal
    without_log
    older_format
    swapped_keys
    index
    refused_by_both
    time_stamps
    same_log_key
}

ours_by_cosign() {
    say "cosign verifies what boltseal signs"
    image=$registry/ours:v1
    push_to ours:v1
    expect 0 boltseal sign --key ours.key "$image"
    expect 0 cosign verify --key ours.pub --trusted-root log/trusted_root.json "$image"
    expect 0 cosign verify --key ours.pub --insecure-ignore-tlog "$image"
    expect 0 boltseal attest --key ours.key --type cyclonedx --predicate sbom.json "$image"
    expect 0 cosign verify-attestation --key ours.pub --type cyclonedx --trusted-root log/trusted_root.json "$image"
    expect 0 cosign verify-attestation --key ours.pub --type cyclonedx --insecure-ignore-tlog "$image"
    expect 0 boltseal sign --key ours.key --bundle ours.json file
    expect 0 cosign verify-blob --key ours.pub --trusted-root log/trusted_root.json --bundle ours.json file
    expect 0 cosign verify-blob --key ours.pub --insecure-ignore-tlog --bundle ours.json file
    expect 0 boltseal attest --key ours.key --type cyclonedx --predicate sbom.json --bundle ours-sbom.json file
    expect 0 cosign verify-blob-attestation --key ours.pub --type cyclonedx --trusted-root log/trusted_root.json \
        --bundle ours-sbom.json file
}

# shellcheck disable=SC2086 # the flags are words
theirs_by_boltseal() {
    say "boltseal verifies what cosign signs, with the entries that our log took from cosign"
    image=$registry/theirs:v1
    push_to theirs:v1
    expect 0 cosign sign --yes --key theirs.key $log_flags "$image"
    expect 0 boltseal verify --key theirs.pub "$image"
    prints "of log 'log.example' is this signature"
    expect 0 cosign attest --yes --key theirs.key --type cyclonedx --predicate sbom.json $log_flags "$image"
    expect 0 boltseal verify --key theirs.pub --type cyclonedx "$image"
    expect 0 boltseal tree "$image"
    expect 0 cosign sign-blob --yes --key theirs.key $log_flags --bundle theirs.json file
    expect 0 boltseal-verify bundle --key theirs.pub --bundle theirs.json file
    expect 0 cosign attest-blob --yes --key theirs.key --type cyclonedx --predicate sbom.json $log_flags \
        --bundle theirs-sbom.json file
    expect 0 boltseal-verify bundle --key theirs.pub --type cyclonedx --bundle theirs-sbom.json file
}

# shellcheck disable=SC2086 # the flags are words
without_log() {
    say "without a log both ask for a flag that says so"
    image=$registry/theirs-no-log:v1
    push_to theirs-no-log:v1
    expect 0 cosign sign --yes --key theirs.key $no_log_flags "$image"
    expect 1 boltseal verify --key theirs.pub "$image"
    says "the bundle has entries of 0 known log(s), expected 1"
    expect 0 boltseal verify --key theirs.pub --insecure-no-log "$image"
    expect 0 cosign attest --yes --key theirs.key --type cyclonedx --predicate sbom.json $no_log_flags "$image"
    expect 0 boltseal verify --key theirs.pub --type cyclonedx --insecure-no-log "$image"
    expect 0 cosign sign-blob --yes --key theirs.key $no_log_flags --bundle theirs-no-log.json file
    expect 1 boltseal-verify bundle --key theirs.pub --bundle theirs-no-log.json file
    expect 0 boltseal-verify bundle --key theirs.pub --insecure-no-log --bundle theirs-no-log.json file
    image=$registry/ours-no-log:v1
    push_to ours-no-log:v1
    expect 0 boltseal sign --no-log --key ours.key "$image"
    expect 1 cosign verify --key ours.pub --trusted-root log/trusted_root.json "$image"
    says "not enough verified log entries from transparency log: 0 < 1"
    expect 0 cosign verify --key ours.pub --insecure-ignore-tlog "$image"
}

# shellcheck disable=SC2086 # the flags are words
older_format() {
    say "the tags of cosign before version 3 are read too"
    image=$registry/older:v1
    push_to older:v1
    expect 0 cosign sign --yes --key theirs.key --new-bundle-format=false $no_log_flags "$image"
    expect 0 boltseal verify --key theirs.pub --insecure-no-log "$image"
    prints "simple signing payload is signed by key"
    expect 1 boltseal verify --key theirs.pub "$image"
    says "the policy asks for a log entry, and this old format proves none"
    expect 1 boltseal verify --key ours.pub --insecure-no-log "$image"
    expect 0 boltseal tree "$image"
    prints "older tag sha256-${digest#sha256:}.sig"
}

# shellcheck disable=SC2086 # the flags are words
time_stamps() {
    say "cosign believes our log's time stamps, and asks for them itself"
    expect 0 boltseal-log tsa --dir log
    stop "$log_pid"
    start_log log "$log_url"
    expect 0 boltseal sign --key ours.key --tsa "$log_url/api/v1/timestamp" --trusted-root log/trusted_root.json \
        --bundle stamped.json file
    expect 0 cosign verify-blob --key ours.pub --trusted-root log/trusted_root.json --use-signed-timestamps \
        --bundle stamped.json file
    expect 1 cosign verify-blob --key ours.pub --trusted-root log/trusted_root.json --use-signed-timestamps \
        --bundle ours.json file
    expect 0 cosign sign-blob --yes --key theirs.key $log_flags --bundle theirs-stamped.json file
    expect 0 boltseal-verify bundle --key theirs.pub --trusted-root log/trusted_root.json --bundle theirs-stamped.json file
    prints "saw the signature at"
}

# shellcheck disable=SC2086 # the flags are words
swapped_keys() {
    say "each signs with the other's key"
    image=$registry/swapped:v1
    push_to swapped:v1
    expect 0 cosign sign --yes --key ours.key $log_flags "$image"
    expect 0 boltseal verify --key ours.pub "$image"
    expect 0 boltseal sign --key theirs.key "$image"
    expect 0 cosign verify --key theirs.pub --trusted-root log/trusted_root.json "$image"
    expect 1 env COSIGN_PASSWORD=wrong cosign sign-blob --yes --key ours.key $no_log_flags --bundle none.json file
    expect 2 env BOLTSEAL_PASSWORD=wrong boltseal sign --key theirs.key --bundle none.json file
    [ ! -e none.json ] || die "signed with a wrong password"
}

# shellcheck disable=SC2086 # the flags are words
index() {
    say "all manifests of an index, signed in one run by either"
    make_image multi "for amd64"
    first=$digest
    make_image multi "for arm64"
    size=$(wc -c <"multi/blobs/sha256/${digest#sha256:}")
    for each in "$first amd64" "$digest arm64"; do
        printf ',{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"%s","size":%d,' "${each% *}" "$size"
        printf '"platform":{"os":"linux","architecture":"%s"}}' "${each#* }"
    done | sed 's/^,//' >entries
    type=application/vnd.oci.image.index.v1+json
    printf '{"schemaVersion":2,"mediaType":"%s","manifests":[%s]}' "$type" "$(cat entries)" >index
    whole=sha256:$(sha256sum index | cut -d' ' -f1)
    printf '{"schemaVersion":2,"mediaType":"%s","manifests":[{"mediaType":"%s","digest":"%s","size":%d,"annotations":%s}]}' \
        "$type" "$type" "$whole" "$(wc -c <index)" '{"org.opencontainers.image.ref.name":"v1"}' >multi/index.json
    mv index "multi/blobs/sha256/${whole#sha256:}"
    image=$registry/multi
    expect 0 boltseal push multi:v1 "$image:v1"
    expect 0 boltseal sign --key ours.key "$image:v1"
    expect 0 cosign sign --yes --recursive --key theirs.key $log_flags "$image:v1"
    for each in "$whole" "$first" "$digest"; do
        expect 0 cosign verify --key ours.pub --trusted-root log/trusted_root.json "$image@$each"
        expect 0 boltseal verify --key theirs.pub "$image@$each"
    done
}

refused_by_both() {
    say "what is not whole is refused by both"
    echo other >other
    both_refuse "another file" ours.json other "invalid signature" "the bundle is about sha256:"
    edit ours.json damaged.json "j.messageSignature.signature = other(j.messageSignature.signature)"
    both_refuse "a changed signature" damaged.json file "does not match expected root" "ECDSA signature does not verify"
    edit ours.json damaged.json "const p = j.verificationMaterial.tlogEntries[0].inclusionProof; p.hashes[0] = other(p.hashes[0])"
    both_refuse "a changed inclusion proof" damaged.json file "does not match expected root" \
        "inclusion proof does not lead to the root"
    edit ours.json damaged.json "const p = j.verificationMaterial.tlogEntries[0].inclusionProof.checkpoint;
        p.envelope = p.envelope.replace('log.example', 'dog.example')"
    both_refuse "a checkpoint of another name" damaged.json file "invalid signature for key log.example" \
        "checkpoint is of log 'dog.example', expected 'log.example'"
    edit ours.json damaged.json "j.verificationMaterial.tlogEntries =
        JSON.parse(fs.readFileSync('theirs.json')).verificationMaterial.tlogEntries"
    both_refuse "the log entry of another signature" damaged.json file "does not match expected root" \
        "log entry: is about another signature, digest or key"
    edit ours.json damaged.json "delete j.verificationMaterial.tlogEntries"
    both_refuse "no log entry" damaged.json file "not enough verified log entries" \
        "the bundle has entries of 0 known log(s), expected 1"
    edit ours.json damaged.json "j.mediaType = 'application/vnd.dev.sigstore.bundle.v0.9+json'"
    both_refuse "a bundle of a version to come" damaged.json file "only supported with --new-bundle-format" \
        "media type 'application/vnd.dev.sigstore.bundle.v0.9+json' is not read"

    say "another key, another log, another type"
    expect 1 cosign verify-blob --key theirs.pub --trusted-root log/trusted_root.json --bundle ours.json file
    expect 1 boltseal-verify bundle --key ours.pub --bundle theirs.json file
    says "ECDSA signature does not verify"
    expect 0 boltseal-log init --dir log2 --origin log.example
    expect 1 cosign verify-blob --key ours.pub --trusted-root log2/trusted_root.json --bundle ours.json file
    expect 1 boltseal-verify bundle --key theirs.pub --log-key log2/log.pub --bundle theirs.json file
    expect 1 cosign verify-blob-attestation --key ours.pub --type spdxjson --trusted-root log/trusted_root.json \
        --bundle ours-sbom.json file
    expect 1 boltseal-verify bundle --key theirs.pub --type spdxjson --bundle theirs-sbom.json file
    says "predicate type is 'https://cyclonedx.org/bom', expected 'https://spdx.dev/Document'"
    expect 1 cosign verify --key theirs.pub --trusted-root log/trusted_root.json "$registry/ours:v1"
    expect 1 boltseal verify --key ours.pub "$registry/theirs:v1"
    says "ECDSA signature does not verify"
}

both_refuse() {  # WHAT BUNDLE FILE THEIR-WORDS OUR-WORDS
    say "refused: $1"
    expect 1 cosign verify-blob --key ours.pub --trusted-root log/trusted_root.json --bundle "$2" "$3"
    says "$4"
    expect 1 boltseal-verify bundle --key ours.pub --bundle "$2" "$3"
    says "$5"
}

same_log_key() {
    say "cosign computes the same log id from the log's key and name"
    { echo "-----BEGIN PUBLIC KEY-----"; json 'j.tlogs[0].publicKey.rawBytes' log/trusted_root.json
      echo "-----END PUBLIC KEY-----"; } >log.pem
    expect 0 cosign trusted-root create --no-default-fulcio --no-default-ctfe --no-default-rekor --no-default-tsa \
        --rekor="url=https://log.example,public-key=log.pem,start-time=2024-01-01T00:00:00Z,origin=log.example" \
        --out made.json
    [ "$(json 'j.tlogs[0].logId.keyId' made.json)" = "$(json 'j.tlogs[0].logId.keyId' log/trusted_root.json)" ] ||
        fail "makes another log id"
    expect 0 cosign verify-blob --key ours.pub --trusted-root made.json --bundle ours.json file
}

main
