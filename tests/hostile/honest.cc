#include "tests/hostile/honest.h"

#include "core/file.h"
#include "core/json.h"

namespace boltseal::hostile {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxBlob = std::size_t{2} << 30;
constexpr std::string_view kIndexType = "application/vnd.oci.image.index.v1+json";

std::string member(const Json& json, const std::string& name) {
    const Json* found = json.find(name);
    return found == nullptr || !found->is_string() ? std::string() : *found->as_string();
}

// "rest" of "/v2/<name>/<kind>/<rest>", without a query; empty if it is something else. Anything
// may stand in front, so that a redirect can lead to a path of its own.
std::string after(const std::string& target, const std::string& kind) {
    const std::string path = target.substr(0, target.find('?'));
    const std::size_t at = path.rfind("/" + kind + "/");
    if (path.find("/v2/") >= at || at == std::string::npos) return {};
    return path.substr(at + kind.size() + 2);
}

Answer text_answer(std::string_view type, std::string body) {
    Answer out;
    out.set_header("Content-Type", std::string(type));
    out.set_body(std::move(body));
    return out;
}

}  // namespace

Answer error_answer(int status, const std::string& code) {
    Answer out = text_answer("application/json", R"({"errors":[{"code":")" + code + R"("}]})");
    out.status = status;
    return out;
}

Result<HonestRegistry> HonestRegistry::load(const fs::path& layout) {
    HonestRegistry out;
    for (const auto& file : fs::directory_iterator(layout / "blobs" / "sha256")) {
        BOLTSEAL_TRY(const Buffer bytes, read_file(file.path(), kMaxBlob));
        out.blobs_["sha256:" + file.path().filename().string()] = as_text(bytes);
    }
    BOLTSEAL_TRY(const Buffer index, read_file(layout / "index.json", kMaxBlob));
    BOLTSEAL_TRY(const Json json, parse_json(index));
    BOLTSEAL_TRY(const Json::Array* entries, json.array_at("manifests"));
    for (const Json& entry : *entries) {
        const std::string digest = member(entry, "digest");
        out.types_[digest] = member(entry, "mediaType");
        const Json* notes = entry.find("annotations");
        const std::string tag =
            notes == nullptr ? "" : member(*notes, "org.opencontainers.image.ref.name");
        if (!tag.empty()) out.tags_[tag] = digest;
        BOLTSEAL_TRY(const Json manifest, parse_json(out.blobs_[digest]));
        const Json* subject = manifest.find("subject");
        if (subject == nullptr) continue;
        std::string& list = out.referrers_[member(*subject, "digest")];
        list += (list.empty() ? "" : ",") + to_json(entry);
    }
    return out;
}

Answer HonestRegistry::manifest(const std::string& name) const {
    const auto tag = tags_.find(name);
    const std::string digest = tag == tags_.end() ? name : tag->second;
    const auto type = types_.find(digest);
    if (type == types_.end()) return error_answer(404, "MANIFEST_UNKNOWN");
    Answer out;
    out.body = blobs_.at(digest);
    out.set_header("Content-Type", type->second);
    out.set_header("Content-Length", std::to_string(out.body.size()));
    out.set_header("Docker-Content-Digest", digest);
    return out;
}

Answer HonestRegistry::blob(const std::string& digest, const Request& request) const {
    const auto found = blobs_.find(digest);
    if (found == blobs_.end()) return error_answer(404, "BLOB_UNKNOWN");
    Answer out;
    out.body = found->second;
    out.set_header("Content-Type", "application/octet-stream");
    out.set_header("Accept-Ranges", "bytes");
    const std::string size = std::to_string(out.body.size());
    if (const auto range = parse_range(request.header("range"), out.body.size())) {
        out.status = 206;
        out.offset = range->first;
        out.body = out.body.substr(range->first, range->last - range->first + 1);
        out.set_header("Content-Range", "bytes " + std::to_string(range->first) + "-" +
                                            std::to_string(range->last) + "/" + size);
    }
    out.set_header("Content-Length", std::to_string(out.body.size()));
    return out;
}

Answer HonestRegistry::answer(const Request& request) const {
    const std::string& target = request.target;
    if (target == "/v2/") return text_answer("application/json", "{}");
    if (target.starts_with("/token")) return text_answer("application/json", R"({"token":"t"})");
    if (const auto name = after(target, "manifests"); !name.empty()) return manifest(name);
    if (const auto digest = after(target, "blobs"); !digest.empty()) return blob(digest, request);
    const std::string subject = after(target, "referrers");
    if (subject.empty()) return error_answer(404, "NAME_UNKNOWN");
    const auto list = referrers_.find(subject);
    return text_answer(kIndexType, R"({"schemaVersion":2,"mediaType":")" + std::string(kIndexType) +
                                       R"(","manifests":[)" +
                                       (list == referrers_.end() ? "" : list->second) + "]}");
}

}  // namespace boltseal::hostile
