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

    say "the same from a program that keeps it"
    keep user secret
    expect 0 boltseal pull --key release.pub "$image" -o kept
    [ "$(cat asked)" = "get $registry" ] || die "the helper was asked otherwise: $(cat asked)"
    keep user wrong
    refused "registry answered with status 401"
    printf 'exit 1' >>bin/docker-credential-test
    expect 2 boltseal verify --key release.pub "$image"
    says "credentials for '$registry': 'docker-credential-test' failed with status 1"
    says_not wrong

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

# A helper that has that login for the registry.
keep() {  # USER PASSWORD
    export DOCKER_CONFIG="$work/docker"
    mkdir -p docker bin
    printf '{"credHelpers":{"%s":"test"}}' "$registry" >docker/config.json
    cat >bin/docker-credential-test <<END
#!/bin/sh
echo "\$1 \$(cat)" >"$work/asked"
echo '{"ServerURL":"$registry","Username":"$1","Secret":"$2"}'
END
    chmod +x bin/docker-credential-test
    PATH=$work/bin:$PATH
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
