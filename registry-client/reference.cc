#include "registry-client/reference.h"

#include "net/url.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::size_t kMaxReference = 1024;
constexpr std::size_t kMaxName = 255;  // of registry and repository, as many clients limit it
constexpr std::size_t kMaxTag = 128;
constexpr std::string_view kHub = "docker.io";

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
bool is_alphanumeric(char c) {
    return is_lower(c) || is_digit(c);
}

Error bad_reference(std::string_view text, const std::string& why) {
    return Error(Fault::Config, "reference " + printable(text) + ": " + why);
}

// A '.', '_' or '__', or any number of '-'.
bool is_separator(std::string_view text) {
    if (text == "." || text == "_" || text == "__") return true;
    return std::all_of(text.begin(), text.end(), [](char c) { return c == '-'; });
}

bool is_path_component(std::string_view text) {
    if (text.empty() || !is_alphanumeric(text.front()) || !is_alphanumeric(text.back())) {
        return false;
    }
    while (!text.empty()) {
        const auto name = std::find_if_not(text.begin(), text.end(), is_alphanumeric);
        text.remove_prefix(static_cast<std::size_t>(name - text.begin()));
        const auto next = std::find_if(text.begin(), text.end(), is_alphanumeric);
        const auto length = static_cast<std::size_t>(next - text.begin());
        if (length > 0 && !is_separator(text.substr(0, length))) return false;
        text.remove_prefix(length);
    }
    return true;
}

bool is_host_label(std::string_view text) {
    if (text.empty() || text.front() == '-' || text.back() == '-') return false;
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return is_alphanumeric(c) || c == '-'; });
}

bool is_host_name(std::string_view host) {
    for (;;) {
        const std::size_t dot = host.find('.');
        if (!is_host_label(host.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        host.remove_prefix(dot + 1);
    }
}

Result<void> check_registry(std::string_view registry) {
    const auto config = [](const std::string& why) { return Error(Fault::Config, why); };
    if (std::any_of(registry.begin(), registry.end(), is_upper)) {
        return config("registry has upper-case letters");
    }
    const auto url = parse_url("https://" + std::string(registry) + "/");
    if (!url || url->target != "/") return config("registry is no host with an optional port");
    if (url->host.front() != '[' && !is_host_name(url->host)) {
        return config("registry is no host with an optional port");
    }
    if (registry != url->host && registry != url->host + ":" + std::to_string(url->port)) {
        return config("registry is no host with an optional port");
    }
    return {};
}

bool names_registry(std::string_view first) {
    return first == "localhost" || first.find_first_of(".:[") != std::string_view::npos ||
           std::any_of(first.begin(), first.end(), is_upper);
}

// Takes the registry from the front of `name`, or gives Docker Hub its images.
void split_name(std::string_view name, Reference& out) {
    const std::size_t slash = name.find('/');
    if (slash != std::string_view::npos && names_registry(name.substr(0, slash))) {
        out.registry = name.substr(0, slash);
        out.repository = name.substr(slash + 1);
    } else {
        out.registry = kHub;
        out.repository = name;
    }
    if (out.registry == "index.docker.io") out.registry = kHub;
    if (out.registry == kHub && out.repository.find('/') == std::string::npos) {
        out.repository.insert(0, "library/");
    }
}

Result<void> check_name(const Reference& reference) {
    BOLTSEAL_CHECK(check_registry(reference.registry));
    BOLTSEAL_CHECK(check_repository(reference.repository));
    if (reference.registry.size() + 1 + reference.repository.size() > kMaxName) {
        return Error(Fault::Config, "registry and repository are longer than 255 bytes");
    }
    return {};
}

}  // namespace

Result<void> check_repository(std::string_view repository) {
    if (repository.size() > kMaxName) {
        return Error(Fault::Config, "repository is longer than 255 bytes");
    }
    for (std::string_view rest = repository;;) {
        const std::size_t slash = rest.find('/');
        if (!is_path_component(rest.substr(0, slash))) {
            return Error(Fault::Config,
                         "repository is not lower-case letters and digits with single separators");
        }
        if (slash == std::string_view::npos) return {};
        rest.remove_prefix(slash + 1);
    }
}

Result<void> check_tag(std::string_view tag) {
    if (tag.empty() || tag.size() > kMaxTag) {
        return Error(Fault::Config, "tag is not 1 to 128 characters long");
    }
    const bool starts_badly = tag.front() == '.' || tag.front() == '-';
    const bool fits = std::all_of(tag.begin(), tag.end(), [](char c) {
        return is_alphanumeric(c) || is_upper(c) || c == '.' || c == '_' || c == '-';
    });
    if (starts_badly || !fits) {
        return Error(Fault::Config, "tag has other characters than letters, digits and '._-'");
    }
    return {};
}

Result<BlobDigest> parse_oci_digest(std::string_view text) {
    BOLTSEAL_TRY(BlobDigest digest, parse_digest(text));
    if (digest.algorithm() == HashAlgorithm::Sha384) {
        return Error(Fault::Malformed, "digest is neither sha256 nor sha512");
    }
    return digest;
}

Result<Reference> parse_reference(std::string_view text) {
    if (text.empty()) return Error(Fault::Config, "reference is empty");
    if (text.size() > kMaxReference) return bad_reference(text, "it is longer than 1024 bytes");
    Reference out;
    std::string_view name = text;
    if (const std::size_t at = name.find('@'); at != std::string_view::npos) {
        auto digest = parse_oci_digest(name.substr(at + 1));
        if (!digest) return bad_reference(text, digest.error().message());
        out.digest = std::move(digest).value();
        name = name.substr(0, at);
    }
    const std::size_t colon = name.rfind(':');
    if (colon != std::string_view::npos && name.find('/', colon) == std::string_view::npos) {
        out.tag = name.substr(colon + 1);
        name = name.substr(0, colon);
        if (auto ok = check_tag(out.tag); !ok) return bad_reference(text, ok.error().message());
    }
    if (out.tag.empty() && !out.digest) out.tag = "latest";
    split_name(name, out);
    if (auto ok = check_name(out); !ok) return bad_reference(text, ok.error().message());
    return out;
}

std::string to_string(const Reference& reference) {
    std::string out = reference.registry + "/" + reference.repository;
    if (!reference.tag.empty()) out += ":" + reference.tag;
    if (reference.digest) out += "@" + to_string(*reference.digest);
    return out;
}

std::string api_host(const std::string& registry) {
    return registry == kHub ? "registry-1.docker.io" : registry;
}

bool is_plain_http(const std::string& registry, const std::vector<std::string>& insecure) {
    const std::size_t bracket = registry.rfind(']');
    const std::string host =
        registry.substr(0, registry.find(':', bracket == std::string::npos ? 0 : bracket));
    if (is_loopback_host(host)) return true;
    return std::any_of(insecure.begin(), insecure.end(), [&](const std::string& listed) {
        return listed == registry || listed == host;
    });
}

}  // namespace boltseal
