#include "verify/statement.h"

#include "core/encoding.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::string_view kStatementV1 = "https://in-toto.io/Statement/v1";
constexpr std::string_view kStatementV01 = "https://in-toto.io/Statement/v0.1";
constexpr JsonLimits kStatementLimits = {
    .max_bytes = std::size_t{16} << 20, .max_depth = 128, .max_values = 1'000'000};
constexpr std::size_t kMaxSubjects = 1024;
constexpr std::size_t kMaxSubjectDigests = 32;

Error bad_statement(const std::string& why) {
    return Error(Fault::Malformed, "statement: " + why);
}

Result<std::vector<BlobDigest>> parse_digests(const Json& subject) {
    BOLTSEAL_TRY(const Json* set, subject.object_at("digest"));
    const Json::Object& members = *set->as_object();
    if (members.empty()) return Error(Fault::Malformed, "'digest' is empty");
    if (members.size() > kMaxSubjectDigests) {
        return Error(Fault::Malformed, "'digest' has too many members");
    }
    std::vector<BlobDigest> digests;
    for (const auto& [name, value] : members) {
        const std::string* hex = value.as_string();
        if (!hex) return Error(Fault::Malformed, "a digest is not a string");
        if (!parse_hash_algorithm(name)) continue;  // gitCommit, sha1, ...: nothing we match by
        BOLTSEAL_TRY(BlobDigest digest, parse_digest(name + ":" + *hex));
        digests.push_back(std::move(digest));
    }
    return digests;
}

Result<Subject> parse_subject(const Json& json) {
    if (!json.is_object()) return Error(Fault::Malformed, "not an object");
    Subject subject;
    if (json.find("name")) {
        BOLTSEAL_TRY(const std::string* name, json.string_at("name"));
        subject.name = *name;
    }
    BOLTSEAL_TRY(subject.digests, parse_digests(json));
    return subject;
}

Json to_json(const Subject& subject) {
    Json digests = Json::object({});
    for (const BlobDigest& digest : subject.digests) {
        digests.set(std::string(to_string(digest.algorithm())), digest.hex());
    }
    Json json = Json::object({{"digest", std::move(digests)}});
    if (!subject.name.empty()) json.set("name", subject.name);
    return json;
}

}  // namespace

Result<Statement> parse_statement(Bytes payload) {
    auto json = parse_json(payload, kStatementLimits);
    if (!json) return bad_statement(json.error().message());
    BOLTSEAL_TRY(const std::string* type, json->string_at("_type"));
    if (*type != kStatementV1 && *type != kStatementV01) {
        return bad_statement("unknown type " + printable(*type));
    }
    Statement statement;
    BOLTSEAL_TRY(const std::string* predicate_type, json->string_at("predicateType"));
    statement.predicate_type = *predicate_type;
    BOLTSEAL_TRY(const Json::Array* subjects, json->array_at("subject"));
    if (subjects->empty()) return bad_statement("no subject");
    if (subjects->size() > kMaxSubjects) return bad_statement("more than 1024 subjects");
    for (const Json& item : *subjects) {
        auto subject = parse_subject(item);
        if (!subject) return bad_statement("subject: " + subject.error().message());
        statement.subjects.push_back(*std::move(subject));
    }
    if (const Json* predicate = json->find("predicate")) statement.predicate = *predicate;
    return statement;
}

Buffer encode_statement(const Statement& statement) {
    Json::Array subjects;
    for (const Subject& subject : statement.subjects) subjects.push_back(to_json(subject));
    Json json = Json::object({{"_type", kStatementV1},
                              {"subject", std::move(subjects)},
                              {"predicateType", statement.predicate_type}});
    if (!statement.predicate.is_null()) json.set("predicate", statement.predicate);
    return to_buffer(to_canonical_json(json));
}

const Subject* find_subject(const Statement& statement, const BlobDigest& digest) {
    for (const Subject& subject : statement.subjects) {
        if (std::ranges::find(subject.digests, digest) != subject.digests.end()) return &subject;
    }
    return nullptr;
}

}  // namespace boltseal
