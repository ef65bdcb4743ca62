// How far a copy is: a bar with rate and time left on a terminal, a line every few seconds
// elsewhere.
#pragma once

#include "registry-client/copy.h"

#include <chrono>
#include <iosfwd>

namespace boltseal {

class Progress {
public:
    // `total` in bytes, as far as it is known beforehand.
    Progress(std::ostream& err, std::uint64_t total);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress();  // wipes the bar

    CopyProgress callback();  // for copy_image; must not outlive this
    std::uint64_t done() const { return done_; }

private:
    using Clock = std::chrono::steady_clock;
    void update(const Descriptor& blob, std::uint64_t bytes);
    void show(Clock::time_point time);

    std::ostream& err_;
    const std::uint64_t total_;
    const bool terminal_;
    const Clock::time_point start_ = Clock::now();
    Clock::time_point shown_ = start_;
    std::uint64_t done_ = 0;
    BlobDigest blob_;              // under way
    std::uint64_t blob_done_ = 0;  // of it
    bool bar_ = false;             // there is one on the terminal now
};

// "3.4 MB", in powers of 1000.
std::string human_size(std::uint64_t bytes);

// The sizes of all blobs that a copy would move: every manifest's config and layers.
Result<std::uint64_t> image_size(ImageStore& store, const BlobDigest& digest);

}  // namespace boltseal
