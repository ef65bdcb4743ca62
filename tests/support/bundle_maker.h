// Bundles with real signatures and real log entries, and ways to change one thing in them.
#pragma once

#include "sign/sign_statement.h"

#include <memory>
#include <string>
#include <vector>

namespace boltseal::test {

// A log with a real note key. Every head it has had is signed.
class SmallLog {
public:
    explicit SmallLog(std::string origin = "log.example.com");

    const NoteKey& key() const { return key_; }
    TreeHead head() const;

    // The entry's place in the tree that ends with it.
    LogEntry append(const HashedRekord& entry) { return append(encode_entry(entry).value()); }
    LogEntry append(Bytes body);
    // The place of an older entry in a tree of that size.
    LogEntry prove(std::uint64_t index, std::uint64_t size) const;

    std::string sign(const Checkpoint& checkpoint) const {
        return sign_text(to_string(checkpoint));
    }
    std::string sign_text(const std::string& text) const;  // as a note with one signature

private:
    std::unique_ptr<Signer> signer_;
    NoteKey key_;
    std::vector<Buffer> bodies_;
};

// A statement of cosign's image signature type about one digest.
Statement statement_about(const BlobDigest& digest,
                          std::string_view predicate_type = kSignPredicateType);

// The same content in both forms, signed as for a log if there is one, and logged in it.
SigstoreBundle make_dsse(const Statement& statement, Signer& signer, SmallLog* log = nullptr);
SigstoreBundle make_message(Bytes file, Signer& signer, SmallLog* log = nullptr);

// The text with the member at this path replaced, or added. "a.0.b" is member b of the first item
// of a.
std::string edit(const std::string& json, std::string_view path, Json value);
std::string without(const std::string& json, std::string_view path);
Json member_at(const std::string& json, std::string_view path);

// The text with its only occurrence of `from` replaced.
std::string replaced(const std::string& text, std::string_view from, std::string_view to);

}  // namespace boltseal::test
