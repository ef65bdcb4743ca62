// What an honest registry would answer (OCI distribution-spec v1.1, pulling only), out of an OCI
// image layout that is read once and held in memory. The lies are fault.h's.
#pragma once

#include "core/result.h"
#include "tests/hostile/http_message.h"

#include <filesystem>

namespace boltseal::hostile {

class HonestRegistry {
public:
    // Every blob there is, the tags of index.json, and what refers to what.
    static Result<HonestRegistry> load(const std::filesystem::path& layout);

    // Any repository name will do: /v2/, manifests, blobs with a single range, referrers, and
    // /token. 404 for the rest.
    Answer answer(const Request& request) const;

private:
    Answer manifest(const std::string& name) const;
    Answer blob(const std::string& digest, const Request& request) const;

    std::map<std::string, std::string> blobs_;      // by digest
    std::map<std::string, std::string> types_;      // of manifests, by digest
    std::map<std::string, std::string> tags_;       // to digests
    std::map<std::string, std::string> referrers_;  // by subject: the entries of an index, as JSON
};

Answer error_answer(int status, const std::string& code);

}  // namespace boltseal::hostile
