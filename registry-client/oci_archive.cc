#include "registry-client/oci_archive.h"

#include "registry-client/layout_index.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

namespace boltseal {

namespace {

constexpr const char* kIndexName = "index.json";
constexpr const char* kLayoutName = "oci-layout";

std::string blob_name(const BlobDigest& digest) {
    return "blobs/" + std::string(to_string(digest.algorithm())) + "/" + digest.hex();
}

}  // namespace

Result<OpenArchive> open_archive(const std::filesystem::path& path) {
    OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file.is_open() && errno == ENOENT) {
        return Error(Fault::Missing, "there is no file '" + path.string() + "'");
    }
    if (!file.is_open()) return file_error("open '" + path.string() + "'");
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return file_error("look at '" + path.string() + "'");
    if (!S_ISREG(status.st_mode)) {
        return Error(Fault::Malformed, "'" + path.string() + "' is no file, and no archive");
    }
    return OpenArchive{std::move(file), static_cast<std::uint64_t>(status.st_size)};
}

Error OciArchive::context(Error error) const {
    return std::move(error).context("archive '" + path_.string() + "'");
}

Result<OciArchive> OciArchive::open(const std::filesystem::path& file) {
    BOLTSEAL_TRY(OpenArchive opened, open_archive(file));
    OciArchive out(file, std::move(opened.file));
    auto members = list_tar(reader_of(out.file_.get()), opened.size, TarLinks::Refuse);
    if (!members) return out.context(std::move(members).error());
    out.members_ = *std::move(members);
    auto version = out.read_member(kLayoutName, 4096);
    if (!version) return std::move(version).error();
    auto known = check_layout_version(*version);
    if (!known) return out.context(std::move(known).error());
    BOLTSEAL_TRY(out.index_, out.read_member(kIndexName, kMaxManifest));
    return out;
}

Result<OciArchive> OciArchive::create(const std::filesystem::path& file) {
    OciArchive out(file, OpenFile());
    out.index_ = to_buffer(empty_index());
    BOLTSEAL_CHECK(out.begin());
    BOLTSEAL_CHECK(out.add_member(kLayoutName, as_bytes(kLayoutFile)));
    return out;
}

Result<StoredBytes> OciArchive::find(const std::string& name) const {
    const auto member = members_.find(name);
    if (member == members_.end()) return Error(Fault::Missing, "'" + name + "' is not there");
    const int fd = changed_ ? changed_->file.fd() : file_.get();
    return StoredBytes{OpenFile(), fd, member->second.offset, member->second.size};
}

Result<StoredBytes> OciArchive::open_blob(const BlobDigest& digest) const {
    return find(blob_name(digest));
}

Result<Buffer> OciArchive::read_member(const std::string& name, std::size_t limit) const {
    auto found = find(name);
    if (!found) return context(std::move(found).error());
    auto bytes = read_stored(*found, name, limit);
    if (!bytes) return context(std::move(bytes).error());
    return bytes;
}

// Everything but the index, which changes, goes over into the new file.
Result<void> OciArchive::begin() {
    if (changed_) return {};
    BOLTSEAL_TRY(NewFile file, NewFile::create(path_));
    TarWriter writer(file.fd());
    TarMembers moved;
    for (const auto& [name, member] : members_) {
        if (name == kIndexName) continue;
        const StoredBytes old{OpenFile(), file_.get(), member.offset, member.size};
        BOLTSEAL_CHECK(writer.begin(name));
        BOLTSEAL_CHECK(read_stored(old, [&](Bytes piece) { return writer.write(piece); }));
        BOLTSEAL_TRY(moved[name], writer.end(name));
    }
    members_ = std::move(moved);
    changed_ = Changed{std::move(file), writer};
    return {};
}

Result<void> OciArchive::add_member(const std::string& name, Bytes content) {
    BOLTSEAL_CHECK(begin());
    if (members_.contains(name)) {
        return context(Error(Fault::Declined, "'" + name + "' is there already"));
    }
    BOLTSEAL_TRY(members_[name], changed_->writer.add(name, content));
    return {};
}

Result<void> OciArchive::write_blob_member(const std::string& name, const Descriptor& blob,
                                           const BlobProducer& producer) {
    TarWriter& writer = changed_->writer;
    BOLTSEAL_CHECK(writer.begin(name));
    auto passed = pass_blob(blob, producer, [&](Bytes piece) { return writer.write(piece); });
    if (!passed) {
        writer.drop();
        return passed;
    }
    BOLTSEAL_TRY(members_[name], writer.end(name));
    return {};
}

// What is there is proved, and cannot be replaced: a damaged archive is made anew.
Result<void> OciArchive::put_blob(const Descriptor& blob, const BlobProducer& producer) {
    const std::string name = blob_name(blob.digest);
    if (members_.contains(name)) {
        return get_blob(blob, [](Bytes) { return Result<void>(); });
    }
    BOLTSEAL_CHECK(begin());
    auto written = write_blob_member(name, blob, producer);
    if (written) return written;
    return context(std::move(written).error());
}

Result<void> OciArchive::put_manifest(const ResolvedManifest& manifest) {
    BOLTSEAL_TRY(const Manifest parsed,
                 parse_manifest(manifest.bytes, manifest.descriptor.media_type));
    return put_blob(manifest.descriptor, produce(manifest.bytes));
}

Result<void> OciArchive::put_image(const ResolvedManifest& manifest, const std::string& tag) {
    BOLTSEAL_CHECK(put_manifest(manifest));
    BOLTSEAL_TRY(const Descriptor entry, index_entry(manifest));
    auto index = add_to_index(index_, entry, tag);
    if (!index) return context(std::move(index).error());
    if (as_text(index_) == *index) return {};
    BOLTSEAL_CHECK(begin());
    index_ = to_buffer(*index);
    return {};
}

Result<void> OciArchive::commit() {
    if (!changed_) return {};
    BOLTSEAL_TRY(members_[kIndexName], changed_->writer.add(kIndexName, index_));
    BOLTSEAL_CHECK(changed_->writer.finish());
    BOLTSEAL_TRY(file_, std::move(changed_->file).place());
    changed_.reset();
    return {};
}

}  // namespace boltseal
