#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A registry with a certificate that only we know, and one that wants ours: from the folders and files of other tools, and
# from our own flags.
set -eu

program=$(basename "$0")
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/support/servers.sh"

main() {
    begin
    command -v openssl >/dev/null || skip "no openssl here"
    authority ca
    authority stranger
    certificate server ca
    certificate client ca
    make_image layout "one"
    expect 0 boltseal keygen -o release
    pull="boltseal pull --key release.pub --insecure-no-log"
    knows_the_registry
    is_known_to_the_registry
    mirrors
}

authority() {  # NAME
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" -keyout "$1.key" \
        -out "$1.pem" 2>/dev/null
}

certificate() {  # NAME AUTHORITY
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr" 2>/dev/null
    printf 'subjectAltName=IP:127.0.0.1\n' >"$1.ext"
    openssl x509 -req -days 2 -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -extfile "$1.ext" -out "$1.pem" \
        2>/dev/null
}

knows_the_registry() {
    say "certs.d: what is in *.crt is trusted, for that host"
    start_registry tls "" "tls: {certificate: $work/server.pem, key: $work/server.key}"
    image=$registry/demo/app
    expect 3 boltseal tree "$image:v1"
    certs=home/.config/containers/certs.d/$registry
    mkdir -p "$certs"
    cp stranger.pem "$certs/ca.crt"
    expect 3 boltseal push layout "$image:v1"
    says "certificate is not trusted"
    cp ca.pem "$certs/ca.crt"
    expect 0 boltseal push layout "$image:v1"
    expect 0 boltseal sign --key release.key --no-log "$image:v1"
    expect 0 $pull -o pulled "$image:v1"
    prints "$image@$digest"
    rm -r home/.config
    say "--ca-file, for that host, for another one, and for all with another certificate"
    expect 0 boltseal tree --ca-file "$registry=ca.pem" "$image:v1"
    expect 3 boltseal tree --ca-file "$registry=stranger.pem" "$image:v1"
    says "certificate is not trusted"
    expect 3 boltseal tree --ca-file other.example=ca.pem "$image:v1"
    expect 2 boltseal tree --ca-file "$registry=nowhere.pem" "$image:v1"
    says "'nowhere.pem' does not exist"
    expect 2 boltseal tree --ca-file "$registry=release.pub" "$image:v1"
    says "is no certificate"
}

is_known_to_the_registry() {
    say "certs.d: *.cert and *.key are shown"
    start_registry mutual "" "tls: {certificate: $work/server.pem, key: $work/server.key, clientcas: [$work/ca.pem]}"
    mutual=$registry
    image=$mutual/demo/app
    certs=home/.config/containers/certs.d/$mutual
    mkdir -p "$certs"
    cp ca.pem "$certs/ca.crt"
    expect 3 boltseal push layout "$image:v1"
    cp client.pem "$certs/client.cert"
    expect 2 boltseal push layout "$image:v1"
    says "has a certificate for the client without its key"
    cp client.key "$certs/client.key"
    expect 0 boltseal push layout "$image:v1"
    expect 0 boltseal sign --key release.key --no-log "$image:v1"
    rm -r home/.config
    say "--client-cert and --client-key"
    expect 3 boltseal tree --ca-file "$mutual=ca.pem" "$image:v1"
    expect 0 $pull --ca-file ca.pem --client-cert "$mutual=client.pem" --client-key "$mutual=client.key" -o shown "$image:v1"
    expect 2 boltseal tree --ca-file ca.pem --client-cert "$mutual=client.pem" "$image:v1"
    says "there is only one for '$mutual'"
    expect 2 boltseal tree --client-cert client.pem "$image:v1"
    says "expected HOST=FILE"
    expect 2 boltseal tree --ca-file ca.pem --client-cert "$mutual=client.pem" --client-key "$mutual=stranger.key" "$image:v1"
    says "cannot be used"
}

# The registry, without TLS, has lost a layer; the one above has it.
mirrors() {
    say "hosts.toml: a mirror with its certificate and ours"
    start_registry plain
    expect 0 boltseal push layout "$registry/demo/app:v1"
    expect 0 boltseal sign --key release.key --no-log "$registry/demo/app:v1"
    layer=$(json 'j.layers[0].digest' "layout/blobs/sha256/${digest#sha256:}")
    rm -r "$(dirname "$(blob_of plain "$layer")")"
    expect 3 $pull -o lost "$registry/demo/app:v1"
    hosts=certs.d/$(echo "$registry" | tr : _)_
    mkdir -p "$hosts"
    cp ca.pem client.pem client.key "$hosts"
    cat >"$hosts/hosts.toml" <<END
server = "http://$registry"
[host."https://$mutual"]
capabilities = ["pull"]
ca = "ca.pem"
client = [["client.pem", "client.key"]]
END
    expect 0 $pull --hosts-dir certs.d -o found "$registry/demo/app:v1"
    prints "$registry/demo/app@$digest"
    hex=${layer#sha256:}
    echo "$hex  found/blobs/sha256/$hex" | sha256sum -c --status || die "the layer is not right"
    say "TLS is verified, whatever the file says"
    printf 'server = "http://%s"\n[host."https://%s"]\nskip_verify = true\n' "$registry" "$mutual" >"$hosts/hosts.toml"
    expect 2 $pull --hosts-dir certs.d -o unverified "$registry/demo/app:v1"
    says "line 3: 'skip_verify' is not followed: TLS is always verified"
    expect 2 $pull --hosts-dir nowhere -o nowhere "$registry/demo/app:v1"
    says "'nowhere' does not exist"
}

main
