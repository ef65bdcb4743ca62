#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A registry that wants a password, which comes from the same file as for other clients.
set -eu

program=$(basename "$0")
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/support/servers.sh"

main() {
    begin
    # htpasswd -Bbn user secret, for this test alone
    # shellcheck disable=SC2016 # not meant to be expanded
    echo 'user:$2b$04$HJ8UEOjeqFRIDgWHAt0TzO2/VFyeIq.TMBK4Y/vsUflsi/yu32xVm' >htpasswd
    start_registry store htpasswd
    make_log log log.example
    export BOLTSEAL_LOG="$log_url" BOLTSEAL_LOG_KEY=log/log.pub
    image=$registry/demo/app:v1
    expect 0 boltseal keygen -o release
    make_image layout hello

    say "with the password everything works"
    log_in user:secret
    expect 0 boltseal push layout:v1 "$image"
    expect 0 boltseal sign --key release.key "$image"
    expect 0 boltseal verify --key release.pub "$image"
    expect 0 boltseal pull --key release.pub "$image" -o pulled

    say "without it, or with another, nothing is known of the image"
    export DOCKER_CONFIG="$work/no-credentials"
    refused "registry wants a user name and password"
    log_in user:wrong
    refused "registry answered with status 401"
}

log_in() {  # USER:PASSWORD
    export DOCKER_CONFIG="$work/docker"
    mkdir -p docker
    printf '{"auths":{"%s":{"auth":"%s"}}}' "$registry" "$(printf %s "$1" | base64)" >docker/config.json
}

refused() {  # WHY
    for command in "verify --key release.pub $image" "pull --key release.pub $image -o refused" \
        "sign --key release.key $image" "push layout:v1 $image"; do
        # shellcheck disable=SC2086 # words
        expect 3 boltseal $command
        says "$1"
        says_not "not signed"
        says_not secret
    done
    [ ! -e refused ] || die "something was left of what was refused"
}

main
