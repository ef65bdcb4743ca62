#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# deploy/nginx.conf, as it is but for names, ports and paths, in front of a real log; and the units of systemd, as far
# as they can be looked at without it running.
set -eu

program=$(basename "$0")
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/support/servers.sh"

main() {
    begin
    nginx=$(command -v nginx || echo /usr/sbin/nginx)
    [ -x "$nginx" ] || skip "no nginx here"
    check_units
    log_options="--raw --trusted-proxy 127.0.0.1 --audit $work/audit"
    make_log log log.example.org
    start_nginx
    fill_a_tile
    say "reads"
    same checkpoint "$log_url/checkpoint" "$url/checkpoint"
    same partial "$log_url/tile/0/001.p/44" "$url/tile/0/001.p/44"
    same "partial below /api/v2" "$log_url/tile/0/001.p/44" "$url/api/v2/tile/0/001.p/44"
    answers 200 "$url/tile/0/000"
    has_header 'cache-control: public, max-age=31536000, immutable'
    has_header 'strict-transport-security: max-age=31536000'
    has_header 'content-type: application/octet-stream'
    cmp -s answer log/public/tile/0/000 || die "another tile than on disk"
    answers 200 "$url/tile/0/001.p/44"
    has_header 'cache-control: public, max-age=604800'
    answers 200 "$url/checkpoint"
    has_header 'cache-control: no-cache'
    answers 404 "$url/tile/0/002"
    writes
    refusals
    without_the_log
}

start_nginx() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=log.example.org \
        -addext subjectAltName=DNS:log.example.org -keyout tls.key -out tls.pem 2>/dev/null
    mkdir -p nginx
    # The user who runs this is whom the log belongs to.
    cat >wrapper.conf <<CONFIG
$([ "$(id -u)" != 0 ] || echo 'user root;')
worker_processes 1;
pid $work/nginx/pid;
error_log stderr;
events {}
http {
    access_log $work/nginx/access;
    client_body_temp_path $work/nginx/body;
    proxy_temp_path $work/nginx/proxy;
    fastcgi_temp_path $work/nginx/fastcgi;
    uwsgi_temp_path $work/nginx/uwsgi;
    scgi_temp_path $work/nginx/scgi;
    include $work/boltseal-log.conf;
}
CONFIG
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        http=$(random_port) https=$(random_port)
        sed -e "s|listen 80;|listen 127.0.0.1:$http;|; s|listen 443 ssl|listen 127.0.0.1:$https ssl|; /listen \[::\]/d" \
            -e "s|127.0.0.1:8470|${log_url#http://}|; s|/srv/boltseal-log|$work/log/public|" \
            -e "s|/etc/ssl/log.example.org/fullchain.pem|$work/tls.pem|" \
            -e "s|/etc/ssl/log.example.org/privkey.pem|$work/tls.key|" "$top/deploy/nginx.conf" >boltseal-log.conf
        spawn nginx.log "$nginx" -p "$work/nginx" -c "$work/wrapper.conf" -g 'daemon off;'
        nginx_pid=$pid url=https://log.example.org:$https
        if wait_for "$pid" ask "$url/healthz"; then return 0; fi
    done
    cat nginx.log >&2
    die "nginx could not be started"
}

# ask CURL-ARGUMENTS...: with the body in answer and the head in head.txt; sets $status.
ask() {
    status=$(curl -sS --cacert tls.pem --resolve "log.example.org:$https:127.0.0.1" \
        --resolve "log.example.org:$http:127.0.0.1" -o answer -D head.txt -w '%{http_code}' "$@" 2>curl.err) ||
        { status=none; return 1; }
}

answers() {  # STATUS CURL-ARGUMENTS...
    wanted=$1
    shift
    ask "$@" || true
    [ "$status" = "$wanted" ] || { cat curl.err head.txt answer >&2; die "$* is answered $status instead of $wanted"; }
}

has_header() {
    tr -d '\r' <head.txt | grep -iqxF -e "$1" || { cat head.txt >&2; die "there is no header '$1'"; }
}

same() {  # WHAT URL URL
    answers 200 "$2"
    mv answer first
    answers 200 "$3"
    cmp -s first answer || die "$1 is not the same from both"
}

# 300 entries of 5 bytes, each behind its length.
fill_a_tile() {
    i=10000
    while [ $i -lt 10300 ]; do
        printf '\000\005%d' $i
        i=$((i + 1))
    done >batch.bin
    answers 200 --data-binary @batch.bin -H 'Content-Type: application/octet-stream' "$url/api/v1/entries"
    wait_for "$log_pid" test -e log/public/tile/0/000 || die "there is no full tile"
    wait_for "$log_pid" test -e log/public/tile/entries/000 || die "there is no full bundle"
}

writes() {
    say "writes, and who the log takes for their client"
    answers 400 --data '{}' "$url/api/v2/log/entries"
    # nginx reads it whole, and the log sees its length.
    answers 200 -H 'Transfer-Encoding: chunked' -H 'Content-Type: application/octet-stream' --data-binary @batch.bin \
        "$url/api/v1/entries"
    answers 200 -H 'X-Forwarded-For: 198.51.100.1' -H 'Cookie: a=%20' -H 'Referer: https://a/?b=%20' \
        -H 'Content-Type: application/octet-stream' --data-binary @batch.bin "$url/api/v1/entries"
    [ "$(grep -c '"client":"127.0.0.1","token":null,"path":"/api/v1/entries","status":200' audit)" = 3 ] ||
        { cat audit >&2; die "the audit trail is not as it should be"; }
    ! grep -q 198.51.100.1 audit || die "a client has chosen its own address"
    stop "$log_pid"
    boltseal-log token create --dir log --name ci >ci.token 2>token.log
    start_log log "$log_url"
    answers 401 --data '{}' "$url/api/v2/log/entries"
    has_header 'www-authenticate: Bearer realm="boltseal-log"'
    answers 400 -H "Authorization: Bearer $(cat ci.token)" --data '{}' "$url/api/v2/log/entries"
}

refusals() {
    say "what must be refused"
    answers 400 "$url/checkpoint?a=b"
    answers 400 "$url/checkpoint?"
    answers 400 "$url/%63heckpoint"
    answers 400 --path-as-is "$url/tile/%2e%2e/%2e%2e/log.key"
    answers 400 --path-as-is "$url/tile/../../log.key"
    answers 405 -X PUT --data x "$url/api/v1/entries"
    answers 404 "$url/metrics"
    answers 404 "$url/log.key"
    answers 404 "$url//checkpoint"
    ln -s ../../../log.key log/public/tile/0/link
    answers 404 "$url/tile/0/link"
    rm log/public/tile/0/link
    head -c 4194305 /dev/zero >large
    answers 413 --data-binary @large "$url/api/v1/entries"
    answers none --tls-max 1.1 "$url/checkpoint"
    answers 301 "http://log.example.org:$http/checkpoint"
    has_header 'location: https://log.example.org/checkpoint'
    answers 403 --data '{}' "http://log.example.org:$http/api/v2/log/entries"
    # All of them over one connection, faster than 20 a second.
    for _ in $(seq 200); do
        printf 'url = "%s"\noutput = /dev/null\n' "$url/api/v2/log/entries"
    done >many
    curl -sS --cacert tls.pem --resolve "log.example.org:$https:127.0.0.1" --data '{}' \
        -H "Authorization: Bearer $(cat ci.token)" -w '%{http_code}\n' -K many >statuses
    grep -qx 400 statuses || die "nobody may write any more"
    grep -qx 429 statuses || die "nobody is told to write less"
}

without_the_log() {
    say "full tiles are there without the log"
    stop "$log_pid"
    answers 200 "$url/tile/0/000"
    cmp -s answer log/public/tile/0/000 || die "another tile than on disk"
    answers 200 "$url/api/v2/tile/entries/000"
    cmp -s answer log/public/tile/entries/000 || die "another bundle than on disk"
    answers 502 "$url/checkpoint"
    stop "$nginx_pid"
}

check_units() {
    command -v systemd-analyze >/dev/null || return 0
    say "the units of systemd"
    mkdir units
    for unit in "$top"/deploy/*.service; do
        name=$(basename "$unit")
        sed "s|=/usr/bin/boltseal-log|=$(command -v boltseal-log)|" "$unit" >"units/$name"
    done
    systemd-analyze verify --man=no units/*.service >units.log 2>&1 || { cat units.log >&2; die "a unit makes no sense"; }
    ! grep -q 'units/' units.log || { cat units.log >&2; die "a unit makes no sense"; }
    for unit in units/*.service; do
        systemd-analyze security --no-pager --offline=yes --threshold=15 "$unit" >units.log 2>&1 ||
            { tail -n 2 units.log >&2; die "$unit is too open"; }
    done
}

main
