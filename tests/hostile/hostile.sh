# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034,SC2154 # variables that the test sets, or reads
# Shell functions for tests in which a registry does wrong what it is told to. To be sourced after tests/support/servers.sh.
#
#   begin_hostile            a signed image in the layout "image", of one large layer ($layer, of $layer_bytes if that is set)
#                            and one small ($small)
#   attempt NAME STATUS [WHY] <<RULES    "boltseal pull" from a registry that keeps to the rules (fault.h), in the background;
#                            it must end with STATUS and say WHY on standard error. Of ":v1", or of $selector
#   attempt_outside ...      the same for an image of "registry.example", of which the server is a proxy: so that it is not
#                            a local address that leads to others
#   settle                   waits for all attempts, and for each looks whether it kept to its bounds, what it said, and
#                            whether the image is right and whole, or nothing of it has its name
#   serve LAYOUT <<RULES     a registry by itself: sets $address and $log
#
# Every attempt is bounded: $seconds, $memory MiB at the peak, and no file larger than $file MiB. BOLTSEAL_SANITIZED=1 allows
# for what the sanitizers take. Requests are in cases/NAME/log. Each has a home of its own, so that no cache or memory of
# another helps it. $mirrors are servers that it is told of as mirrors; $deadline is when it is to give up by itself, where it
# would wait for a while that something comes.

begin_hostile() {
    begin
    hostile=$(dirname "$(command -v boltseal)")/tests
    cases=''
    layer_bytes=${layer_bytes-3000000}
    seconds=40 memory=64 file=$((layer_bytes / 1000000 + 4))
    [ -z "${BOLTSEAL_SANITIZED-}" ] || memory=1000
    has_deadline=no
    ! boltseal pull --help | grep -q -e --deadline || has_deadline=yes
    mkdir layer1 layer2 cases
    head -c "$layer_bytes" /dev/urandom >layer1/data
    echo small >layer2/data
    expect 0 boltseal keygen -o release
    manifest=$("$top/tests/support/make-image" image v1 layer1 layer2)
    expect 0 boltseal sign --key release.key --no-log image:v1
    blobs=image/blobs/sha256
    layer=$(json 'j.layers[0].digest' "$blobs/${manifest#sha256:}")
    small=$(json 'j.layers[1].digest' "$blobs/${manifest#sha256:}")
    layer_size=$(json 'j.layers[0].size' "$blobs/${manifest#sha256:}")
    # What a second registry may serve: another image, which nobody signed.
    "$top/tests/support/make-image" other v1 layer2 >other.digest
    other=$(cat other.digest)
}

# The rules are standard input.
serve() {  # LAYOUT
    servers=$((${servers-0} + 1))
    cat >"rules$servers"
    log=$work/log$servers
    : >"$log"
    spawn "port$servers" "$hostile/hostile_registry" "$1" "rules$servers" "$log"
    wait_for "$pid" grep -qx '[0-9]*' "port$servers" || die "no registry: $(cat "port$servers")"
    address=127.0.0.1:$(cat "port$servers")
}

attempt_outside() {
    outside=yes
    attempt "$@"
    outside=no
}

attempt() {  # NAME STATUS [WHY]
    serve image
    reference=$address/demo/app${selector-:v1} proxy=''
    [ "${outside-no}" = no ] || { reference=registry.example/demo/app:v1; proxy=http://$address; }
    name=$1
    mkdir -p "cases/$name/home"
    ln -s "$log" "cases/$name/log"
    more_options=''
    for mirror in ${mirrors-}; do more_options="$more_options --mirror http://$mirror"; done
    [ -z "${deadline-}" ] || [ "$has_deadline" = no ] || more_options="$more_options --deadline $deadline"
    echo "$2" >"cases/$name/wanted"
    echo "${3-}" >"cases/$name/why"
    cases="$cases $name"
    (
        status=0
        # shellcheck disable=SC2086 # words
        HOME=$work/cases/$name/home http_proxy=$proxy \
            "$hostile/within" "$seconds" "$memory" "$file" boltseal pull --key release.pub \
            --insecure-no-log --insecure-registry registry.example $more_options -o "cases/$name/pulled" "$reference" >"cases/$name/out" \
            2>"cases/$name/err" </dev/null || status=$?
        echo "$status" >"cases/$name/status"
    ) &
    echo $! >"cases/$name/pid"
}

settle() {
    failed=''
    for name in $cases; do
        wait "$(cat "cases/$name/pid")"
        say "$name: $(cat "cases/$name/status")"
        (judge) || failed="$failed $name"
    done
    [ -z "$failed" ] || die "not as expected:$failed"
}

judge() {
    last="pull ($name)"
    cp "cases/$name/out" "cases/$name/err" .
    wanted=$(cat "cases/$name/wanted")
    [ "$(cat "cases/$name/status")" -eq "$wanted" ] ||
        fail "ended with $(cat "cases/$name/status") instead of $wanted. The registry saw:
$(tail -n 8 "cases/$name/log")"
    says "$(cat "cases/$name/why")"
    if [ "$wanted" -eq 0 ]; then is_right; else is_refused; fi
}

is_right() {
    prints "@$manifest"
    grep -q "$manifest" "cases/$name/pulled/index.json" || fail "the image is not in the layout"
    for digest in "$manifest" "$layer" "$small"; do
        hex=${digest#sha256:}
        echo "$hex  cases/$name/pulled/blobs/sha256/$hex" | sha256sum -c --status || fail "'$digest' is damaged"
    done
}

# Nothing was printed that could be taken for the image, nothing has its name, and every blob is what its name says.
is_refused() {
    ! grep -q '^[^ ]*@sha256:' out || fail "prints a reference"
    ! grep -qs "$manifest" "cases/$name/pulled/index.json" || fail "the image has its name in the layout"
    for blob in "cases/$name/pulled/blobs/sha256"/*; do
        [ -f "$blob" ] || continue
        [ "$(sha256sum "$blob" | cut -d ' ' -f 1)" = "$(basename "$blob")" ] || fail "left a blob that is damaged: $blob"
    done
}

# --- What the registry saw in the attempt of that name ---

requests() { grep -c -e "$2" "cases/$1/log"; }  # NAME PATTERN

# sent NAME DIGEST: bytes of that blob.
sent() {
    awk -v blob="blobs/$2" 'index($2, blob) && $3 < 300 { sum += $4 } END { print sum + 0 }' "cases/$1/log"
}

# No more than this share of the large layer was sent twice.
wasted_at_most() {  # NAME PERCENT
    name=$1
    bytes=$(sent "$1" "$layer")
    [ "$bytes" -le $((layer_size * (100 + $2) / 100)) ] || die "$1: $bytes bytes were sent for a layer of $layer_size"
    [ "$bytes" -ge "$layer_size" ] || die "$1: the log of the registry is not whole: $bytes bytes"
}
