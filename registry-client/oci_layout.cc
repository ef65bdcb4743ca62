#include "registry-client/oci_layout.h"

#include "core/file.h"
#include "registry-client/reference.h"
#include "registry-client/referrers.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>

namespace boltseal {

namespace {

constexpr std::string_view kRefName = "org.opencontainers.image.ref.name";
constexpr std::string_view kLayoutFile = R"({"imageLayoutVersion":"1.0.0"})";
constexpr std::size_t kChunk = std::size_t{1} << 16;
constexpr int kReadFile = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;  // a FIFO must not hang
constexpr int kReadFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

// Missing if nothing is there; a symbolic link or anything but a file is refused.
Result<OpenFile> open_regular(int folder, const std::string& name) {
    OpenFile file(::openat(folder, name.c_str(), kReadFile));
    if (!file.is_open() && errno == ENOENT) {
        return Error(Fault::Missing, "'" + name + "' is not there");
    }
    if (!file.is_open() && errno == ELOOP) {
        return Error(Fault::Malformed, "'" + name + "' is a symbolic link");
    }
    if (!file.is_open()) return file_error("open '" + name + "'");
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return file_error("look at '" + name + "'");
    if (!S_ISREG(status.st_mode)) return Error(Fault::Malformed, "'" + name + "' is no file");
    return file;
}

Result<OpenFile> open_folder(int parent, const std::string& name) {
    OpenFile folder(::openat(parent, name.c_str(), kReadFolder));
    if (folder.is_open()) return folder;
    if (errno == ENOENT) return Error(Fault::Missing, "'" + name + "' is not there");
    if (errno == ELOOP || errno == ENOTDIR) {
        return Error(Fault::Malformed, "'" + name + "' is no folder");
    }
    return file_error("open '" + name + "'");
}

Result<OpenFile> make_folder(int parent, const std::string& name) {
    if (::mkdirat(parent, name.c_str(), 0755) != 0 && errno != EEXIST) {
        return file_error("create '" + name + "'");
    }
    return open_folder(parent, name);
}

Result<void> check_version(int root) {
    BOLTSEAL_TRY(const OpenFile file, open_regular(root, "oci-layout"));
    BOLTSEAL_TRY(const Buffer bytes, read_descriptor(file.get(), "oci-layout", 4096));
    BOLTSEAL_TRY(const Json json, parse_json(bytes));
    BOLTSEAL_TRY(const std::string* version, json.string_at("imageLayoutVersion"));
    if (*version == "1.0.0") return {};
    return Error(Fault::Malformed, "unknown image layout version " + printable(*version));
}

Result<OpenFile> open_root(const std::filesystem::path& folder) {
    OpenFile root(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (root.is_open()) return root;
    if (errno == ENOENT || errno == ENOTDIR) {
        return Error(Fault::Missing, "'" + folder.string() + "' is no folder");
    }
    return file_error("open '" + folder.string() + "'");
}

Result<void> make_layout(const std::filesystem::path& folder) {
    const Json index = Json::object(
        {{"schemaVersion", 2}, {"mediaType", kOciIndex}, {"manifests", Json::array({})}});
    if (!std::filesystem::exists(folder / "index.json")) {
        BOLTSEAL_CHECK(write_file(folder / "index.json", as_bytes(to_json(index))));
    }
    return write_file(folder / "oci-layout", as_bytes(kLayoutFile));
}

std::string tag_of(const Descriptor& entry) {
    const auto found = entry.annotations.find(std::string(kRefName));
    return found == entry.annotations.end() ? std::string() : found->second;
}

// Signatures and the like, which nobody means who asks for the image of a layout.
bool is_attachment(const Descriptor& entry) {
    return !entry.artifact_type.empty() || tag_of(entry).starts_with("sha256-");
}

// Holds the lock of a layout as long as it lives. Another opening of the same folder waits.
class Lock {
public:
    explicit Lock(int root) : root_(root) {
        while (::flock(root_, LOCK_EX) != 0 && errno == EINTR) {
        }
    }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    ~Lock() { ::flock(root_, LOCK_UN); }

private:
    int root_;
};

// Takes the tag away from an entry that is about to lose it.
void drop_tag(Json& entry) {
    const Json* annotations = entry.find("annotations");
    Json::Object kept;
    for (const auto& [name, value] : *annotations->as_object()) {
        if (name != kRefName) kept.emplace_back(name, value);
    }
    entry.set("annotations", std::move(kept));
}

bool has_tag(const Json& entry, const std::string& tag) {
    const Json* annotations = entry.find("annotations");
    const Json* name = annotations == nullptr ? nullptr : annotations->find(kRefName);
    return name != nullptr && name->is_string() && *name->as_string() == tag;
}

bool has_digest(const Json& entry, const std::string& digest) {
    const Json* value = entry.find("digest");
    return value != nullptr && value->is_string() && *value->as_string() == digest;
}

// The entries with a new one; the text of the others stays as it is, but for the tag they lose.
Json::Array with_entry(const Json::Array& entries, Descriptor entry, const std::string& tag) {
    const std::string digest = to_string(entry.digest);
    Json::Array out;
    for (Json one : entries) {
        const bool same = has_digest(one, digest);
        const bool tagged = !tag.empty() && has_tag(one, tag);
        if (same && (tagged || tag.empty())) return entries;  // there already
        if (tagged) drop_tag(one);
        out.push_back(std::move(one));
    }
    if (!tag.empty()) entry.annotations[std::string(kRefName)] = tag;
    out.push_back(to_json_value(entry));
    return out;
}

std::string temporary_name() {
    static std::atomic<unsigned> counter{0};
    return ".tmp." + std::to_string(::getpid()) + "." + std::to_string(counter++);
}

// Beside its final place, so that the rename is one step.
Result<void> write_beside(int folder, const std::string& temporary, const Descriptor& blob,
                          const BlobProducer& producer) {
    const OpenFile file(::openat(folder, temporary.c_str(),
                                 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (!file.is_open()) return file_error("create a blob");
    BOLTSEAL_CHECK(write_blob(file.get(), blob, producer));
    if (::fsync(file.get()) != 0) return file_error("sync a blob");
    if (::renameat(folder, temporary.c_str(), folder, blob.digest.hex().c_str()) != 0) {
        return file_error("place a blob");
    }
    if (::fsync(folder) != 0) return file_error("sync the folder of blobs");
    return {};
}

// Reads to the end in pieces; more than `most` bytes are not read.
Result<void> read_pieces(int fd, std::uint64_t most, const BodySink& sink) {
    Buffer chunk(kChunk);
    while (most > 0) {
        const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(most, chunk.size()));
        const ssize_t n = ::read(fd, chunk.data(), room);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return file_error("read a blob");
        if (n == 0) return {};
        most -= static_cast<std::uint64_t>(n);
        BOLTSEAL_CHECK(sink(Bytes(chunk.data(), static_cast<std::size_t>(n))));
    }
    return {};
}

Result<void> check_size(int fd, const Descriptor& blob) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) return file_error("look at a blob");
    if (static_cast<std::uint64_t>(status.st_size) == blob.size) return {};
    return Error(Fault::Integrity, "'" + to_string(blob.digest) + "' has " +
                                       std::to_string(status.st_size) + " bytes instead of " +
                                       std::to_string(blob.size));
}

}  // namespace

Error LayoutStore::context(Error error) const {
    return std::move(error).context("image layout '" + folder_.string() + "'");
}

Result<LayoutStore> LayoutStore::open(const std::filesystem::path& folder) {
    BOLTSEAL_TRY(OpenFile root, open_root(folder));
    auto known = check_version(root.get());
    if (!known) {
        return std::move(known).error().context("image layout '" + folder.string() + "'");
    }
    return LayoutStore(folder, std::move(root));
}

Result<LayoutStore> LayoutStore::create(const std::filesystem::path& folder) {
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    BOLTSEAL_TRY(OpenFile root, open_root(folder));
    {
        const Lock lock(root.get());
        auto known = check_version(root.get());
        if (!known && known.error().fault() == Fault::Missing) known = make_layout(folder);
        if (!known) return std::move(known).error();
    }
    return LayoutStore(folder, std::move(root));
}

Result<Buffer> LayoutStore::read_index() const {
    BOLTSEAL_TRY(const OpenFile file, open_regular(root_.get(), "index.json"));
    return read_descriptor(file.get(), "index.json", kMaxManifest);
}

Result<std::vector<Descriptor>> LayoutStore::list() {
    auto bytes = read_index();
    if (!bytes) return context(std::move(bytes).error());
    auto index = parse_manifest(*bytes, kOciIndex);
    if (!index) return context(std::move(index).error().context("index.json"));
    return std::move(index->manifests);
}

Result<OpenFile> LayoutStore::open_blob_folder(HashAlgorithm algorithm) const {
    BOLTSEAL_TRY(const OpenFile blobs, open_folder(root_.get(), "blobs"));
    return open_folder(blobs.get(), std::string(to_string(algorithm)));
}

Result<OpenFile> LayoutStore::open_blob(const BlobDigest& digest) const {
    BOLTSEAL_TRY(const OpenFile folder, open_blob_folder(digest.algorithm()));
    return open_regular(folder.get(), digest.hex());
}

Result<ResolvedManifest> LayoutStore::get_listed(const Descriptor& entry) {
    auto file = open_blob(entry.digest);
    if (!file) return context(std::move(file).error());
    auto bytes = read_descriptor(file->get(), to_string(entry.digest), kMaxManifest);
    if (!bytes) return context(std::move(bytes).error());
    auto same = check_content(*bytes, entry.digest);
    if (!same) return context(std::move(same).error());
    auto manifest = parse_manifest(*bytes, entry.media_type);
    if (!manifest) {
        return context(std::move(manifest).error().context("'" + to_string(entry.digest) + "'"));
    }
    ResolvedManifest out;
    out.descriptor = {manifest->media_type, entry.digest, bytes->size(), {}, {}, {}};
    out.bytes = std::move(bytes).value();
    return out;
}

Result<ResolvedManifest> LayoutStore::get_manifest(const BlobDigest& digest) {
    BOLTSEAL_TRY(const std::vector<Descriptor> entries, list());
    Descriptor wanted;
    for (const Descriptor& entry : entries) {
        if (entry.digest == digest) wanted = entry;
    }
    wanted.digest = digest;
    return get_listed(wanted);
}

Result<ResolvedManifest> LayoutStore::resolve(const std::string& name) {
    if (const auto digest = parse_oci_digest(name)) return get_manifest(*digest);
    BOLTSEAL_TRY(const std::vector<Descriptor> entries, list());
    const Descriptor* found = nullptr;
    for (const Descriptor& entry : entries) {
        if (name.empty() ? is_attachment(entry) : tag_of(entry) != name) continue;
        if (found != nullptr && found->digest != entry.digest) {
            return name.empty() ? context(Error(Fault::Config,
                                                "there are several images, and no tag says which"))
                                : context(Error(Fault::Malformed,
                                                "tag " + printable(name) + " is there twice"));
        }
        found = &entry;
    }
    if (found != nullptr) return get_listed(*found);
    return context(Error(Fault::Missing, name.empty() ? std::string("there is no image")
                                                      : "there is no tag " + printable(name)));
}

Result<void> LayoutStore::get_blob(const Descriptor& blob, const BodySink& sink) {
    auto file = open_blob(blob.digest);
    if (!file) return context(std::move(file).error());
    auto fits = check_size(file->get(), blob);
    if (!fits) return context(std::move(fits).error());
    Hasher hasher(blob.digest.algorithm());
    BOLTSEAL_CHECK(read_pieces(file->get(), blob.size, [&](Bytes piece) {
        hasher.update(piece);
        return sink(piece);
    }));
    const BlobDigest found = std::move(hasher).finish();
    if (found == blob.digest) return {};
    return context(Error(Fault::Integrity, "'" + to_string(blob.digest) +
                                               "' was asked for, the bytes are '" +
                                               to_string(found) + "'"));
}

Result<bool> LayoutStore::has_blob(const BlobDigest& digest) {
    auto file = open_blob(digest);
    if (file) return true;
    if (file.error().fault() == Fault::Missing) return false;
    return context(std::move(file).error());
}

Result<OpenFile> LayoutStore::make_blob_folder(HashAlgorithm algorithm) {
    auto blobs = make_folder(root_.get(), "blobs");
    if (!blobs) return context(std::move(blobs).error());
    auto folder = make_folder(blobs->get(), std::string(to_string(algorithm)));
    if (!folder) return context(std::move(folder).error());
    return folder;
}

// What is there counts only if it is the blob: a damaged one is replaced.
Result<void> LayoutStore::put_blob(const Descriptor& blob, const BlobProducer& producer) {
    if (proved_.contains(blob.digest)) return {};
    const auto nowhere = [](Bytes) { return Result<void>(); };
    if (get_blob(blob, nowhere)) return {};
    BOLTSEAL_TRY(const OpenFile folder, make_blob_folder(blob.digest.algorithm()));
    const std::string temporary = temporary_name();
    auto written = write_beside(folder.get(), temporary, blob, producer);
    if (written) return {};
    ::unlinkat(folder.get(), temporary.c_str(), 0);
    return context(std::move(written).error());
}

Result<void> LayoutStore::put_manifest(const ResolvedManifest& manifest) {
    BOLTSEAL_TRY(const Manifest parsed,
                 parse_manifest(manifest.bytes, manifest.descriptor.media_type));
    return put_blob(manifest.descriptor, produce(manifest.bytes));
}

Result<void> LayoutStore::add_entry(const Descriptor& entry, const std::string& tag) {
    const Lock lock(root_.get());
    BOLTSEAL_TRY(const Buffer bytes, read_index());
    BOLTSEAL_TRY(Json json, parse_json(bytes));
    BOLTSEAL_CHECK(parse_manifest(bytes, kOciIndex));
    const Json::Array* present =
        json.find("manifests") ? json.find("manifests")->as_array() : nullptr;
    Json::Array entries = with_entry(present ? *present : Json::Array(), entry, tag);
    json.set("manifests", std::move(entries));
    return write_file(folder_ / "index.json", as_bytes(to_json(json)));
}

Result<void> LayoutStore::put_image(const ResolvedManifest& manifest, const std::string& tag) {
    BOLTSEAL_CHECK(put_manifest(manifest));
    Descriptor entry = manifest.descriptor;
    BOLTSEAL_TRY(const Manifest parsed, parse_manifest(manifest.bytes, entry.media_type));
    if (parsed.subject) entry = describe_referrer(parsed, entry);
    auto added = add_entry(entry, tag);
    if (!added) return context(std::move(added).error());
    return {};
}

Result<ReferrerList> LayoutStore::referrers(const BlobDigest& subject) {
    BOLTSEAL_TRY(std::vector<Descriptor> listed, list());
    const auto fallback = std::find_if(listed.begin(), listed.end(), [&](const Descriptor& entry) {
        return tag_of(entry) == referrers_tag(subject) && is_index(entry.media_type);
    });
    if (fallback != listed.end()) {
        BOLTSEAL_TRY(const ResolvedManifest got, get_listed(*fallback));
        BOLTSEAL_TRY(Manifest index, parse_manifest(got.bytes, got.descriptor.media_type));
        listed.insert(listed.end(), index.manifests.begin(), index.manifests.end());
    }
    auto out = collect_referrers(listed, subject,
                                 [&](const BlobDigest& digest) { return get_manifest(digest); });
    if (!out) return context(std::move(out).error());
    out->ignored.clear();  // index.json lists images as well: that those do not refer is no news
    return out;
}

}  // namespace boltseal
