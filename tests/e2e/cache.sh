#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What is on this machine already is not fetched: whole layers and chunks, from the cache and from older images. The
# registry's access log says how much it sent. Chunk lists count only for the image that they were signed for.
set -eu

program=$(basename "$0")
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/support/servers.sh"

mib=1048576
chunk=262144

main() {
    begin
    start_registry store
    unset BOLTSEAL_NO_CACHE
    image=$registry/demo/app
    trust="--key release.pub --insecure-no-log"
    expect 0 boltseal keygen -o release
    make_versions
    expect 0 boltseal push one:v1 "$image:v1"
    expect 0 boltseal push two:v1 "$image:v2"
    expect 0 boltseal sign --key release.key --no-log "$image:v1"
    expect 0 boltseal sign --key release.key --no-log "$image:v2"

    first_pull
    again_from_the_cache
    next_version
    from_an_older_image
    into_archives
    by_a_policy
    damage_in_the_cache
    damage_in_the_older_image
    whose_list_it_is
    without_a_cache
}

# Two images of two layers: one that both have, and one of 12 MiB of which the second's has three chunks of its own.
make_versions() {
    mkdir same
    head -c $((5 * mib)) /dev/urandom >same/data
    mkdir big
    head -c $((12 * mib)) /dev/urandom >big/data
    export PLAIN_LAYERS=yes  # what gzip writes is another from the first byte on that differs
    one=$("$top/tests/support/make-image" one v1 same big)
    for at in 1 20 40; do
        head -c 1000 /dev/urandom | dd of=big/data bs=1000 seek=$((at * chunk / 1000)) conv=notrunc 2>/dev/null
    done
    two=$("$top/tests/support/make-image" two v1 same big)
    same_layer=$(json 'j.layers[0].digest' "one/blobs/sha256/${one#sha256:}")
    one_layer=$(json 'j.layers[1].digest' "one/blobs/sha256/${one#sha256:}")
    two_layer=$(json 'j.layers[1].digest' "two/blobs/sha256/${two#sha256:}")
}

# sent BLOB: how many bytes of it the registry has sent so far, as it says itself.
sent() {
    sed -n "s|.*GET.*blobs/$1.* http.response.status=20[06] .*http.response.written=\([0-9]*\).*|\1|p" store.log |
        awk '{ sum += $1 } END { print sum + 0 }'
}

# pulled FOLDER DIGEST LAYER: all of the image is there, and is right.
pulled() {
    for blob in "$1"/blobs/sha256/*; do
        [ "$(sha256sum "$blob" | cut -d ' ' -f 1)" = "$(basename "$blob")" ] || die "$blob is not what it is called"
    done
    [ -e "$1/blobs/sha256/${2#sha256:}" ] || die "$1 has no manifest"
    [ -e "$1/blobs/sha256/${3#sha256:}" ] || die "$1 has no layer"
    [ -z "$(find "$1" -name '*.partial' -o -name '*.journal')" ] || die "something was left in $1"
}

pull() {  # FOLDER TAG OPTION...
    folder=$1 tag=$2
    shift 2
    # shellcheck disable=SC2086 # options
    expect 0 boltseal pull --json $trust "$image:$tag" -o "$folder" "$@"
}

here() { json 'j.here.reduce((sum, one) => sum + one.bytes, 0)'; }
chunks() { json 'j.here.reduce((sum, one) => sum + one.chunks, 0)'; }

first_pull() {
    say "the first pull fetches everything, and keeps it"
    pull first v1
    pulled first "$one" "$one_layer"
    holds "j.received > 17 * $mib && j.here.length === 1 && j.here[0].bytes === 0"
    expect 0 boltseal cache list
    prints "$one_layer"
    prints "chunks"
    expect 0 boltseal cache list --json
    node "$top/tests/cli/check-schema.mjs" "$top/specs/schema/cache-list.schema.json" <out || die "not by the schema"
    holds "j.blobs.length === 3 && j.folder === '$HOME/.cache/boltseal'"
}

again_from_the_cache() {
    say "another pull of the same fetches nothing"
    before=$(sent "$one_layer")
    pull again v1
    pulled again "$one" "$one_layer"
    holds "j.received === 0 && j.here[0].name === \"cache '$HOME/.cache/boltseal'\" && j.here[0].chunks === 0"
    node "$top/tests/cli/check-schema.mjs" "$top/specs/schema/pull.schema.json" <out || die "not by the schema"
    [ "$(sent "$one_layer")" -eq "$before" ] || die "the registry sent the layer again"
    # shellcheck disable=SC2086 # options
    expect 0 boltseal pull $trust "$image:v1" -o people
    says "17.8 MB of 17.8 MB were here already"
    says "  cache '$HOME/.cache/boltseal': 17.8 MB"
}

next_version() {
    say "of the next version only the chunks that are new are fetched"
    before=$(sent "$two_layer")
    [ "$before" -gt $((12 * mib)) ] || die "the registry's log does not say what it sent to who made the list"
    pull next v2
    pulled next "$two" "$two_layer"
    sent=$(($(sent "$two_layer") - before))
    fetched=$(json j.received)
    [ "$(chunks)" -ge 40 ] || fail "only $(chunks) chunks were taken"
    [ "$fetched" -le $((8 * chunk)) ] || fail "$fetched bytes were fetched"
    [ "$sent" -gt 0 ] && [ "$sent" -le "$fetched" ] || die "the registry sent $sent bytes of the layer"
    [ $((fetched + $(here))) -eq "$(json j.bytes)" ] || fail "the sum is wrong"
    say "$fetched bytes of $(json j.bytes) were fetched"
}

from_an_older_image() {
    say "the same from an older image, in a layout and in an archive"
    pull older v2 --no-cache --reuse one
    pulled older "$two" "$two_layer"
    holds "j.received <= 8 * $chunk && j.here.length === 1 && j.here[0].name === 'oci:one' && j.here[0].chunks >= 40"
    expect 0 boltseal copy oci:one:v1 oci-archive:one.tar:v1
    pull archived v2 --no-cache --reuse oci-archive:one.tar
    pulled archived "$two" "$two_layer"
    holds "j.received <= 8 * $chunk && j.here[0].name === 'oci-archive:one.tar'"
    # shellcheck disable=SC2086 # options
    expect 3 boltseal pull $trust "$image:v2" -o none --reuse nowhere
    says "'nowhere' is no folder"
    expect 0 boltseal copy --no-referrers oci:one:v1 docker-archive:docker.tar:app:v1
    # shellcheck disable=SC2086 # options
    expect 2 boltseal pull $trust "$image:v2" -o none --reuse docker-archive:docker.tar
    says "is neither an OCI layout nor an archive of one"
    # shellcheck disable=SC2086 # options
    expect 2 boltseal copy $trust "$image:v2" "$image-2:v2" --reuse one
    says "--reuse is for an image of a registry that goes into a layout or an archive"
}

# An archive takes its bytes in order: what comes in ranges waits in a folder beside it.
into_archives() {
    say "an archive gets what is here, and what is fetched in ranges"
    pull oci-archive:next.tar v2 --no-cache --reuse one
    holds "j.received <= 8 * $chunk && j.here[0].name === 'oci:one' && j.here[0].chunks >= 40"
    [ ! -e next.tar.parts ] || die "the parts were left behind"
    expect 0 boltseal copy oci-archive:next.tar oci:unpacked
    [ -e "unpacked/blobs/sha256/${two_layer#sha256:}" ] || die "the layer is not in the archive"
    pull docker-archive:docker-2.tar:app:v2 v2
    holds "j.received === 0 && j.here[0].bytes === j.bytes"
    # shellcheck disable=SC2086 # options
    expect 0 boltseal save $trust --cache-size 1GB -o app.capsule "$image:v2"
    says "17.8 MB of 17.8 MB were here already"
    [ ! -e app.capsule.parts ] || die "the parts were left behind"

    say "what was cut short goes on where it stood"
    # shellcheck disable=SC2086 # options
    expect 3 boltseal pull $trust --no-cache --deadline 2 --limit-rate 2MB "$image:v2" -o oci-archive:slow.tar
    [ ! -e slow.tar ] || die "an archive was written"
    pull oci-archive:slow.tar v2 --no-cache
    holds "j.received < j.bytes - $mib"
    [ ! -e slow.tar.parts ] || die "the parts were left behind"

    say "somebody else's folder of that name is left alone"
    mkdir theirs.tar.parts && echo theirs >theirs.tar.parts/file
    # shellcheck disable=SC2086 # options
    expect 2 boltseal pull $trust "$image:v2" -o oci-archive:theirs.tar
    says "'theirs.tar.parts' is in the way"
    [ "$(ls -A theirs.tar.parts)" = file ] || die "something was put into it"
}

# Who may sign an image may sign its chunk lists; others may not.
by_a_policy() {
    say "with a policy, the chunk lists of the signers that it names are used"
    expect 0 boltseal keygen -o stranger
    for signer in release stranger; do
        cat >"$signer.toml" <<END
format = "boltseal-policy/v1"
name = "demo"
version = 1
default = "deny"
[trust.keys]
release = { file = "release.pub" }
stranger = { file = "stranger.pub" }
[[policy]]
name = "demo"
scopes = ["$registry/demo"]
platforms = "all"
insecure_no_log = true
[policy.signature]
signers = ["$signer"]
END
    done
    trusted=$trust trust="--policy release.toml"
    pull by-policy v2 --no-cache --reuse one
    pulled by-policy "$two" "$two_layer"
    holds "j.received <= 8 * $chunk && j.here[0].chunks >= 40"
    say "and of no others, even if they are trusted with something else"
    expect 0 boltseal sign --key stranger.key --no-log --chunks none "$image:v2"
    trust="--policy stranger.toml"
    pull by-stranger v2 --no-cache --reuse one
    pulled by-stranger "$two" "$two_layer"
    holds "j.here[0].chunks === 0 && j.received > 11 * $mib"
    trust=$trusted
}

damage_in_the_cache() {
    say "what is damaged in the cache is named, dropped and fetched"
    cache=$HOME/.cache/boltseal/sha256
    cp --remove-destination "$cache/${one_layer#sha256:}" copy && mv copy "$cache/${one_layer#sha256:}"
    flip_byte "$cache/${one_layer#sha256:}" 5000000
    pull damaged v1
    pulled damaged "$one" "$one_layer"
    says '"event":"damaged"'
    says "\"blob\":\"$one_layer\""
    says "its bytes are not those that it should have"
    [ "$(json j.received)" -eq $chunk ] || fail "more than the chunk was fetched"
    pull mended v1
    holds "j.received === 0"
    says_not '"event":"damaged"'

    say "so is a chunk for another layer, and a layer without chunks"
    expect 0 boltseal cache prune --to 0
    pull first-again v1 --cache elsewhere
    rm -r next
    cp --remove-destination "elsewhere/sha256/${one_layer#sha256:}" copy
    mv copy "elsewhere/sha256/${one_layer#sha256:}"
    flip_byte "elsewhere/sha256/${one_layer#sha256:}" 5000000
    BOLTSEAL_CACHE=elsewhere pull next v2
    pulled next "$two" "$two_layer"
    says "\"blob\":\"$one_layer\""
    expect 0 boltseal pull --no-verify "$image:v1" -o plain --cache elsewhere
    cp --remove-destination "elsewhere/sha256/${same_layer#sha256:}" copy
    mv copy "elsewhere/sha256/${same_layer#sha256:}"
    flip_byte "elsewhere/sha256/${same_layer#sha256:}" 1000
    rm -r plain
    expect 0 boltseal pull --no-verify "$image:v1" -o plain --cache elsewhere
    says "cache 'elsewhere' has damaged bytes: blob '$same_layer'"
    pulled plain "$one" "$one_layer"
}

damage_in_the_older_image() {
    say "what is damaged in an older image is named and not taken"
    cp -r one spoilt
    flip_byte "spoilt/blobs/sha256/${one_layer#sha256:}" 5000000
    flip_byte "spoilt/blobs/sha256/${same_layer#sha256:}" 1000
    pull careful v2 --no-cache --reuse spoilt
    pulled careful "$two" "$two_layer"
    says "\"blob\":\"$one_layer\""
    says "\"blob\":\"$same_layer\""
    holds "j.received > $chunk && j.received < 10 * $chunk"
}

# The list of the second image, attached to a third: its signature is good, and not for that image.
whose_list_it_is() {
    say "a list that was signed for another image is not used"
    cp -r two third
    node - "$two" >third-digest <<'END'
const fs = require('fs'), crypto = require('crypto')
const two = process.argv[2]
const path = digest => `third/blobs/sha256/${digest.slice(7)}`
const manifest = JSON.parse(fs.readFileSync(path(two)))
manifest.annotations = { third: 'yes' }
const text = JSON.stringify(manifest)
const digest = 'sha256:' + crypto.createHash('sha256').update(text).digest('hex')
fs.writeFileSync(path(digest), text)
const index = JSON.parse(fs.readFileSync('third/index.json'))
index.manifests[0].digest = digest
index.manifests[0].size = text.length
fs.writeFileSync('third/index.json', JSON.stringify(index))
console.log(digest)
END
    third=$(cat third-digest)
    expect 0 boltseal push third:v1 "$image:v3"
    expect 0 boltseal sign --key release.key --no-log --chunks none "$image:v3"
    expect 0 boltseal pull --no-verify "$image:v3" -o unlisted --no-cache
    expect 0 boltseal copy "$image:v2" oci:lists:v2 --no-cache
    reattach "$two" "$third"
    expect 0 boltseal copy oci:lists:v3 "$image:v3"
    expect 0 boltseal tree --json "$image:v3"
    holds "JSON.stringify(j).includes('chunk-list')"
    pull stranger v3 --no-cache --reuse one
    pulled stranger "$third" "$two_layer"
    holds "j.here[0].chunks === 0 && j.received > 12 * $mib"

    say "and one of its own is"
    expect 0 boltseal attest --key release.key --no-log --type chunks "$image:v3"
    pull own v3 --no-cache --reuse one
    pulled own "$third" "$two_layer"
    holds "j.here[0].chunks >= 40 && j.received <= 8 * $chunk"
}

# reattach FROM TO: in the layout "lists", the chunk list of one image as a referrer of the other, which comes from "third".
reattach() {
    expect 0 boltseal copy oci:third:v1 oci:lists:v3
    node - "$1" "$2" <<'END'
const fs = require('fs'), crypto = require('crypto')
const [from, to] = process.argv.slice(2)
const path = digest => `lists/blobs/sha256/${digest.slice(7)}`
const index = JSON.parse(fs.readFileSync('lists/index.json'))
const added = []
for (const entry of index.manifests) {
    const manifest = JSON.parse(fs.readFileSync(path(entry.digest)))
    if (!manifest.subject || !JSON.stringify(manifest).includes('chunk-list')) continue
    manifest.subject.digest = to
    manifest.subject.size = fs.statSync(path(to)).size
    const text = JSON.stringify(manifest)
    const digest = 'sha256:' + crypto.createHash('sha256').update(text).digest('hex')
    fs.writeFileSync(path(digest), text)
    added.push({ ...entry, digest, size: Buffer.byteLength(text) })
}
if (added.length === 0) throw Error('no chunk list to attach')
index.manifests.push(...added)
fs.writeFileSync('lists/index.json', JSON.stringify(index))
END
}

without_a_cache() {
    say "a cache that cannot be used is said once, and done without"
    # shellcheck disable=SC2086 # options
    expect 0 boltseal pull $trust "$image:v1" -o bare --cache /dev/null/cache
    [ "$(grep -c '^no cache: cannot create' err)" -eq 1 ] || fail "does not say it once"
    pulled bare "$one" "$one_layer"
    pull none v1 --no-cache
    holds "j.here.length === 0 && j.received > 17 * $mib"

    say "a limit on the rate is kept, by all connections together"
    pull limited v1 --no-cache --limit-rate 6MB
    pulled limited "$one" "$one_layer"
    holds "j.milliseconds >= 2600 && j.received > 17 * $mib"
    # shellcheck disable=SC2086 # options
    expect 2 boltseal pull $trust "$image:v1" -o none --limit-rate 1kB
    says "the rate must be at least 20kB a second"

    say "nothing is kept beyond the size of the cache"
    pull small v1 --cache small-cache --cache-size 6MB
    expect 0 boltseal cache list --json --cache small-cache
    holds "j.bytes <= 6000000 && j.blobs.some(one => one.digest === '$same_layer')"
}

main
