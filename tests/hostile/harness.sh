#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# That the other scripts here can fail: an attempt that does not end as it should, or not within its bounds, is found out.
set -eu

program=$(basename "$0")
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/support/servers.sh"
. "$top/tests/hostile/hostile.sh"

main() {
    begin_hostile

    attempt status 0 <<END
GET */blobs/$layer: flip 1000
END
    found_out "ended with 4 instead of 0"
    attempt reason 4 "quite another reason" <<END
GET */blobs/$layer: flip 1000
END
    found_out "does not say: quite another reason"

    seconds=2
    attempt time 0 <<END
GET */blobs/$layer: stall 1000
END
    found_out "takes longer than 2 s"
    seconds=40 memory=1
    attempt memory 0 </dev/null
    found_out "had more memory than 1 MiB"
    memory=1000 file=1
    attempt file 0 </dev/null
    found_out "writes a larger file than 1 MiB"
    file=16

    # What a client would leave that does not check.
    attempt damage 0 </dev/null
    settled damage
    flip_byte "cases/damage/pulled/blobs/sha256/${layer#sha256:}" 1000
    found_out "'$layer' is damaged"
    attempt leavings 4 "'$layer'" <<END
GET */blobs/$layer: flip 1000
END
    settled leavings
    echo part >"cases/leavings/pulled/blobs/sha256/${layer#sha256:}"
    found_out "left a blob that is damaged"
    attempt name 4 "'$layer'" <<END
GET */blobs/$layer: flip 1000
END
    settled name
    echo "\"$manifest\"" >>cases/name/pulled/index.json
    found_out "the image has its name in the layout"

    echo "GET */blobs/*: explode" >rules
    expect 2 "$hostile/hostile_registry" image rules log
    says "is no rule: 'GET */blobs/*: explode'"
}

# A subshell cannot wait for what this shell has started.
settled() { wait "$(cat "cases/$1/pid")" || true; }  # NAME

# The one attempt there is was looked at, and not let through, for this reason.
found_out() {  # WHY
    settled "$name"
    status=0
    (settle) >settled.out 2>settled.err || status=$?
    [ "$status" -ne 0 ] || die "not found out: $1"
    grep -qF "$1" settled.err || { cat settled.err >&2; die "found out for another reason than: $1"; }
    say "found out: $1"
    cases=''
}

main
