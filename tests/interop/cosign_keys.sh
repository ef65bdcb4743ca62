#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Keys other than P-256, where cosign and boltseal differ. What is pinned here is what was found with cosign 3.1.1: when a
# newer one verifies what this one does not, this test says so, and specs/interop.md is out of date.
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
    echo text >file
    make_image layout hello
    ed25519
    larger_curve ecdsa-p384
    larger_curve ecdsa-p521
}

# shellcheck disable=SC2086 # the flags are words
ed25519() {
    say "Ed25519 without a log is the plain kind: cosign verifies boltseal's"
    expect 0 boltseal keygen --type ed25519 -o ed25519
    push_to ed25519:plain
    expect 0 boltseal sign --no-log --key ed25519.key "$registry/ed25519:plain"
    expect 0 cosign verify --key ed25519.pub --insecure-ignore-tlog "$registry/ed25519:plain"
    expect 0 boltseal sign --no-log --key ed25519.key --bundle plain.json file
    expect 0 cosign verify-blob --key ed25519.pub --insecure-ignore-tlog --bundle plain.json file

    say "Ed25519 with a log is Ed25519ph, which cosign writes to the log and verifies nowhere"
    push_to ed25519-log:v1
    expect 0 boltseal sign --key ed25519.key "$registry/ed25519-log:v1"
    expect 0 boltseal verify --key ed25519.pub "$registry/ed25519-log:v1"
    expect 1 cosign verify --key ed25519.pub --trusted-root log/trusted_root.json "$registry/ed25519-log:v1"
    expect 0 boltseal sign --key ed25519.key --bundle logged.json file
    expect 1 cosign verify-blob --key ed25519.pub --trusted-root log/trusted_root.json --bundle logged.json file
    says "could not verify message: failed to verify signature"

    say "cosign cannot use such a key with a log itself"
    push_to ed25519-theirs:v1
    expect 1 cosign sign --yes --key ed25519.key $log_flags "$registry/ed25519-theirs:v1"
    says "could not verify envelope"
    expect 1 cosign sign-blob --yes --key ed25519.key $log_flags --bundle none.json file
    # The log took it for the entry it had from boltseal, byte for byte, and cosign took the answer; then it looks again.
    says "error signing bundle: failed to verify signature"

    say "nor without: its bundles lack the digest, or are Ed25519ph where plain is due; nobody verifies them"
    expect 0 cosign sign-blob --yes --key ed25519.key $no_log_flags --bundle theirs.json file
    [ "$(json 'JSON.stringify(j.messageSignature.messageDigest)' theirs.json)" = '{}' ] || die "cosign has changed"
    expect 1 cosign verify-blob --key ed25519.pub --insecure-ignore-tlog --bundle theirs.json file
    says "message is missing artifact digest"
    expect 1 boltseal-verify bundle --key ed25519.pub --insecure-no-log --bundle theirs.json file
    says "'messageSignature.messageDigest.algorithm' is missing"
    expect 0 cosign sign --yes --key ed25519.key $no_log_flags "$registry/ed25519-theirs:v1"
    expect 1 cosign verify --key ed25519.pub --insecure-ignore-tlog "$registry/ed25519-theirs:v1"
    expect 1 boltseal verify --key ed25519.pub --insecure-no-log "$registry/ed25519-theirs:v1"
    says "Ed25519 signature does not verify"
}

# shellcheck disable=SC2086 # the flags are words
larger_curve() {  # TYPE
    say "$1 signs with its own hash: boltseal verifies cosign's, cosign verifies neither"
    expect 0 boltseal keygen --type "$1" -o "$1"
    expect 0 boltseal sign --key "$1.key" --bundle "$1.json" file
    expect 0 boltseal-verify bundle --key "$1.pub" --bundle "$1.json" file
    expect 1 cosign verify-blob --key "$1.pub" --trusted-root log/trusted_root.json --bundle "$1.json" file
    says "invalid signature when validating ASN.1 encoded signature"
    expect 0 cosign sign-blob --yes --key "$1.key" $log_flags --bundle "theirs-$1.json" file
    expect 0 boltseal-verify bundle --key "$1.pub" --bundle "theirs-$1.json" file
    expect 1 cosign verify-blob --key "$1.pub" --trusted-root log/trusted_root.json --bundle "theirs-$1.json" file
    push_to "$1:v1"
    expect 0 cosign sign --yes --key "$1.key" $log_flags "$registry/$1:v1"
    expect 0 boltseal verify --key "$1.pub" "$registry/$1:v1"
    expect 1 cosign verify --key "$1.pub" --trusted-root log/trusted_root.json "$registry/$1:v1"
    says "could not verify envelope"
}

main
