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
    attempt stalls 0 "$mirrors" </dev/null
    mirror <<END
GET *: status 404
END
    attempt has-nothing 0 </dev/null
    mirror <<END
GET *: status 503
END
    attempt fails 0 </dev/null
    mirror <<END
GET */manifests/$manifest: body other/blobs/sha256/${other#sha256:}
END
    attempt lies-about-a-manifest 0 "$mirrors" </dev/null
    mirror <<END
GET */referrers/*: status 404
GET */manifests/sha256-*: status 404
END
    attempt hides-signatures 0 </dev/null
    # It would lead to what nobody signed, if it were asked.
    mirror <<END
GET */manifests/v1: body other/blobs/sha256/${other#sha256:}
END
    attempt moves-a-tag 0 </dev/null
    moves_a_tag=$mirror_log
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
    mirrors="$only $address"
    attempt one-of-two-damages 0 "$address" </dev/null
    mirrors=''
}

look() {
    ! grep -q 'manifests/v1 ' "$moves_a_tag" || die "a mirror was asked for a tag"
    for name in damages one-of-two-damages; do
        ! grep -q 'Basic\|Bearer' "cases/$name/log" || die "a mirror got a login"
    done
}

main
