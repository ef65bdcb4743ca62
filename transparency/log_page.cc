#include "transparency/log_page.h"

#include "core/encoding.h"
#include "core/json.h"
#include "transparency/decimal.h"
#include "transparency/page_files.h"
#include "transparency/tile.h"
#include "verify/identity.h"
#include "verify/key_hash.h"
#include "verify/log_entry.h"

#include <algorithm>
#include <map>
#include <optional>

namespace boltseal {

namespace {

constexpr std::size_t kRecent = 20;
constexpr std::size_t kMaxShown = std::size_t{16} << 10;  // of an entry that is not JSON
constexpr std::chrono::seconds kFresh{1};
constexpr std::string_view kEntryPath = "/entry/";
constexpr std::string_view kFilePath = "/page/";
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

ApiResponse page(std::string body) {
    ApiResponse response;
    response.content_type = "text/html; charset=utf-8";
    response.cache_control = "no-cache";
    response.security_policy = kPolicy;
    response.body = std::move(body);
    return response;
}

ApiResponse file(std::string_view name) {
    const std::string_view content = page_file(name);
    if (content.empty() || name.ends_with(".html")) return error_response(404, "not found");
    ApiResponse response;
    response.content_type =
        name.ends_with(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8";
    response.cache_control = "public, max-age=300";
    response.security_policy = kPolicy;
    response.body = content;
    return response;
}

void append_escaped(std::string& out, char c) {
    switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&#39;";
            break;
        default:
            out += c;
    }
}

using Values = std::map<std::string_view, std::string>;

// The template with each {{name}} replaced by its value, which must be HTML. REQUIRES: all are
// known
std::string fill(std::string_view text, const Values& values) {
    std::string out;
    for (;;) {
        const std::size_t begin = text.find("{{");
        out.append(text.substr(0, begin));
        if (begin == std::string_view::npos) return out;
        const std::size_t end = text.find("}}", begin);
        out.append(values.at(text.substr(begin + 2, end - begin - 2)));
        text.remove_prefix(end + 2);
    }
}

// Who signed it, as HTML.
std::string signer_of(const HashedRekord& entry) {
    const std::string key = "key <code>" + to_hex(key_hash(entry.key).bytes()) + "</code>";
    if (entry.certificate.empty()) return key;
    const auto certificate = parse_certificate(entry.certificate);
    const auto identity = certificate ? read_identity(*certificate)
                                      : Result<CertificateIdentity>(certificate.error());
    if (!identity || identity->names.empty()) return key + ", in a certificate";
    std::string names;
    for (const SubjectName& name : identity->names) {
        names += (names.empty() ? "" : ", ") + escape_html(name.value);
    }
    return names + " of " + escape_html(identity->issuer) + ", says a certificate";
}

struct Summary {
    std::string digest;
    std::string signer;
};

Summary summary_of(Bytes body) {
    const auto entry = parse_entry(body);
    if (!entry) return {"of another kind", ""};
    return {escape_html(to_string(entry->digest)), signer_of(*entry)};
}

std::string show(Bytes body) {
    const auto json = parse_json(body);
    if (json) return escape_html(to_pretty_json(*json));
    const std::size_t shown = std::min(body.size(), kMaxShown);
    const std::string more = shown < body.size() ? "..." : "";
    const auto text = body.first(shown);
    return (is_utf8(body) && shown == body.size() ? escape_html(as_text(text)) : to_hex(text)) +
           more;
}

std::string cosigned_by(const std::string& note, const NoteKey& key) {
    const auto parsed = parse_note(as_bytes(note));
    if (!parsed) return "";
    std::string names;
    for (const NoteSignature& line : parsed->signatures) {
        if (line.name == key.name && line.key_id == key.id()) continue;
        names += (names.empty() ? "Cosigned by " : ", ") + escape_html(line.name);
        if (const auto time = claimed_time(line)) names += " at " + to_rfc3339(*time);
    }
    return names.empty() ? "No witness has cosigned it." : names + ".";
}

}  // namespace

std::string escape_html(std::string_view text) {
    std::string out;
    for (;;) {
        const std::size_t end = text.find('\n');
        for (const char c : without_controls(text.substr(0, end))) append_escaped(out, c);
        if (end == std::string_view::npos) return out;
        out += '\n';
        text.remove_prefix(end + 1);
    }
}

bool LogPage::handle(const ApiRequest& request, const Reply& reply) {
    if (request.method != "GET" && request.method != "HEAD") return false;
    const std::string_view path = request.path;
    if (path.starts_with(kFilePath)) {
        reply(file(path.substr(kFilePath.size())));
        return true;
    }
    std::optional<std::uint64_t> index;
    if (path != "/") {
        if (!path.starts_with(kEntryPath)) return false;
        index = parse_decimal(path.substr(kEntryPath.size()));
        if (!index) return false;
    }
    const bool taken = workers_.post([this, index, reply] {
        try {
            reply(index ? entry(*index) : front());
        } catch (const std::exception&) {  // out of memory, or a bug
            reply(error_response(500, "internal error"));
        }
    });
    if (!taken) {
        ApiResponse busy = error_response(503, "too many requests are waiting");
        busy.retry_after = 1;
        reply(std::move(busy));
    }
    return true;
}

ApiResponse LogPage::front() {
    const auto checkpoint = sequencer_.published();
    const std::lock_guard guard(mutex_);
    const auto now = Clock::now();
    if (!front_of_ || (front_of_ != checkpoint && now - front_made_ >= kFresh)) {
        front_ = render_front(*checkpoint);
        front_of_ = checkpoint;
        front_made_ = now;
    }
    return page(front_);
}

std::string LogPage::render_front(const VerifiedCheckpoint& checkpoint) {
    return fill(page_file("index.html"), {{"origin", escape_html(key_.name)},
                                          {"size", std::to_string(checkpoint.head().size)},
                                          {"recent", render_recent(checkpoint.head())},
                                          {"checkpoint", escape_html(checkpoint.note())},
                                          {"cosigned", cosigned_by(checkpoint.note(), key_)},
                                          {"vkey", escape_html(to_vkey(key_))}});
}

Result<std::vector<Buffer>> LogPage::bundle(std::uint64_t number, const TreeHead& head) {
    const Tile tile = tile_of_tree(Tile::Kind::Entries, 0, number, head.size);
    BOLTSEAL_TRY(const Buffer bytes, sequencer_.log().get(tile));
    return parse_entry_bundle(bytes, tile.width);
}

// Of the newest bundle; there may be fewer in it.
std::string LogPage::render_recent(const TreeHead& head) {
    if (head.size == 0) return "";
    const std::uint64_t number = (head.size - 1) / kTileWidth;
    const auto entries = bundle(number, head);
    if (!entries) return "";
    std::string rows;
    for (std::size_t i = entries->size(); i-- > 0 && entries->size() - i <= kRecent;) {
        const std::string index = std::to_string(number * kTileWidth + i);
        const Summary summary = summary_of((*entries)[i]);
        rows += "<tr><td><a href=\"entry/" + index + "\">" + index + "</a></td><td><code>" +
                summary.digest + "</code></td><td>" + summary.signer + "</td></tr>\n";
    }
    return rows;
}

ApiResponse LogPage::entry(std::uint64_t index) {
    const TreeHead head = sequencer_.published()->head();
    if (index >= head.size) return error_response(404, "not found");
    const auto entries = bundle(index / kTileWidth, head);
    if (!entries) return error_response(500, "the entry cannot be read");
    const Bytes body = (*entries)[index % kTileWidth];
    const Summary summary = summary_of(body);
    return page(fill(page_file("entry.html"), {{"origin", escape_html(key_.name)},
                                               {"index", std::to_string(index)},
                                               {"size", std::to_string(head.size)},
                                               {"digest", summary.digest},
                                               {"signer", summary.signer},
                                               {"leaf", to_hex(hash_leaf(body).bytes())},
                                               {"entry", show(body)},
                                               {"vkey", escape_html(to_vkey(key_))}}));
}

}  // namespace boltseal
