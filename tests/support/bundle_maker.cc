#include "tests/support/bundle_maker.h"

#include "sign/private_key.h"
#include "tests/check.h"
#include "tests/support/reference_tree.h"

#include <algorithm>

namespace boltseal::test {

namespace {

ReferenceTree tree_of(const std::vector<Buffer>& bodies) {
    std::vector<TreeHash> leaves;
    for (const Buffer& body : bodies) leaves.push_back(hash_leaf(body));
    return ReferenceTree(std::move(leaves));
}

// With no value, the member is taken out. The members on the way must be there.
Json changed(const Json& json, std::string_view path, const std::optional<Json>& value) {
    if (path.empty()) return value.value();
    const std::size_t dot = std::min(path.find('.'), path.size());
    const std::string name(path.substr(0, dot));
    const std::string_view rest = path.substr(std::min(dot + 1, path.size()));
    if (const Json::Array* items = json.as_array()) {
        Json::Array copy = *items;
        copy.at(std::stoul(name)) = changed(copy.at(std::stoul(name)), rest, value);
        return copy;
    }
    const Json* child = json.find(name);
    CAPTURE(name);
    REQUIRE((child != nullptr || (rest.empty() && value)));
    if (rest.empty() && !value) {
        Json::Object members = *json.as_object();
        std::erase_if(members, [&](const Json::Member& member) { return member.first == name; });
        return members;
    }
    Json copy = json;
    copy.set(name, rest.empty() ? *value : changed(*child, rest, value));
    return copy;
}

SigstoreBundle bundle_of(const SignedContent& content, SmallLog* log) {
    SigstoreBundle bundle{key_hint(content.key), {}, content.content};
    if (log) bundle.log_entries.push_back(log->append(content.entry.value()));
    return bundle;
}

}  // namespace

SmallLog::SmallLog(std::string origin)
    : signer_(generate_key(KeyType::Ed25519).value()),
      key_{std::move(origin), NoteSignatureType::Ed25519, signer_->public_key()} {}

TreeHead SmallLog::head() const {
    return tree_of(bodies_).head(bodies_.size());
}

LogEntry SmallLog::append(Bytes body) {
    bodies_.push_back(to_buffer(body));
    return prove(bodies_.size() - 1, bodies_.size());
}

LogEntry SmallLog::prove(std::uint64_t index, std::uint64_t size) const {
    ReferenceTree tree = tree_of(bodies_);
    LogEntry entry;
    entry.index = index;
    entry.log_id = key_.log_id();
    entry.kind = "hashedrekord";
    entry.version = "0.0.2";
    entry.proof = {index, tree.path(index, size)};
    entry.head = tree.head(size);
    entry.checkpoint = sign({key_.name, entry.head, {}});
    entry.body = bodies_.at(index);
    return entry;
}

std::string SmallLog::sign_text(const std::string& text) const {
    return to_string(Note{text, {{key_.name, key_.id(), signer_->sign(as_bytes(text)).value()}}});
}

Statement statement_about(const BlobDigest& digest, std::string_view predicate_type) {
    return {{{"", {digest}}}, std::string(predicate_type), Json::object({})};
}

SigstoreBundle make_dsse(const Statement& statement, Signer& signer, SmallLog* log) {
    const auto content = sign_statement(statement, signer, log ? ForLog::Yes : ForLog::No);
    REQUIRE_OK(content);
    return bundle_of(*content, log);
}

SigstoreBundle make_message(Bytes file, Signer& signer, SmallLog* log) {
    const auto content = sign_artifact(file, signer, log ? ForLog::Yes : ForLog::No);
    REQUIRE_OK(content);
    return bundle_of(*content, log);
}

std::string edit(const std::string& json, std::string_view path, Json value) {
    return to_json(changed(parse_json(json).value(), path, std::move(value)));
}

std::string without(const std::string& json, std::string_view path) {
    return to_json(changed(parse_json(json).value(), path, std::nullopt));
}

Json member_at(const std::string& json, std::string_view path) {
    const Json parsed = parse_json(json).value();
    const Json* value = &parsed;
    while (!path.empty()) {
        const std::size_t dot = std::min(path.find('.'), path.size());
        const std::string name(path.substr(0, dot));
        value = value->as_array() ? &value->as_array()->at(std::stoul(name)) : value->find(name);
        CAPTURE(name);
        REQUIRE(value != nullptr);
        path.remove_prefix(std::min(dot + 1, path.size()));
    }
    return *value;
}

std::string replaced(const std::string& text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    CAPTURE(from);
    REQUIRE(at != std::string::npos);
    REQUIRE(text.find(from, at + 1) == std::string::npos);
    return std::string(text).replace(at, from.size(), to);
}

}  // namespace boltseal::test
