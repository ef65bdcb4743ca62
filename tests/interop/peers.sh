# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154 # variables that servers.sh or the test sets
# What the interoperability tests share. To be sourced after tests/support/servers.sh; POSIX sh.
#
#   begin_with PEER...   as begin, with other people's programs in PATH; skips the test where one is missing
#   start_witness FOLDER ADDRESS   a witness of ours: sets $witness_url and $witness_pid
#   edit FROM TO CODE    TO is the JSON file FROM after the JavaScript CODE has changed it, as j
#
# BOLTSEAL_PEERS is the folder that tests/interop/get-peers made (default: .deps/peers).

begin_with() {
    peers=${BOLTSEAL_PEERS:-$top/.deps/peers}/bin
    for peer in "$@"; do
        [ -x "$peers/$peer" ] || skip "no $peer here; tests/interop/get-peers fetches it"
    done
    begin
    PATH=$PATH:$peers
    # No service of anybody's is to be asked.
    export COSIGN_PASSWORD=demo TUF_ROOT="$work/tuf" SIGSTORE_NO_CACHE=1
}

start_witness() {  # FOLDER ADDRESS
    rm -f "$1.log"  # what an earlier one has said is not this one's
    spawn "$1.log" boltseal-log witness serve --dir "$1" --listen "$2"
    witness_pid=$pid
    wait_for "$pid" grep -q 'logs)' "$1.log" || die "no witness of ours could be started"
    witness_url=$(sed -n 's|.*\(http://[^ ]*\).*|\1|p' "$1.log")
}

edit() {
    node -e "
        const fs = require('fs');
        const j = JSON.parse(fs.readFileSync('$1', 'utf8'));
        const other = text => (text[0] === 'A' ? 'B' : 'A') + text.slice(1);
        $3;
        fs.writeFileSync('$2', JSON.stringify(j));"
}

# The same image under another name, where nobody has signed it.
push_to() {  # NAME
    expect 0 boltseal push layout:v1 "$registry/$1"
}
