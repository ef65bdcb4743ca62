#include "transparency/watch_list.h"

#include "core/encoding.h"
#include "transparency/list_lines.h"
#include "verify/entry_names.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::size_t kMaxWatchList = std::size_t{4} << 20;
constexpr std::string_view kKeyWord = "key ";
constexpr std::string_view kIdentityWord = "identity ";

Result<void> add_signer(Signers& signers, std::string_view line) {
    if (line.starts_with(kIdentityWord)) {
        const std::string_view name = line.substr(kIdentityWord.size());
        if (name.empty() || name.front() == ' ' || name.back() == ' ') {
            return Error(Fault::Config, "no identity");
        }
        signers.identities.emplace(name);
        return {};
    }
    if (!line.starts_with(kKeyWord)) {
        return Error(Fault::Config, "not of the form 'key <base64>' or 'identity <name>'");
    }
    const std::string_view hint = line.substr(kKeyWord.size());
    const auto bytes = parse_base64(hint);
    if (!bytes || bytes->size() != 32) {
        return Error(Fault::Config, "key is not the base64 of a SHA-256");
    }
    signers.keys.emplace(hint);
    return {};
}

Result<Signers> signers_of(Bytes entry) {
    BOLTSEAL_TRY(const EntryNames names, read_entry_names(entry));
    Signers signers;
    for (const KeyHash& key : names.keys) signers.keys.insert(to_base64(key.bytes()));
    signers.identities.insert(names.identities.begin(), names.identities.end());
    return signers;
}

// The first of `named` that is in `listed`, if any is.
std::optional<std::string> find(const Signers& named, const Signers& listed) {
    for (const std::string& name : named.identities) {
        if (listed.identities.contains(name)) return "identity " + printable(name, kInFull);
    }
    for (const std::string& hint : named.keys) {
        if (listed.keys.contains(hint)) return "key " + printable(hint);
    }
    return std::nullopt;
}

// Of an identity the key is used once and says nothing.
std::string name_of(const Signers& signers) {
    if (signers.identities.empty()) return "key " + printable(*signers.keys.begin());
    return "identity " + printable(*signers.identities.begin(), kInFull);
}

}  // namespace

Result<Signers> parse_signers(Bytes text) {
    if (text.size() > kMaxWatchList) return Error(Fault::Config, "larger than 4 MiB");
    Signers signers;
    BOLTSEAL_CHECK(for_each_list_line(
        as_text(text), [&](std::string_view line) { return add_signer(signers, line); }));
    return signers;
}

std::optional<EntryNotice> WatchList::look_at(Bytes entry) const {
    if (empty()) return std::nullopt;
    const auto named = signers_of(entry);
    if (!named) return EntryNotice{EntryNotice::Kind::Unreadable, named.error().message()};
    if (const auto by = find(*named, watched)) return EntryNotice{EntryNotice::Kind::Watched, *by};
    if (!known || find(*named, *known)) return std::nullopt;
    return EntryNotice{EntryNotice::Kind::Unknown, name_of(*named)};
}

}  // namespace boltseal
