#include "registry-client/referrers.h"

#include <algorithm>
#include <set>

namespace boltseal {

namespace {

constexpr int kMaxRounds = 60;
constexpr std::size_t kAskedAtOnce = 64;  // manifests that are asked for side by side
constexpr int kLooks = 2;                 // in a row that must find everything

bool is_listed(const std::vector<Descriptor>& list, const BlobDigest& digest) {
    return std::any_of(list.begin(), list.end(),
                       [&](const Descriptor& entry) { return entry.digest == digest; });
}

// The fallback tag as it is: text and entries. Nothing there is an empty index.
struct FallbackIndex {
    Json json;
    std::string media_type{kOciIndex};
    std::vector<Descriptor> entries;
    std::string etag;
};

Result<FallbackIndex> read_fallback(RegistryClient& client, const std::string& tag) {
    FallbackIndex out;
    auto current = client.resolve(tag);
    if (!current && current.error().fault() == Fault::Missing) {
        out.json = Json::object({{"schemaVersion", 2}, {"mediaType", out.media_type}});
        return out;
    }
    if (!current) return std::move(current).error();
    out.media_type = current->descriptor.media_type;
    if (!is_index(out.media_type)) {
        return Error(Fault::Declined, "tag '" + tag + "' holds something that is no index");
    }
    BOLTSEAL_TRY(out.json, parse_json(current->bytes));
    BOLTSEAL_TRY(const Manifest index, parse_manifest(current->bytes, out.media_type));
    out.entries = index.manifests;
    out.etag = current->etag;
    return out;
}

// Changes the text, not what we understood of it: members unknown to us stay.
Result<std::string> with_entries(FallbackIndex index, const std::vector<Descriptor>& more) {
    if (more.size() > kMaxReferrers - std::min(kMaxReferrers, index.entries.size())) {
        return Error(Fault::Declined, "the fallback tag would list more than 1024 referrers");
    }
    Json::Array entries;
    const Json* present = index.json.find("manifests");
    if (present != nullptr && present->is_array()) entries = *present->as_array();
    for (const Descriptor& entry : more) entries.push_back(to_json_value(entry));
    index.json.set("manifests", std::move(entries));
    return to_json(index.json);
}

void wait(const Patience& patience, std::chrono::milliseconds base) {
    if (!patience.sleep) return;
    const double share = 1.0 + (patience.jitter ? patience.jitter() : 0.5);
    const double pause = static_cast<double>(base.count()) * share;
    patience.sleep(std::chrono::milliseconds(static_cast<std::int64_t>(pause)));
}

}  // namespace

std::string referrers_tag(const BlobDigest& subject) {
    return std::string(to_string(subject.algorithm())) + "-" + subject.hex().substr(0, 64);
}

std::string legacy_tag(const BlobDigest& subject, std::string_view suffix) {
    return referrers_tag(subject) + "." + std::string(suffix);
}

Manifest attachment_manifest(const Descriptor& subject, const Attachment& attachment) {
    Manifest out;
    out.media_type = kOciManifest;
    out.artifact_type = attachment.artifact_type;
    out.config = empty_config();
    for (const AttachedBlob& blob : attachment.blobs) {
        out.layers.push_back(describe(blob.bytes, blob.media_type));
        out.layers.back().annotations = blob.annotations;
    }
    out.subject = {subject.media_type, subject.digest, subject.size, {}, {}, {}};
    out.annotations = attachment.annotations;
    return out;
}

Descriptor describe_referrer(const Manifest& manifest, const Descriptor& descriptor) {
    Descriptor out;
    out.media_type = manifest.media_type;
    out.digest = descriptor.digest;
    out.size = descriptor.size;
    out.artifact_type = artifact_type_of(manifest);
    out.annotations = manifest.annotations;
    return out;
}

Result<ReferrerList> collect_referrers(const std::vector<Descriptor>& listed,
                                       const BlobDigest& subject, const GetManifest& get) {
    ReferrerList out;
    if (listed.size() > kMaxReferrers) {
        return Error(Fault::Malformed, "more than 1024 referrers are listed");
    }
    std::set<BlobDigest> seen;
    for (const Descriptor& entry : listed) {
        if (!seen.insert(entry.digest).second) continue;
        const std::string name = "'" + to_string(entry.digest) + "'";
        if (!is_manifest_type(entry.media_type)) {
            out.ignored.push_back(name + " is no manifest");
            continue;
        }
        auto manifest = get(entry.digest);
        if (!manifest && manifest.error().fault() == Fault::Missing) {
            out.ignored.push_back(name + " is listed but not there");
            continue;
        }
        if (!manifest) return std::move(manifest).error();
        BOLTSEAL_CHECK(check_content(manifest->bytes, entry));
        BOLTSEAL_TRY(Manifest parsed, parse_manifest(manifest->bytes, entry.media_type));
        if (!parsed.subject || parsed.subject->digest != subject) {
            out.ignored.push_back(name + " has another subject");
            continue;
        }
        Descriptor descriptor = describe_referrer(parsed, manifest->descriptor);
        out.found.push_back({std::move(descriptor), std::move(parsed), std::move(manifest->bytes)});
    }
    return out;
}

namespace {

// All manifests are asked for at once: each would cost a round trip otherwise.
Result<ReferrerList> collect_at_once(RegistryClient& client, const std::vector<Descriptor>& listed,
                                     const BlobDigest& subject) {
    std::vector<BlobDigest> wanted;
    std::set<BlobDigest> seen;
    for (const Descriptor& entry : listed) {
        const bool fits = is_manifest_type(entry.media_type) && wanted.size() < kAskedAtOnce;
        if (fits && seen.insert(entry.digest).second) wanted.push_back(entry.digest);
    }
    client.expect_manifests(wanted);
    return collect_referrers(listed, subject,
                             [&](const BlobDigest& digest) { return client.get_manifest(digest); });
}

Result<ReferrerList> list_expected(RegistryClient& client, const BlobDigest& subject) {
    auto listed = client.list_referrers_api(subject, kMaxReferrers);
    if (listed) return collect_at_once(client, *listed, subject);
    if (listed.error().fault() != Fault::Missing) return std::move(listed).error();
    auto fallback = client.resolve(referrers_tag(subject));
    if (!fallback && fallback.error().fault() == Fault::Missing) return ReferrerList();
    if (!fallback) return std::move(fallback).error();
    if (!is_index(fallback->descriptor.media_type)) return ReferrerList();
    BOLTSEAL_TRY(const Manifest index,
                 parse_manifest(fallback->bytes, fallback->descriptor.media_type));
    return collect_at_once(client, index.manifests, subject);
}

}  // namespace

Result<ReferrerList> list_referrers(RegistryClient& client, const BlobDigest& subject) {
    client.expect_referrers(subject, referrers_tag(subject));
    auto out = list_expected(client, subject);
    client.forget_expected();  // whoever reads the tag later wants it as it is then
    return out;
}

Result<void> add_to_fallback_tag(RegistryClient& client, const BlobDigest& subject,
                                 const std::vector<Descriptor>& entries,
                                 std::chrono::milliseconds settle) {
    const std::string tag = referrers_tag(subject);
    std::vector<Descriptor> known = entries;  // that must be there when we leave
    int looks = 0;
    for (int round = 0; round < kMaxRounds; ++round) {
        BOLTSEAL_TRY(FallbackIndex index, read_fallback(client, tag));
        std::vector<Descriptor> gone;
        for (const Descriptor& one : known) {
            if (!is_listed(index.entries, one.digest)) gone.push_back(one);
        }
        for (const Descriptor& one : index.entries) {
            if (!is_listed(known, one.digest)) known.push_back(one);
        }
        if (gone.empty()) {
            if (looks++ == kLooks) return {};
        } else {
            looks = 0;
            const std::string etag = index.etag;
            const std::string media_type = index.media_type;
            BOLTSEAL_TRY(const std::string text, with_entries(std::move(index), gone));
            BOLTSEAL_TRY(const PutManifest put,
                         client.put_manifest(tag, media_type, as_bytes(text), etag));
            (void)put;  // after a conflict, as after success, the next round looks
        }
        wait(client.patience(), settle);
    }
    return Error(Fault::Io, "tag '" + tag + "' changed all the time while adding a referrer");
}

}  // namespace boltseal
