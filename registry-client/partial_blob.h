// A blob that is not whole yet, beside the place it will have: "<hex>.partial" with its journal
// "<hex>.journal", hidden by a dot. Held by one process at a time, and left behind by one that
// dies for the next.
#pragma once

#include "registry-client/blob_journal.h"
#include "registry-client/manifest.h"

namespace boltseal {

class PartialBlob {
public:
    // Nothing if another process has it. `folder` must outlive it.
    static Result<std::optional<PartialBlob>> open(int folder, const Descriptor& blob,
                                                   const BootId& boot);

    int fd() const { return file_.get(); }
    BlobJournal& journal() { return journal_; }
    const BlobJournal& journal() const { return journal_; }

    // Makes it durable and gives it its name. Only for what was proved. May be called from another
    // thread than the rest.
    Result<void> place();
    void discard();  // it is not needed after all

private:
    PartialBlob(int folder, std::string hex, OpenFile file, BlobJournal journal)
        : folder_(folder),
          hex_(std::move(hex)),
          file_(std::move(file)),
          journal_(std::move(journal)) {}

    int folder_;
    std::string hex_;
    OpenFile file_;
    BlobJournal journal_;
};

}  // namespace boltseal
