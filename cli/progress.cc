#include "cli/progress.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <ostream>

namespace boltseal {

namespace {

using namespace std::chrono_literals;
constexpr std::size_t kBarWidth = 24;

}  // namespace

std::string human_size(std::uint64_t bytes) {
    static constexpr std::array kUnits = {"B", "kB", "MB", "GB", "TB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 1000 && unit + 1 < kUnits.size()) {
        value /= 1000;
        ++unit;
    }
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", value, kUnits[unit]);
    return text.data();
}

Progress::Progress(std::ostream& err, std::uint64_t total)
    : err_(err), total_(total), terminal_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
    if (bar_) err_ << "\r\x1B[K" << std::flush;
}

CopyProgress Progress::callback() {
    return [this](const Descriptor& blob, std::uint64_t bytes) { update(blob, bytes); };
}

// `bytes` is how much of this blob has moved, all in all; one blob follows the other.
void Progress::update(const Descriptor& blob, std::uint64_t bytes) {
    if (blob.digest != blob_) {
        blob_ = blob.digest;
        blob_done_ = 0;
    }
    done_ += bytes - blob_done_;
    blob_done_ = bytes;
    const auto time = Clock::now();
    const auto pause = terminal_ ? Clock::duration(100ms) : Clock::duration(5s);
    if (time - shown_ < pause) return;
    shown_ = time;
    show(time);
}

void Progress::show(Clock::time_point time) {
    const double seconds = std::chrono::duration<double>(time - start_).count();
    const double rate = static_cast<double>(done_) / seconds;
    std::string line = human_size(done_) + " of " + human_size(total_) + ", " +
                       human_size(static_cast<std::uint64_t>(rate)) + "/s";
    if (rate > 0 && total_ > done_) {
        const auto left = static_cast<std::uint64_t>(static_cast<double>(total_ - done_) / rate);
        line += ", " + std::to_string(left) + " s left";
    }
    if (!terminal_) {
        err_ << line << std::endl;
        return;
    }
    const std::size_t filled =
        total_ == 0 ? 0 : std::min<std::size_t>(kBarWidth, done_ * kBarWidth / total_);
    err_ << "\r[" << std::string(filled, '=') << std::string(kBarWidth - filled, ' ') << "] "
         << line << "\x1B[K" << std::flush;
    bar_ = true;
}

Result<std::uint64_t> image_size(ImageStore& store, const BlobDigest& digest) {
    BOLTSEAL_TRY(const ResolvedManifest resolved, store.get_manifest(digest));
    BOLTSEAL_TRY(const Manifest manifest,
                 parse_manifest(resolved.bytes, resolved.descriptor.media_type));
    std::uint64_t size = manifest.config ? manifest.config->size : 0;
    for (const Descriptor& layer : manifest.layers) size += layer.size;
    for (const Descriptor& child : manifest.manifests) {
        if (!is_manifest_type(child.media_type) || is_index(child.media_type)) continue;
        BOLTSEAL_TRY(const std::uint64_t part, image_size(store, child.digest));
        size += part;
    }
    return size;
}

}  // namespace boltseal
