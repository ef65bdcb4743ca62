#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a client that fetches a blob in many ranges at once has to live with.
set -eu

program=$(basename "$0")
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/support/servers.sh"
. "$top/tests/hostile/hostile.sh"

main() {
    layer_bytes=12000000
    begin_hostile
    seconds=45
    one_bad_connection
    ranges
    limits
    settle
    look
}

# The others go on, and what it had is asked for again.
one_bad_connection() {
    attempt one-drips 0 <<END
1* GET */blobs/$layer: rate 1
END
    attempt two-stall 0 <<END
2* GET */blobs/$layer: stall 100000
END
    attempt one-refused 0 <<END
1* GET */blobs/$layer: status 503
END
}

ranges() {
    attempt each-reset 0 <<END
GET */blobs/$layer: reset 300000
END
    attempt each-closed 0 <<END
GET */blobs/$layer: close 300000
END
    # RFC 9110 section 14.4: less than was asked for is an answer.
    attempt each-shorter 0 <<END
GET */blobs/$layer: piece 300000
END
    # No ranges at all: one stream, which can still be too slow for nobody.
    # Not faster than a line, which does not fill the buffers of a connection before it can be closed.
    attempt never-ranges 0 <<END
GET */blobs/$layer: whole | total-rate 20000000
END
    attempt never-ranges-and-resets-once 0 <<END
1* GET */blobs/$layer: whole | reset 3000000
GET */blobs/$layer: whole
END
    attempt always-elsewhere 3 "blob '$layer'" <<END
GET */blobs/$layer: header Content-Range: bytes 7-99/12000000
END
    attempt other-size 3 "blob '$layer'" <<END
GET */blobs/$layer: header Content-Range: bytes 0-99/100
END
    attempt always-shifted 4 "'$layer'" <<END
GET */blobs/$layer: shift 100
END
    attempt one-bit 4 "'$layer'" <<END
GET */blobs/$layer: flip 5000000
END
}

limits() {
    # Who knows how much there is, and proves it, need not care for what else the server has to say.
    attempt endless 0 <<END
GET */blobs/$layer: whole | endless
END
    attempt endless-ranges 0 <<END
GET */blobs/$layer: endless
END
    attempt endless-small 0 <<END
GET */blobs/$small: whole | endless
END
    # It was asked for the bytes as they are.
    head -c 3000000 /dev/urandom | gzip >bytes.gz
    attempt compressed 3 "is encoded" <<END
GET */blobs/$layer: body bytes.gz | header Content-Encoding: gzip
END
    attempt two-at-a-time 0 <<END
GET */blobs/*: at-most 2 | rate 8000000
END
    attempt one-at-a-time 0 <<END
GET */blobs/*: at-most 1
END
}

look() {
    for name in each-reset each-closed each-shorter; do
        wasted_at_most "$name" 3
    done
    for name in two-stall one-refused never-ranges; do
        wasted_at_most "$name" 50
    done
    # Who never stops has filled the buffers of each connection by the time it is closed.
    for name in endless endless-ranges; do
        wasted_at_most "$name" 200
    done
}

main
