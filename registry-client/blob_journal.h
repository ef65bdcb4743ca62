// What is known of a blob that is still on its way, in a file beside it: which bytes are there,
// and how far it is hashed. An append-only file of records with checksums; what a killed process
// has written counts, and after a reboot what was on disk for sure.
//
// Nothing here is secret or believed for good: a journal that says more than is true costs time,
// since the blob's digest still has to hold.
#pragma once

#include "core/sha256_state.h"
#include "registry-client/blob_file.h"
#include "registry-client/extents.h"

#include <optional>

namespace boltseal {

// What a journal must be about to be of use; a part of its first record.
struct JournalSubject {
    BlobDigest digest;
    std::uint64_t size = 0;
    std::uint64_t inode = 0;  // of the partial file; devices get new numbers after a reboot
};

struct JournalContent {
    ExtentSet have;
    ExtentSet proved;                          // as chunks of the blob; all of it is there
    ExtentSet chained;                         // by the states of the blob's hash; a part of proved
    std::optional<Sha256State::Saved> hashed;  // never beyond what is there from byte 0 on
    std::size_t used = 0;                      // bytes of the journal up to its first flaw
    bool operator==(const JournalContent&) const = default;
};

using BootId = std::array<std::uint8_t, 16>;
BootId read_boot_id();  // all zero, and never the same as another, if the system has none

// Malformed if the journal is no journal, or not about this. The records up to the first that is
// cut off or damaged count; of another boot, those before the mark of the last sync that ended.
Result<JournalContent> parse_journal(Bytes text, const JournalSubject& subject, const BootId& boot);

// Whether what the journal says was proved and hashed is believed: not where somebody has written
// to the partial file since. What is there is then hashed again.
enum class Proofs { Keep, Drop };

class BlobJournal {
public:
    // Takes up what the journal of that name says, in the fewest records, in a file that replaces
    // it in one step. One that is of no use is begun anew, and why is in dropped(). `folder` must
    // outlive it.
    static Result<BlobJournal> open(int folder, const std::string& name,
                                    const JournalSubject& subject, const BootId& boot,
                                    Proofs proofs = Proofs::Keep);

    const ExtentSet& have() const { return content_.have; }
    const ExtentSet& proved() const { return content_.proved; }
    const ExtentSet& chained() const { return content_.chained; }
    const std::optional<Sha256State::Saved>& hashed() const { return content_.hashed; }
    const std::string& dropped() const { return dropped_; }

    Result<void> wrote(Extent extent);
    Result<void> proved(Extent extent);
    Result<void> chained(Extent extent);
    Result<void> lost(Extent extent);  // it was not what it should be; also undoes the hash
    Result<void> hashed_to(const Sha256State::Saved& saved);
    // A sync of the partial file begins, and has ended: what was recorded before the mark is on
    // disk.
    Result<void> mark();
    Result<void> synced();

private:
    BlobJournal() = default;
    Result<void> append(Bytes records);
    Result<void> record(const Buffer& body);
    Result<void> begin(int folder, const std::string& name, const Buffer& head);

    OpenFile file_;
    BlobDigest seed_;  // of the first record: no record of another journal fits here
    JournalContent content_;
    std::string dropped_;
};

}  // namespace boltseal
