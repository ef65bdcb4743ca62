#include "cli/transfer.h"

#include "cli/chunk_evidence.h"
#include "cli/clock.h"
#include "cli/fetched_parts.h"
#include "cli/local_blobs.h"
#include "cli/progress.h"
#include "cli/source_memory.h"
#include "registry-client/known_chunks.h"
#include "registry-client/reference.h"
#include "registry-client/registry_store.h"

#include <algorithm>
#include <ostream>

namespace boltseal {

namespace {

// Whoever has sent wrong bytes lately is asked last, and people are told.
std::vector<BlobSource> judge(std::vector<BlobSource> sources, const SourceMemory& memory,
                              std::ostream& err) {
    if (sources.size() == 1) return sources;
    for (BlobSource& source : sources) {
        const auto when = memory.damaged(source.name);
        if (!when) continue;
        source.is_distrusted = true;
        err << printable(source.name) << " is asked last: it sent damaged bytes on "
            << to_rfc3339(*when) << '\n';
    }
    return sources;
}

Result<FetchReport> fetch_parts(ImageTarget& from, const ImageParts& parts, LayoutStore& layout,
                                const TransferPlan& plan, HttpClient& http, Streams streams) {
    ChunkList chunks = plan.chunks;
    if (plan.chunk_signers != nullptr) {
        auto trust = read_trust(*plan.chunk_signers);
        if (trust)
            chunks = find_chunk_lists(*from.store, parts.manifests, *std::move(trust), now());
    }
    std::vector<BlobToFetch> wanted;
    for (const Descriptor& blob : parts.blobs) {
        const ChunkDigests* known = find_chunks(chunks, blob);
        wanted.push_back({blob, known ? std::optional(*known) : std::nullopt});
    }
    BOLTSEAL_TRY(const ImageSources sources,
                 ImageSources::open(from, plan.fetch, plan.registry, http));
    BOLTSEAL_TRY(LocalBlobs local, LocalBlobs::open(plan.fetch, plan.registry, http, streams.err));
    FetchPrinter printer(streams.err, plan.form);
    FetchOptions options = fetch_options(plan.fetch);
    options.shelves = local.shelves();
    find_here(wanted, layout, options.shelves, &printer);
    const SourceMemory memory(plan.state, now());
    auto fetched = fetch_blobs(http, layout, wanted, judge(sources.list(), memory, streams.err),
                               options, &printer);
    if (!fetched) return fetched;
    for (const SourceReport& source : fetched->sources) {
        if (source.troubles.contains(Trouble::Damaged)) memory.note_damaged(source.name);
    }
    printer.summary(*fetched);
    local.keep(layout, wanted, streams.err);
    return fetched;
}

// In ranges, and with what lies on this machine. Between registries a blob streams instead.
bool is_by_ranges(const ImageTarget& from, const ImageTarget& to) {
    return from.registry != nullptr && to.registry == nullptr;
}

// Blobs of one repository are taken over into another of the same registry.
void use_mounts(const ImageTarget& from, ImageTarget& to) {
    if (from.registry == nullptr || to.registry == nullptr) return;
    const bool same_host = from.registry->host() == to.registry->host();
    if (!same_host || from.registry->repository() == to.registry->repository()) return;
    dynamic_cast<RegistryStore&>(*to.store).mount_from(from.registry->repository());
}

// One image on its way.
class Move {
public:
    Move(ImageTarget& from, const BlobDigest& digest, ImageTarget& to, const TransferPlan& plan,
         HttpClient& http, Streams streams)
        : from_(from), digest_(digest), to_(to), plan_(plan), http_(http), streams_(streams) {}

    Result<Transferred> run() {
        BOLTSEAL_TRY(parts_, parts_of_image(*from_.store, digest_));
        for (const Descriptor& blob : parts_.blobs) out_.bytes += blob.size;
        auto* const layout = dynamic_cast<LayoutStore*>(to_.store.get());
        if (!is_by_ranges(from_, to_)) {
            BOLTSEAL_CHECK(stream());
        } else if (layout != nullptr) {
            BOLTSEAL_CHECK(fetch_into(*layout));
        } else {
            BOLTSEAL_CHECK(fetch_for_archive());
        }
        out_.image = pinned_name(to_, out_.copied.image.digest);
        return std::move(out_);
    }

private:
    Result<void> fetch_into(LayoutStore& layout) {
        BOLTSEAL_TRY(out_.fetched, fetch_parts(from_, parts_, layout, plan_, http_, streams_));
        return copy_rest(*from_.store);
    }

    Result<void> fetch_for_archive() {
        BOLTSEAL_TRY(const auto fetched, FetchedParts::open(archive_file(to_), *from_.store));
        BOLTSEAL_TRY(out_.fetched,
                     fetch_parts(from_, parts_, fetched->folder(), plan_, http_, streams_));
        BOLTSEAL_CHECK(copy_rest(*fetched));
        out_.copied.moved -= std::min(out_.copied.moved, fetched->given());
        fetched->remove(parts_.blobs);
        return {};
    }

    Result<void> stream() {
        use_mounts(from_, to_);
        Progress progress(streams_.err, out_.bytes);
        return copy_rest(*from_.store, progress.callback());
    }

    // What is not there yet, and the image's name last.
    Result<void> copy_rest(ImageStore& from, const CopyProgress& progress = {}) {
        const std::string tag = to_.selector.empty() ? tag_of(from_) : to_.selector;
        BOLTSEAL_TRY(out_.copied,
                     plan_.referrers ? copy_with_referrers(from, *to_.store, digest_, tag, progress)
                                     : copy_alone(from, *to_.store, digest_, tag, progress));
        return to_.store->commit();
    }

    ImageTarget& from_;
    const BlobDigest& digest_;
    ImageTarget& to_;
    const TransferPlan& plan_;
    HttpClient& http_;
    Streams streams_;
    ImageParts parts_;
    Transferred out_;
};

}  // namespace

std::string tag_of(const ImageTarget& image) {
    if (parse_digest(image.selector)) return {};
    if (!image.where.starts_with("docker-archive:") || image.selector.empty()) {
        return image.selector;
    }
    const auto name = parse_reference(image.selector);  // there images have whole names
    return name ? name->tag : std::string();
}

Result<BlobDigest> chosen_image(ImageTarget& from, const BlobDigest& digest,
                                const std::string& platform) {
    BlobDigest out = digest;
    if (!platform.empty()) {
        BOLTSEAL_TRY(const Platform wanted, parse_platform(platform));
        BOLTSEAL_TRY(const Descriptor chosen, find_platform(*from.store, digest, wanted));
        out = chosen.digest;
    }
    BOLTSEAL_CHECK(parts_of_image(*from.store, out));
    return out;
}

Result<void> check_destination(const ImageTarget& to, ImageTarget& from, const BlobDigest& digest,
                               const TransferPlan& plan) {
    if (parse_digest(to.selector)) {
        return Error(Fault::Config, "an image is copied to a tag, not to a digest");
    }
    if (!plan.fetch.reuse.empty() && !is_by_ranges(from, to)) {
        return Error(Fault::Config,
                     "--reuse is for an image of a registry that goes into a layout or an archive");
    }
    auto attachable = check_attachable(to);
    if (attachable) return {};
    if (plan.referrers) {
        return std::move(attachable).error().with_hint("leave them behind with --no-referrers");
    }
    BOLTSEAL_TRY(const ResolvedManifest manifest, from.store->get_manifest(digest));
    if (!is_index(manifest.descriptor.media_type)) return {};
    return Error(Fault::Config, "a Docker archive holds one image, and this is an index of several")
        .with_hint("name the one with --platform");
}

Result<Transferred> transfer(ImageTarget& from, const BlobDigest& digest, ImageTarget& to,
                             const TransferPlan& plan, HttpClient& http, Streams streams) {
    const auto start = std::chrono::steady_clock::now();
    BOLTSEAL_TRY(Transferred out, Move(from, digest, to, plan, http, streams).run());
    const auto time = std::chrono::steady_clock::now() - start;
    out.milliseconds = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
    return out;
}

Error transfer_error(Error error, const std::string& image) {
    error = std::move(error).context(image);
    if (error.fault() != Fault::Integrity || !error.hint().empty()) return error;
    return std::move(error).with_hint(
        "the image was altered or damaged where it is kept or on its way; nothing was put under "
        "its name");
}

}  // namespace boltseal
