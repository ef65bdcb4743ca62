#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Registries that break, damage, stretch or slow down what they send: the image arrives whole, or does not arrive.
set -eu

program=$(basename "$0")
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/support/servers.sh"
. "$top/tests/hostile/hostile.sh"

main() {
    begin_hostile
    broken
    wrong_ranges
    wrong_bodies
    busy
    settle
    look
}

broken() {
    attempt reset-once 0 <<END
1* GET */blobs/$layer: reset 1000000
END
    attempt close-once 0 <<END
1* GET */blobs/$layer: close 1000000
END
    attempt reset-each 0 <<END
GET */blobs/$layer: reset 400000
END
    deadline=15
    attempt reset-at-once 3 "$manifest" <<END
GET */blobs/$layer: reset 0
END
    deadline=''
    attempt stall-once 0 <<END
1* GET */blobs/$layer: stall 1000000
END
    attempt slow 0 <<END
GET */blobs/$layer: rate 1000000
END
}

# A second request, for the rest, gets something else than the rest.
wrong_ranges() {
    attempt range-elsewhere 3 "blob '$layer'" <<END
1* GET */blobs/$layer: reset 1000000
GET */blobs/$layer: header Content-Range: bytes 2000000-2999999/3000000
END
    attempt range-unsaid 3 "blob '$layer'" <<END
1* GET */blobs/$layer: reset 1000000
GET */blobs/$layer: drop Content-Range
END
    attempt range-shifted 4 "'$layer'" <<END
1* GET */blobs/$layer: reset 1000000
GET */blobs/$layer: shift 100
END
    attempt range-ignored 0 <<END
1* GET */blobs/$layer: reset 1000000
GET */blobs/$layer: whole
END
}

wrong_bodies() {
    attempt bit-flipped 4 "'$layer'" <<END
GET */blobs/$layer: flip 1500000
END
    attempt bits-flipped 4 "'$layer'" <<END
GET */blobs/$layer: flip-every 1000000
END
    attempt short 4 "'$layer'" <<END
GET */blobs/$layer: length 1000
END
    selector=@$manifest
    attempt manifest-flipped 4 "'$manifest'" <<END
GET */manifests/$manifest: flip 30
END
    selector=:v1
    attempt manifest-endless 3 "'v1'" <<END
GET */manifests/v1: endless
END
}

busy() {
    attempt busy-for-a-while 0 <<END
3* GET */blobs/$layer: status 429 | header Retry-After: 1
END
    attempt busy-until-a-date 0 <<END
1* GET */blobs/$layer: status 429 | header Retry-After: $(date -u -d '+3 seconds' '+%a, %d %b %Y %H:%M:%S GMT')
END
    deadline=15
    attempt busy-for-ever 3 "registry answered with status 429" <<END
GET */blobs/$layer: status 429
END
    attempt busy-for-an-hour 3 "$manifest" <<END
GET */blobs/$layer: status 429 | header Retry-After: 3600
END
    attempt failing-for-a-while 0 <<END
3* GET */blobs/$layer: status 503
END
    attempt failing-for-ever 3 "registry answered with status 500" <<END
GET */blobs/$layer: status 500
END
    deadline=''
}

# What went over the line.
look() {
    for name in reset-once close-once reset-each; do
        wasted_at_most "$name" 3
    done
    # Ranges are asked for side by side, before the first answer is there.
    [ "$(requests busy-for-an-hour "$layer")" -le 8 ] || die "a registry that is busy for an hour was asked again"
}

main
