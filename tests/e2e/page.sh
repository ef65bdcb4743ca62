#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The log's page in a real browser: tests/setup/browser brings Chromium and Playwright.
set -eu

program=$(basename "$0")
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/support/servers.sh"

main() {
    begin
    chromium=$(command -v chromium || true)
    [ -n "$chromium" ] || skip "no chromium here; tests/setup/browser installs it"
    command -v node >/dev/null || skip "no node here"
    modules=${BOLTSEAL_NODE_MODULES:-$top/.deps/browser/node_modules}
    [ -e "$modules/playwright-core" ] || skip "no playwright-core here; tests/setup/browser installs it"
    log_options=--raw
    make_log log log.example.org
    expect 0 boltseal keygen -o release
    for i in 0 1 2; do
        echo "$i" >"file-$i"
        expect 0 boltseal sign --key release.key --log "$log_url" --log-key log/log.pub "file-$i"
    done
    curl -sS --fail -o /dev/null --data '<img src=x onerror="document.title=1"><script>document.title=1</script>' \
        "$log_url/add"
    NODE_PATH=$modules CHROMIUM=$chromium node "$top/tests/e2e/page.mjs" "$log_url" "$work" ||
        die "the page does not do what it should"
}

main
