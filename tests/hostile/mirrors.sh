#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Mirrors that are not there, lie, stall or damage: the image comes from elsewhere, and they are named.
set -eu

program=$(basename "$0")
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/support/servers.sh"
. "$top/tests/hostile/hostile.sh"

main() {
    layer_bytes=12000000
    begin_hostile
    single
    pairs
    settle
    remembered
    look
}

# One mirror, that keeps to the rules; the registry itself is honest, unless it is told otherwise.
mirror() {  # the rules are standard input
    serve image
    mirrors=$address mirror_log=$log
}

single() {
    mirror <<END
GET */blobs/$layer: flip-every 1000000
END
    attempt damages 0 "$mirrors" </dev/null
    mirror <<END
GET */blobs/$layer: stall 100000
END
    attempt stalls 0 </dev/null
    mirror <<END
GET *: status 404
END
    attempt has-nothing 0 </dev/null
    mirror <<END
GET *: status 503
END
    attempt fails 0 </dev/null
    # It would lead to what nobody signed, or to no signature, if it were asked.
    mirror <<END
GET */manifests/*: body other/blobs/sha256/${other#sha256:}
GET */referrers/*: status 404
END
    attempt lies 0 </dev/null
    lies=$mirror_log
    # Whose login would be asked for is nobody's business here.
    mirror <<END
GET */blobs/*: status 401 | header WWW-Authenticate: Basic realm="x"
END
    attempt wants-a-login 0 </dev/null
    mirror <<END
GET */blobs/$layer: redirect {target}
END
    attempt loops 0 </dev/null
    mirrors=127.0.0.1:1
    attempt not-there 0 </dev/null
}

pairs() {
    mirror <<END
GET */blobs/$layer: flip 5000000
END
    attempt all-damage 4 "'$layer'" <<END
GET */blobs/$layer: flip 5000000
END
    mirror </dev/null
    attempt only-the-mirror-has-it 0 <<END
GET */blobs/$layer: status 404
END
    only=$mirrors
    serve image <<END
GET */blobs/$layer: flip-every 1000000
END
    damaging=$address damaging_log=$log
    mirrors="$address $only"  # in the same room the last of three is not needed
    attempt one-of-two-damages 0 "$address" </dev/null
    mirrors=''
}

# Who has sent wrong bytes is not asked again as long as others answer.
remembered() {
    asked=$(wc -l <"$damaging_log")
    expect 0 boltseal pull --key release.pub --insecure-no-log --mirror "http://$damaging" -o again "$reference"
    says "'$damaging/demo/app' is asked last: it sent damaged bytes on 20"
    [ "$(wc -l <"$damaging_log")" = "$asked" ] || die "asked again: $(cat "$damaging_log")"
}

look() {
    ! grep -q 'manifests\|referrers' "$lies" || die "a mirror was asked for more than layers: $(cat "$lies")"
}

main
