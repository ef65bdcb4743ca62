#include "transparency/lookup_api.h"

#include "core/encoding.h"
#include "transparency/decimal.h"
#include "verify/dsse_entry.h"
#include "verify/tlog_proof.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::string_view kProof = "/api/v1/proof/";
constexpr std::string_view kConsistency = "/api/v1/consistency/";
constexpr std::string_view kFind = "/api/v1/find/";
constexpr std::string_view kFrom = "/from/";
constexpr std::string_view kJson = "application/json";
constexpr std::string_view kText = "text/plain; charset=utf-8";

ApiResponse not_found() {
    return error_response(404, "not found");
}

// What went wrong inside is not the client's business.
ApiResponse respond(Result<std::string> body, std::string_view type) {
    if (!body && body.error().fault() == Fault::Missing) return not_found();
    if (!body) return error_response(500, "the log cannot be read");
    ApiResponse response;
    response.content_type = type;
    response.body = *std::move(body);
    return response;
}

bool take_suffix(std::string_view& path, std::string_view suffix) {
    if (!path.ends_with(suffix)) return false;
    path.remove_suffix(suffix.size());
    return true;
}

std::optional<TreeHash> parse_leaf(std::string_view hex) {
    const auto bytes = parse_hex(hex);
    if (!bytes || bytes->size() != TreeHash::kSize) return std::nullopt;
    return *TreeHash::from(*bytes);
}

// Reads entries out of their bundles, and keeps the last bundle: neighbours often lie in one.
class Entries {
public:
    Entries(LogTail& log, std::uint64_t size) : log_(log), size_(size) {}

    Result<Buffer> get(std::uint64_t index) {
        const Tile tile = tile_of_tree(Tile::Kind::Entries, 0, index / kTileWidth, size_);
        if (index >= size_) return Error(Fault::Missing, "entry is beyond the tree");
        if (tile != tile_) {
            BOLTSEAL_TRY(bundle_, log_.get(tile));
            tile_ = tile;
        }
        Reader reader(bundle_);
        for (std::uint64_t i = 0; i < index % kTileWidth; ++i) {
            BOLTSEAL_CHECK(reader.take_u16_prefixed());
        }
        BOLTSEAL_TRY(const Bytes entry, reader.take_u16_prefixed());
        return to_buffer(entry);
    }

private:
    LogTail& log_;
    const std::uint64_t size_;
    std::optional<Tile> tile_;
    Buffer bundle_;
};

}  // namespace

bool LookupApi::has(std::string_view path) {
    return path.starts_with(kProof) || path.starts_with(kConsistency) || path.starts_with(kFind);
}

ApiResponse LookupApi::answer(const ApiRequest& request) const {
    if (request.method != "GET" && request.method != "HEAD") {
        ApiResponse response = error_response(405, "method not allowed");
        response.allow = "GET, HEAD";
        return response;
    }
    const std::string_view path = request.path;
    if (path.starts_with(kProof)) return prove(path.substr(kProof.size()));
    if (path.starts_with(kFind)) return find(path.substr(kFind.size()));
    if (!path.starts_with(kConsistency)) return not_found();
    return prove_consistency(path.substr(kConsistency.size()));
}

ApiResponse LookupApi::prove(std::string_view path) const {
    constexpr std::string_view kLeaf = "leaf/";
    const bool as_json = take_suffix(path, "/json");
    std::optional<std::uint64_t> index;
    if (path.starts_with(kLeaf)) {
        const auto leaf = parse_leaf(path.substr(kLeaf.size()));
        if (!leaf) return not_found();
        const auto found = sequencer_.find(*leaf);
        if (!found) return respond(found.error(), kText);
        index = *found;
    } else {
        index = parse_decimal(path);
    }
    if (!index) return not_found();
    return respond(prove_entry(*index, as_json), as_json ? kJson : kText);
}

Result<std::string> LookupApi::prove_entry(std::uint64_t index, bool as_json) const {
    const auto checkpoint = sequencer_.published();
    LogTail& log = sequencer_.log();
    if (index >= checkpoint->head().size) return Error(Fault::Missing, "entry is beyond the tree");
    BOLTSEAL_TRY(InclusionProof proof, log.prove_inclusion(index, checkpoint->head()));
    if (!as_json) return to_string(TlogProof{{}, std::move(proof), checkpoint->note()});
    BOLTSEAL_TRY(const Buffer entry, Entries(log, checkpoint->head().size).get(index));
    return print_proof_answer(proof, entry, *checkpoint);
}

ApiResponse LookupApi::prove_consistency(std::string_view path) const {
    const auto checkpoint = sequencer_.published();
    const std::size_t slash = path.find('/');
    const auto older = parse_decimal(path.substr(0, slash));
    std::optional<std::uint64_t> newer = checkpoint->head().size;
    if (slash != std::string_view::npos) newer = parse_decimal(path.substr(slash + 1));
    if (!older || !newer || *older > *newer || *newer > checkpoint->head().size) {
        return not_found();
    }
    return respond(consistency(*older, *newer, *checkpoint), kJson);
}

Result<std::string> LookupApi::consistency(std::uint64_t older, std::uint64_t newer,
                                           const VerifiedCheckpoint& checkpoint) const {
    Prover prover(sequencer_.log(), checkpoint.head());
    BOLTSEAL_TRY(const TreeHead old_head, prover.head_at(older));
    BOLTSEAL_TRY(const TreeHead new_head, prover.head_at(newer));
    BOLTSEAL_TRY(const ConsistencyProof proof, prover.prove_consistency(older, newer));
    return print_consistency_answer(old_head, new_head, proof, checkpoint);
}

ApiResponse LookupApi::find(std::string_view path) const {
    std::uint64_t from = 0;
    if (const std::size_t at = path.find(kFrom); at != std::string_view::npos) {
        const auto number = parse_decimal(path.substr(at + kFrom.size()));
        if (!number) return not_found();
        from = *number;
        path = path.substr(0, at);
    }
    const auto lookup = parse_lookup(path);
    if (!lookup) return not_found();
    const auto answer =
        lookup->by == Lookup::By::Subject ? look_up_subject(*lookup, from) : look_up(*lookup, from);
    if (!answer) return respond(answer.error(), kJson);
    return respond(print_lookup_answer(*answer), kJson);
}

// The checkpoint is taken after the index was asked, and so covers what comes of it.
Result<LookupAnswer> LookupApi::look_up(const Lookup& lookup, std::uint64_t from) const {
    BOLTSEAL_TRY(const LookupIndex::Page page, index_.find(key_of(lookup), from, kLookupPage));
    const auto checkpoint = sequencer_.published();
    LookupAnswer answer{page.complete, page.next, {}, {}, checkpoint->note()};
    Entries entries(sequencer_.log(), checkpoint->head().size);
    for (const std::uint64_t index : page.indexes) {
        BOLTSEAL_TRY(Buffer entry, entries.get(index));
        answer.entries.push_back({index, std::move(entry)});
    }
    BOLTSEAL_CHECK(prove_all(answer, *checkpoint));
    return answer;
}

// From the subject to statements, and from the digest of each to the entries that have it. Of one
// statement no more than a page: the others are found by its digest.
Result<LookupAnswer> LookupApi::look_up_subject(const Lookup& lookup, std::uint64_t from) const {
    BOLTSEAL_TRY(const BlobDigest subject, BlobDigest::from(lookup.algorithm, lookup.value));
    const std::uint64_t complete = index_.complete();
    BOLTSEAL_TRY(const auto page, statements_.find(subject, from, kLookupPage));
    const auto checkpoint = sequencer_.published();
    LookupAnswer answer{complete, page.next, {}, {}, checkpoint->note()};
    Entries entries(sequencer_.log(), checkpoint->head().size);
    for (const StatementStore::Found& found : page.statements) {
        const Lookup by_payload = by_digest(digest_of(found.statement));
        BOLTSEAL_TRY(const auto places, index_.find(key_of(by_payload), 0, kLookupPage));
        if (answer.entries.size() + places.indexes.size() > kLookupPage) {
            answer.next = found.place;
            break;
        }
        for (const std::uint64_t index : places.indexes) {
            if (index >= checkpoint->head().size) continue;
            BOLTSEAL_TRY(Buffer entry, entries.get(index));
            const auto names = read_entry_names(entry);
            const bool has_payload =
                names && names->kind == kDsseKind;  // else it is a file's digest
            if (has_payload) answer.entries.push_back({index, std::move(entry), found.statement});
        }
    }
    std::ranges::sort(answer.entries, {}, &FoundEntry::index);
    BOLTSEAL_CHECK(prove_all(answer, *checkpoint));
    return answer;
}

Result<void> LookupApi::prove_all(LookupAnswer& answer,
                                  const VerifiedCheckpoint& checkpoint) const {
    if (answer.entries.empty()) return {};
    std::vector<std::uint64_t> indexes;
    for (const FoundEntry& found : answer.entries) indexes.push_back(found.index);
    BOLTSEAL_TRY(answer.proof, sequencer_.log().prove_batch(indexes, checkpoint.head()));
    return {};
}

}  // namespace boltseal
