#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Keyless signing with Sigstore's own certificate authority, which asks an OpenID Connect provider of ours: what boltseal signs
# is verified by boltseal, cosign and sigstore-go, and what Fulcio refuses is said in its words.
set -eu

program=$(basename "$0")
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/support/servers.sh"
. "$top/tests/interop/peers.sh"

main() {
    begin_with fulcio cosign sigstore-go-verification
    command -v node >/dev/null || skip "no node here"
    unset SIGSTORE_ID_TOKEN ACTIONS_ID_TOKEN_REQUEST_URL ACTIONS_ID_TOKEN_REQUEST_TOKEN
    start_issuer
    start_fulcio
    start_own_log
    write_trust
    echo 'what is signed' >file
    a_file_is_signed
    others_verify_it
    an_image_is_signed
    suite_protocol
    refused_tokens
    what_is_missing_is_said
    without_certificate_transparency
    no_entry_for_what_nobody_would_believe
}

start_issuer() {
    spawn issuer.log node "$top/tests/interop/fulcio/issuer.mjs"
    wait_for "$pid" grep -q serving issuer.log || die "no issuer could be started"
    issuer=$(sed -n 's/.*serving at //p' issuer.log)
}

start_fulcio() {
    cat >fulcio.json <<CONFIG
{"OIDCIssuers": {"$issuer": {"IssuerURL": "$issuer", "ClientID": "sigstore", "Type": "email"}}}
CONFIG
    spawn fulcio.log fulcio fulcio.json fulcio.pem ct.pem
    wait_for "$pid" grep -q serving fulcio.log || { cat fulcio.log >&2; die "Fulcio could not be started"; }
    fulcio=$(sed -n 's/.*serving at //p' fulcio.log)
}

# With time stamps, since it gives no time.
start_own_log() {
    make_log log log.example
    expect 0 boltseal-log tsa --dir log
    stop "$log_pid"
    start_log log "$log_url"
}

write_trust() {
    edit log/trusted_root.json root.json "
        const { createHash } = require('crypto');
        const der = file => Buffer.from(fs.readFileSync(file, 'utf8').replace(/-----.*-----/g, ''), 'base64');
        const start = '2026-01-01T00:00:00Z';
        j.certificateAuthorities = [{ subject: { organization: 'sigstore', commonName: 'sigstore' }, uri: '$fulcio',
            certChain: { certificates: [{ rawBytes: der('fulcio.pem').toString('base64') }] }, validFor: { start } }];
        j.ctlogs = [{ baseUrl: 'http://ct.example', hashAlgorithm: 'SHA2_256',
            publicKey: { rawBytes: der('ct.pem').toString('base64'), keyDetails: 'PKIX_ECDSA_P256_SHA_256',
                validFor: { start } },
            logId: { keyId: createHash('sha256').update(der('ct.pem')).digest('base64') } }]"
    edit log/signing_config.json config.json "
        j.caUrls = [{ url: '$fulcio', majorApiVersion: 1, validFor: { start: '2026-01-01T00:00:00Z' }, operator: 'test' }]"
}

keyless() {
    boltseal "$@" --signing-config config.json --trusted-root root.json --identity-token token
}

verified_by_us() {  # BUNDLE FILE
    expect 0 boltseal-verify bundle --trusted-root root.json --certificate-identity signer@example.com \
        --certificate-oidc-issuer "$issuer" --bundle "$1" "$2"
}

a_file_is_signed() {
    say "Fulcio certifies whom the token names, and the bundle holds by its time stamp"
    expect 0 keyless sign --bundle bundle file
    says "certified as 'signer@example.com', says issuer '$issuer'"
    says 'logged as entry 0'
    verified_by_us bundle file
    prints 'verified: '
    expect 1 boltseal-verify bundle --trusted-root root.json --certificate-identity other@example.com \
        --certificate-oidc-issuer "$issuer" --bundle bundle file
    token=$(cat token)
    expect 0 env SIGSTORE_ID_TOKEN="$token" boltseal sign --fulcio "$fulcio" --log "$log_url" \
        --log-key log/log.pub --tsa "$log_url/api/v1/timestamp" --trusted-root root.json --bundle again file
    says 'logged as entry 1'  # each time by a new key
    verified_by_us again file
}

others_verify_it() {
    say "cosign and sigstore-go verify it"
    expect 0 cosign verify-blob --bundle bundle --trusted-root root.json --certificate-identity signer@example.com \
        --certificate-oidc-issuer "$issuer" file
    expect 0 sigstore-go-verification -artifact file -expectedIssuer "$issuer" -expectedSAN signer@example.com \
        -trustedrootJSONpath root.json bundle
    expect 1 cosign verify-blob --bundle bundle --trusted-root root.json --certificate-identity other@example.com \
        --certificate-oidc-issuer "$issuer" file
}

an_image_is_signed() {
    say "an image is signed with one certificate, and verified where it lies"
    mkdir layer
    cp file layer
    "$top/tests/support/make-image" layout v1 layer >digest
    expect 0 keyless sign layout
    expect 0 boltseal verify --trusted-root root.json --certificate-identity signer@example.com \
        --certificate-oidc-issuer "$issuer" layout
    prints 'verified: '
    echo '{}' >predicate
    expect 0 keyless attest --type https://example.com/a/v1 --predicate predicate layout
}

suite_client() {
    BOLTSEAL_BIN='' "$top/tests/interop/conformance-client" "$@"  # the programs are in PATH
}

suite_protocol() {
    say "the published suite's sign-bundle, and its verify-bundle of that"
    expect 0 suite_client sign-bundle --identity-token "$(cat token)" \
        --bundle suite --trusted-root root.json --signing-config config.json file
    expect 0 suite_client verify-bundle --bundle suite \
        --certificate-identity signer@example.com --certificate-oidc-issuer "$issuer" --trusted-root root.json file
    digest=$(sha256sum file | cut -d ' ' -f 1)
    cat >statement <<STATEMENT
{"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://example.com/a/v1", "predicate": {"a": 1},
 "subject": [{"name": "file", "digest": {"sha256": "$digest"}}]}
STATEMENT
    expect 0 suite_client sign-bundle --in-toto --identity-token "$(cat token)" --bundle stated --trusted-root root.json \
        --signing-config config.json statement
    for artifact in file "sha256:$digest"; do
        expect 0 suite_client verify-bundle --bundle stated --certificate-identity signer@example.com \
            --certificate-oidc-issuer "$issuer" --trusted-root root.json "$artifact"
    done
    expect 1 suite_client verify-bundle --bundle stated --certificate-identity signer@example.com \
        --certificate-oidc-issuer "$issuer" --trusted-root root.json statement
    expect 1 suite_client sign-bundle --identity-token "$(cat token.expired)" \
        --bundle none --trusted-root root.json --signing-config config.json file
    [ ! -e none ] || fail "a bundle was written"
}

refused_tokens() {
    say "Fulcio's refusals are told, and nothing is signed or logged"
    for why in expired other-audience; do
        expect 3 boltseal sign --signing-config config.json --trusted-root root.json --identity-token token.$why \
            --bundle none file
        says "certificate authority '$fulcio': it answered 400: "
    done
    [ ! -e none ] || fail "a bundle was written"
}

what_is_missing_is_said() {
    say "what is missing is said before anybody is asked"
    expect 2 boltseal sign --signing-config config.json --trusted-root root.json --bundle none file
    says 'no token that says who signs'
    expect 2 boltseal sign --fulcio "$fulcio" --log "$log_url" --log-key log/log.pub --trusted-root root.json \
        --identity-token token --bundle none file
    says 'nobody to say when the certificate was used'
    expect 2 boltseal sign --signing-config config.json --identity-token token --log-key log/log.pub --bundle none file
    says 'nothing to check certificate and time stamps with'
    expect 2 env BOLTSEAL_KEY=release.key boltseal sign --fulcio "$fulcio" --signing-config config.json \
        --trusted-root root.json --identity-token token --bundle none file
    says 'both a key and a certificate authority are named'
}

without_certificate_transparency() {
    say "where no certificate transparency log is named, who verifies has to waive it, and the signer is told"
    edit root.json no-ct.json "j.ctlogs = []"
    expect 0 boltseal sign --signing-config config.json --trusted-root no-ct.json --identity-token token --bundle no-ct file
    says 'warning: the trusted root names no certificate transparency log'
    set -- bundle --trusted-root no-ct.json --certificate-identity signer@example.com \
        --certificate-oidc-issuer "$issuer" --bundle no-ct file
    expect 1 boltseal-verify "$@"
    expect 0 boltseal-verify "$@" --insecure-ignore-sct
}

no_entry_for_what_nobody_would_believe() {
    say "a certificate by somebody else is found out before the log has an entry"
    size=$(curl -fsS "$log_url/checkpoint" | sed -n 2p)
    edit root.json other.json "j.certificateAuthorities[0].certChain = j.timestampAuthorities[0].certChain"
    expect 1 boltseal sign --signing-config config.json --trusted-root other.json --identity-token token --bundle none file
    says 'the bundle just made: '
    [ "$(curl -fsS "$log_url/checkpoint" | sed -n 2p)" = "$size" ] || fail "the log has an entry more"
}

main
