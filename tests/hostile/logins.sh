#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Registries that lead elsewhere, or ask for logins that they should not get: credentials stay with whom they are for, and
# no answer from outside makes us ask something inside.
set -eu

program=$(basename "$0")
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/support/servers.sh"
. "$top/tests/hostile/hostile.sh"

main() {
    begin_hostile
    # The bystander: a server that is not the registry, has what the registry has, and gives out tokens of all kinds.
    head -c 100000 /dev/zero | tr '\0' ' ' >spaces
    { echo '{"token":"'; cat spaces; echo '"}'; } >large.json
    printf '%s\n' '{"token":"a\r\nX-Injected: yes"}' >injected.json
    serve image <<END
GET /token/endless*: endless
GET /token/large*: body large.json
GET /token/injected*: body injected.json
GET /token/refused*: status 403
GET /token/loop*: redirect {target}
END
    bystander=$address bystander_log=$log
    redirects
    from_outside
    logins
    settle
    look
}

redirects() {
    attempt redirect-loop 3 "redirected more than 5 times" <<END
GET */blobs/$layer: redirect {target}
END
    attempt redirect-nowhere 3 "redirect" <<END
GET */blobs/$layer: redirect file:///etc/passwd
END
    attempt redirect-cross-host 0 <<END
GET */blobs/$layer: redirect http://$bystander/cross{target}
END
    # A link that was good once; to go on, one has to ask the registry again.
    serve image <<END
1* GET /first/*: reset 1000000
GET /first/*: status 403
END
    content=$address
    attempt redirect-expired 0 <<END
1* GET */blobs/$layer: redirect http://$content/first{target}
GET */blobs/$layer: redirect http://$content/second{target}
END
}

# The registry is somewhere outside, as far as names go: its server is our proxy as well.
from_outside() {
    attempt_outside realm-loopback 3 "realm of the token service is a local address" <<END
GET /v2/*: status 401 | header WWW-Authenticate: Bearer realm="http://$bystander/token/realm",service="x"
END
    attempt_outside realm-link-local 3 "realm of the token service is a local address" <<END
GET /v2/*: status 401 | header WWW-Authenticate: Bearer realm="http://169.254.169.254/token",service="x"
END
    attempt_outside realm-mapped 3 "realm of the token service is a local address" <<END
GET /v2/*: status 401 | header WWW-Authenticate: Bearer realm="http://[::ffff:10.0.0.1]/token",service="x"
END
    attempt_outside realm-number 3 "realm of the token service is a local address" <<END
GET /v2/*: status 401 | header WWW-Authenticate: Bearer realm="http://2130706433/token",service="x"
END
    attempt_outside realm-no-url 3 "realm of the token service" <<END
GET /v2/*: status 401 | header WWW-Authenticate: Bearer realm="file:///etc/passwd",service="x"
END
    attempt_outside redirect-loopback 3 "redirect to the local address '$bystander'" <<END
GET */blobs/$layer: redirect http://$bystander/inside{target}
END
    attempt_outside redirect-link-local 3 "redirect to the local address '169.254.169.254'" <<END
GET */blobs/$layer: redirect http://169.254.169.254/latest/meta-data
END
    attempt_outside redirect-manifest 3 "redirect to the local address '169.254.169.254'" <<END
GET */manifests/v1: redirect http://169.254.169.254/latest/meta-data
END
    attempt_outside redirect-outside 0 <<END
1* GET */blobs/$layer: redirect http://content.example{target}
END
}

# The token service at that path answers as its name says.
token() {  # NAME WHY
    attempt "token-$1" 3 "$2" <<END
GET /v2/*: $ask realm="http://$bystander/token/$1",service="x"
END
}

logins() {
    ask='status 401 | header WWW-Authenticate: Bearer'
    attempt token-none-is-enough 3 "status 401" <<END
GET /v2/*: $ask realm="http://$bystander/token",service="x"
END
    token refused "token service refused with status 403"
    token endless "larger than 65536 bytes"
    token large "larger than 65536 bytes"
    token injected "token has characters that no header may have"
    token loop "redirected more than 5 times"
    attempt login-unknown 3 "registry asks for no known kind of login" <<END
GET /v2/*: status 401 | header WWW-Authenticate: Negotiate
END
    attempt challenge-flood 3 "challenge" <<END
GET /v2/*: status 401 | header WWW-Authenticate: $(yes 'Bearer realm="x",' | head -n 2000 | tr -d '\n')
END
}

look() {
    ! grep -q '/realm\|/inside' "$bystander_log" || die "the bystander was asked: $(cat "$bystander_log")"
    [ "$(grep -c 'token?' "$bystander_log")" -le 2 ] || die "a token that does not help was asked for again and again"
    grep -q '/cross/' "$bystander_log" || die "the redirect was not followed"
    credentials
}

# With a password for the registry, and for nobody else.
credentials() {
    say "a password for the registry does not follow its redirects"
    # Asked for only where there is a challenge.
    serve image <<END
1* GET */manifests/v1: status 401 | header WWW-Authenticate: Basic realm="x"
GET */blobs/$layer: redirect http://$bystander/password{target}
END
    export DOCKER_CONFIG="$work/docker"
    mkdir docker
    printf '{"auths":{"%s":{"auth":"%s"}}}' "$address" "$(printf user:secret | base64)" >docker/config.json
    expect 0 boltseal pull --key release.pub --insecure-no-log -o password "$address/demo/app:v1"
    says_not secret
    grep -q 'Basic dXNlcjpzZWNyZXQ=' "$log" || die "the registry did not get its password"
    grep -q '/password/' "$bystander_log" || die "the redirect was not followed"
    ! grep -q 'Basic\|Bearer' "$bystander_log" || die "the password followed: $(cat "$bystander_log")"
}

main
