# SPDX-License-Identifier: Apache-2.0
# Sourced, not run: packages of another suite of this machine's own distribution, without touching the machine's apt.
#
#   open_suites DIR SUITE...   a private apt in DIR that knows only these suites
#   suite_apt DIR COMMAND ...  COMMAND (apt-get, apt-cache) with that private apt
#
# Mirror, keyring and proxy are the machine's own. Everything apt writes goes below DIR. Nothing that apt cannot prove
# with the archive's signature gets through: release file, index, package and source are one chain of hashes.
# shellcheck shell=sh disable=SC1091,SC2119,SC2120,SC2154

# Callers set $program; it stands in front of every line they print.
say() { [ "${quiet:-no}" = yes ] || echo "$program: $*" >&2; }
die() { echo "$program: $*" >&2; exit 1; }

# For output that matters only when the command fails. A failed apt-get or cmake says the reason near its end.
run_logged() {  # LOG COMMAND...
    log=$1
    shift
    "$@" </dev/null >"$log" 2>&1 || { tail -n 30 "$log" >&2; return 1; }
}

# ID and VERSION_ID of the machine, such as "debian:12"; "debian:" for testing and unstable.
distribution() {
    (. /etc/os-release && echo "$ID:${VERSION_ID:-}")
}

release_codename() {
    (. /etc/os-release && echo "${VERSION_CODENAME:-sid}")
}

# One line for each binary source the machine uses: URI, suite and Signed-By, with tabs between. Reads both forms of
# sources.list(5). Of the options only Signed-By counts: "trusted=yes" must not come along. An embedded key is printed
# in one line, with \n where it had line ends.
list_sources() {  # [ETC-APT]
    etc=${1:-/etc/apt}
    for file in "$etc"/sources.list "$etc"/sources.list.d/*.list; do
        [ ! -r "$file" ] || one_line_sources <"$file"
    done
    for file in "$etc"/sources.list.d/*.sources; do
        [ ! -r "$file" ] || deb822_sources <"$file"
    done
}

one_line_sources() {
    awk '
        { sub(/#.*/, ""); key = "" }
        $1 != "deb" { next }
        match($0, /\[[^]]*\]/) {
            options = substr($0, RSTART + 1, RLENGTH - 2)
            $0 = substr($0, 1, RSTART - 1) " " substr($0, RSTART + RLENGTH)
            if (match(options, /signed-by=[^ \t]+/)) key = substr(options, RSTART + 10, RLENGTH - 10)
        }
        NF >= 3 { print $2 "\t" $3 "\t" key }'
}

deb822_sources() {
    awk '
        function flush(  i, j, n, m, uris, suites) {
            if (field["types"] ~ /(^|[ \t])deb([ \t]|$)/ && tolower(field["enabled"]) !~ /^(no|false|off|0)$/) {
                n = split(field["uris"], uris); m = split(field["suites"], suites)
                for (i = 1; i <= n; i++) for (j = 1; j <= m; j++)
                    print uris[i] "\t" suites[j] "\t" field["signed-by"]
            }
            split("", field)
            name = ""
        }
        /^#/ { next }
        /^[ \t]*$/ { flush(); next }
        /^[ \t]/ {
            field[name] = field[name] (name == "signed-by" ? "\\n" : "") $0
            next
        }
        {
            name = tolower(substr($0, 1, index($0, ":") - 1))
            value = substr($0, index($0, ":") + 1)
            gsub(/^[ \t]+|[ \t]+$/, "", value)
            field[name] = value
        }
        END { flush() }'
}

# The source that has SUITE, or would have it: the line of the machine's own release with the suite exchanged.
# "trixie-security" is derived from "bookworm-security", "trixie" and "sid" from "bookworm".
source_for() {  # SUITE
    codename=$(release_codename)
    case $1 in
        *-security) own=$codename-security ;;
        *-updates) own=$codename-updates ;;
        *) own=$codename ;;
    esac
    # "stable", "testing" and the like may stand in the place of a code name.
    list_sources | awk -F '\t' -v suite="$1" -v own="$own" '
        BEGIN { OFS = FS; part = match(own, /-(security|updates)$/) ? substr(own, RSTART) : "" }
        $1 ~ /^cdrom:/ { next }
        $2 == own { best = $1 OFS suite OFS $3; exit }
        best == "" && ($2 ~ "^(old|oldold)?stable" part "$" || $2 ~ "^(testing|unstable|sid)" part "$") {
            best = $1 OFS suite OFS $3
        }
        END { if (best == "") exit 1; print best }'
}

# A deb822 stanza. Targets leaves out every index nobody here reads.
source_stanza() {  # TYPES URI SUITE SIGNED-BY
    printf 'Types: %s\nURIs: %s\nSuites: %s\nComponents: main%s\n' "$1" "$2" "$3" \
        "$(case $(distribution) in ubuntu:*) echo ' universe' ;; esac)"
    printf 'Targets: Packages Sources\nLanguages: none\nPDiffs: no\n'
    [ -z "$4" ] || printf 'Signed-By: %b\n' "$4"
}

# Fetches the indexes of the suites. TYPES is "deb", "deb-src" or both. A suite the mirror does not have is an error;
# write "trixie-security?" for one to leave out when this machine has no such source.
open_suites() {  # DIR TYPES SUITE...
    dir=$1 types=$2
    shift 2
    mkdir -p "$dir/sources" "$dir/state/lists/partial" "$dir/cache/archives/partial"
    : >"$dir/state/status"
    : >"$dir/sources/suites.sources"
    for suite in "$@"; do
        if line=$(source_for "${suite%\?}"); then
            uri=$(printf '%s\n' "$line" | cut -f 1)
            key=$(printf '%s\n' "$line" | cut -f 3)
            { source_stanza "$types" "$uri" "${suite%\?}" "$key"; echo; } >>"$dir/sources/suites.sources"
        else
            case $suite in *\?) ;; *) die "apt: no source of this machine's apt is a mirror that could have '$suite'" ;; esac
        fi
    done
    suite_settings "$dir" >"$dir/apt.conf"
    # apt downloads as the user _apt when it can; then it must be able to reach the folder.
    chmod 755 "$dir"
    run_logged "$dir/update.log" suite_apt "$dir" apt-get update ||
        die "apt: cannot read the indexes of '$*' from this machine's mirror"
}

# Read after the machine's own settings, which keep what they say about proxies and time-outs. Hooks that other packages
# hang on apt would work on the machine's state, so they are cleared.
suite_settings() {  # DIR
    cat <<CONF
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$1/sources";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "$1/state";
Dir::State::lists "$1/state/lists";
Dir::State::status "$1/state/status";
Dir::Cache "$1/cache";
Dir::Log "$1";
APT::Get::AllowUnauthenticated "false";
APT::Update::Error-Mode "any";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
Acquire::AllowDowngradeToInsecureRepositories "false";
Acquire::Retries "3";
CONF
}

suite_apt() {  # DIR COMMAND ...
    private=$1 command=$2
    shift 2
    "$command" -c "$private/apt.conf" -q "$@"
}

# The version apt would take, or nothing.
suite_version() {  # DIR PACKAGE
    suite_apt "$1" apt-cache policy "$2" | awk '$1 == "Candidate:" && $2 != "(none)" { print $2 }'
}

# Unpacks a source package, with the distribution's patches applied, to DIR/src/NAME. dpkg-source checks the files
# against the .dsc; that the .dsc is the archive's own is what apt has proved.
unpack_source() {  # DIR NAME
    mkdir -p "$1/download" "$1/src"
    # Where _apt cannot write, apt falls back to downloading as root.
    [ "$(id -u)" != 0 ] || chown _apt "$1/download" 2>/dev/null || true
    (cd "$1/download" && run_logged "$1/source.log" suite_apt "$1" apt-get source --download-only "$2") ||
        die "apt: cannot download the source package '$2'"
    rm -rf "${1:?}/src/$2"
    run_logged "$1/unpack.log" dpkg-source -x "$(ls "$1/download/${2}"_*.dsc)" "$1/src/$2" ||
        die "dpkg-source: cannot unpack '$2'"
}
