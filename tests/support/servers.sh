# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034,SC2154 # variables that the test sets, or reads
# Shell functions for tests that run our programs against real servers. To be sourced; POSIX sh.
#
#   begin                     a folder of the test's own, which becomes the current one, and nothing of the user's around;
#                             what was pulled is pulled again: there is no cache
#   start_registry NAME [HTPASSWD [HTTP]]   docker-registry on a free port: sets $registry and $registry_pid; keeps its data in NAME/
#   make_log FOLDER ORIGIN    a new log, served on a free port: sets $log_url and $log_pid
#   start_log FOLDER URL      serves a log that is there, at that address; both with the options in $log_options
#   stop PID, crash PID       ends a server with SIGTERM or SIGKILL, and waits for it
#   expect STATUS COMMAND...  runs it; its output is in $work/out and $work/err
#   says TEXT, prints TEXT    the last command's standard error, or output, has TEXT in it
#
# Servers die with the shell that started them, however it dies. Nothing they print reaches the test's own output, which
# CTest waits for. BOLTSEAL_BIN is the folder with our programs; BOLTSEAL_SHOW=1 prints each command and what it printed.

begin() {
    [ -n "${BOLTSEAL_BIN-}" ] || die "set BOLTSEAL_BIN to the folder with boltseal, such as build/dev"
    PATH=$(cd "$BOLTSEAL_BIN" && pwd):$PATH
    running='' work=''
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    work=$(mktemp -d "${TMPDIR:-/tmp}/boltseal-test.XXXXXX")
    cd "$work" || exit 1
    unset BOLTSEAL_KEY BOLTSEAL_PUBLIC_KEY BOLTSEAL_LOG BOLTSEAL_LOG_KEY REGISTRY_AUTH_FILE XDG_RUNTIME_DIR \
        XDG_CONFIG_HOME XDG_CACHE_HOME XDG_STATE_HOME http_proxy HTTP_PROXY all_proxy ALL_PROXY
    mkdir home
    : >no-registries.conf
    export PATH HOME="$work/home" CONTAINERS_REGISTRIES_CONF="$work/no-registries.conf" \
        DOCKER_CONFIG="$work/no-credentials" BOLTSEAL_STATE="$work/state" \
        BOLTSEAL_NO_CACHE=1 BOLTSEAL_PASSWORD=demo BOLTSEAL_LOG_PASSWORD=''
}

clean_up() {
    for each in $running; do
        kill -KILL "$each" 2>/dev/null || true
    done
    wait
    cd "$top" || exit 1
    [ -z "$work" ] || rm -rf "$work"
}

# spawn OUTPUT COMMAND...: in the background; sets $pid.
spawn() {
    spawn_output=$1
    shift
    setpriv --pdeathsig KILL "$@" >"$spawn_output" 2>&1 </dev/null &
    pid=$!
    running="$running $pid"
}

stop() { end TERM "$1"; }
crash() { end KILL "$1"; }

end() {  # SIGNAL PID
    kill -s "$1" "$2"
    wait "$2" 2>/dev/null || [ "$1" = KILL ] || die "a server did not end well"
    running=$(echo "$running" | tr ' ' '\n' | grep -vx "$2" | tr '\n' ' ')
}

# Below what systems hand out to clients. Whoever comes second to a port ends, and another is tried.
random_port() {
    echo $((20000 + $(od -An -N2 -tu2 /dev/urandom) % 12000))
}

start_registry() {  # NAME [HTPASSWD [HTTP]], the last more of its configuration for HTTP
    command -v docker-registry >/dev/null || skip "no docker-registry here"
    auth=''
    [ -z "${2-}" ] || auth="auth: {htpasswd: {realm: test, path: $work/$2}}"
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        registry=127.0.0.1:$(random_port)
        cat >"$1.yml" <<CONFIG
version: 0.1
log: {level: info, accesslog: {disabled: true}}
storage:
  filesystem: {rootdirectory: $work/$1}
  delete: {enabled: true}
http: {addr: "$registry"${3:+, $3}}
$auth
CONFIG
        spawn "$1.log" docker-registry serve "$1.yml"
        registry_pid=$pid
        if wait_for "$pid" grep -q 'listening on' "$1.log"; then return 0; fi
    done
    cat "$1.log" >&2
    die "no registry could be started"
}

make_log() {  # FOLDER ORIGIN
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        rm -rf "$1"
        log_url=http://127.0.0.1:$(random_port)
        boltseal-log init --dir "$1" --origin "$2" --url "$log_url" >init.log 2>&1 || { cat init.log >&2; die "no log"; }
        if try_log "$1" "$log_url"; then return 0; fi
    done
    cat "$1.log" >&2
    die "no log could be started"
}

start_log() {  # FOLDER URL
    log_url=$2
    try_log "$1" "$2" || { cat "$1.log" >&2; die "the log could not be started"; }
}

try_log() {  # FOLDER URL
    # shellcheck disable=SC2086 # options
    spawn "$1.log" boltseal-log serve --dir "$1" --listen "${2#http://}" ${log_options-}
    log_pid=$pid
    wait_for "$pid" grep -q serving "$1.log"
}

# Waits up to twenty seconds for a command to succeed, as long as the process lives.
wait_for() {  # PID COMMAND...
    waited_pid=$1
    shift
    for _ in $(seq 400); do
        "$@" 2>/dev/null && return 0
        kill -0 "$waited_pid" 2>/dev/null || return 1
        sleep 0.05
    done
    return 1
}

expect() {  # STATUS COMMAND...
    wanted=$1
    shift
    status=0
    "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
    last="$*"
    if [ -n "${BOLTSEAL_SHOW-}" ]; then
        { echo; echo "\$ $last"; cat "$work/out" "$work/err"; echo "(exit status $status)"; } | sed "s|$work/||g"
    fi
    [ "$status" -eq "$wanted" ] || fail "ended with $status instead of $wanted"
}

says() { grep -qF -e "$1" "$work/err" || fail "does not say: $1"; }
says_not() { ! grep -qF -e "$1" "$work/err" || fail "says: $1"; }
prints() { grep -qF -e "$1" "$work/out" || fail "does not print: $1"; }

# json EXPRESSION [FILE]: prints it, for the last command's output or a file as j.
json() {
    node -p "const j = JSON.parse(require('fs').readFileSync('${2:-$work/out}', 'utf8')); $1"
}

holds() {  # EXPRESSION, as for json
    [ "$(json "$1")" = true ] || fail "does not hold of what it prints: $1"
}

# flip_byte FILE OFFSET: the lowest bit of that byte. Twice is not at all.
flip_byte() {
    byte=$(dd if="$1" bs=1 skip="$2" count=1 2>/dev/null | od -An -tu1 | tr -d ' ')
    # shellcheck disable=SC2059 # the format is the byte
    printf "\\$(printf %03o $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

# blob_of NAME DIGEST: the file in which the registry of that name keeps it.
blob_of() {
    hex=${2#sha256:}
    echo "$work/$1/docker/registry/v2/blobs/sha256/$(echo "$hex" | cut -c1-2)/$hex/data"
}

# make_image LAYOUT TEXT: an image with one small file; sets $digest. The same TEXT gives the same image.
make_image() {
    rm -rf root
    mkdir root
    echo "$2" >root/text
    digest=$("$top/tests/support/make-image" "$1" v1 root)
}

say() { echo "== $*"; }

fail() {
    { echo "$program: '$last' $*"; echo "-- out"; cat "$work/out"; echo "-- err"; cat "$work/err"; } >&2
    exit 1
}

die() {
    echo "$program: $*" >&2
    exit 1
}

skip() {
    echo "$program: skipped: $*" >&2
    exit 77
}
